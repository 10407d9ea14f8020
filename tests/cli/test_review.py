"""``clew xref review``, ``judge`` and ``export``, at a real terminal and without one."""

import csv
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from engine.account import OWNER
from engine.engine import Engine
from engine.judgement import Verdict
from engine.question import JudgementQuestion, SearchFilter
from engine.settings import variable
from engine.xref import XrefQuestion
from tests.conftest import Bolt, on
from tests.crossing import ARCHIVE, LIST, put, set_scores

pytestmark = pytest.mark.usefixtures("in_this_process")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def take_terminal() -> None:
    """Let Ctrl-C reach a process, also where the tests run in the background, which ignores it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A command at a terminal of 120 columns; what it shows is kept."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "COLUMNS": "120", "LINES": "50", "TERM": "xterm"},
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(slave)
        self.shown = ""

    def wait_for(self, text: str, seconds: float = 120) -> str:
        """All that it shows before a text, which is waited for."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} was not shown:\n{self.shown}"
            if select.select([self._master], [], [], 1)[0]:
                try:
                    self.shown += CONTROL.sub("", os.read(self._master, 65536).decode())
                except OSError:  # it has ended
                    assert text in self.shown, f"{text!r} was not shown:\n{self.shown}"
        before, _, self.shown = self.shown.partition(text)
        return before

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def press_until(self, keys: str, text: str) -> str:
        """Type until a text is shown; Python loses a Ctrl-C that comes while it frees objects."""
        for _ in range(5):
            self.press(keys)
            try:
                return self.wait_for(text, 20)
            except AssertionError:
                assert self._process.poll() is None, self.shown
        return self.wait_for(text, 20)

    def code(self) -> int:
        """Wait for its end; its code."""
        return self._process.wait(120)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)


@pytest.fixture
def environment(fresh_engine: Engine, bolt: Bolt, tmp_path: Path) -> dict[str, str]:
    """The environment of a command on a graph with a run of three pairs."""
    put(fresh_engine, "a", *ARCHIVE)
    put(fresh_engine, "list", *LIST)
    question = XrefQuestion("list", "list", SearchFilter(datasets=("a",)))
    run = fresh_engine.crossings.start(OWNER, question, background=False)
    fresh_engine.crossings.do(run.id, lambda _: None)
    set_scores(fresh_engine)
    settings = on(bolt, tmp_path / "cli")
    names = ("data", "neo4j_uri", "neo4j_user", "neo4j_password")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CLEW_")},
        **{variable(name): str(getattr(settings, name)) for name in names},
    }


def verdicts(engine: Engine) -> dict[str, tuple[Verdict, str | None]]:
    """What holds of each record of the list."""
    page = engine.judgements.listed(JudgementQuestion(), engine.owner_access())
    return {each.right: (each.verdict, each.note) for each in page.items}


def test_a_review_takes_a_key_a_pair_and_goes_on_where_it_was(
    environment: dict[str, str], fresh_engine: Engine
) -> None:
    with Terminal(environment, "xref", "review", "--order", "score") as review:
        screen = review.wait_for("q quit")
        assert "list: 3 pairs left" in screen
        assert "= 1961-03-12" in screen
        assert "the same day" in screen
        review.press("t")
        review.wait_for("note: ")
        review.press("same office\n")
        review.wait_for("q quit")
        review.press("y")
        assert "2 pairs left" in review.wait_for("q quit")
        review.press("x")  # no key of ours
        review.press("n")
        assert "1 pair left" in review.wait_for("q quit")
        review.press("\x1b[A")  # an arrow
        review.press("u")
        assert "2 pairs left" in review.wait_for("q quit")
        review.press("?")
        review.wait_for("q quit")
        review.press("q")
        told = review.wait_for("clew judgement undo")
        assert "2 judged (1 same, 0 different, 1 unsure), 0 skipped" in told
        assert review.code() == 0
    first = verdicts(fresh_engine)
    assert sorted(first.values()) == [(Verdict.POSITIVE, "same office"), (Verdict.UNSURE, None)]
    with Terminal(environment, "xref", "review") as again:
        assert "list: 1 pair left" in again.wait_for("q quit")
        again.press("s")
        assert "0 judged (0 same, 0 different, 0 unsure), 1 " in again.wait_for("skipped")
        assert again.code() == 0
    with Terminal(environment, "xref", "review") as ended:
        ended.wait_for("q quit")
        told = ended.press_until("\x03", "skipped")
        assert "0 judged (0 same, 0 different, 0 unsure), 0 " in told
        assert ended.code() == 0
    assert verdicts(fresh_engine) == first


def test_many_are_judged_after_a_sample_was_shown(
    environment: dict[str, str], fresh_engine: Engine
) -> None:
    for typed, told, code in (("yes", "nothing was judged", 1), ("3", "3 pairs judged", 0)):
        with Terminal(environment, "xref", "judge", "positive", "--least", "0.5") as judging:
            assert "list:1" in judging.wait_for("Type 3 to judge them")
            judging.press(f"{typed}\n")
            judging.wait_for(told)
            assert judging.code() == code
    assert [verdict for verdict, _ in verdicts(fresh_engine).values()] == [Verdict.POSITIVE] * 3


def test_without_a_terminal_it_is_told_what_to_do_and_pairs_are_written(
    environment: dict[str, str], fresh_engine: Engine, tmp_path: Path
) -> None:
    for command, told in (
        (("review",), "clew xref export -o pairs.csv"),
        (("judge", "positive"), "judgeXref"),
        (("export", "-o", "pairs.txt"), "a file that ends with .csv or .xlsx"),
    ):
        done = clew(environment, *command)
        assert (done.exit_code, done.stdout) == (1, "")
        assert told in done.stderr
    file = tmp_path / "pairs.csv"
    assert clew(environment, "export", "-o", str(file)).exit_code == 0
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert {row["record id"] for row in rows} == {"list:1", "list:2", "list:3"}
    birth = next(row for row in rows if row["record id"] == "list:1")
    assert (birth["birthDate"], birth["birthDate record"]) == ("5", "1961-03-12")
    assert (birth["birthDate seen"], birth["verdict"]) == ("the same day", "")
    book = tmp_path / "pairs.xlsx"
    assert clew(environment, "export", "-o", str(book), "--country", "GR").exit_code == 0
    heading, *cells = openpyxl.load_workbook(book).active.values  # type: ignore[union-attr]
    assert [row[heading.index("record id")] for row in cells] == ["list:2"]


def clew(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["xref", *arguments])

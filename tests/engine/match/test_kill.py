"""A run whose process is killed at a random moment and resumed: nothing is lost, nothing doubled.

A judgement that was made while it went stays, also while its record is removed by an update.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.account import OWNER
from engine.engine import Engine
from engine.judgement import Judging, Verdict
from engine.question import SearchFilter
from engine.settings import variable
from engine.xref import PairQuestion, RunState, XrefQuestion, XrefRun
from tests.conftest import Bolt, on
from tests.crossing import Record, put

RECORDS = 80
PATIENCE = 300
"""Seconds within which the other process has come to the moment."""


def made(count: int) -> list[Record]:
    """People, each of another name."""
    chance = random.Random(13)
    syllables = [one + two for one in "bdfgklmnprstvz" for two in "aeiou"]
    names = (["".join(chance.choices(syllables, k=3)).title() for _ in range(2)] for _ in range(99))
    chosen = dict.fromkeys(f"{one} {two}" for one, _ in names for two in ("Orlov", "Nagy", "Weiss"))
    return [(f"{at:03}", "Person", {"name": name}) for at, name in enumerate(chosen)][:count]


def found(engine: Engine, asked: XrefQuestion) -> list[tuple[str, str, float]]:
    """The pairs of a crossing, and their scores."""
    wanted = PairQuestion(asked.crossing, first=10_000)
    page = engine.crossings.pairs(wanted, engine.owner_access())
    return sorted((pair.left.id, pair.right.id, pair.score) for pair in page.items)


def asked_of(collection: str) -> XrefQuestion:
    """The same pairs, in a collection."""
    return XrefQuestion("list", collection, SearchFilter(datasets=("a",)))


def run(engine: Engine, asked: XrefQuestion) -> XrefRun:
    """Do a run in this process, or go on with one."""
    started = engine.crossings.start(OWNER, asked, background=False)
    return engine.crossings.do(started.id, lambda _: None)


@contextmanager
def comparing(bolt: Bolt, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``clew xref`` in a process of its own, beside whatever uses the server; what it says is kept.

    It is killed with the block.
    """
    settings = on(bolt, folder)
    names = ("data", "neo4j_uri", "neo4j_user", "neo4j_password")
    given = {variable(name): str(getattr(settings, name)) for name in names}
    others = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    command = [sys.executable, "-m", "cli", "xref", "run", "list", "--against", "a", "--first", "0"]
    with (
        (folder / "said").open("w") as file,
        subprocess.Popen(command, env={**others, **given}, stdout=file, stderr=file) as child,
    ):
        try:
            yield child
        finally:
            child.send_signal(signal.SIGKILL)


def kill(engine: Engine, bolt: Bolt, folder: Path, id: str, chance: random.Random) -> XrefRun:
    """Let another process go on with a run, and kill it at any moment; the run then.

    A pair is judged while it goes.
    """
    goal, end = chance.choice((1, 21, 41)), time.monotonic() + PATIENCE
    with comparing(bolt, folder) as child:
        while known(engine, id).progress.done < goal and child.poll() is None:
            assert time.monotonic() < end, (folder / "said").read_text()
            time.sleep(0.01)
        engine.judgements.judge(OWNER, "list", [Judging("list:000", "a:000", Verdict.POSITIVE)])
        time.sleep(chance.uniform(0, 0.3))
    killed = known(engine, id)
    said = (folder / "said").read_text()
    assert killed.state in (RunState.INTERRUPTED, RunState.FINISHED), said
    return killed


def known(engine: Engine, id: str) -> XrefRun:
    """A run as it is now."""
    found = engine.crossings.run(id, engine.owner_access())
    assert found is not None
    return found


@pytest.mark.usefixtures("in_this_process")
def test_a_run_that_is_killed_at_any_moment_goes_on(
    fresh_engine: Engine, bolt: Bolt, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seed = random.randrange(1000)
    records = made(RECORDS)
    put(fresh_engine, "list", *records)
    put(fresh_engine, "a", *records)
    clean, asked = asked_of("a"), asked_of("list")
    run(fresh_engine, clean)
    started = fresh_engine.crossings.start(OWNER, asked, background=False)
    folder = tmp_path_factory.mktemp("killed")
    killed = kill(fresh_engine, bolt, folder, started.id, random.Random(seed))
    put(fresh_engine, "a", *records[1:])  # an update removes the record that was judged
    ended = run(fresh_engine, asked)
    assert ended.state is RunState.FINISHED
    assert killed.state is RunState.FINISHED or ended.id == started.id, seed
    assert found(fresh_engine, asked) == found(fresh_engine, clean), seed
    put(fresh_engine, "a", *records)
    for each in (asked, clean):
        run(fresh_engine, each)
    assert found(fresh_engine, asked) == found(fresh_engine, clean), seed
    wanted = PairQuestion(asked.crossing, judged=True)
    (judged,) = fresh_engine.crossings.pairs(wanted, fresh_engine.owner_access()).items
    ids = judged.left.id, judged.right.id
    assert (*ids, judged.verdict) == ("list:000", "a:000", Verdict.POSITIVE)

"""Sources that are programs or Python loaders: they are limited, and end with all they started."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.engine import Engine
from tests.loaders.crawl.conftest import Crawl, counts, ids_in, lines

STARTS_CHILDREN = (
    "sleep 300 & echo $! $$ >> pids; out=$(readlink /proc/$$/fd/1); echo $out >> names; sleep 300"
)
"""A program that starts another, and writes down the ids of both and the file it prints into."""
PRINTS_A = f"import sys; sys.stdout.buffer.write({lines('a')!r}); "


def test_a_program_and_a_file_are_sources(
    fresh_engine: Engine, crawl: Crawl, tmp_path: Path
) -> None:
    script = tmp_path / "scrape.py"
    script.write_text(f"import sys; sys.stdout.buffer.write({lines('a', 'b')!r})")
    assert counts(crawl(command=[sys.executable, "scrape.py"])) == ("updated", 2, 2, 0, 0, 0)
    (tmp_path / "d.json").write_bytes(lines("a"))
    assert counts(crawl(path="d.json")) == ("updated", 1, 0, 0, 1, 0)
    assert counts(crawl(path="d.json"))[0] == "unchanged"
    assert "is not there" in (crawl(path="none.json").message or "")


def test_a_program_that_fails_leaves_the_old_version(
    fresh_engine: Engine, crawl: Crawl, tmp_path: Path
) -> None:
    script = tmp_path / "scrape.py"
    script.write_text(f"import sys; sys.stdout.buffer.write({lines('a', 'b')!r})")
    assert counts(crawl(command=[sys.executable, "scrape.py"])) == ("updated", 2, 2, 0, 0, 0)
    for code, limits, reason in (
        (PRINTS_A + "sys.exit('the site is down')", {}, "ended with 1: the site is down"),
        ("import time; time.sleep(60)", {"deadline": 0.5}, "took longer than 0.5 s"),
        ("import os; os.kill(os.getpid(), 11)", {}, "was ended by signal 11"),
        ("while True: print('x' * 1000)", {"max_size": 5000}, "printed more than 5,000 bytes"),
    ):
        script.write_text(code)
        run = crawl(command=[sys.executable, "scrape.py"], **limits)
        assert run.outcome == "failed"
        assert reason in (run.message or "")
    assert "/no/such/program cannot be run: No such file or directory" in (
        crawl(command=["/no/such/program"]).message or ""
    )
    assert ids_in(fresh_engine) == ["d:a", "d:b"]


def have_ended(pids: Path) -> bool:
    """Whether the processes end, within a while, that wrote their ids into a file."""
    end = time.monotonic() + 20
    while not (left := pids.read_text().split()) or any(
        psutil.pid_exists(int(pid)) for pid in left
    ):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_program_ends_with_all_that_it_started(crawl: Crawl, tmp_path: Path) -> None:
    for _ in range(2):
        run = crawl(command=["sh", "-c", STARTS_CHILDREN], deadline=1)
        assert "took longer than 1 s" in (run.message or "")
        assert have_ended(tmp_path / "pids")
    files = (tmp_path / "names").read_text().split()
    assert len(set(files)) == 2, "each crawl has a file of its own"
    assert len(list(tmp_path.glob("data/crawl/d/made*.json"))) == 1
    assert crawl(command=["sh", "-c", "sleep 300 & echo $! > pids"]).message == "what came is empty"
    assert have_ended(tmp_path / "pids")


def test_a_program_ends_with_clew_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys\n"
        "from loaders.crawl.catalog import Entry, Source\n"
        "from loaders.crawl.program import run_program\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "source = Source(command=['sh', '-c', sys.argv[2]])\n"
        "run_program(Entry('d', source, here), here / 'made.json')\n"
    )
    pids = tmp_path / "pids"
    command = [sys.executable, "-c", script, str(tmp_path), STARTS_CHILDREN]
    with subprocess.Popen(command) as child:
        while not pids.exists() or not pids.read_text().endswith("\n"):
            assert child.poll() is None
            time.sleep(0.05)
        child.kill()
    assert have_ended(pids)


LOADERS = ("bad", "ended", "endless", "good", "stuck")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Python package that offers loaders."""
    info = tmp_path / "lib" / "scrapers-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: scrapers\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[clew.loaders]\n" + "".join(f"{name} = scrapers_of_tests:{name}\n" for name in LOADERS)
    )
    (tmp_path / "lib" / "scrapers_of_tests.py").write_text(
        "def good():\n    yield {'id': 'a', 'schema': 'Person', 'properties': {'name': ['Ada']}}\n"
        "def bad():\n    print('page 1')\n    yield {'id': 'b'}\n    raise KeyError('page')\n"
        "def endless():\n    while True:\n        yield {'id': 'b'}\n"
        "def ended():\n    yield {'id': 'b'}\n    raise SystemExit('no key set')\n"
        "def stuck():\n    yield {'id': 'b'}\n    __import__('time').sleep(60)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    yield
    sys.modules.pop("scrapers_of_tests", None)


@pytest.mark.usefixtures("package")
def test_a_package_offers_loaders(fresh_engine: Engine, crawl: Crawl) -> None:
    assert counts(crawl(loader="good")) == ("updated", 1, 1, 0, 0, 0)
    for source, reason in (
        ({"loader": "bad"}, "the loader bad ended with 1: page 1\nKeyError: 'page'"),
        ({"loader": "ended"}, "the loader ended ended with 1: SystemExit: no key set"),
        (
            {"loader": "endless", "max_size": 5000},
            "the loader endless printed more than 5,000 bytes",
        ),
        ({"loader": "stuck", "deadline": 2}, "the loader stuck took longer than 2 s"),
        (
            {"loader": "ugly"},
            f"no package offers the loader ugly (entry points clew.loaders: {', '.join(LOADERS)})",
        ),
    ):
        assert reason in (crawl(**source).message or "")
    assert ids_in(fresh_engine) == ["d:a"]

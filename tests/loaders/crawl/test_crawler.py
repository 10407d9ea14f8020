"""Crawls against a real web server: what is new comes in whole, and a failure leaves the old version as it was."""

import hashlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.engine import Engine
from engine.errors import ClewError, EngineInUse
from engine.run import Outcome, Run
from engine.store import Stores
from loaders.crawl.catalog import Catalog, Entry, Listed, Source
from loaders.crawl.crawler import Crawler
from loaders.crawl.schedule import Scheduler, due_entries, entries_of
from loaders.load.load import load
from tests.inside import dataset_ids

QUICK: dict[str, Any] = {"timeout": 1.0, "tries": 0}
Crawl = Callable[..., Run]


def lines(*names: str) -> bytes:
    rows = [
        {"id": name, "schema": "Company", "properties": {"name": [name.title()]}} for name in names
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@pytest.fixture
def crawl(fresh_engine: Engine, tmp_path: Path) -> Crawl:
    def run(force: bool = False, **source: Any) -> Run:
        entry = Entry("d", Source(**{**QUICK, **source}), tmp_path, {"title": "D"})
        return Crawler(fresh_engine, lambda _: None).crawl(entry, force=force)

    return run


def counts(run: Run) -> tuple[str, int, int, int, int, int]:
    return (run.outcome, run.read, run.added, run.changed, run.removed, run.refused)


def held(engine: Engine) -> list[str]:
    return dataset_ids(engine, "d")


def test_versions_come_in_and_what_is_not_new_is_not_loaded(
    fresh_engine: Engine, crawl: Crawl, site: Any
) -> None:
    url = site.put("/d.json", lines("a", "b", "c"), etag='"1"')
    assert counts(crawl(url=url)) == ("updated", 3, 3, 0, 0, 0)
    revision = fresh_engine.revision()
    assert counts(crawl(url=url)) == ("unchanged", 0, 0, 0, 0, 0)
    assert site.asked[-1][1]["If-None-Match"] == '"1"'
    site.put("/d.json", lines("a", "b", "c"), etag='"2"')  # another mark on the same bytes
    assert counts(crawl(url=url)) == ("unchanged", 0, 0, 0, 0, 0)
    assert fresh_engine.revision() == revision
    changed = lines("b", "c").replace(b'"B"', b'"Bee"')
    site.put("/d.json", changed + lines("x"), etag='"3"')
    assert counts(crawl(url=url)) == ("updated", 3, 1, 1, 1, 0)
    assert held(fresh_engine) == ["d:b", "d:c", "d:x"]
    assert fresh_engine.check() == []
    history = fresh_engine.runs("d", 10)
    assert [run.outcome for run in history] == ["updated", "unchanged", "unchanged", "updated"]
    assert all(run.ended is not None and run.ended >= run.started for run in history)
    assert counts(crawl(url=url, force=True)) == ("updated", 3, 0, 0, 0, 0)
    assert counts(crawl(url=url, format="ftm"))[0] == "updated"  # read in another way


@pytest.mark.parametrize(
    ("body", "faults", "reason"),
    [
        (lines("x"), [404], "answered 404 Not Found"),
        (lines("x"), [500] * 9, "answered 500"),
        (lines("x"), ["loop"], "redirects in circles"),
        (lines("x"), ["/to"], "redirects in circles"),
        (lines("x"), ["file:///etc/hostname"], "redirects to one that is none"),
        (lines("x"), ["/none"], "answered 404"),
        (lines(*(f"x{n}" for n in range(5000))), ["cut"], "broke off in the middle"),
        (lines("x"), ["slow"], "silent for too long"),
        (
            b"<html><body>Down for maintenance</body></html>\n",
            [],
            "1 of 1 entities would be refused; the first: ",
        ),
        (b"", [], "what came is empty"),
        (lines("x") * 10 + lines("y")[:-20], [], "what came is not whole"),
        (b"\x1f\x8b\x08\x00 no gzip at all", [], "what came is not whole: .*gzip"),
        (
            lines("x", "y") + b'{"id": "z"}\n',
            [],
            r"1 of 3 entities would be refused; the first: d\.json:3: ",
        ),
        (
            lines("x", "y", "z", "x") + lines("z", "x").replace(b'"Z"', b'"Zed"'),
            [],
            r"1 of 6 entities would be refused; the first: d\.json:5: id z was already given with other content",
        ),
    ],
    ids=[
        "404",
        "500",
        "loop",
        "loop of two",
        "to a file",
        "to nowhere",
        "cut",
        "slow",
        "html",
        "empty",
        "cut off",
        "no gzip",
        "bad lines",
        "an id again",
    ],
)
def test_a_failure_leaves_the_old_version_whole(
    fresh_engine: Engine, crawl: Crawl, site: Any, body: bytes, faults: Sequence[Any], reason: str
) -> None:
    site.put("/to", b"", "/d.json")
    url = site.put("/d.json", lines("a", "b"), etag='"1"')
    crawl(url=url)
    before = (fresh_engine.revision(), fresh_engine.dataset("d", fresh_engine.everybody()))
    site.put("/d.json", body, *faults, etag='"2"')
    run = crawl(url=url)
    assert run.outcome is Outcome.FAILED
    assert counts(run)[1:] == (0, 0, 0, 0, 0)
    assert run.ended is not None
    assert re.search(reason, run.message or ""), run.message
    assert (
        fresh_engine.revision(),
        fresh_engine.dataset("d", fresh_engine.everybody()),
    ) == before
    assert held(fresh_engine) == ["d:a", "d:b"]
    assert fresh_engine.runs("d", 1) == [run]
    site.put("/d.json", lines("a", "b", "c"), etag='"3"')
    assert counts(crawl(url=url)) == ("updated", 3, 1, 0, 0, 0)


def test_a_dataset_that_is_not_what_its_source_told_is_not_unchanged(
    fresh_engine: Engine, crawl: Crawl, site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ClewError("the disk is full")

    url = site.put("/d.json", lines("a", "b"), etag='"1"')
    crawl(url=url)
    site.put("/d.json", lines("x", "y"), etag='"2"')
    with monkeypatch.context() as patched:
        patched.setattr("engine.loading.Loading.remove", full)
        assert crawl(url=url).outcome is Outcome.FAILED
    site.put("/d.json", lines("a", "b"), etag='"1"')
    assert held(fresh_engine) == ["d:a", "d:b", "d:x", "d:y"]
    assert counts(crawl(url=url)) == ("updated", 2, 0, 0, 2, 0)
    assert crawl(url=url).outcome is Outcome.UNCHANGED
    (tmp_path / "other.json").write_bytes(lines("foreign"))
    load(fresh_engine, [str(tmp_path / "other.json")], "d", keep=True)
    assert counts(crawl(url=url)) == ("updated", 2, 0, 0, 1, 0)
    assert crawl(url=url).outcome is Outcome.UNCHANGED
    assert (held(fresh_engine), fresh_engine.check()) == (["d:a", "d:b"], [])


def test_what_is_secret_in_an_address_is_nowhere_told(
    fresh_engine: Engine, site: Any, tmp_path: Path
) -> None:
    said: list[str] = []
    url = site.put("/d.json?token=geheim&year=2026", lines("a")).replace("://", "://user:geheim@")
    for source in (Source(url=url), Source(url=url, size=1)):
        said.append(
            str(Crawler(fresh_engine, said.append).crawl(Entry("d", source, tmp_path), force=True))
        )
    assert f"d: asking {site.url}/d.json?token=…&year=2026" in said
    assert "geheim" not in " ".join(said)
    assert site.asked[-1][0].endswith("?token=geheim&year=2026")


def test_a_cut_download_goes_on_with_the_next_crawl(
    fresh_engine: Engine, crawl: Crawl, site: Any
) -> None:
    body = lines(*(f"c{n}" for n in range(5000)))
    url = site.put("/d.json", body, "cut", etag='"1"')
    assert crawl(url=url).outcome is Outcome.FAILED
    assert counts(crawl(url=url))[:3] == ("updated", 5000, 5000)
    assert site.asked[-1][1]["Range"].startswith("bytes=")


def test_too_slow_too_large_and_the_wrong_file(crawl: Crawl, site: Any) -> None:
    url = site.put("/d.json", lines("a"), *["slow"] * 9)
    assert "silent for too long" in (crawl(url=url, timeout=0.2).message or "")
    site.put("/d.json", lines("a"))
    assert "at most 10 are taken" in (crawl(url=url, max_size=10).message or "")
    for length in (40, 64):
        assert "has the checksum" in (crawl(url=url, checksum="0" * length).message or "")
    assert "bytes long, not 1" in (crawl(url=url, size=1).message or "")
    found = hashlib.sha1(lines("a")).hexdigest()
    assert counts(crawl(url=url, checksum=found, size=len(lines("a"))))[0] == "updated"
    site.put("/d.json", lines("b"))
    assert counts(crawl(url=url))[0] == "updated"


def test_a_program_and_a_file_are_sources(
    fresh_engine: Engine, crawl: Crawl, tmp_path: Path
) -> None:
    script = tmp_path / "scrape.py"
    script.write_text(f"import sys; sys.stdout.buffer.write({lines('a', 'b')!r})")
    assert counts(crawl(command=[sys.executable, "scrape.py"])) == ("updated", 2, 2, 0, 0, 0)
    script.write_text(
        f"import sys; sys.stdout.buffer.write({lines('a')!r}); sys.exit('the site is down')"
    )
    failed = crawl(command=[sys.executable, "scrape.py"])
    assert (failed.outcome, "ended with 1: the site is down" in (failed.message or "")) == (
        "failed",
        True,
    )
    script.write_text("import time; time.sleep(60)")
    late = crawl(command=[sys.executable, "scrape.py"], deadline=0.5)
    assert "took longer than 0.5 s" in (late.message or "")
    script.write_text("import os; os.kill(os.getpid(), 11)")
    assert "was ended by signal 11" in (crawl(command=[sys.executable, "scrape.py"]).message or "")
    script.write_text("while True: print('x' * 1000)")
    assert "printed more than 5,000 bytes" in (
        crawl(command=[sys.executable, "scrape.py"], max_size=5000).message or ""
    )
    assert "/no/such/program cannot be run: No such file or directory" in (
        crawl(command=["/no/such/program"]).message or ""
    )
    assert held(fresh_engine) == ["d:a", "d:b"]
    (tmp_path / "d.json").write_bytes(lines("a"))
    assert counts(crawl(path="d.json")) == ("updated", 1, 0, 0, 1, 0)
    assert counts(crawl(path="d.json"))[0] == "unchanged"
    assert "is not there" in (crawl(path="none.json").message or "")


BEGINS = (
    "sleep 300 & echo $! $$ >> pids; out=$(readlink /proc/$$/fd/1); echo $out >> names; sleep 300"
)


def gone(pids: Path) -> bool:
    """Whether the processes ended that wrote their ids down; waits a while for that."""
    end = time.monotonic() + 20
    while not (left := pids.read_text().split()) or any(
        psutil.pid_exists(int(pid)) for pid in left
    ):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_program_ends_with_all_that_it_began(crawl: Crawl, tmp_path: Path) -> None:
    for _ in range(2):
        assert "took longer than 1 s" in (
            crawl(command=["sh", "-c", BEGINS], deadline=1).message or ""
        )
        assert gone(tmp_path / "pids")
    assert (
        len(set((tmp_path / "names").read_text().split())) == 2
    )  # each crawl had a file of its own
    assert len(list(tmp_path.glob("data/crawl/d/made*.json"))) == 1
    assert crawl(command=["sh", "-c", "sleep 300 & echo $! > pids"]).message == "what came is empty"
    assert gone(tmp_path / "pids")


def test_a_program_ends_with_clew_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys; from loaders.crawl.catalog import Entry, Source; from loaders.crawl.program import run_program\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "run_program(Entry('d', Source(command=['sh', '-c', sys.argv[2]]), here), here / 'made.json')\n"
    )
    pids = tmp_path / "pids"
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path), BEGINS]) as child:
        while not pids.exists() or not pids.read_text().endswith("\n"):
            assert child.poll() is None
            time.sleep(0.05)
        child.kill()
    assert gone(pids)


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
    assert held(fresh_engine) == ["d:a"]


def operation(op: str, name: str, title: str = "") -> bytes:
    entity = {"id": name, "schema": "Company", "properties": {"name": [title]}}
    return (
        json.dumps({"op": op, "entity": {"id": name} if op == "DEL" else entity}).encode() + b"\n"
    )


def test_changes_are_applied_version_by_version(
    fresh_engine: Engine, site: Any, tmp_path: Path
) -> None:
    def crawled(version: str) -> Run:
        resources = [{"name": "entities.ftm.json", "url": f"{site.url}/full"}]
        one = {
            "name": "d",
            "version": version,
            "delta_url": f"{site.url}/delta",
            "resources": resources,
        }
        site.put("/index", json.dumps({"datasets": [one]}).encode())
        (entry,) = entries_of(
            fresh_engine, Catalog([], [Listed(url=f"{site.url}/index")], tmp_path), pytest.fail
        )
        return Crawler(fresh_engine, lambda _: None).crawl(entry)

    versions = {name: f"{site.url}/{name}" for name in ("20260101-a", "20260102-b", "20260103-c")}
    site.put("/delta", json.dumps({"versions": versions}).encode())
    site.put("/full", lines("a", "b"))
    site.put("/20260102-b", operation("ADD", "c", "Cee") + operation("MOD", "a", "Aleph"))
    site.put(
        "/20260103-c",
        operation("DEL", "b") + operation("MOD", "c", "Gimel") + operation("DEL", "never"),
    )
    assert counts(crawled("20260101-a")) == ("updated", 2, 2, 0, 0, 0)
    assert counts(crawled("20260101-a"))[0] == "unchanged"
    assert counts(crawled("20260103-c")) == ("updated", 5, 1, 1, 1, 0)
    assert not any(path == "/full" for path, _ in site.asked[2:])
    captions = {
        node.caption
        for node in fresh_engine.entities(["d:a", "d:c"], fresh_engine.everybody())
        if node
    }
    assert (captions, held(fresh_engine)) == ({"Aleph", "Gimel"}, ["d:a", "d:c"])
    assert fresh_engine.check() == []
    for version, name in (("20260104-d", "d"), ("20260105-e", "e")):  # changes upon changes
        versions[version] = site.put(f"/{version}", operation("ADD", name, name))
        site.put("/delta", json.dumps({"versions": versions}).encode())
        assert counts(crawled(version)) == ("updated", 1, 1, 0, 0, 0)
        assert counts(crawled(version))[0] == "unchanged"
    assert held(fresh_engine) == ["d:a", "d:c", "d:d", "d:e"]
    assert not any(path == "/full" for path, _ in site.asked[2:])
    site.put("/full", lines("z"))  # a version that no list of changes leads to
    assert counts(crawled("20260109-z")) == ("updated", 1, 1, 0, 4, 0)


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        ("/delta", b"", [500] * 9),
        ("/delta", b"<html>", []),
        (
            "/delta",
            b'{"versions": {"20260101-a": "http://[::1/a", "20260102-b": "http://[::1/b"}}',
            [],
        ),
        ("/20260102-b", b"", [404]),
        ("/20260102-b", operation("ADD", "c" * 999, "C") * 999, ["cut"] * 9),
        ("/20260102-b", b"<html>Down</html>", []),
        ("/20260102-b", operation("ADD", "c", "C")[:-9], []),
    ],
    ids=["no list", "a list of nothing", "no addresses", "no changes", "cut", "html", "cut off"],
)
def test_changes_that_cannot_be_had_are_no_trouble(
    fresh_engine: Engine, site: Any, tmp_path: Path, path: str, body: bytes, faults: Sequence[Any]
) -> None:
    def crawled(version: str) -> Run:
        source = Source(
            url=f"{site.url}/full",
            version=version,
            delta=f"{site.url}/delta",
            format="ftm",
            timeout=1.0,
            tries=0,
        )
        return Crawler(fresh_engine, lambda _: None).crawl(Entry("d", source, tmp_path))

    versions = {name: f"{site.url}/{name}" for name in ("20260101-a", "20260102-b")}
    site.put("/delta", json.dumps({"versions": versions}).encode())
    site.put("/20260102-b", operation("ADD", "c", "C"))
    site.put("/full", lines("a", "b"))
    assert counts(crawled("20260101-a")) == ("updated", 2, 2, 0, 0, 0)
    site.put("/full", lines("a", "c"))
    site.put(path, body, *faults)
    assert counts(crawled("20260102-b")) == ("updated", 2, 1, 0, 1, 0)
    assert path in [asked for asked, _ in site.asked]
    assert (held(fresh_engine), fresh_engine.check()) == (["d:a", "d:c"], [])


def test_one_crawl_at_a_time_and_a_killed_one_is_noted(
    fresh_engine: Engine, crawl: Crawl, tmp_path: Path
) -> None:
    (tmp_path / "d.json").write_bytes(lines("a"))
    killed = Run("k", "d", "x", datetime(2026, 1, 1, tzinfo=UTC))
    fresh_engine.note_run(killed)
    with (
        fresh_engine.claim("d", "crawled"),
        pytest.raises(EngineInUse, match="d is being crawled by process"),
    ):
        crawl(path="d.json")
    crawl(path="d.json")
    assert [run.outcome for run in fresh_engine.runs("d", 9)] == ["updated", "interrupted"]


def test_a_killed_crawl_is_told_and_due_again(fresh_engine: Engine, tmp_path: Path) -> None:
    catalog = Catalog(
        [Entry("d", Source(path="d.json"), tmp_path, {"frequency": "monthly"})], [], tmp_path
    )
    for settings in (
        fresh_engine.settings,
        fresh_engine.settings.model_copy(update={"data": tmp_path / "other"}),
    ):
        engine = Engine(
            settings, Stores(fresh_engine._connection, fresh_engine._index, fresh_engine._server)
        )
        start = datetime(2026, 1, 1, tzinfo=UTC)
        engine.note_run(Run("k", "d", "x", start))
        with fresh_engine.claim("d", "crawled"):
            assert engine.runs("d", 1)[0].outcome is Outcome.RUNNING
            assert due_entries(engine, catalog, start + timedelta(hours=2), pytest.fail) == []
        assert [(run.outcome, run.message) for run in engine.runs("d", 1)] == [
            ("interrupted", "it was killed")
        ]
        assert engine._journal.histories(["d"], 1)["d"][0].outcome is Outcome.INTERRUPTED
        assert due_entries(engine, catalog, start + timedelta(minutes=59), pytest.fail) == []
        assert (
            due_entries(engine, catalog, start + timedelta(hours=1), pytest.fail) == catalog.entries
        )


def test_what_is_due_is_crawled_while_clew_serves(fresh_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_bytes(lines("a"))
    path = tmp_path / "catalog.yml"
    path.write_text(
        "datasets:\n- {name: d, source: {path: d.json}}\n- {name: e, source: {path: none.json}}\n"
    )
    fresh_engine.settings = fresh_engine.settings.model_copy(update={"catalog": path})
    done, told = threading.Event(), []

    def say(text: str) -> None:
        told.append(text)
        if len(told) == 2:
            done.set()

    scheduler = Scheduler(fresh_engine, say)
    scheduler.start()
    assert done.wait(60)
    scheduler.stop()
    assert sorted(told)[0] == "d: updated (1 read, 1 added, 0 changed, 0 removed, 0 refused)"
    assert sorted(told)[1].startswith("e: failed: ")
    assert fresh_engine.runs("d", 1)[0].next_run is None
    assert fresh_engine.runs("e", 1)[0].next_run is not None
    path.unlink()
    scheduler.tick()
    assert fresh_engine.runs("e", 1)[0].next_run is None  # nobody asks for it any more
    entries = [Entry(name, Source(path="x"), tmp_path) for name in ("d", "e", "f")]
    assert due_entries(
        fresh_engine, Catalog(entries, [], tmp_path), datetime.now(UTC), pytest.fail
    ) == [entries[2]]


def test_a_catalog_of_others_is_not_asked_for_over_and_over_while_clew_serves(
    fresh_engine: Engine, site: Any, tmp_path: Path
) -> None:
    resources = [{"name": "entities.ftm.json", "url": site.put("/e", lines("a"))}]
    odd = {"name": "odd", "resources": [{"name": "entities.ftm.json"}]}
    index = {"datasets": [{"name": "e", "version": "1", "resources": resources}, odd]}
    path = tmp_path / "catalog.yml"
    path.write_text(f"catalogs:\n- url: {site.put('/index', json.dumps(index).encode())}\n")
    fresh_engine.settings = fresh_engine.settings.model_copy(update={"catalog": path})
    done, told = threading.Event(), list[str]()

    def say(text: str) -> None:
        told.append(text)
        if text.startswith("e: "):
            done.set()

    scheduler = Scheduler(fresh_engine, say)
    scheduler.start()
    assert done.wait(60)
    for _ in range(3):
        scheduler.tick()
    scheduler.stop()
    assert [asked for asked, _ in site.asked] == ["/index", "/e"]
    assert [text.split(" (")[0] for text in told] == [f"clew: {site.url}/index", "e: updated"]

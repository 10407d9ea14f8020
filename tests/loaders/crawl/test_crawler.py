"""Crawls from a real web server: new versions replace old ones, failures leave the old one."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from engine.errors import ClewError, EngineInUse
from engine.run import Outcome, Run
from loaders.crawl.catalog import Entry, Source
from loaders.crawl.crawler import Crawler
from loaders.load.load import load
from tests.loaders.crawl.conftest import Crawl, counts, ids_in, lines


def test_new_versions_are_loaded_and_only_those(
    fresh_engine: Engine, crawl: Crawl, site: Any
) -> None:
    url = site.put("/d.json", lines("a", "b", "c"), etag='"1"')
    assert counts(crawl(url=url)) == ("updated", 3, 3, 0, 0, 0)
    revision = fresh_engine.revision()
    assert counts(crawl(url=url)) == ("unchanged", 0, 0, 0, 0, 0)
    assert site.asked[-1][1]["If-None-Match"] == '"1"'
    site.put("/d.json", lines("a", "b", "c"), etag='"2"')  # the same bytes
    assert counts(crawl(url=url)) == ("unchanged", 0, 0, 0, 0, 0)
    assert fresh_engine.revision() == revision
    changed = lines("b", "c").replace(b'"B"', b'"Bee"')
    site.put("/d.json", changed + lines("x"), etag='"3"')
    assert counts(crawl(url=url)) == ("updated", 3, 1, 1, 1, 0)
    assert ids_in(fresh_engine) == ["d:b", "d:c", "d:x"]
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
            r"1 of 6 entities would be refused; the first: "
            r"d\.json:5: id z was already given with other content",
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
def test_a_failure_leaves_the_old_version(
    fresh_engine: Engine, crawl: Crawl, site: Any, body: bytes, faults: Sequence[Any], reason: str
) -> None:
    site.put("/to", b"", "/d.json")
    url = site.put("/d.json", lines("a", "b"), etag='"1"')
    crawl(url=url)
    before = (fresh_engine.revision(), fresh_engine.dataset("d", fresh_engine.owner_access()))
    site.put("/d.json", body, *faults, etag='"2"')
    run = crawl(url=url)
    assert run.outcome is Outcome.FAILED
    assert counts(run)[1:] == (0, 0, 0, 0, 0)
    assert run.ended is not None
    assert re.search(reason, run.message or ""), run.message
    assert (
        fresh_engine.revision(),
        fresh_engine.dataset("d", fresh_engine.owner_access()),
    ) == before
    assert ids_in(fresh_engine) == ["d:a", "d:b"]
    assert fresh_engine.runs("d", 1) == [run]
    site.put("/d.json", lines("a", "b", "c"), etag='"3"')
    assert counts(crawl(url=url)) == ("updated", 3, 1, 0, 0, 0)


def test_a_dataset_that_differs_from_its_source_is_loaded_again(
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
    assert ids_in(fresh_engine) == ["d:a", "d:b", "d:x", "d:y"]
    assert counts(crawl(url=url)) == ("updated", 2, 0, 0, 2, 0)
    assert crawl(url=url).outcome is Outcome.UNCHANGED
    (tmp_path / "other.json").write_bytes(lines("foreign"))
    load(fresh_engine, [str(tmp_path / "other.json")], "d", keep=True)
    assert counts(crawl(url=url)) == ("updated", 2, 0, 0, 1, 0)
    assert crawl(url=url).outcome is Outcome.UNCHANGED
    assert (ids_in(fresh_engine), fresh_engine.check()) == (["d:a", "d:b"], [])


def test_secrets_in_an_address_are_never_shown(
    fresh_engine: Engine, site: Any, tmp_path: Path
) -> None:
    messages: list[str] = []
    url = site.put("/d.json?token=geheim&year=2026", lines("a")).replace("://", "://user:geheim@")
    crawler = Crawler(fresh_engine, messages.append)
    for source in (Source(url=url), Source(url=url, size=1)):
        messages.append(str(crawler.crawl(Entry("d", source, tmp_path), force=True)))
    assert f"d: asking {site.url}/d.json?token=…&year=2026" in messages
    assert "geheim" not in " ".join(messages)
    assert site.asked[-1][0].endswith("?token=geheim&year=2026")


def test_the_next_crawl_resumes_a_cut_download(
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
    checksum = hashlib.sha1(lines("a")).hexdigest()
    assert counts(crawl(url=url, checksum=checksum, size=len(lines("a"))))[0] == "updated"
    site.put("/d.json", lines("b"))
    assert counts(crawl(url=url))[0] == "updated"


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


def test_a_source_that_lost_most_of_its_records_fails(
    crawl: Crawl, fresh_engine: Engine, tmp_path: Path
) -> None:
    fresh_engine.settings = fresh_engine.settings.model_copy(update={"max_removed": 0.5})
    file = tmp_path / "file.json"
    file.write_bytes(lines("a", "b", "c", "e"))
    crawl(path=str(file))
    advice = "; if that is right: clew crawl d --accept-removals"
    for content, why in ((lines("a"), advice), (b"", "what came is empty")):
        file.write_bytes(content)
        run = crawl(path=str(file))
        assert run.outcome == Outcome.FAILED
        assert (run.message or "").endswith(why)
        assert ids_in(fresh_engine) == ["d:a", "d:b", "d:c", "d:e"]
    file.write_bytes(lines("a"))
    assert counts(crawl(path=str(file), accept_removals=True)) == ("updated", 1, 0, 0, 3, 0)
    assert crawl(path=str(file)).outcome == Outcome.UNCHANGED

"""When a dataset is due: by its schedule, its frequency, and how the last crawl ended."""

import gzip
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ClewError
from engine.run import Outcome, Run
from loaders.crawl.catalog import Entry, Source
from loaders.crawl.due import next_run
from loaders.crawl.schedule import index_of, summary
from loaders.intake.download import Limits


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entry(frequency: str = "unknown", schedule: str | None = None) -> Entry:
    return Entry("d", Source(path="x"), Path("."), {"frequency": frequency}, schedule)


def run(started: str, outcome: Outcome = Outcome.UPDATED, ended: str | None = None) -> Run:
    return Run("1", "d", "x", at(started), at(ended or started), outcome)


@pytest.mark.parametrize(
    ("entry", "last", "due"),
    [
        (entry(), None, "0001-01-01"),
        (entry(), run("2026-01-31"), None),
        (entry("never"), run("2026-01-31"), None),
        (entry("hourly"), run("2026-01-31T10:20"), "2026-01-31T11:20"),
        (entry("daily"), run("2026-01-31T10:20"), "2026-02-01T10:20"),
        (entry("monthly"), run("2026-01-31"), "2026-02-28"),
        (entry("annually"), run("2028-02-29"), "2029-02-28"),
        (entry("daily", "30 3 * * 1"), run("2026-11-24T10:00"), "2026-11-30T03:30"),
        (
            entry("monthly"),
            run("2026-01-31", Outcome.FAILED, "2026-01-31T00:05"),
            "2026-01-31T01:05",
        ),
        (entry(), run("2026-01-31", Outcome.INTERRUPTED), "2026-01-31T01:00"),
        (
            entry("hourly", "15 * * * *"),
            run("2026-01-31T10:10", Outcome.FAILED),
            "2026-01-31T10:15",
        ),
        (entry("daily"), run("2026-01-31", Outcome.UNCHANGED), "2026-02-01"),
    ],
)
def test_next_run(entry: Entry, last: Run | None, due: str | None) -> None:
    assert next_run(entry, last) == (None if due is None else at(due))


def test_a_crawl_in_one_line() -> None:
    told = Run(
        "1",
        "d",
        "x",
        at("2026-01-31"),
        outcome=Outcome.UPDATED,
        read=1200,
        added=1000,
        refused=3,
        message="m",
    )
    assert (
        summary(told) == "d: updated (1,200 read, 1,000 added, 0 changed, 0 removed, 3 refused): m"
    )
    assert summary(run("2026-01-31", Outcome.UNCHANGED)) == "d: unchanged"


def test_a_catalog_of_others_is_asked_for_only_when_it_is_new(site: Any, tmp_path: Path) -> None:
    url = site.put("/index", b'{"datasets": []}', etag='"1"')
    for _ in range(3):
        assert index_of(url, tmp_path, 60.0) == {"datasets": []}
    assert len(site.asked) == 1
    assert site.asked[0][1]["User-Agent"].startswith("clew")
    assert index_of(url, tmp_path, 0.0) == {"datasets": []}
    assert site.asked[1][1]["If-None-Match"] == '"1"'
    site.put("/index", b"[1]", etag='"2"')
    assert index_of(url, tmp_path, 0.0) == [1]
    site.put("/index", b"[2]", 404, etag='"3"')
    for kept in (0.0, 60.0):  # nor is one that is away asked for over and over
        with pytest.raises(ClewError, match="answered 404"):
            index_of(url, tmp_path, kept)
    assert len(site.asked) == 4
    assert index_of(url, tmp_path, 0.0) == [2]
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"{")
    assert index_of(url, tmp_path, 60.0) == [2]


def broken(body: bytes, **headers: str) -> Any:
    def given(handler: Any) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        while "slow" in headers:
            handler.wfile.write(b" ")
            time.sleep(0.1)

    return given


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (500, "answered 500"),
        (broken(b"{}", Content_Length="9999"), "broke off in the middle"),
        (broken(b"no gzip", Content_Encoding="gzip"), "not packed as the server says"),
        (broken(b"{", slow="yes"), "took longer than 1 s"),
        (broken(b"<html>"), "/index is not JSON"),
        (broken(gzip.compress(b" " * 999999), Content_Encoding="gzip"), "longer than 99,999 bytes"),
    ],
    ids=["500", "cut", "no gzip", "slow", "html", "bomb"],
)
def test_a_catalog_of_others_that_cannot_be_had(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Any, reason: str
) -> None:
    monkeypatch.setattr(
        "loaders.crawl.schedule.PATIENCE",
        Limits(silence=0.5, seconds=1.0, size=99_999, tries=1, wait=0.01),
    )
    url = site.put("/index", b"[]", fault, fault).replace("//", "//me:geheim@") + "?token=geheim"
    site.pages["/index?token=geheim"] = site.pages["/index"]
    with pytest.raises(ClewError, match=reason) as caught:
        index_of(url, tmp_path, 60.0)
    assert "geheim" not in str(caught.value)
    site.pages["/index?token=geheim"].faults.clear()
    assert index_of(url, tmp_path, 0.0) == []

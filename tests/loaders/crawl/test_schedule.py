"""When a dataset is due, and that what is due is crawled while Clew serves."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from engine.run import Outcome, Run
from engine.store import Stores
from loaders.crawl.catalog import Catalog, Entry, Source
from loaders.crawl.crawler import Crawler
from loaders.crawl.due import next_run
from loaders.crawl.schedule import Scheduler, due_entries, summary
from tests.loaders.crawl.conftest import lines


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
    updated = Run(
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
        summary(updated)
        == "d: updated (1,200 read, 1,000 added, 0 changed, 0 removed, 3 refused): m"
    )
    assert summary(run("2026-01-31", Outcome.UNCHANGED)) == "d: unchanged"


def test_a_killed_crawl_is_shown_and_due_again(fresh_engine: Engine, tmp_path: Path) -> None:
    catalog = Catalog(
        [Entry("d", Source(path="d.json"), tmp_path, {"frequency": "monthly"})], [], tmp_path
    )
    for settings in (
        fresh_engine.settings,
        fresh_engine.settings.model_copy(update={"data": tmp_path / "other"}),
    ):
        stores = Stores(
            fresh_engine._connection, fresh_engine._index, fresh_engine._server, ("", "", "")
        )
        engine = Engine(settings, stores)
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


def test_what_another_process_crawled_since_it_was_found_due_is_not_crawled_again(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "d.json").write_bytes(lines("a"))
    entry = Entry("d", Source(path="d.json"), tmp_path, {"frequency": "daily"})
    crawler = Crawler(fresh_engine, lambda _: None)
    fresh_engine.note_run(Run("k", "d", "x", datetime.now(UTC) - timedelta(hours=2)))
    found = due_entries(
        fresh_engine, Catalog([entry], [], tmp_path), datetime.now(UTC), pytest.fail
    )
    assert found == [entry], "one that was killed an hour ago is due"
    first, second = crawler.crawl_due(entry), crawler.crawl_due(entry)
    assert first is not None
    assert first.outcome is Outcome.UPDATED
    assert second is None
    assert [run.outcome for run in fresh_engine.runs("d", 9)] == ["updated", "interrupted"]
    assert crawler.crawl(entry).outcome is Outcome.UNCHANGED, "without a look at what is due"


def test_what_is_due_is_crawled_while_clew_serves(fresh_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_bytes(lines("a"))
    path = tmp_path / "catalog.yml"
    path.write_text(
        "datasets:\n- {name: d, source: {path: d.json}}\n- {name: e, source: {path: none.json}}\n"
    )
    fresh_engine.settings = fresh_engine.settings.model_copy(update={"catalog": path})
    done, messages = threading.Event(), list[str]()

    def report(text: str) -> None:
        messages.append(text)
        if len(messages) == 2:
            done.set()

    scheduler = Scheduler(fresh_engine, report)
    scheduler.start()
    assert done.wait(60)
    scheduler.stop()
    assert sorted(messages)[0] == "d: updated (1 read, 1 added, 0 changed, 0 removed, 0 refused)"
    assert sorted(messages)[1].startswith("e: failed: ")
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
    done, messages = threading.Event(), list[str]()

    def report(text: str) -> None:
        messages.append(text)
        if text.startswith("e: "):
            done.set()

    scheduler = Scheduler(fresh_engine, report)
    scheduler.start()
    assert done.wait(60)
    for _ in range(3):
        scheduler.tick()
    scheduler.stop()
    assert [asked for asked, _ in site.asked] == ["/index", "/e"]
    assert [text.split(" (")[0] for text in messages] == [f"clew: {site.url}/index", "e: updated"]

"""Crawls in GraphQL: real ones, page by page, and when the next is due."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.operation import operations
from engine.cursor import cursor_of
from engine.engine import Engine
from engine.run import Outcome, Run
from loaders.crawl.catalog import Catalog, Entry, Listed, Source
from loaders.crawl.crawler import Crawler
from loaders.crawl.schedule import due_entries
from tests.publish import publish_all

LINE = '{"id": "%s", "schema": "Person", "properties": {"name": ["%s"]}}\n'
Ask = Callable[..., Any]


@pytest.fixture
def ask(fresh_engine: Engine) -> Iterator[Ask]:
    with TestClient(create_app(fresh_engine)) as client:

        def asked(query: str, **variables: Any) -> Any:
            publish_all(fresh_engine)
            answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
            return (
                answer["errors"][0]["extensions"]["code"] if "errors" in answer else answer["data"]
            )

        yield asked


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def crawl_three_versions(crawler: Crawler, folder: Path) -> None:
    """Crawls ``d`` when its source is new, when it has changed, and when it is gone."""
    entry = Entry("d", Source(path="d.json", max_refused=0.5), folder, {"frequency": "weekly"})
    file = folder / "d.json"
    file.write_text("".join(LINE % (name, name) for name in "abc"))
    crawler.crawl(entry)
    file.write_text(LINE % ("a", "Ada") + LINE % ("b", "b") + LINE % ("x", "x") + '{"id": "y"}\n')
    crawler.crawl(entry)
    file.unlink()
    crawler.crawl(entry)


def test_late_datasets_show_their_last_crawls(
    fresh_engine: Engine, ask: Ask, tmp_path: Path
) -> None:
    crawler = Crawler(fresh_engine, lambda _: None)
    crawl_three_versions(crawler, tmp_path)
    now = datetime.now(UTC)
    (tmp_path / "e.json").write_text(LINE % ("a", "a"))
    crawler.crawl(Entry("e", Source(path="e.json"), tmp_path, {"frequency": "daily"}))
    fresh_engine.mark_updated("d", now - timedelta(days=30))
    (query,) = [one.text for one in operations() if one.name == "late_datasets"]
    answer = ask(query)
    (late,) = answer["late"]["nodes"]
    outcomes = [
        {k: run[k] for k in ("outcome", "read", "added", "changed", "removed", "refused")}
        for run in late["runs"]["nodes"]
    ]
    assert (late["name"], late["runs"]["totalCount"]) == ("d", 3)
    assert outcomes == [
        {"outcome": "FAILED", "read": 0, "added": 0, "changed": 0, "removed": 0, "refused": 0},
        {"outcome": "UPDATED", "read": 4, "added": 1, "changed": 1, "removed": 1, "refused": 1},
        {"outcome": "UPDATED", "read": 3, "added": 3, "changed": 0, "removed": 0, "refused": 0},
    ]
    messages = [run["message"] for run in late["runs"]["nodes"]]
    assert "d.json is not there" in messages[0]
    assert "d.json:4: " in messages[1]
    assert messages[2] is None
    again = moment(late["nextRun"]) - moment(late["runs"]["nodes"][0]["ended"])
    assert again == timedelta(hours=1)  # a crawl that failed
    (other,) = answer["others"]["nodes"]
    assert (other["name"], moment(other["nextRun"]).date()) == (
        "e",
        (now + timedelta(days=1)).date(),
    )


def test_history_in_pages(fresh_engine: Engine, ask: Ask) -> None:
    fresh_engine.set_dataset("d", {})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(7):  # two that started in one moment stand in the order of their ids
        begun = start + timedelta(hours=number // 2)
        fresh_engine.note_run(Run(f"r{number}", "d", "x", begun, begun, Outcome.UNCHANGED))
    fresh_engine.note_run(Run("other", "e", "x", start))
    parts = (
        "totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor }"
    )
    page = f"runs(first: 3, after: $after) {{ {parts} }}"
    query = f'query($after: String) {{ dataset(name: "d") {{ {page} }} }}'
    seen, after = [], None
    for more in (True, True, False):
        history = ask(query, after=after)["dataset"]["runs"]
        assert [edge["node"] for edge in history["edges"]] == history["nodes"]
        assert (history["totalCount"], history["pageInfo"]["hasNextPage"]) == (7, more)
        seen += [node["id"] for node in history["nodes"]]
        after = history["pageInfo"]["endCursor"]
    assert seen == ["r6", "r4", "r5", "r2", "r3", "r0", "r1"]
    for wrong in (
        "%",
        "bm9uc2Vuc2U",
        cursor_of("r1"),
        cursor_of("yesterday", "r1"),
        cursor_of("0001-01-01T00:00+23:00", ""),
        "",
    ):
        assert ask(query, after=wrong) == "BAD_USER_INPUT"
    empty = ask('{ dataset(name: "d") { runs(first: 0) { totalCount nodes { id } } } }')["dataset"][
        "runs"
    ]
    assert empty == {"totalCount": 7, "nodes": []}
    assert ask('{ dataset(name: "e") { runs { nodes { id } } } }') == {
        "dataset": None
    }  # no dataset, and so no history


def test_crawls_of_many_datasets_are_read_together(
    fresh_engine: Engine, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("d", "e", "f"):
        fresh_engine.set_dataset(name, {})
        fresh_engine.note_run(Run(name, name, "x", datetime(2026, 1, 1, tzinfo=UTC), message=name))
    asked, read = [], fresh_engine._journal.histories
    monkeypatch.setattr(
        fresh_engine._journal, "histories", lambda *args: asked.append(args[0]) or read(*args)
    )
    with fresh_engine.claim("d", "crawled"):
        query = "{ datasets { nodes { name runs(first: 5) { nodes { message outcome ended } } } } }"
        datasets = ask(query)["datasets"]["nodes"]
    assert [(one["name"], one["runs"]["nodes"][0]["message"]) for one in datasets] == [
        ("d", "d"),
        ("e", "e"),
        ("f", "f"),
    ]
    assert datasets[0]["runs"]["nodes"][0] == {"message": "d", "outcome": "RUNNING", "ended": None}
    assert datasets[1]["runs"]["nodes"][0] == {
        "message": "e",
        "outcome": "INTERRUPTED",
        "ended": None,
    }  # nobody is at it
    assert asked == [["d", "e", "f"]]


def test_the_next_crawl_follows_the_catalog(fresh_engine: Engine, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(LINE % ("a", "a"))
    entry = Entry("d", Source(path="d.json"), tmp_path, {"frequency": "monthly"})
    run = Crawler(fresh_engine, lambda _: None).crawl(entry)
    query = '{ dataset(name: "d") { nextRun } }'
    assert run.next_run is not None
    assert (
        moment(ask(query)["dataset"]["nextRun"]) == run.next_run > run.started + timedelta(days=27)
    )
    hourly = replace(entry, metadata={"frequency": "hourly"})
    assert (
        due_entries(fresh_engine, Catalog([hourly], [], tmp_path), datetime.now(UTC), pytest.fail)
        == []
    )
    assert moment(ask(query)["dataset"]["nextRun"]) == run.started + timedelta(hours=1)
    once = replace(entry, metadata={"frequency": "never"})
    assert (
        due_entries(fresh_engine, Catalog([once], [], tmp_path), datetime.now(UTC), pytest.fail)
        == []
    )
    assert ask(query)["dataset"]["nextRun"] is None


def test_what_the_catalog_has_dropped_has_no_next_crawl(
    fresh_engine: Engine, ask: Ask, tmp_path: Path
) -> None:
    def looked(*entries: Entry, listed: list[Listed] | None = None, sole: bool = True) -> Any:
        catalog = Catalog([*entries], listed or [], tmp_path)
        due_entries(fresh_engine, catalog, datetime.now(UTC), lines.append, sole=sole)
        return ask(
            '{ d: dataset(name: "d") { nextRun } '
            'e: dataset(name: "e") { nextRun runs { totalCount } } }'
        )

    lines: list[str] = []
    for name in ("d", "e"):
        (tmp_path / f"{name}.json").write_text(LINE % ("a", "a"))
        entry = Entry(name, Source(path=f"{name}.json"), tmp_path, {"frequency": "monthly"})
        run = Crawler(fresh_engine, lambda _: None).crawl(entry)
    kept = Entry("d", Source(path="d.json"), tmp_path, {"frequency": "monthly"})
    away = Listed(url="http://127.0.0.1:9/index.json")
    for answer in (
        looked(kept, listed=[away]),
        looked(kept, sole=False),
    ):  # e may be on a list that cannot be had
        assert moment(answer["e"]["nextRun"]) == run.next_run
    assert [text.split(" ")[0] for text in lines] == ["http://127.0.0.1:9/index.json"]
    answer = looked(kept)
    assert answer["d"]["nextRun"] is not None
    assert answer["e"] == {"nextRun": None, "runs": {"totalCount": 1}}
    assert moment(looked(kept, entry)["e"]["nextRun"]) == run.next_run  # named again

"""Datasets: what may be said of them, when they are late, and that nothing of a deleted one stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from followthemoney.dataset.coverage import FREQUENCY_TYPE

from engine.access import Access
from engine.dataset import Dataset, ExportPolicy, Frequency, Publisher, next_expected, overdue
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.graph.record.writer import removal_size
from engine.index.index import Index
from engine.metadata import checked, from_ftm
from engine.question import Direction, ExpandQuestion, SearchQuestion
from engine.run import Outcome, Run
from engine.settings import Settings
from engine.sync.follower import Follower
from tests.inside import dataset_ids, graph_identities

Bolt = tuple[str, str, str]
BOTH = Access(frozenset({"kept", "gone"}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "frequency", "expected"),
    [
        ("2024-01-31T10:00", "monthly", "2024-02-29T10:00"),
        ("2023-01-31T10:00", "monthly", "2023-02-28T10:00"),
        ("2023-03-31", "monthly", "2023-04-30"),
        ("2023-12-15", "monthly", "2024-01-15"),
        ("2024-02-29", "annually", "2025-02-28"),
        ("2023-02-28", "annually", "2024-02-28"),
        ("2024-02-28", "daily", "2024-02-29"),
        ("2024-12-30", "weekly", "2025-01-06"),
        ("2024-12-31T23:30", "hourly", "2025-01-01T00:30"),
        ("2024-01-01", "never", None),
        ("2024-01-01", "unknown", None),
        (None, "daily", None),
    ],
)
def test_next_expected(last: str | None, frequency: str, expected: str | None) -> None:
    found = next_expected(at(last) if last else None, Frequency(frequency))
    assert found == (at(expected) if expected else None)


@pytest.mark.parametrize(
    ("last", "frequency", "due", "grace"),
    [
        ("2024-01-01", "hourly", "2024-01-01T01:00", timedelta(minutes=15)),
        ("2024-01-01", "daily", "2024-01-02", timedelta(hours=6)),
        ("2024-01-01", "weekly", "2024-01-08", timedelta(hours=42)),
        ("2023-02-01", "monthly", "2023-03-01", timedelta(days=7)),
        ("2024-02-29", "annually", "2025-02-28", timedelta(days=7)),
    ],
)
def test_overdue_only_after_the_grace(
    last: str, frequency: str, due: str, grace: timedelta
) -> None:
    limit = at(due) + grace
    found = Dataset("d", "D", frequency=Frequency(frequency), last_updated=at(last))
    assert not found.overdue(limit)
    assert found.late_by(limit) is None
    assert found.overdue(limit + timedelta(seconds=1))
    assert found.late_by(limit + timedelta(seconds=1)) == grace + timedelta(seconds=1)


@pytest.mark.parametrize("frequency", Frequency)
def test_what_never_came_is_overdue_if_it_should_come(frequency: Frequency) -> None:
    assert overdue(None, frequency, at("2024-01-01")) == (frequency not in ("unknown", "never"))
    if frequency in ("unknown", "never"):
        assert not overdue(at("1990-01-01"), frequency, at("2024-01-01"))


def test_frequencies_are_ftms() -> None:
    assert tuple(Frequency) == get_args(FREQUENCY_TYPE)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"frequency": "annual"}, {"frequency": "annually"}),
        ({"frequency": "Weekly"}, {"frequency": "weekly"}),
        ({"countries": ["de", "Germany", "GB"]}, {"countries": ["de", "gb"]}),
        ({"countries": [""]}, {"countries": None}),
        ({"title": "  A \n b "}, {"title": "A b"}),
        ({"url": "https://example.org"}, {"url": "https://example.org/"}),
        ({"license": "CC BY 4.0"}, {"license": "CC BY 4.0"}),
        ({"summary": ""}, {"summary": None}),
        ({"publisher": ""}, {"publisher": None, "publisher_url": None, "publisher_country": None}),
        ({"coverage_start": "2019-04"}, {"coverage_start": "2019-04"}),
        ({"export_policy": "members"}, {"export_policy": "members"}),
    ],
)
def test_values_as_they_are_kept(changes: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    assert checked(changes) == kept


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"frequency": "yearly"},
            "frequency 'yearly' is not allowed: give one of unknown, never, hourly, daily",
        ),
        ({"countries": ["atlantis"]}, "countries 'atlantis' is not allowed: give a country's code"),
        ({"countries": 5}, "countries 5 is not allowed"),
        (
            {"url": "javascript:alert(1)"},
            "url 'javascript:alert(1)' is not allowed: give a web address",
        ),
        ({"license": "ftp://x.org"}, "license 'ftp://x.org' is not allowed"),
        ({"publisher_country": "xx1"}, "publisher_country 'xx1' is not allowed"),
        ({"coverage_end": "soon"}, "coverage_end 'soon' is not allowed: give a date: 2019"),
        (
            {"export_policy": "all"},
            "export_policy 'all' is not allowed: give one of everyone, registered, members",
        ),
        ({"title": "a\x1b[31mb"}, "is not allowed: give text of at most"),
        ({"summary": "x" * 5001}, "is not allowed: give text of at most 5,000"),
        ({"summary": 7}, "summary 7 is not allowed"),
        ({"frequenzy": "daily"}, "a dataset has no field 'frequenzy': there are title"),
    ],
)
def test_bad_values_are_told(changes: Mapping[str, Any], told: str) -> None:
    with pytest.raises(BadInput) as error:
        checked(changes)
    assert told in str(error.value)


def test_ftms_format_and_alephs_are_read() -> None:
    coverage = {"start": "2001", "countries": ["no"], "frequency": "monthly"}
    publisher = {"name": "P", "url": "https://p.org", "country": "no", "official": "true"}
    given = {
        "name": "d",
        "title": "T",
        "publisher": publisher,
        "coverage": coverage,
        "resources": [],
        "typo": 1,
    }
    changes, aside = from_ftm(given)
    assert aside == ["publisher.official", "resources", "typo"]
    assert changes == {
        "title": "T",
        "publisher": "P",
        "publisher_url": "https://p.org",
        "publisher_country": "no",
        "countries": ["no"],
        "frequency": "monthly",
        "coverage_start": "2001",
    }
    odd = {
        "coverage": {"schedule": "@daily", "start": "2019"},
        "publisher": {"acronym": "B", "name": "Bee"},
        "x": {},
    }
    assert from_ftm(odd) == (
        {"publisher": "Bee", "coverage_start": "2019"},
        ["coverage.schedule", "publisher.acronym", "x"],
    )
    assert from_ftm({"coverage": "x"}) == ({}, ["coverage"])
    aleph, _ = from_ftm(
        {"label": "L", "publisher": "P", "publisher_url": "u", "frequency": "annual"}
    )
    assert aleph == {"title": "L", "publisher": "P", "publisher_url": "u", "frequency": "annual"}


def test_what_is_set_is_kept_and_taken_away(fresh_engine: Engine) -> None:
    engine = fresh_engine
    changes = {
        "title": "T",
        "publisher": "P",
        "publisher_country": "de",
        "countries": ["de", "fr"],
        "url": "http://x.org",
    }
    assert not engine.set_dataset("d", {**changes, "frequency": "daily", "coverage_start": "2019"})
    assert engine.set_dataset("d", {"url": "", "export_policy": "nobody"})
    [found] = engine.datasets(engine.everybody())
    assert found == Dataset(
        "d",
        "T",
        publisher=Publisher("P", None, "de"),
        countries=["de", "fr"],
        frequency=Frequency.DAILY,
        coverage_start="2019",
        export_policy=ExportPolicy.NOBODY,
    )
    for bad in ({"coverage_end": "2018-12"}, {"publisher": None, "publisher_url": "http://x.org"}):
        with pytest.raises(BadInput):
            engine.set_dataset("d", bad)
    assert engine.dataset("d", engine.everybody()) == found
    assert engine.datasets(engine.everybody(), overdue=True) == [found]
    now = datetime.now(UTC)
    engine.mark_updated("d", now)
    assert engine.datasets(engine.everybody(), overdue=True) == []
    assert engine.datasets(engine.everybody(), overdue=False) == [replace(found, last_updated=now)]


def company(dataset: str, key: str, **properties: list[str]) -> Entity:
    return make_entity(dataset, key, "Company", {"name": [f"{dataset} {key}"], **properties})


def owns(dataset: str, key: str, owner: str, asset: str) -> Entity:
    return make_entity(dataset, key, "Ownership", {"owner": [owner], "asset": [asset]})


KEPT = [
    company("kept", "a", phone=["+4930111111"], parent=["gone:a"]),
    company("kept", "b", phone=["+4930222222"]),
    company("kept", "c", phone=["+4930222222"], address=["Main Street 1"]),
    owns("kept", "ab", "a", "b"),
    owns("kept", "a-gone", "a", "gone:b"),
    owns("kept", "a-nowhere", "a", "gone:nowhere"),
    *(company("kept", f"h{n}", email=["hub@example.org"]) for n in range(45)),
]
GONE = [
    company("gone", "a", phone=["+4930111111"], parent=["kept:a"]),
    company("gone", "b", phone=["+4930222222"], address=["Main Street 1"]),
    company("gone", "c", phone=["+4930333333"], addressEntity=["missing"]),
    company("gone", "d", phone=["+4930333333"]),
    owns("gone", "ab", "a", "kept:b"),
    owns("gone", "far", "d", "kept:unheard"),
    *(company("gone", f"h{n}", email=["hub@example.org"]) for n in range(10)),
]
"""With it, the e-mail address is a hub; with KEPT alone it is a shared value."""


def put(engine: Engine, dataset: str, entities: Sequence[Entity]) -> None:
    engine._writer.ensure_dataset(dataset, dataset)
    engine._writer.write(entities, ())
    engine.follow()


def test_nothing_of_a_deleted_dataset_stays(
    fresh_engine: Engine, whole: Callable[[], list[str]]
) -> None:
    engine = fresh_engine
    put(engine, "kept", KEPT)
    alone = whole()
    assert any("hub@example.org" in row and "'Literal'" in row for row in alone)
    put(engine, "gone", GONE)
    engine.note_run(
        Run("1", "gone", "https://example.org", at("2024-01-01"), outcome=Outcome.UPDATED, etag="e")
    )
    engine._writer.remove(["gone:d"])
    engine._writer.write([company("gone", "c")], {"gone:c"})
    assert whole() != alone
    assert engine.delete_dataset("gone", lambda _: None) == len(GONE) - 1
    assert whole() == alone
    assert engine.check() == []
    assert engine.deleting() == []
    assert [found.name for found in engine.datasets(engine.everybody())] == ["kept"]
    assert engine.count(SearchQuestion(), BOTH) == len(KEPT)
    assert engine.entities(["gone:a", "gone:ab"], BOTH) == [None, None]
    with pytest.raises(BadInput, match="there is no dataset 'gone'"):
        engine.delete_dataset("gone", lambda _: None)
    put(engine, "gone", GONE)
    assert [
        step.node.id
        for step in engine.expand(
            ExpandQuestion("kept:a", types=("PARENT",), direction=Direction.OUT), BOTH
        ).items
    ] == ["gone:a"]
    assert engine.check() == []


class Killed(Exception):
    """What stands for a kill."""


@pytest.mark.parametrize("step", ["Deleted 2", "Bringing", "purge", "forget"])
def test_a_deletion_killed_goes_on(
    fresh_engine: Engine,
    bolt: Bolt,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    whole: Callable[[], list[str]],
    step: str,
) -> None:
    engine = fresh_engine
    put(engine, "kept", KEPT)
    alone = whole()
    put(engine, "gone", GONE)

    def kill(*_: object) -> None:
        raise Killed

    def tell(text: str) -> None:
        if text.startswith(step):
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("engine.sync.deletion.STEP", 2)
        if step in ("purge", "forget"):
            patched.setattr(f"engine.graph.dataset.catalog.Catalog.{step}", kill)
        with pytest.raises(Killed):
            engine.delete_dataset("gone", tell)
    assert engine.deleting() == ["gone"]
    assert engine.everybody() == Access(frozenset({"kept"}))
    assert [found.name for found in engine.datasets(BOTH)] == ["kept"]
    for write in (
        lambda: engine._writer.ensure_dataset("gone"),
        lambda: engine._writer.write([company("gone", "new")], ()),
        lambda: engine.mark_updated("gone"),
        lambda: engine.set_dataset("gone", {"title": "again"}),
    ):
        with pytest.raises(BadInput, match="gone is being deleted"):
            write()
    uri, user, password = bolt
    settings = Settings(
        data=tmp_path / "second", neo4j_uri=uri, neo4j_user=user, neo4j_password=password
    )
    with Engine.open(settings, progress=lambda _: None) as second:
        assert second.deleting() == []
        assert second.check() == []
    assert whole() == alone
    engine.follow()
    assert engine.check() == []


def test_a_load_that_runs_while_its_dataset_goes_is_refused(fresh_engine: Engine) -> None:
    engine = fresh_engine
    put(engine, "gone", GONE)
    engine.delete_dataset("gone", lambda _: None)
    with pytest.raises(BadInput, match="gone is being deleted, or has been since this load began"):
        engine._writer.write([company("gone", "late")], ())
    assert dataset_ids(engine, "gone") == []


def test_an_index_older_than_the_purge_misses_no_deletion(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    engine = fresh_engine
    put(engine, "gone", GONE)
    with Index.open(tmp_path / "copy", write=True) as copy:
        follower = Follower(engine._reader, engine._writer, copy)
        follower.follow()
        put(engine, "kept", KEPT)
        engine.delete_dataset("gone", lambda _: None)
        assert dict(copy.identities()).keys() >= {"gone:a"}
        follower.follow()
        assert dict(copy.identities()) == dict(graph_identities(engine))
        assert copy.revision == engine.revision()


def test_a_purge_while_an_index_follows_is_seen(fresh_engine: Engine, tmp_path: Path) -> None:
    engine = fresh_engine
    put(engine, "gone", GONE)
    put(engine, "kept", KEPT)
    with Index.open(tmp_path / "copy", write=True) as copy:

        class Slow(type(engine._reader)):  # type: ignore[misc]  # a reader between whose reads much happens
            def changes(self, since: int) -> Any:
                yield from list(super().changes(since))
                if engine.everybody().datasets >= {"gone"}:
                    engine.delete_dataset("gone", lambda _: None)

        Follower(Slow(engine._connection, 10), engine._writer, copy).follow()
        assert dict(copy.identities()) == dict(graph_identities(engine))


def test_a_dataset_deleted_last_leaves_nothing_to_wait_for(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    engine = fresh_engine
    put(engine, "gone", GONE)
    engine.delete_dataset("gone", lambda _: None)
    with Index.open(tmp_path / "copy", write=True) as copy:
        follower = Follower(engine._reader, engine._writer, copy)
        follower.follow()
        assert not follower.behind()
        assert copy.revision == engine.revision() > 0


@pytest.mark.parametrize(
    ("heap", "records"),
    [
        ("512.00MiB", 15_360),
        ("4.00GiB", 100_000),
        ("1.50GiB", 46_080),
        ("", 15_360),
        (None, 15_360),
    ],
)
def test_how_many_records_one_transaction_removes(heap: str | None, records: int) -> None:
    assert removal_size(heap) == records


def test_a_removal_is_one_revision_as_far_as_the_heap_allows(
    fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = fresh_engine._writer, fresh_engine._reader
    [setting] = fresh_engine._connection.read("setting", {"name": "server.memory.heap.max_size"})
    assert setting["value"].endswith("iB")
    put(fresh_engine, "gone", GONE)
    with monkeypatch.context() as patched:
        patched.setattr("engine.graph.record.batch.STEP", 2)
        before = reader.revision()
        assert writer.remove([entity.id for entity in GONE]) == before + 1
    put(fresh_engine, "gone", GONE)
    monkeypatch.setattr("engine.graph.record.writer.MAX_REMOVED", 4)
    before = reader.revision()
    assert writer.remove([entity.id for entity in GONE]) == before + len(GONE) // 4
    assert list(writer.ids("gone")) == []

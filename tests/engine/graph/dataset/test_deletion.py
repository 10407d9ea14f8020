"""A deleted dataset leaves nothing behind, whenever the deletion is interrupted."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.graph.document.page import PageNodes
from engine.graph.record.writer import removal_size
from engine.index.index import Index
from engine.question import Direction, ExpandQuestion, SearchQuestion
from engine.run import Outcome, Run
from engine.settings import Settings
from engine.sync.follower import Follower
from tests.inside import dataset_ids, graph_identities

Bolt = tuple[str, str, str]
BOTH = Access(frozenset({"kept", "gone"}))


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
"""With these, too many records hold the e-mail address; KEPT alone share it."""


def put(engine: Engine, dataset: str, entities: Sequence[Entity]) -> None:
    engine._writer.ensure_dataset(dataset, dataset)
    engine._writer.write(entities, ())
    engine.follow()


def test_nothing_of_a_deleted_dataset_stays(
    fresh_engine: Engine, graph_contents: Callable[[], list[str]]
) -> None:
    engine = fresh_engine
    put(engine, "kept", KEPT)
    alone = graph_contents()
    assert any("hub@example.org" in row and "'Literal'" in row for row in alone)
    put(engine, "gone", GONE)
    engine.note_run(
        Run(
            "1",
            "gone",
            "https://example.org",
            datetime(2024, 1, 1, tzinfo=UTC),
            outcome=Outcome.UPDATED,
            etag="e",
        )
    )
    engine._writer.remove(["gone:d"])
    engine._writer.write([company("gone", "c")], {"gone:c"})
    assert graph_contents() != alone
    assert engine.delete_dataset("gone", lambda _: None) == len(GONE) - 1
    assert graph_contents() == alone
    assert engine.check() == []
    assert engine.deleting() == []
    assert [dataset.name for dataset in engine.datasets(engine.owner_access())] == ["kept"]
    assert engine.count(SearchQuestion(), BOTH) == len(KEPT)
    assert engine.entities(["gone:a", "gone:ab"], BOTH) == [None, None]
    with pytest.raises(BadInput, match="there is no dataset 'gone'"):
        engine.delete_dataset("gone", lambda _: None)
    put(engine, "gone", GONE)
    question = ExpandQuestion("kept:a", types=("PARENT",), direction=Direction.OUT)
    assert [step.node.id for step in engine.expand(question, BOTH).items] == ["gone:a"]
    assert engine.check() == []


class Killed(Exception):
    """Stands for a kill."""


def interrupt(engine: Engine, step: str) -> None:
    """Delete the dataset ``gone`` up to a step: a message of the deletion, or a method."""

    def kill(*_: object) -> None:
        raise Killed

    def progress(text: str) -> None:
        if text.startswith(step):
            raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("engine.sync.deletion.STEP", 2)
        if step in ("purge", "forget"):
            patched.setattr(f"engine.graph.dataset.catalog.Catalog.{step}", kill)
        with pytest.raises(Killed):
            engine.delete_dataset("gone", progress)


def refuses_writes(engine: Engine) -> None:
    """Check that nothing can be written to the dataset ``gone``."""
    for write in (
        lambda: engine._writer.ensure_dataset("gone"),
        lambda: engine._writer.write([company("gone", "new")], ()),
        lambda: engine.mark_updated("gone"),
        lambda: engine.set_dataset("gone", {"title": "again"}),
    ):
        with pytest.raises(BadInput, match="gone is being deleted"):
            write()


@pytest.mark.parametrize("step", ["Deleted 2", "Bringing", "purge", "forget"])
def test_a_killed_deletion_is_completed_by_the_next_start(
    fresh_engine: Engine,
    bolt: Bolt,
    tmp_path: Path,
    graph_contents: Callable[[], list[str]],
    step: str,
) -> None:
    engine = fresh_engine
    put(engine, "kept", KEPT)
    alone = graph_contents()
    put(engine, "gone", GONE)
    interrupt(engine, step)
    assert engine.deleting() == ["gone"]
    assert engine.owner_access().datasets == {"kept"}
    assert [dataset.name for dataset in engine.datasets(BOTH)] == ["kept"]
    refuses_writes(engine)
    uri, user, password = bolt
    settings = Settings(
        data=tmp_path / "second", neo4j_uri=uri, neo4j_user=user, neo4j_password=password
    )
    with Engine.open(settings, progress=lambda _: None) as second:
        assert second.deleting() == []
        assert second.check() == []
    assert graph_contents() == alone
    engine.follow()
    assert engine.check() == []


def test_a_load_that_runs_while_its_dataset_is_deleted_is_refused(fresh_engine: Engine) -> None:
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
        follower = Follower(engine._reader, engine._writer, copy, PageNodes(engine._connection))
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

        class Slow(type(engine._reader)):  # type: ignore[misc]
            """A reader that has read all changes when the dataset is deleted."""

            def changes(self, since: int) -> Any:
                yield from list(super().changes(since))
                if engine.owner_access().datasets >= {"gone"}:
                    engine.delete_dataset("gone", lambda _: None)

        Follower(
            Slow(engine._connection, 10), engine._writer, copy, PageNodes(engine._connection)
        ).follow()
        assert dict(copy.identities()) == dict(graph_identities(engine))


def test_a_dataset_deleted_last_leaves_nothing_to_wait_for(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    engine = fresh_engine
    put(engine, "gone", GONE)
    engine.delete_dataset("gone", lambda _: None)
    with Index.open(tmp_path / "copy", write=True) as copy:
        follower = Follower(engine._reader, engine._writer, copy, PageNodes(engine._connection))
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
        patched.setattr("engine.graph.record.removal.STEP", 2)
        before = reader.revision()
        assert writer.remove([entity.id for entity in GONE]) == before + 1
    put(fresh_engine, "gone", GONE)
    monkeypatch.setattr("engine.graph.record.writer.MAX_REMOVED", 4)
    before = reader.revision()
    assert writer.remove([entity.id for entity in GONE]) == before + len(GONE) // 4
    assert list(writer.ids("gone")) == []

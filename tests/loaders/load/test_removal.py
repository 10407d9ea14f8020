"""Loads that would remove too much, or that found nothing, stop before they change anything."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity, ordered_checksum
from loaders.load import load as load_module
from loaders.load.load import load
from loaders.load.report import Report
from tests.inside import dataset_ids

Load = Callable[..., Report]
ALL = Access(frozenset({"d"}))


def company(id: str, *names: str) -> dict[str, Any]:
    return {"id": id, "schema": "Company", "properties": {"name": list(names or [id.upper()])}}


def owns(id: str, owner: str, *assets: str) -> dict[str, Any]:
    ends = {"owner": [owner], "asset": list(assets)}
    return {"id": id, "schema": "Ownership", "properties": ends}


TEN = [company(letter) for letter in "abcdefghij"]


@pytest.fixture
def careful(fresh_engine: Engine) -> Engine:
    """An engine with the default: a load may remove half of a dataset."""
    fresh_engine.settings = fresh_engine.settings.model_copy(update={"max_removed": 0.5})
    return fresh_engine


@pytest.fixture
def run(careful: Engine, tmp_path: Path) -> Load:
    def loaded(rows: Sequence[dict[str, Any] | str], **options: Any) -> Report:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / "file.json").write_text("".join(f"{line}\n" for line in lines))
        return load(careful, [str(tmp_path / "file.json")], "d", **options)

    return loaded


def captions(engine: Engine) -> dict[str, str]:
    """What each record of the dataset is called, by its id."""
    records = engine.entities(dataset_ids(engine, "d"), ALL)
    return {each.id: each.caption for each in records if isinstance(each, Entity)}


@pytest.mark.parametrize("batch", [1, 3, 4000])
def test_a_load_that_would_remove_most_changes_nothing(
    run: Load, careful: Engine, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH", batch)
    run(TEN)
    before, revision = captions(careful), careful.revision()
    other = [company("a", "Alpha"), *TEN[1:4], company("y"), company("z")]
    report = run(other)
    assert report.stopped == (
        "it would remove 6 of the 10 records of d, more than the part of 0.5 that "
        "CLEW_MAX_REMOVED allows: nothing has changed"
    )
    assert (report.would_remove, report.added, report.changed, report.removed) == (6, 0, 0, 0)
    assert not report.is_well
    assert (captions(careful), careful.revision(), careful.interrupted()) == (before, revision, {})
    report = run(other, accept_removals=True)
    assert (report.added, report.changed, report.unchanged, report.removed) == (2, 1, 3, 6)
    assert set(captions(careful).values()) == {"Alpha", "B", "C", "D", "Y", "Z"}
    assert careful.check() == []


@pytest.mark.parametrize("batch", [1, 2, 4000])
def test_half_may_go(
    run: Load, careful: Engine, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH", batch)
    run([*TEN, owns("x", "a", "b", "c")])
    revision = careful.revision()
    report = run([company("a", "Alpha"), company("z"), *TEN[1:6], owns("x", "a", "c")])
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 2, 5, 4)
    assert report.stopped is None
    assert careful.revision() > revision
    assert set(dataset_ids(careful, "d")) == {f"d:{letter}" for letter in "abcdefxz"}
    assert careful.check() == []


def test_keep_and_a_wider_setting_are_not_stopped(run: Load, careful: Engine) -> None:
    run(TEN)
    assert run([company("z")], keep=True).stopped is None
    careful.settings = careful.settings.model_copy(update={"max_removed": 1.0})
    assert run([company("z")]).removed == 10


@pytest.mark.parametrize(
    ("rows", "why", "gone"),
    [
        ([], "the sources hold no entity: nothing has changed", 10),
        (
            ["no json", json.dumps({"id": "a", "schema": "Compny", "properties": {}})],
            "none of the 2 entities that were read can be loaded: nothing has changed",
            9,  # a is still in the source
        ),
        (
            [json.dumps({"id": one, "schema": "Compny"}) for one in "abcdefghij"],
            "none of the 10 entities that were read can be loaded: nothing has changed",
            0,
        ),
        (
            [json.dumps({"op": "ADD", "entity": {"id": "z", "schema": "Compny"}})],
            "none of the 1 entities that were read can be loaded: nothing has changed",
            0,
        ),
    ],
)
@pytest.mark.parametrize("keep", [False, True])
def test_a_load_that_found_nothing_changes_nothing(
    run: Load, careful: Engine, rows: list[str], why: str, gone: int, keep: bool
) -> None:
    report = run(rows, keep=keep, accept_removals=True)
    assert (report.stopped, report.would_remove) == (why, 0)
    assert careful.dataset("d", ALL) is None
    run(TEN)
    before = captions(careful)
    report = run(rows, keep=keep)
    assert (report.stopped, report.would_remove) == (why, 0 if keep else gone)
    assert captions(careful) == before
    report = run(rows, keep=keep, accept_removals=True)
    if keep or not gone:
        assert (report.stopped, report.would_remove, captions(careful)) == (why, 0, before)
    else:
        assert (report.stopped, report.removed) == (None, gone)


def test_an_empty_source_empties_a_dataset_that_is_told_to_accept_it(
    run: Load, careful: Engine
) -> None:
    run(TEN)
    assert run([], accept_removals=True).removed == 10
    assert captions(careful) == {}


def test_changes_that_delete_most_remove_nothing(run: Load, careful: Engine) -> None:
    run(TEN)
    deletions = [{"op": "DEL", "entity": {"id": letter}} for letter in "abcdefgh"]
    report = run([{"op": "ADD", "entity": company("z")}, *deletions, *deletions])
    assert report.stopped is not None
    assert "would remove 8 of the 10 records" in report.stopped
    assert "nothing was removed; 1 were added, 0 changed" in report.stopped
    assert len(captions(careful)) == 11
    assert run([*deletions], accept_removals=True).removed == 8
    assert run(deletions).stopped is None  # they are gone already


def test_values_in_another_order_are_no_change(run: Load, careful: Engine) -> None:
    run([company("a", "Alpha", "Alef", "Ah"), *TEN[1:]])
    revision = careful.revision()
    report = run(
        [company("a", "Ah", "Alpha", "Alef"), *TEN[1:], company("a", "Alef", "Ah", "Alpha")]
    )
    assert (report.unchanged, report.repeated, report.refused_count) == (10, 1, 0)
    assert careful.revision() == revision
    assert captions(careful)["d:a"] == "Alpha"


def test_records_of_an_earlier_clew_are_not_written_again(run: Load, careful: Engine) -> None:
    """Their checksums were of values in order."""
    run([company("a", "Beth", "Alef"), *TEN[1:]])
    old = ordered_checksum(make_entity("d", "a", "Company", {"name": ["Beth", "Alef"]}))
    careful._connection.declare(f"MATCH (n:Entity {{id: 'd:a'}}) SET n._checksum = '{old}'")
    revision = careful.revision()
    assert run([company("a", "Beth", "Alef"), *TEN[1:]]).unchanged == 10
    assert careful.revision() == revision
    assert run([company("a", "Alef", "Beth"), *TEN[1:]]).changed == 1
    assert run([company("a", "Beth", "Alef"), *TEN[1:]]).unchanged == 10


def test_a_load_that_did_not_end_is_told(
    run: Load, careful: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(TEN)
    assert careful.interrupted() == {}
    with monkeypatch.context() as patch:
        patch.setattr(careful._writer, "dataset_loaded", None)
        with pytest.raises(TypeError):
            run([*TEN, company("z")])
    assert careful.interrupted().keys() == {"d"}
    with careful.claim("d", "loaded"):
        assert careful.interrupted() == {}
    run([*TEN, company("z")])
    assert careful.interrupted() == {}

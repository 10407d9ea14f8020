"""A load: what it writes, what it leaves, what it removes, and what it reports."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput
from engine.question import ExpandQuestion, PathQuestion
from loaders.demo.sample import TITLES, load_demo
from loaders.intake.meter import Meter
from loaders.load import load as load_module
from loaders.load.load import load
from loaders.load.report import Report
from tests.inside import dataset_ids

Row = dict[str, Any]
ALL = Access(frozenset({"d", "other", *TITLES}))


def company(id: str, *names: str, **properties: list[str]) -> Row:
    return {"id": id, "schema": "Company", "properties": {"name": list(names), **properties}}


def owns(id: str, owner: str, asset: str, **properties: list[str]) -> Row:
    ends = {"owner": [owner], "asset": [asset]}
    return {"id": id, "schema": "Ownership", "properties": {**ends, **properties}}


A, B, AB = company("a", "Alpha"), company("b", "Beta"), owns("ab", "a", "b", percentage=["25-50"])


class Folder:
    """Files to load from, and the loads."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self.engine = engine
        self.path = path

    def load(self, *files: Sequence[Row | bytes], keep: bool = False, dataset: str = "d") -> Report:
        names = []
        for number, rows in enumerate(files):
            name = self.path / f"{number}.json"
            lines = [
                row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows
            ]
            name.write_bytes(b"".join(lines))
            names.append(str(name))
        return load(self.engine, names, dataset, keep=keep)

    def ids(self, dataset: str = "d") -> list[str]:
        return [id_.partition(":")[2] for id_ in dataset_ids(self.engine, dataset)]

    def entity(self, id: str) -> Entity:
        entity = self.engine.entities([id], ALL)[0]
        assert isinstance(entity, Entity)
        return entity


@pytest.fixture
def folder(fresh_engine: Engine, tmp_path: Path) -> Folder:
    return Folder(fresh_engine, tmp_path)


def counts(report: Report) -> tuple[int, int, int, int, int, int]:
    """(added, changed, removed, unchanged, repeated, refused)"""
    r = report
    return r.added, r.changed, r.removed, r.unchanged, r.repeated, r.refused_count


def test_loading_twice_changes_nothing(folder: Folder) -> None:
    assert counts(folder.load([A, B, AB])) == (3, 0, 0, 0, 0, 0)
    revision = folder.engine.revision()
    assert counts(folder.load([A, B, AB])) == (0, 0, 0, 3, 0, 0)
    assert folder.engine.revision() == revision
    assert folder.engine.check() == []
    assert folder.entity("d:ab").properties == AB["properties"]


def test_a_newer_version_replaces_the_older(folder: Folder) -> None:
    folder.load([A, B, AB, company("c", "Gamma")])
    newer = [company("a", "Alpha", "Alef"), B, owns("ab", "a", "d"), company("d", "Delta")]
    assert counts(folder.load(newer)) == (1, 2, 1, 1, 0, 0)
    assert folder.ids() == ["a", "ab", "b", "d"]
    assert folder.entity("d:ab").properties == {"owner": ["a"], "asset": ["d"]}
    assert folder.engine.check() == []


def test_keep_removes_nothing(folder: Folder) -> None:
    folder.load([A, B])
    assert counts(folder.load([company("c", "Gamma")], keep=True)) == (1, 0, 0, 0, 0, 0)
    assert folder.ids() == ["a", "b", "c"]


def test_ends_may_come_later_and_from_elsewhere(folder: Folder) -> None:
    far = owns("far", "other:x", "a")
    assert counts(folder.load([AB, far], [B], [A])) == (4, 0, 0, 0, 0, 0)
    assert folder.engine.entities(["other:x"], ALL) == [None]
    folder.load([company("x", "Xi")], dataset="other")
    assert folder.entity("other:x").caption == "Xi"
    steps = folder.engine.expand(ExpandQuestion("other:x"), ALL).items
    assert [step.node.id for step in steps] == ["d:a"]


def test_one_id_twice(folder: Folder) -> None:
    report = folder.load([A, B, A, company("a", "Other")], [B, company("b", "Beth")])
    assert counts(report) == (2, 0, 0, 0, 2, 2)
    assert [(Path(r.source).name, r.line) for r in report.refused] == [("0.json", 4), ("1.json", 2)]
    assert report.refused[0].reason.startswith("id a was already given with other content; merge")
    assert folder.entity("d:a").caption == "Alpha"


def test_one_id_twice_across_batches(folder: Folder) -> None:
    many = [company(f"c{n}", str(n)) for n in range(4500)]
    report = folder.load([*many, many[0], company("c1", "other"), many[4400]])
    assert counts(report) == (4500, 0, 0, 0, 2, 1)
    assert report.refused[0].line == 4502


def test_a_refused_line_loses_nothing(folder: Folder) -> None:
    folder.load([A, B, AB])
    broken = {"id": "a", "schema": "Company", "properties": {"nme": ["Alpha"]}}
    report = folder.load([broken, B])
    assert counts(report) == (0, 0, 1, 1, 0, 1)
    assert folder.ids() == ["a", "b"]
    assert folder.entity("d:a").caption == "Alpha"


def op(kind: str, entity: Row) -> Row:
    return {"op": kind, "entity": entity}


def test_changes_leave_what_they_do_not_name(folder: Folder) -> None:
    folder.load([A, B, AB])
    changes = [op("MOD", company("a", "Alef")), op("ADD", company("c", "Gamma"))]
    assert counts(folder.load(changes)) == (1, 1, 0, 0, 0, 0)
    assert folder.ids() == ["a", "ab", "b", "c"]
    assert counts(
        folder.load([op("DEL", {"id": "ab"}), op("DEL", {"id": "never"}), op("GET", B)])
    ) == (
        0,
        0,
        1,
        0,
        0,
        1,
    )
    assert folder.ids() == ["a", "b", "c"]
    assert folder.engine.check() == []


@pytest.mark.parametrize("batch", [1, 2, 4000])
def test_of_changes_to_one_record_the_last_counts(
    folder: Folder, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH", batch)
    folder.load([A, B, AB])
    first = [op("ADD", company("c", "1")), op("DEL", A), op("DEL", B), op("ADD", company("d", "1"))]
    second = [
        op("MOD", company("c", "2")),
        op("ADD", company("a", "2")),
        op("MOD", company("d", "2")),
        op("DEL", B),
    ]
    third = [
        op("MOD", company("c", "3")),
        op("DEL", {"id": "d"}),
        op("MOD", company("a", "2")),
        op("DEL", AB),
    ]
    report = folder.load(first, second, third)
    assert (report.repeated, report.refused_count, report.read) == (0, 0, 12)
    assert folder.ids() == ["a", "c"]
    assert [folder.entity(f"d:{id_}").caption for id_ in "ac"] == ["2", "3"]
    assert folder.engine.check() == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_long_first_line_is_known_for_what_it_is(
    folder: Folder, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """Otherwise an entity made of statements would come in without any property."""
    statements = [
        {
            "canonical_id": "a",
            "entity_id": "a",
            "schema": "Person",
            "prop": "name",
            "value": f"Ada {n}",
        }
        for n in range(3000)
    ]
    line = json.dumps({"id": "a", "schema": "Person", "statements": statements}).encode()
    (tmp_path / "file").write_bytes(pack(line + b"\n"))
    assert load(folder.engine, [str(tmp_path / "file")], "d").added == 1
    assert len(folder.entity("d:a").properties["name"]) == 3000
    as_ftm = load(folder.engine, [str(tmp_path / "file")], "d", format="ftm")
    assert as_ftm.refused[0].reason == (
        "an entity with statements and no properties: load it with --format statements"
    )
    assert len(folder.entity("d:a").properties["name"]) == 3000


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([A, b"no json\n", B], "the id on 1 refused lines cannot be read"),
        ([A, b'{"id": "b", "sch'], "a source ended early"),
    ],
)
def test_in_doubt_nothing_is_removed(folder: Folder, rows: list[Row | bytes], why: str) -> None:
    folder.load([A, B, AB])
    report = folder.load(rows)
    assert report.kept == why
    assert report.removed == 0
    assert folder.ids() == ["a", "ab", "b"]


def test_truncated_gzip(folder: Folder) -> None:
    folder.load([A, B, AB])
    path = folder.path / "cut.gz"
    rows = [company(f"c{n}", str(n * n)) for n in range(3000)]
    path.write_bytes(
        gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())[:-2000]
    )
    report = load(folder.engine, [str(path)], "d")
    assert report.truncated == f"{path}: the gzip data ends before its end"
    assert report.added == report.read > 0
    assert folder.ids()[:3] == ["a", "ab", "b"]


def test_every_source_that_ends_early_is_named(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(json.dumps(A).encode() + b"\n")[:-9])
    (tmp_path / "b").write_text(json.dumps(B))
    names = [
        str(tmp_path / name) for name in ("b", "cut.gz", "none", *(f"none{n}" for n in range(12)))
    ]
    report = load(folder.engine, names, "d")
    assert report.truncated is not None
    reasons = report.truncated.split("; ")
    assert reasons[0] == f"{tmp_path}/cut.gz: the gzip data ends before its end"
    assert reasons[1] == f"{tmp_path}/none cannot be opened: No such file or directory"
    assert reasons[10:] == ["and 4 more"]
    assert folder.ids() in (["a", "b"], ["b"])


def test_hostile_lines_leave_no_trace(folder: Folder) -> None:
    loops = owns("loop", "a", "a")
    fifty = {
        **AB,
        "id": "fifty",
        "properties": {"owner": [f"o{n}" for n in range(50)], "asset": ["b"]},
    }
    nowhere = {**AB, "id": "nowhere", "properties": {"owner": ["a"]}}
    everywhere = [f"e{n}" for n in range(50)]
    most = {**AB, "id": "most", "properties": {"owner": everywhere, "asset": everywhere}}
    bad = [
        nowhere,
        most,
        {"id": "x", "schema": "Nothing"},
        b"\xff\xfe{\x00\n",
        b'{"id": "long' + b"x" * 9_000_000,
    ]
    report = folder.load([A, B, loops, fifty, *bad, b"\n"])
    assert counts(report) == (4, 0, 0, 0, 0, 5)
    assert [refusal.line for refusal in report.refused] == [5, 6, 7, 8, 9]
    assert folder.ids() == ["a", "b", "fifty", "loop"]
    assert folder.engine.check() == []


@pytest.mark.parametrize("name", ["", "Big", "a-b", "literal", "a:b", "x" * 101, "ä"])
def test_dataset_names_are_checked(folder: Folder, name: str) -> None:
    with pytest.raises(BadInput, match="cannot name a dataset"):
        folder.load([A], dataset=name)


def test_ctrl_c_leaves_whole_batches(folder: Folder) -> None:
    class Impatient(Meter):
        def advance(self, position: int, entities: int) -> None:
            if entities >= 6000:
                raise KeyboardInterrupt

    rows = [company(f"c{n:05}", str(n)) for n in range(9000)]
    path = folder.path / "many.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(KeyboardInterrupt):
        load(folder.engine, [str(path)], "d", meter=Impatient())
    there = len(folder.ids())
    assert there % 2000 == 0
    report = load(folder.engine, [str(path)], "d")
    assert (report.added, report.unchanged) == (9000 - there, there)
    assert folder.engine.check() == []


def test_the_demo_collection(fresh_engine: Engine) -> None:
    reports = load_demo(fresh_engine, lambda _: None)
    assert sum(report.added for report in reports.values()) >= 160
    assert all(report.refused_count == 0 for report in reports.values())
    again = load_demo(fresh_engine, lambda _: None)
    assert all(counts(report)[:3] == (0, 0, 0) for report in again.values())
    assert [dataset.name for dataset in fresh_engine.datasets(ALL)] == sorted(TITLES)
    assert fresh_engine.check() == []
    result = fresh_engine.paths(
        PathQuestion(("demo_registry:meridian-cement",), ("demo_sanctions:viktor-drozdan",)), ALL
    )
    assert len(result.paths[0].edge_ids) == 5


def test_what_can_hardly_be_meant_is_counted_and_told(folder: Folder) -> None:
    """Shares that cannot be, and relationships that end before they start; all are loaded."""
    report = folder.load(
        [
            A,
            B,
            owns("o1", "a", "b", percentage=["170"]),
            owns("o2", "a", "b", percentage=["-8 %"]),
            owns("o3", "a", "b", percentage=["60% of the votes"]),
            owns("o4", "a", "b", percentage=["most of it"]),
            owns("o5", "a", "b", percentage=["40"], startDate=["2019-05"], endDate=["2018-12-31"]),
            owns("o6", "a", "b", percentage=["40"], startDate=["2019-05"], endDate=["2019"]),
        ]
    )
    place = f"{folder.path / '0.json'}"
    assert report.notes == [
        f"Shares that are not from 0 to 100 %, and count as unknown: 2, such as '170' ({place}:3)",
        "Shares that are of voting rights, and count as unknown shares of ownership: 1, such as "
        f"'60% of the votes' ({place}:5)",
        "Shares that are not understood, and count as unknown: 1, such as 'most of it' "
        f"({place}:6)",
        f"Records that end before they start: 1, such as 2019-05-01 to 2018-12-31 ({place}:7)",
    ]
    assert (report.added, report.refused_count) == (8, 0)

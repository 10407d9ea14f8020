"""Each export format, fed from memory and read back by somebody else's reader."""

import csv
import gzip
import io
import itertools
import os
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import networkx
import openpyxl
import orjson
import pytest
from followthemoney.dataset import Dataset
from followthemoney.statement import CSV, StatementEntity
from followthemoney.statement.serialize import read_statements

from engine.entity import Entity, Literal, Node, Relationship, make_entity, schema_of
from engine.errors import BadInput, ClewError
from engine.excerpt import measured
from engine.export import xlsx
from engine.export.content import MeasuredRelationship
from engine.export.csv import guarded
from engine.export.drawing import numbered
from engine.export.format import Format
from engine.export.gexf import first_day
from engine.export.registry import FORMATS
from engine.export.table import joined
from engine.export.target import opened
from loaders.intake.record import parse

BLNS = Path(__file__).parents[3].parent / "shared" / "data" / "hostile" / "blns.json"
HOSTILE = [
    "=1+1",
    "+4930123456",
    "-2+3",
    "-17.5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'quoted'",
    "a; b",
    "a\\; b\\",
    'say "so"',
    "two\nlines\r\nthree",
    "\x01\x0b\x1b[31m",
    "\ufffe\uffff",
    "_x0041_",
    "<b>&amp;</b>]]>",
    "\U0001f9f6 клубок 毛線球",
    " ",
    "\\u0027 \\\\u0027",
    "`x`",
    "$$rows$$ $$labels$$",
    "//x",
    ";",
    "{}",
    "\u2028\u2029\x85\x7f",
]


def strings() -> list[str]:
    """Strings that break programs."""
    found = (
        [text for text in orjson.loads(BLNS.read_bytes()) if text and "\0" not in text]
        if BLNS.exists()
        else []
    )
    return [*HOSTILE, *found]


class Held:
    """Content that is held in memory."""

    def __init__(self, entities: Sequence[Entity], literals: Sequence[Literal] = ()) -> None:
        self._entities = sorted(entities, key=lambda entity: entity.id)
        self._literals = literals
        self.datasets = sorted({entity.dataset for entity in entities})

    def records(self) -> Iterator[Entity]:
        return iter(self._entities)

    def nodes(self) -> Iterator[Node]:
        found: list[Node] = [e for e in self._entities if not schema_of(e.schema).edge]
        return iter(sorted([*found, *self._literals], key=lambda node: node.id))

    def relationships(self) -> Iterator[MeasuredRelationship]:
        for entity in self._entities:
            schema = schema_of(entity.schema)
            if schema.source_prop is not None and schema.target_prop is not None:
                ends = (
                    entity.references(schema.source_prop.name),
                    entity.references(schema.target_prop.name),
                )
                for source, target in itertools.product(*ends):
                    yield measured(
                        Relationship(
                            entity.id, schema.name.upper(), entity.dataset, source, target, entity
                        )
                    )


def person(key: str, dataset: str = "d", **properties: list[str]) -> Entity:
    return make_entity(dataset, key, "Person", properties)


def owns(key: str, owner: str, asset: str, **properties: list[str]) -> Entity:
    return make_entity(
        "d", key, "Ownership", {"owner": owner.split(), "asset": asset.split(), **properties}
    )


def crowd() -> Held:
    """People with hostile names, and what they own of one another."""
    people = [
        person(f"p{n}", name=[text, "plain"], notes=[text]) for n, text in enumerate(strings())
    ]
    edges = [
        owns(f"e{n}", f"p{n}", "p0", percentage=[text]) for n, text in enumerate(strings()) if n
    ]
    dated = owns(
        "dated", "p1", "p2 p3", startDate=["2019"], endDate=["2020-03"], percentage=["25%"]
    )
    paid = make_entity(
        "d", "paid", "Payment", {"payer": ["p1"], "beneficiary": ["p2"], "amount": ["7.5"]}
    )
    parallel = owns("parallel", "p1", "p0")
    return Held(
        [*people, *edges, dated, parallel, paid], [Literal("literal:phone:+1", "phone", "+1", "d")]
    )


def written(format: Format, content: Held, path: Path) -> bytes:
    with opened(str(path)) as target:
        format.write(content, target)
    return path.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_data_are_the_same_bytes(name: str, tmp_path: Path) -> None:
    for suffix in ("zip", "gz", "bin"):
        if name == "csv" and suffix != "zip":
            continue
        first = written(FORMATS[name], crowd(), tmp_path / f"a.{suffix}")
        assert first == written(FORMATS[name], crowd(), tmp_path / f"b.{suffix}")
        assert len(first) > 500
        assert not list(tmp_path.glob("*.part"))


def test_ftm_lines_are_what_the_loader_reads(tmp_path: Path) -> None:
    lines = written(FORMATS["ftm"], crowd(), tmp_path / "d.ftm.json").splitlines()
    assert [parse("d", line) for line in lines] == list(crowd().records())


def test_the_order_of_properties_leaves_no_trace(tmp_path: Path) -> None:
    one, other = person("a", name=["x"], notes=["y"]), person("a", notes=["y"], name=["x"])
    for name in ("ftm", "statements", "cypher"):
        assert written(FORMATS[name], Held([one]), tmp_path / "a") == written(
            FORMATS[name], Held([other]), tmp_path / "b"
        )


def test_statements_are_followthemoneys(tmp_path: Path) -> None:
    content = written(FORMATS["statements"], crowd(), tmp_path / "d.csv")
    found = list(read_statements(io.BytesIO(content), CSV))
    assert all(
        statement.id == statement.generate_key() for statement in found if statement.prop != "id"
    )
    for record, group in zip(
        crowd().records(), itertools.groupby(found, key=lambda s: s.canonical_id), strict=True
    ):
        told = list(group[1])
        values: dict[str, list[str]] = {}
        for statement in told[:-1]:
            values.setdefault(statement.prop, []).append(statement.value)
        assert values == dict(record.properties)
        again = StatementEntity.from_statements(Dataset.make({"name": "d"}), told)
        assert (again.id, again.schema.name) == (record.id.split(":")[1], record.schema)
        assert list(again.statements)[-1].value == told[-1].value, "FtM's own checksum"


def apart(cell: str) -> list[str]:
    """The values of a cell: the other way round of ``joined``, written on its own."""
    values, at, text = [], 0, ""
    while at < len(cell):
        if cell[at] == "\\":
            text, at = text + cell[at + 1], at + 2
        elif cell.startswith("; ", at):
            values.append(text)
            text, at = "", at + 2
        else:
            text, at = text + cell[at], at + 1
    return [*values, text]


def test_cells_can_be_taken_apart() -> None:
    values = strings()
    assert apart(joined(values)) == values


def test_csv_holds_every_value_and_no_formula(tmp_path: Path) -> None:
    written(FORMATS["csv"], crowd(), tmp_path / "d.zip")
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert archive.namelist() == ["Ownership.csv", "Payment.csv", "Person.csv"]
        rows = list(csv.reader(io.StringIO(archive.read("Person.csv").decode(), newline="")))
        edges = list(
            csv.DictReader(io.StringIO(archive.read("Ownership.csv").decode(), newline=""))
        )
    assert rows[0] == ["id", "dataset", "name", "notes"]
    held = {record.id: record for record in crowd().nodes() if isinstance(record, Entity)}
    assert len(rows) == len(held) + 1
    for id_, dataset, name, notes in rows[1:]:
        assert dataset == "d"
        for cell, prop in ((name, "name"), (notes, "notes")):
            assert cell[:1] not in ("=", "+", "@", "\t", "\r")
            assert not cell.startswith("-") or float(cell) <= 0
            assert apart(cell.removeprefix("'")) == held[id_].properties[prop]
    dated = next(row for row in edges if row["id"] == "d:dated")
    assert (dated["owner"], dated["asset"]) == ("d:p1", "d:p2; d:p3")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1", "'=1"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-5+1", "'-5+1"),
        ("+5", "'+5"),
        ("'x", "''x"),
        ("x=", "x="),
        ("＝1", "'＝1"),
        ("\n=1", "'\n=1"),
    ],
)
def test_guarded(cell: str, expected: str) -> None:
    assert guarded(cell) == expected


def test_several_schemata_want_several_files(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"3 schemata, a file each: give -o FILE\.zip"):
        written(FORMATS["csv"], crowd(), tmp_path / "d.csv")
    assert list(tmp_path.iterdir()) == []
    assert written(FORMATS["csv"], Held([person("a", name=["x"])]), tmp_path / "d.csv").startswith(
        b"id,dataset,name\r\n"
    )


@pytest.mark.parametrize("name", ["ftm", "statements"])
def test_several_datasets_want_several_files(name: str, tmp_path: Path) -> None:
    two = Held([person("a", "c", name=["x"]), person("a", "d", name=["y"])])
    with pytest.raises(BadInput, match="2 datasets"):
        written(FORMATS[name], two, tmp_path / "d")
    with opened(f"{tmp_path}/both/") as target:
        FORMATS[name].write(two, target)
    assert {path.name.split(".")[0] for path in (tmp_path / "both").iterdir()} == {"c", "d"}
    with pytest.raises(BadInput, match="not empty"), opened(str(tmp_path / "both")):
        pass


def sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_xlsx_holds_every_value_as_text(tmp_path: Path) -> None:
    written(FORMATS["xlsx"], crowd(), tmp_path / "d.xlsx")
    found = sheets(tmp_path / "d.xlsx")
    assert list(found) == ["Ownership", "Payment", "Person"]
    held = {record.id: record for record in crowd().nodes() if isinstance(record, Entity)}
    assert len(found["Person"]) == len(held) + 1
    for id_, _, name, notes in found["Person"][1:]:
        for cell, prop in ((name, "name"), (notes, "notes")):
            told = openpyxl.utils.escape.unescape(cell)
            assert apart(told) == held[str(id_)].properties[prop]
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert {
        cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    } <= {"s", "n"}


@pytest.mark.parametrize("unit", ["x", "\U0001f9f6"])
def test_xlsx_goes_on_where_excel_has_no_room(
    unit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 4)
    long = unit * 40_000
    people = [
        person(str(n), name=[f"n{n}"], notes=["a", long] if n == 5 else ["a"]) for n in range(7)
    ]
    with opened(str(tmp_path / "d.xlsx")) as target:
        assert FORMATS["xlsx"].write(Held(people), target) == [
            "1 cells are longer than Excel's 32,767: see the sheet Long values"
        ]
    found = sheets(tmp_path / "d.xlsx")
    assert {name: len(rows) for name, rows in found.items()} == {
        "Person": 4,
        "Person (2)": 4,
        "Person (3)": 2,
        "Long values": 4,
    }
    ids = [row[0] for name in ("Person", "Person (2)", "Person (3)") for row in found[name][1:]]
    assert ids == [f"d:{n}" for n in range(7)]
    parts = found["Long values"][1:]
    assert {part[:3] for part in parts} == {("Person", "d:5", "notes")}
    assert "".join(str(part[3]) for part in parts) == f"a; {long}"
    assert all(len(str(part[3]).encode("utf-16-le")) <= 2 * 32_767 for part in parts)


READERS: dict[str, Callable[[Path], networkx.MultiDiGraph]] = {
    "gexf": networkx.read_gexf,
    "graphml": networkx.read_graphml,
}


def in_xml(text: str) -> str:
    """What XML can hold of a string."""

    def fits(char: str) -> bool:
        return (
            char in "\t\n\r"
            or " " <= char <= "\ud7ff"
            or "\ue000" <= char <= "\ufffd"
            or char > "\uffff"
        )

    return "".join(char if fits(char) else "\ufffd" for char in text)


@pytest.mark.parametrize("name", READERS)
def test_a_drawing_is_the_graph(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"d.{name}"
    with opened(str(path)) as target:
        notes = FORMATS[name].write(crowd(), target)
    assert len(notes) == 1
    assert "control characters" in notes[0]
    found = READERS[name](path)
    assert found.is_multigraph()
    assert set(found.nodes) == {node.id for node in crowd().nodes()}
    held = {record.id: record for record in crowd().nodes() if isinstance(record, Entity)}
    for id_, record in held.items():
        told = found.nodes[id_]
        assert told["label"] == in_xml(record.caption)
        assert (told["schema"], told["dataset"]) == ("Person", "d")
        assert apart(told["names"]) == [in_xml(text) for text in record.properties["name"]]
    assert found.nodes["literal:phone:+1"]["label"] == "+1"
    edges = {
        data.get("id", key): (a, b, data) for a, b, key, data in found.edges(keys=True, data=True)
    }
    drawn = dict(numbered(crowd().relationships()))
    assert set(edges) == set(drawn) >= {"d:dated", "d:dated#2"}
    for id_, (source, target_, data) in edges.items():
        relationship = drawn[id_].relationship
        assert (source, target_, data["type"]) == (
            relationship.source,
            relationship.target,
            relationship.type,
        )
        assert relationship.entity is not None
        assert data["label"] == in_xml(relationship.entity.first("percentage") or data["label"])
    dated = edges["d:dated"][2]
    assert (dated["share"], dated["percentage"]) == (0.25, "25%")
    assert edges["d:paid"][2]["amount"] == 7.5


def test_gexf_has_a_time_line(tmp_path: Path) -> None:
    written(FORMATS["gexf"], crowd(), tmp_path / "d.gexf")
    namespace = "{http://gexf.net/1.3}"
    root = ElementTree.parse(tmp_path / "d.gexf").getroot()
    edges = {edge.get("id"): edge for edge in root.iter(f"{namespace}edge")}
    assert (edges["d:dated"].get("start"), edges["d:dated"].get("end")) == (
        "2019-01-01",
        "2020-03-31",
    )
    assert edges["d:e1"].get("start") is None


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2019", "2019-01-01"),
        ("2019-04", "2019-04-01"),
        ("2019-04-05T10:00", "2019-04-05"),
        ("2019-02-31", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days(date: str, expected: str | None) -> None:
    assert first_day(date) == expected


def interrupted(output: str) -> None:
    with opened(output) as target, target.member("x") as out:
        out.write(b"half")
        raise KeyboardInterrupt


@pytest.mark.parametrize("output", ["d.json", "d.json.gz", "d.zip", "d/"])
def test_what_breaks_leaves_nothing(output: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(f"{tmp_path}/{output}")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text("old")
    with pytest.raises(BadInput), opened(str(path)):
        raise BadInput("x")
    assert path.read_text() == "old"
    written(FORMATS["ftm"], Held([person("a", name=["x"])]), path)
    assert gzip.compress(path.read_bytes(), mtime=0)[:2] == b"\x1f\x8b"
    assert path.read_text().startswith('{"id":"a"')


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(ClewError, match="cannot be written: No such file"),
        opened(str(tmp_path / "no" / "d.json")),
    ):
        pass


@pytest.mark.parametrize("name", ["pipe", "pipe.gz", "pipe.zip"])
def test_a_pipe_stays_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    format, people = FORMATS["ftm"], Held([person("a", name=["x"])])
    with opened(str(path)) as target:
        format.write(people, target)
    reader.join(10)
    assert path.is_fifo()
    written(format, people, tmp_path / f"file{path.suffix}")
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(read[0])) as archive:
            assert archive.testzip() is None
    else:
        assert read == [(tmp_path / f"file{path.suffix}").read_bytes()]


def test_a_link_leads_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    (tmp_path / "folder").mkdir()
    (tmp_path / "way").symlink_to("folder")
    for name in ("link.json", "way"):
        with opened(str(tmp_path / name)) as target:
            FORMATS["ftm"].write(Held([person("a", name=["x"])]), target)
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text().startswith('{"id":"a"')
    assert (tmp_path / "way").is_symlink()
    assert [path.suffix for path in (tmp_path / "folder").iterdir()] == [".json"]


@pytest.mark.parametrize("output", ["-", "/dev/full"])
def test_a_full_disk_is_told_in_a_line(output: str) -> None:
    """A process of its own: what is left in stdout's buffer is written when it ends."""
    code = (
        "import sys; from engine.export.target import opened\n"
        "from engine.errors import ClewError\n"
        "try:\n"
        f" with opened({output!r}) as target, target.member('x') as out: out.write(b'x' * 100_000)\n"
        "except ClewError as error: sys.exit(f'clew: {error}')\n"
    )
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True
        )
    name = "stdout" if output == "-" else output
    assert (done.returncode, done.stderr) == (
        1,
        f"clew: {name} cannot be written: No space left on device\n",
    )
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)

"""Records as tables: CSV and Excel hold every value, and run none."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from engine.entity import Entity
from engine.errors import BadInput
from engine.export import xlsx
from engine.export.csv import guarded
from engine.export.registry import FORMATS
from engine.export.table import joined
from engine.export.target import opened
from tests.engine.export.crowd import MemoryContent, crowd, person, split_cell, strings, written


def test_cells_can_be_taken_apart() -> None:
    values = strings()
    assert split_cell(joined(values)) == values


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
            assert split_cell(cell.removeprefix("'")) == held[id_].properties[prop]
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
    assert written(
        FORMATS["csv"], MemoryContent([person("a", name=["x"])]), tmp_path / "d.csv"
    ).startswith(b"id,dataset,name\r\n")


def sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_xlsx_holds_every_value_as_text(tmp_path: Path) -> None:
    written(FORMATS["xlsx"], crowd(), tmp_path / "d.xlsx")
    by_name = sheets(tmp_path / "d.xlsx")
    assert list(by_name) == ["Ownership", "Payment", "Person"]
    held = {record.id: record for record in crowd().nodes() if isinstance(record, Entity)}
    assert len(by_name["Person"]) == len(held) + 1
    for id_, _, name, notes in by_name["Person"][1:]:
        for cell, prop in ((name, "name"), (notes, "notes")):
            text = openpyxl.utils.escape.unescape(cell)
            assert split_cell(text) == held[str(id_)].properties[prop]
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
        assert FORMATS["xlsx"].write(MemoryContent(people), target) == [
            "1 cell is longer than Excel's 32,767 characters: see the sheet Long values"
        ]
    by_name = sheets(tmp_path / "d.xlsx")
    assert {name: len(rows) for name, rows in by_name.items()} == {
        "Person": 4,
        "Person (2)": 4,
        "Person (3)": 2,
        "Long values": 4,
    }
    ids = [row[0] for name in ("Person", "Person (2)", "Person (3)") for row in by_name[name][1:]]
    assert ids == [f"d:{n}" for n in range(7)]
    parts = by_name["Long values"][1:]
    assert {part[:3] for part in parts} == {("Person", "d:5", "notes")}
    assert "".join(str(part[3]) for part in parts) == f"a; {long}"
    assert all(len(str(part[3]).encode("utf-16-le")) <= 2 * 32_767 for part in parts)

"""Hostile tables through ``clew load``: each fault is reported with its place, the rest loaded."""

import csv
import json
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from cli.main import main
from engine.access import Access
from engine.engine import Engine
from engine.question import SearchQuestion
from loaders.table.archive import INNOCENT

HOSTILE = Path(__file__).parents[3].parent / "shared" / "data" / "hostile" / "csv"
INVENTED = {
    "mark.csv": (b'\xef\xbb\xbfa,b\n"x,\r\ny",\xc3\xa9\n', "utf-8-sig", ","),
    "semicolons.csv": ("a;b\nLiège;1,5\nÅrhus;2,5\n".encode("cp1252"), "cp1252", ";"),
    "quotes.csv": (b'a,b\n"say ""no""",\'\n"=cmd|\' /C calc\'!A0",""\n', "utf-8", ","),
    "tabs.csv": (b"a\tb\n1\t2\n3\t4\n", "utf-8", "\t"),
    "directions.csv": ("a,b\n\u202ertl,\u200bzero\n".encode(), "utf-8", ","),
}
"""Bytes, encoding, delimiter."""
ALL = Access(frozenset({"d"}))


class Bench:
    """Loads tables, and tells what the graph and the index hold of them."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self.engine = engine
        self.path = path

    def load(self, *files: Path | str, column: str = "a", key: str = "$row") -> Result:
        entity = {
            "schema": "Person",
            "keys": ["$file", key],
            "properties": {"notes": {"column": column}},
        }
        mapping = self.path / "m.yml"
        mapping.write_text(json.dumps({"d": {"queries": [{"entities": {"p": entity}}]}}))
        told = CliRunner().invoke(
            main, ["load", *map(str, files), "--dataset", "d", "--mapping", str(mapping)]
        )
        assert isinstance(told.exception, SystemExit | None), told.exception
        return told

    def held(self) -> list[str]:
        """The notes of all records, by graph and index alike."""
        assert self.engine.check() == []
        records = list(self.engine.dataset_excerpt(ALL, ["d"]).records())
        assert self.engine.count(SearchQuestion(), ALL) == len(records)
        return sorted(note for record in records for note in record.properties.get("notes", ()))


@pytest.fixture
def bench(fresh_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return Bench(fresh_engine, tmp_path)


def test_200_columns_and_ten_broken_rows(bench: Bench) -> None:
    rows = [[f"v{row}_{n}" for n in range(200)] for row in range(1000)]
    broken = range(50, 1000, 100)
    lines = [",".join(row[:150] if at in broken else row) for at, row in enumerate(rows)]
    file = bench.path / "wide.csv"
    file.write_text("\n".join([",".join(f"c{n}" for n in range(200)), *lines]))
    result = bench.load(file, column="c199")
    assert result.exit_code == 1
    assert (
        "d: 1,000 read, 990 added, 0 changed, 0 unchanged, 0 removed, 10 refused (" in result.stdout
    )
    told = [line for line in result.stderr.splitlines() if line.startswith(f"{file}:")]
    wanted = "150 cells for 200 columns: it ends before column 'c150'"
    assert told == [f"{file}:{at + 2}: {wanted}" for at in broken]
    assert bench.held() == sorted(row[199] for at, row in enumerate(rows) if at not in broken)
    file.write_text(
        "\n".join([",".join(f"c{n}" for n in range(200)), *(",".join(row) for row in rows)])
    )
    result = bench.load(file, column="c199")
    assert (
        result.exit_code,
        "10 added, 0 changed, 990 unchanged, 0 removed, 0 refused" in result.stdout,
    ) == (0, True)


def book(path: Path) -> Path:
    """A spreadsheet with formulas that were never worked out, merged cells, and a title above."""
    made = Workbook()
    sheet = made.active
    for row in (
        ["a", "b"],
        ["x", "=1+1"],
        ["y", "2"],
        ["merged", "gone"],
        [None, "below"],
        ["=A2", "z"],
    ):
        sheet.append(row)
    sheet.merge_cells("A4:B5")
    made.save(path)
    return path


def test_formulas_merged_cells_and_a_zip_bomb_among_good_files(bench: Bench) -> None:
    good, bomb = book(bench.path / "good.xlsx"), book(bench.path / "bomb.xlsx")
    with (
        zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/big.xml", "w") as part,
    ):
        for _ in range(INNOCENT // 1024 // 1024 + 1):
            part.write(b" " * 1024 * 1024)
    result = bench.load(good)
    assert result.exit_code == 0, result.output
    assert bench.held() == ["merged", "x", "y"]
    other = bench.path / "more.csv"
    other.write_text("a,b\nmore,1\n")
    result = bench.load(bomb, good)
    assert (result.exit_code, "zip bomb: xl/big.xml unpacks from" in result.stderr) == (1, True)
    assert bench.held() == ["merged", "x", "y"]
    result = bench.load(other, bomb)
    assert (result.exit_code, "zip bomb: xl/big.xml unpacks from" in result.stderr) == (1, True)
    assert "1 added, 0 changed, 0 unchanged, 0 removed" in result.stdout
    assert bench.held() == ["merged", "more", "x", "y"], (
        "a version that is not whole removes nothing"
    )


def expected(path: Path, encoding: str, delimiter: str) -> list[str]:
    with path.open(newline="", encoding=encoding) as stream:
        _, *rows = csv.reader(stream, delimiter=delimiter, skipinitialspace=True)
    return [row[0] for row in rows if row and row[0].strip()]


def test_hostile_files_come_in_as_python_reads_them(bench: Bench) -> None:
    found = [(path, "utf-8", ",") for path in sorted(HOSTILE.glob("*.csv"))]
    for name, (data, encoding, delimiter) in INVENTED.items():
        (bench.path / name).write_bytes(data)
        found.append((bench.path / name, encoding, delimiter))
    for path, encoding, delimiter in found:
        with path.open(newline="", encoding=encoding) as stream:
            column = next(csv.reader(stream, delimiter=delimiter))[0]
        result = bench.load(path, column=column)
        assert result.exit_code == 0, (path.name, result.output)
        wanted = expected(path, encoding, delimiter)
        assert [" ".join(note.split()) for note in bench.held()] == sorted(
            " ".join(note.split()) for note in wanted
        )
        assert wanted, path.name

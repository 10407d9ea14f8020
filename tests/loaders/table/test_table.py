"""Tables: what is detected, which rows are refused and why, and that hostile files are harmless."""

import csv
import gzip
import io
import resource
import sqlite3
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook

from engine.errors import BadInput
from loaders.intake.source import Source
from loaders.mapping.choice import Choice
from loaders.mapping.language import read_mapping
from loaders.table.archive import INNOCENT, INNOCENT_TEXTS
from loaders.table.lines import LONGEST_ROW
from loaders.table.table import Row, text_of

HOSTILE = Path(__file__).parents[3].parent / "shared" / "data" / "hostile" / "csv"
ODS = "urn:oasis:names:tc:opendocument:xmlns"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def tables(
    path: Path, column: str, told: str = "", name: str = ""
) -> list[tuple[str, list[str], list[Row]]]:
    """Every table that a mapping which names one column finds: its facts, columns and rows."""
    mapping = path.parent / "m.yml"
    key = column.replace("'", "''")
    mapping.write_text(
        f"d: {{query: {{{told} entities: {{a: {{schema: Person, key: '{key}', properties: "
        f"{{}}}}}}}}}}"
    )
    with Source.open(name or str(path)) as source:
        read = [
            (c.table, list(c.table.rows()))
            for c in Choice(read_mapping(mapping), [str(path)]).tables(source)
        ]
        return [(table.facts(), table.columns, rows) for table, rows in read]


def table(
    path: Path, data: bytes | str, column: str = "a", told: str = ""
) -> tuple[str, list[Row]]:
    """The one table of a file with these bytes."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    ((facts, _, rows),) = tables(path, column, told)
    return facts, rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "t.csv"


@pytest.mark.parametrize(
    ("text", "facts", "cells"),
    [
        ("a,b\n1,2\n", "UTF-8, ',', 2 columns", ["1", "2"]),
        ("a;b\n1,5;2,5\n3,5;4,5\n", "UTF-8, ';', 2 columns", ["1,5", "2,5"]),
        ("a\tb\n1\t2\n", "UTF-8, tabs, 2 columns", ["1", "2"]),
        ("a|b|c\n1|2|3\n", "UTF-8, '|', 3 columns", ["1", "2", "3"]),
        ("a\n1,5\n", "UTF-8, ',', 1 column", None),
        ("'a','b'\n'x, y','2'\n", "UTF-8, ',', quoted with ', 2 columns", ["x, y", "2"]),
        ('a,b\n"x \\"y\\" z",2\n', "UTF-8, ',', quotes escaped by \\, 2 columns", ['x "y" z', "2"]),
        ('a,b\n"x ""y"" z",2\n', "UTF-8, ',', 2 columns", ['x "y" z', "2"]),
        ("a,b\r1,2\r3,4\r", "UTF-8, ',', 2 columns", ["1", "2"]),
        ('a, b\n1, "2, 3"\n', "UTF-8, ',', 2 columns", ["1", "2, 3"]),
        ("a,b\n1,2,,\n", "UTF-8, ',', 2 columns", ["1", "2"]),
        ("\n\n a ,b\n\n1,2\n,\n", "UTF-8, ',', 2 columns", ["1", "2"]),
    ],
)
def test_what_is_found_out(file: Path, text: str, facts: str, cells: list[str] | None) -> None:
    found, rows = table(file, text)
    assert found == facts
    assert cells is None or list(rows[0].cells) == cells


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Łódź"),
        ("utf-8-sig", "Łódź"),
        ("utf-16", "Łódź"),
        ("cp1252", "Müller – 10 €"),
        ("cp1251", "Санкт-Петербург Иванович"),
        ("cp1253", "Γιώργος Αθήνα Θεσσαλονίκη"),
    ],
)
def test_encodings_are_found(file: Path, encoding: str, text: str) -> None:
    _, rows = table(file, ("a,b\n" + f"{text},x\n" * 50).encode(encoding))
    assert {row.cells[0] for row in rows} == {text}


@pytest.mark.parametrize(
    ("text", "broken", "encoding"),
    [
        ("é,Société Générale", b"Soci\xe9t\xe9,x", "UTF-8"),
        ("Иванович,Санкт-Петербург", b"Soci\xe9t\xe9,x", "UTF-8"),
        ("Ünal,Żak", "ééééé,x".encode().replace(b"\xa9,", b","), "UTF-8"),
        ("a,b", b"Soci\xe9t\xe9,x", "Windows-1252"),
    ],
)
def test_a_broken_row_in_utf8_costs_itself_alone(
    file: Path, text: str, broken: bytes, encoding: str
) -> None:
    facts, rows = table(
        file, b"a,b\n" + f"{text}\n".encode() + broken + b"\n" + f"{text}\n".encode()
    )
    assert facts.startswith(f"{encoding} (a guess; 'encoding' in the mapping says better), ','")
    assert [rows[0].cells, rows[2].cells] == [text.split(","), text.split(",")]
    assert rows[1].reason.startswith("column 'a' is not utf-8" if encoding == "UTF-8" else ""), (
        rows[1]
    )
    assert bool(rows[1].reason) is (encoding == "UTF-8")


@pytest.mark.parametrize(
    ("encoding", "facts"),
    [
        ("utf-8", "UTF-8"),
        ("cp1252", "Windows-1252 (a guess; 'encoding' in the mapping says better)"),
        ("cp1251", "Windows-1251 (a guess; 'encoding' in the mapping says better)"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("before", [65_533, 300_000])
def test_the_encoding_is_found_out_however_far_down(
    file: Path, encoding: str, facts: str, packed: bool, before: int
) -> None:
    text = "Иванович,Санкт-Петербург\n" if encoding == "cp1251" else "Müller – 10 €,x\n"
    data = b"a,b\n" + b"1,2\n" * before + text.encode(encoding) * 9
    told, rows = table(file, gzip.compress(data) if packed else data)
    assert told == f"{facts}, ',', 2 columns"
    assert len(rows) == before + 9
    assert {",".join(row.cells) + "\n" for row in rows[before:]} == {text}


def test_what_is_ascii_is_told_as_far_as_it_was_read(file: Path) -> None:
    file.write_bytes(b"a,b\n" + b"1,2\n" * 300_000 + "é,é\n".encode("cp1252"))
    (file.parent / "m.yml").write_text(
        "d: {query: {entities: {x: {schema: Person, key: a, properties: {}}}}}"
    )
    with Source.open(str(file)) as source:
        (chosen,) = Choice(read_mapping(file.parent / "m.yml"), [str(file)]).tables(source)
        assert next(chosen.table.rows()).cells == ["1", "2"]
        assert chosen.table.facts() == "ASCII as far as it was read, ',', 2 columns"


def test_a_guess_is_called_one_and_can_be_said_better(file: Path) -> None:
    data = "a,b\nŻubr,x\n".encode("cp1250")
    facts, rows = table(file, data)
    assert "a guess" in facts
    assert rows[0].cells[0] != "Żubr"
    facts, rows = table(file, data, told="encoding: cp1250, delimiter: ',',")
    assert (facts, rows[0].cells[0]) == ("cp1250, ',', 2 columns", "Żubr")
    for name in ("nonsense", "hex", "rot13", "idna", "punycode", "undefined", "zlib", '"a\\0b"'):
        with pytest.raises(BadInput, match=r" is no encoding of text; such as"):
            table(file, data, told=f"encoding: {name},")
    for name in ("latin-1", "utf-7", "cp437", "big5", "UTF16", "utf_32", "iso2022_jp"):
        assert table(file, "a,b\n1,2\n".encode(name), told=f"encoding: {name},")[1][0].cells == [
            "1",
            "2",
        ]
    broken = {
        "utf-7": b"+\xff",
        "iso2022_jp": b"\x1b$Bzz\x1b(B",
        "UTF-16LE": "\ud8001".encode("utf-16-le", "surrogatepass"),
    }
    for name, data in broken.items():
        text = ["a,b\n".encode(name), data, ",2\n3,4\n".encode(name)]
        _, (bad, good) = table(file, b"".join(text), told=f"encoding: {name},")
        assert (bad.reason, good.cells) == (f"column 'a' is not {name} (character 1)", ["3", "4"])


def test_broken_rows_are_refused_by_line_and_column(file: Path) -> None:
    after = 'text after a closing ": a " inside of a quoted cell must be doubled'
    lines = [
        "a,b,c",
        "1,2,3",
        "1,2",
        "1,2,3,4",
        '"x',
        'y",2,3',
        '"open,2,3',
        "4,5,6",
        '"x"y,2,3',
        "7,\0,9",
        "8,9,10",
    ]
    _, rows = table(file, "\n".join(lines))
    assert [(row.place, row.reason or list(row.cells)) for row in rows] == [
        (2, ["1", "2", "3"]),
        (3, "2 cells for 3 columns: it ends before column 'c'"),
        (4, "4 cells for 3 columns: cell 4 has no column"),
        (5, ["x\ny", "2", "3"]),
        (7, f"column 'a': {after}"),
        (8, ["4", "5", "6"]),
        (9, f"column 'a': {after}"),
        (10, "column 'b' holds a NUL character (character 1)"),
        (11, ["8", "9", "10"]),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('x, y;"a;""b"" c";"d"e;f', "column 'c3': text after a closing"),
        ('"x\ny"; "z" ;"d"e;f', "column 'c2': text after a closing"),
        (';;;"x', "column 'c4': a \" that is opened here is never closed"),
        (
            "1;a\rb;3;4",
            "column 'c2': a carriage return in a cell without quotes, where other lines end "
            "otherwise",
        ),
        ('1;2;3;4;"x"y', "text after a closing"),
    ],
)
@pytest.mark.parametrize("escape", ["", '"a \\"b\\" c"'])
def test_a_broken_cell_is_told_by_its_column(
    file: Path, row: str, reason: str, escape: str
) -> None:
    row = row.replace('"a;""b"" c"', escape or '"a;""b"" c"')
    good = f"{escape or 1};2;3;4\n"
    _, rows = table(file, f"c1;c2;c3;c4\n{good}{row}\n1;2;3;4\n", "c1", "delimiter: ';',")
    (broken,) = [row for row in rows if row.reason and row.place == 3]
    assert broken.reason.startswith(reason)


def test_bytes_that_are_not_utf8_far_down_cost_their_row(file: Path) -> None:
    good = "".join(f"{n},Łódź\n" for n in range(40_000))
    facts, rows = table(file, f"a,b\n{good}".encode() + b"x,\xff\n" + b"y,z\n")
    assert (
        facts
        == "UTF-8 (but not all of it; 'encoding' in the mapping names another), ',', 2 columns"
    )
    assert rows[-2] == Row(40_002, (), "column 'b' is not utf-8 (character 1)")
    assert list(rows[-1].cells) == ["y", "z"]
    assert sum(not row.reason for row in rows) == 40_001


def test_a_quote_that_is_never_closed_costs_one_row(file: Path) -> None:
    rows = table(file, 'a,b\n1,2\n3,"4\n' + "5,6\n" * 100_000)[1]
    assert rows[1] == Row(3, (), "column 'b': a \" that is opened here is never closed")
    assert len(rows) == 100_002
    line, count = f"5,{'6' * 997}\n", LONGEST_ROW // 500  # twice as much as a row may have
    rows = table(file, 'a,b\n1,2\n3,"4\n' + line * count)[1]
    assert rows[1].reason == "column 'b': a \" that is opened here is never closed"
    assert len(rows) == count + 2


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_of_50_mb_costs_its_row_and_no_memory(file: Path, quote: str) -> None:
    with file.open("wb") as stream:
        stream.write(b"a,b\n1,2\n3," + quote.encode())
        for _ in range(50):
            stream.write(b"x" * 1_000_000)
        stream.write(quote.encode() + b"\n5,6\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ((_, _, rows),) = tables(file, "a")
    assert [row.place for row in rows] == [2, 3, 4]
    assert rows[1].reason == f"longer than {LONGEST_ROW:,} characters"
    assert list(rows[2].cells) == ["5", "6"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000 * (
        1 if sys.platform == "linux" else 1024
    )


def test_200_columns_and_ten_broken_rows(file: Path) -> None:
    lines = [",".join(f"v{row}_{n}" for n in range(200)) for row in range(1000)]
    for at in range(0, 1000, 100):
        lines[at] = lines[at][: len(lines[at]) // 2]
    _, rows = table(file, "\n".join([",".join(f"c{n}" for n in range(200)), *lines]), "c7")
    assert [row.place for row in rows if row.reason] == [at + 2 for at in range(0, 1000, 100)]
    assert all(
        "cells for 200 columns: it ends before column 'c" in row.reason
        for row in rows
        if row.reason
    )
    assert len(rows) == 1000


@pytest.mark.parametrize("number", range(12))
def test_hostile_csv_reads_as_python_reads_it(number: int, tmp_path: Path) -> None:
    if not HOSTILE.exists():
        pytest.skip("the hostile files are not here")
    path = sorted(HOSTILE.glob("*.csv"))[number]
    with path.open(newline="", encoding="utf-8") as stream:
        header, *wanted = [row for row in csv.reader(stream, skipinitialspace=True) if any(row)]
    (tmp_path / path.name).write_bytes(path.read_bytes())
    ((_, columns, rows),) = tables(tmp_path / path.name, header[0])
    assert columns == header
    assert [list(row.cells) for row in rows] == wanted


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"b,c\n1,2\n", "has no column 'a', which .*m.yml:1 .* names"),
        (b"aa,c\n1,2\n", "did you mean 'aa'"),
        (b"a,a\n1,2\n", "has 2 columns named 'a'"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "before 2007"),
        (bytes(range(256)) * 20, "not text"),
        (b'a,"b\n1,2\n', 'its header in row 1: a " that is opened'),
    ],
)
def test_what_is_no_table(file: Path, data: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        table(file, data)


def test_a_header_further_down_is_told(file: Path) -> None:
    _, rows = table(file, "Payments of 2012\n\na,b\n1,2\n", told="header: 3,")
    assert [(row.place, list(row.cells)) for row in rows] == [(4, ["1", "2"])]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_what_stands_above_the_header_is_not_asked_for_the_delimiter(
    file: Path, delimiter: str
) -> None:
    above = 'Spending over 500, by month\nSource: \\"Council\\", 2019\n\n'
    lines = [
        "a,b".replace(",", delimiter),
        delimiter.join(["x, y", "1,5"]),
        delimiter.join(["z, y", "2,5"]),
    ]
    facts, rows = table(file, above + "\n".join(lines), told="header: 4,")
    assert "escaped" not in facts
    assert [list(row.cells) for row in rows] == [["x, y", "1,5"], ["z, y", "2,5"]]


def test_a_gzip_that_breaks_off_gives_whole_rows(file: Path) -> None:
    data = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n * 7919) for n in range(50_000)))
    file.write_bytes(data[: len(data) // 2])
    with Source.open(str(file)) as source:
        mapping = file.parent / "m.yml"
        mapping.write_text("d: {query: {entities: {x: {schema: Person, key: a, properties: {}}}}}")
        (chosen,) = Choice(read_mapping(mapping), [str(file)]).tables(source)
        rows = list(chosen.table.rows())
        assert source.truncated
    assert all(
        not row.reason and int(row.cells[1]) == int(row.cells[0]) ** 2 * 7919 for row in rows
    )
    assert len(rows) > 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (5, "5"), (5.0, "5"), (70760.2, "70760.2"), (0.1 + 0.2, "0.3"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"), (True, "true"), (float("nan"), ""),
        (datetime(2019, 8, 1), "2019-08-01"),
        (datetime(2019, 8, 1, 9, 30), "2019-08-01T09:30:00"),
        (date(2019, 8, 1), "2019-08-01"), (b"x", "x"),
    ],
)  # fmt: skip
def test_values_as_text(value: object, text: str) -> None:
    assert text_of(value) == text


def workbook(path: Path) -> None:
    """An XLSX file: title, dates, numbers, a formula, merged cells, an error, a hidden sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Payments"
    sheet.append(["a", "amount", "day", "twice"])
    sheet.append(["x", 5.0, datetime(2019, 8, 1), "=B2*2"])
    sheet.append(["y", 70760.2, datetime(2019, 8, 1, 9, 30), "=B3*2"])
    sheet.append(["merged", "gone", "gone", "#N/A"])
    sheet.merge_cells("A4:B4")
    sheet["A9"] = "far"
    hidden = book.create_sheet("Secret")
    hidden.append(["a", "b"])
    hidden.append(["hidden", "1"])
    hidden.sheet_state = "hidden"
    other = book.create_sheet("Notes")
    other.append(["this sheet", "is about something else"])
    book.create_sheet("Empty")
    book.save(path)
    # what a spreadsheet program saves beside a formula, and openpyxl does not work out
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("<f>B2*2</f><v></v>", "<f>B2*2</f><v>10</v>"),
    )


def rewrite(path: Path, member: str, change: object) -> None:
    """Change one part of a zip file."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[member].decode().replace("<v />", "<v></v>").replace("<v/>", "<v></v>")
    changed = change(text)  # type: ignore[operator]
    assert changed != text
    parts[member] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    workbook(path)
    ((facts, columns, rows),) = tables(path, "a")
    assert facts == "XLSX sheet 'Payments', 4 columns"
    assert columns == ["a", "amount", "day", "twice"]
    assert [(row.place, list(row.cells)) for row in rows] == [
        (2, ["x", "5", "2019-08-01", "10"]),
        (3, ["y", "70760.2", "2019-08-01T09:30:00", ""]),
        (4, ["merged", "", "gone", ""]),
        (9, ["far", "", "", ""]),
    ]
    assert [[lost.name for lost in row.lost] for row in rows] == [[], ["D3"], ["D4"], []]
    text = '<c r="D3"><f>B3*2</f><v></v></c>'
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda sheet: sheet.replace(text, text.replace(">", ' t="str">', 1)),
    )
    assert not tables(path, "a")[0][2][1].lost, "an empty text is a value"
    ((facts, _, rows),) = tables(path, "a", "sheet: Secret,")
    assert facts == "XLSX sheet 'Secret', hidden, 2 columns"
    assert list(rows[0].cells) == ["hidden", "1"]
    with pytest.raises(BadInput, match=r"no sheet 'Payment'; did you mean 'Payments'.*'Notes'"):
        tables(path, "a", "sheet: Payment,")
    with pytest.raises(BadInput, match="has no column 'b'"):
        tables(path, "b")


def unreadable_cells(folder: Path) -> Path:
    """A workbook in which three cells, each in a row of its own, hold no value that can be."""
    path = folder / "book.xlsx"
    book = Workbook()
    for row in (["a", "b"], ["x", 1], ["y", 2], ["z", datetime(2019, 8, 1)], ["w", 4]):
        book.active.append(row)
    book.save(path)

    def broken(text: str) -> str:
        text = text.replace('<c r="B2" t="n"><v>1</v></c>', '<c r="B2" t="d"><v>2020-99-99</v></c>')
        text = text.replace('<c r="B3" t="n"><v>2</v></c>', '<c r="B3" t="s"><v>999</v></c>')
        return text.replace("<v>43678</v>", "<v>99999999999</v>")

    rewrite(path, "xl/worksheets/sheet1.xml", broken)
    return path


@pytest.mark.filterwarnings("ignore:Cell B4")
def test_a_cell_that_cannot_be_read_costs_its_row(tmp_path: Path) -> None:
    path = unreadable_cells(tmp_path)
    ((_, _, rows),) = tables(path, "a")
    assert [(row.place, row.reason or list(row.cells)) for row in rows] == [
        (2, "cell B2 cannot be read: '2020-99-99'"),
        (3, "cell B3 cannot be read: '999'"),
        (4, ["z", ""]),
        (5, ["w", "4"]),
    ]
    assert [lost.name for lost in rows[2].lost] == ["B4"]
    arguments = ["mapping", "check", str(path.parent / "m.yml"), str(path)]
    command = [sys.executable, "-m", "cli", *arguments]
    told = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert (told.returncode, "Warning" in told.stderr, "openpyxl" in told.stderr) == (
        0,
        False,
        False,
    ), told.stderr


@pytest.mark.filterwarnings("ignore:Cell B4")
def test_a_row_without_a_number_breaks_its_sheet(tmp_path: Path) -> None:
    path = unreadable_cells(tmp_path)
    rewrite(
        path, "xl/worksheets/sheet1.xml", lambda text: text.replace('<row r="4"', '<row r="four"')
    )
    with pytest.raises(BadInput, match="sheet 'Sheet' is broken after row 3"):
        tables(path, "a")
    cell = '<c r="C1" t="s"><v>999</v></c></row>'
    rewrite(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("</row>", cell, 1))
    with pytest.raises(BadInput, match="its header in row 1: cell C1 cannot be read: '999'"):
        tables(path, "a")


def test_a_cell_in_the_last_corner_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "corner.xlsx"
    workbook(path)
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(
            "</sheetData>",
            '<row r="1048576"><c r="XFD1048576" t="str"><v>corner</v></c></row></sheetData>',
        ),
    )
    ((_, _, rows),) = tables(path, "a", "sheet: Payments,")
    assert rows[-1] == Row(1048576, (), "16,384 cells for 4 columns: cell 16,384 has no column")


def ods(path: Path, body: str, packed: int = zipfile.ZIP_DEFLATED) -> None:
    """An ODS file whose sheets are this XML."""
    names = {"office": "office", "table": "table", "text": "text", "style": "style"}
    spaces = " ".join(f'xmlns:{short}="{ODS}:{name}:1.0"' for short, name in names.items())
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {spaces}>"
        f"<office:automatic-styles>"
        "<style:style style:name='no'><style:table-properties table:display='false'/></style:style>"
        f"</office:automatic-styles><office:body><office:spreadsheet>{body}"
        f"</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w", packed) as archive:
        archive.writestr("mimetype", SPREADSHEET)
        archive.writestr("content.xml", content)


def cell(text: str, more: str = "") -> str:
    """One cell of text."""
    return valued(f"office:value-type='string' {more}", text)


def valued(attributes: str, shown: str) -> str:
    """One cell that has a value and shows a text."""
    return f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"


def test_ods(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    number = valued("office:value-type='float' office:value='70760.20'", "70.760")
    day = valued("office:value-type='date' office:date-value='2019-08-01'", "1/8")
    note = "<office:annotation><text:p>a remark</text:p></office:annotation>"
    merged = (
        f"<table:table-cell table:number-columns-spanned='2'>{note}<text:p>m</text:p>"
        f"</table:table-cell>"
    )
    ods(
        path,
        "<table:table table:name='Hidden' table:style-name='no'>"
        f"<table:table-row>{cell('a')}</table:table-row></table:table>"
        f"<table:table table:name='Shown'><table:table-row>{cell('a')}{cell('b')}{cell('c')}"
        f"</table:table-row>"
        f"<table:table-row table:number-rows-repeated='3'>{cell('x')}{number}{day}"
        "<table:table-cell table:number-columns-repeated='16000'/></table:table-row>"
        "<table:table-row table:number-rows-repeated='10'><table:table-cell/></table:table-row>"
        f"<table:table-row>{merged}<table:covered-table-cell/>{cell('e <text:s/>f')}"
        f"</table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'>"
        "<table:table-cell table:number-columns-repeated='16384'/></table:table-row></table:table>",
    )
    ((facts, _, rows),) = tables(path, "a")
    assert facts == "ODS sheet 'Shown', 3 columns"
    assert [(row.place, list(row.cells)) for row in rows] == [
        *((at, ["x", "70760.2", "2019-08-01"]) for at in (2, 3, 4)),
        (15, ["m", "", "e  f"]),
    ]


def test_billions_of_repeated_cells_are_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    many = cell("x", "table:number-columns-repeated='99999999'")
    ods(
        path,
        f"<table:table table:name='s'><table:table-row>{cell('a')}</table:table-row>"
        f"<table:table-row table:number-rows-repeated='1000000'>{many}"
        "</table:table-row><table:table-row table:number-rows-repeated='999999999'>"
        f"{cell('y')}</table:table-row></table:table>",
    )
    mapping = tmp_path / "m.yml"
    mapping.write_text("d: {query: {entities: {x: {schema: Person, key: a, properties: {}}}}}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Source.open(str(path)) as source:
        (chosen,) = Choice(read_mapping(mapping), [str(path)]).tables(source)
        rows = chosen.table.rows()
        assert next(rows).reason == "16,384 cells for 1 column: cell 2 has no column"
        with pytest.raises(BadInput, match="more than 1,048,576 rows"):
            for _ in rows:
                pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


BOMB = (
    "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>" for n in range(9))
    + "]>"
)


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    for kind, member in (("ods", "content.xml"), ("xlsx", "xl/worksheets/sheet1.xml")):
        path = tmp_path / f"bomb.{kind}"
        workbook(path) if kind == "xlsx" else ods(path, "<table:table table:name='s'/>")
        for padding in ("", "<!--" + "x" * 5000 + "-->"):
            workbook(path) if kind == "xlsx" else ods(path, "<table:table table:name='s'/>")
            bomb = padding + BOMB

            def put(text: str, bomb: str = bomb) -> str:
                declaration, end, rest = (
                    text.partition("?>") if text.startswith("<?xml") else ("", "", text)
                )
                return declaration + end + bomb + rest

            rewrite(path, member, put)
            if kind == "xlsx" and padding:
                assert (
                    len(tables(path, "a")[0][2]) == 4
                )  # nothing uses the entities, so that they are harmless
            else:
                with pytest.raises(BadInput, match=r"document type|XML entity"):
                    tables(path, "a")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    workbook(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/big.xml", "w") as part,
    ):
        for _ in range(INNOCENT // 1024 // 1024 + 1):
            part.write(b" " * 1024 * 1024)
    with pytest.raises(
        BadInput, match=r"zip bomb: xl/big.xml unpacks from [\d,]+ to 68,157,440 bytes"
    ):
        tables(path, "a")


def texts(path: Path, items: str) -> None:
    """An XLSX file whose cells share these texts, the first two of which its first column shows."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["a", "b"])
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rewrite(path, "xl/sharedStrings.xml", lambda _: f'<sst xmlns="{space}">{items}</sst>')


def test_shared_texts(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    spoken = "<rPh sb='0' eb='1'><t>spoken</t></rPh>"
    texts(
        path,
        f"<si><t>a</t></si><si><r><t>x </t></r><r><rPr><b/></rPr><t>&lt;y</t></r>{spoken}</si>",
    )
    assert [row.cells for row in tables(path, "a")[0][2]] == [["x <y"]]
    texts(path, "<si><t>a</t></si><si><t>b")
    with pytest.raises(BadInput, match=r"book.xlsx cannot be read as XLSX: mismatched tag"):
        tables(path, "a")


def test_a_bomb_of_shared_texts_is_refused_and_many_of_people_pass(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    texts(path, "<si><t>a</t></si>" * (INNOCENT_TEXTS // 17 + 1))
    with pytest.raises(
        BadInput, match=r"zip bomb: xl/sharedStrings.xml unpacks from [\d,]+ to 16,777,3\d\d bytes"
    ):
        tables(path, "a")
    rest = "".join(
        f"<si><t>Payment for services, as agreed in no. {number}</t></si>"
        for number in range(330_000)
    )
    texts(path, f"<si><t>a</t></si>{rest}")
    assert zipfile.ZipFile(path).getinfo("xl/sharedStrings.xml").file_size > INNOCENT_TEXTS
    assert [row.cells for row in tables(path, "a")[0][2]] == [
        ["Payment for services, as agreed in no. 0"]
    ]


def test_broken_and_foreign_zips(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    workbook(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="broken or locked zip"):
        tables(path, "a")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(BadInput, match="neither an XLSX nor an ODS"):
        tables(path, "a")
    workbook(path)
    rewrite(path, "xl/worksheets/sheet1.xml", lambda text: text[: len(text) // 2])
    with pytest.raises(
        BadInput, match=r"book.xlsx: sheet 'Payments' is broken|cannot be read as XLSX"
    ):
        tables(path, "a")


def database(path: Path) -> None:
    """An SQLite file with two tables."""
    with sqlite3.connect(path) as made:
        made.executescript(
            """
            CREATE TABLE company (id INTEGER, name TEXT, "odd ""name" TEXT);
            CREATE TABLE share (owner INTEGER, owned INTEGER, percent REAL, data BLOB);
            INSERT INTO company VALUES (1, 'A', 'x'), (2, 'B', NULL), (3, 'C', CAST(x'ff' AS TEXT));
            INSERT INTO share VALUES (1, 2, 50.0, x'00'), (2, 1, 33.3333, NULL);
            """
        )
    made.close()


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    database(path)
    ((facts, _, rows),) = tables(path, "name", "table: company,")
    assert (facts, [list(row.cells) for row in rows]) == ("SQLite, company", [["A"], ["B"], ["C"]])
    ((_, _, rows),) = tables(path, 'odd "name', "table: company,")
    assert [row.reason or list(row.cells) for row in rows] == [
        ["x"], [""], "column 'odd \"name' is not UTF-8 (character 1)",
    ]  # fmt: skip
    join = "tables: [{table: company, alias: c}, share], joins: [{left: c.id, right: share.owner}],"
    ((facts, _, rows),) = tables(path, "percent", join)
    assert (facts, [list(row.cells) for row in rows]) == (
        "SQLite, company joined with share",
        [["50"], ["33.3333"]],
    )


@pytest.mark.parametrize(
    ("told", "column", "message"),
    [
        ("", "name", "must say which tables of .* there are company, share"),
        ("table: companies,", "name", "has no table 'companies'.*did you mean 'company'"),
        ("table: company,", "nmae", "has no column 'nmae'.*did you mean 'name'"),
        ("tables: [company, share],", "name", "no join ties share to company"),
        (
            "tables: [company, share], joins: [{left: id, right: nope}],",
            "name",
            "has no column 'nope'",
        ),
        (
            "table: 'company; DROP TABLE company',",
            "name",
            "has no table 'company; DROP TABLE company'",
        ),
        ("table: company,", "id) FROM company; --", "has no column 'id\\) FROM company; --'"),
        ("table: sqlite_master,", "sql", "has no table 'sqlite_master'"),
    ],
)
def test_sqlite_names_are_looked_up(tmp_path: Path, told: str, column: str, message: str) -> None:
    path = tmp_path / "t.db"
    database(path)
    before = path.read_bytes()
    with pytest.raises(BadInput, match=message):
        tables(path, column, told)
    assert path.read_bytes() == before


def test_sqlite_that_is_broken_or_being_written(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    database(path)
    (tmp_path / "t.db-wal").write_bytes(b"x")
    with pytest.raises(BadInput, match="changes that are not written into it yet"):
        tables(path, "name", "table: company,")
    (tmp_path / "t.db-wal").unlink()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(BadInput, match="cannot be read as SQLite"):
        tables(path, "name", "table: company,")


@pytest.mark.parametrize("make", [workbook, database], ids=["xlsx", "sqlite"])
def test_what_needs_a_file_is_read_from_stdin_and_gzip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: object
) -> None:
    path = tmp_path / "given"
    make(path)  # type: ignore[operator]
    column, told = ("a", "") if make is workbook else ("name", "table: company,")
    wanted = tables(path, column, told)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert tables(path, column, told, name="-") == wanted
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert tables(path, column, told) == wanted
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadInput, match="gzip data ends before its end"):
        tables(path, column, told)

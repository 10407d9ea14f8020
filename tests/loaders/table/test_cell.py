"""Cells whose number is not all that they show: percentages, leading zeros, currencies; sep=."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from loaders.format.icij.layout import kind_by_name
from loaders.table.cell import number_format
from loaders.table.csvfile import columns_of
from tests.loaders.table.test_table import ods, table, tables


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0%", 0.5, "50%"),
        ("0.00%", 0.07, "7%"),
        ("0%", 0.123456, "12.3456%"),
        ("0.0%;[Red]-0.0%", -0.25, "-25%"),
        ("[>=1]0%;0.00%", 0.015, "1.5%"),
        ("00000000", 12345, "00012345"),
        ("0000", 123456, "123456"),
        ("00", -5, "-05"),
        ("000\\-00\\-0000", 1234567, "001-23-4567"),
        ("0000 0000", 1234567, "0123 4567"),
        ('"DE"000000000', 7, "DE000000007"),
        ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 5551234567, "(555) 123-4567"),
        ("00.00", 5.5, "05.5"),
        ("General", 0.5, "0.5"),
        ("0", 5, "5"),
        ("0.00", 12.345, "12.345"),
        ("#\\ ##0", 1234567, "1234567"),
        ("#,##0.00", 1234.5, "1234.5"),
        ("0.00E+00", 1234, "1234"),
        ("# ?/?", 0.5, "0.5"),
        ("000", 1.5, "001.5"),
        ("", 3, "3"),
    ],
)
def test_a_number_as_it_is_shown(code: str, value: float, shown: str) -> None:
    assert number_format(code).text(value) == shown


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ("[$€-407] #,##0.00", "EUR"),
        ("#,##0.00\\ [$USD]", "USD"),
        ('"$"#,##0_);("$"#,##0)', "USD"),
        ("[$$-C09]#,##0", "AUD"),
        ("[$kr-41D] 0", "SEK"),
        ('#,##0.00 "CHF"', "CHF"),
        ("[$¤-409] 0", "¤"),
        ("#,##0.00\\ \\₽", "RUB"),
        ("[$-409]0.00", ""),
        ('0 "pieces"', ""),
        ("General", ""),
    ],
)
def test_a_currency_as_it_is_shown(code: str, currency: str) -> None:
    assert number_format(code).currency(5) == currency


HEADER = ("company", "share", "number", "paid", "day", "note")


def workbook(path: Path) -> None:
    """A row of formatted cells, and one of the same numbers without formats."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Owners")
        sheet.write_row(0, 0, HEADER)
        styles: list[Any] = [
            book.add_format({"num_format": code})
            for code in ("0.0%", "0000000", "#,##0.00 [$€-407]", "yyyy-mm-dd", "0%")
        ]
        sheet.write(1, 0, "Verin")
        for at, value in enumerate((0.375, 4711, 250.5), 1):
            sheet.write(1, at, value, styles[at - 1])
        sheet.write_datetime(1, 4, date(2024, 3, 1), styles[3])
        sheet.write(1, 5, "half", styles[4])
        sheet.write_row(2, 0, ("Korda", 0.375, 4711, 250.5))


def test_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    workbook(path)
    ((facts, columns, rows),) = tables(path, "company")
    assert (facts, columns) == ("XLSX sheet 'Owners', 6 columns", list(HEADER))
    assert rows[0].cells == ["Verin", "37.5%", "0004711", "250.5", "2024-03-01", "half"]
    assert rows[1].cells == ["Korda", "0.375", "4711", "250.5", "", ""]
    ((facts, columns, rows),) = tables(path, "$currency paid")
    assert (facts, columns) == ("XLSX sheet 'Owners', 6 columns", [*HEADER, "$currency paid"])
    assert [row.cells[-1] for row in rows] == ["EUR", ""]


def test_ods(tmp_path: Path) -> None:
    cells = [
        ("percentage", "0.375", "", "37.5 %"),
        ("float", "4711", "", "0004711"),
        ("float", "12.5", "", "012.50"),
        ("float", "0", "", "0.00"),
        ("float", "1234567", "", "001-23-4567"),
        ("float", "4711", "", "4 711"),
        ("currency", "250.5", "office:currency='DKK'", "250,50 kr."),
        ("percentage", "0.07", "table:number-columns-repeated='2'", "7 %"),
    ]
    texts = "abcdefghi"
    header = "".join(
        f"<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>"
        for text in texts
    )
    body = "".join(
        f"<table:table-cell office:value-type='{kind}' office:value='{value}' {more}>"
        f"<text:p>{shown}</text:p></table:table-cell>"
        for kind, value, more, shown in cells
    )
    path = tmp_path / "book.ods"
    ods(
        path,
        f"<table:table table:name='s'><table:table-row>{header}</table:table-row>"
        f"<table:table-row table:number-rows-repeated='2'>{body}</table:table-row></table:table>",
    )
    ((_, columns, rows),) = tables(path, "$currency g")
    assert columns == [*texts, "$currency g"]
    shown = ["37.5%", "0004711", "12.5", "0", "001-23-4567", "4711", "250.5", "7%", "7%", "DKK"]
    assert [row.cells for row in rows] == [shown, shown]


@pytest.mark.parametrize(
    ("data", "facts", "cells"),
    [
        ("sep=;\r\na;b\r\n1,5;2\r\n", "UTF-8, ';', 2 columns", ["1,5", "2"]),
        ("\ufeffsep=|\na|b,c\n1|2,3\n", "UTF-8, '|', 2 columns", ["1", "2,3"]),
        ("SEP=\t\na\tb\n1\t2\n", "UTF-8, tabs, 2 columns", ["1", "2"]),
        ('"sep=,"\na,b\n1,"2;3"\n', "UTF-8, ',', 2 columns", ["1", "2;3"]),
        ("sep=^\na^b\n1^2\n", "UTF-8, '^', 2 columns", ["1", "2"]),
        ("sep = ;\na;b\n1;2\n", "UTF-8, ';', 2 columns", ["1", "2"]),
        ("sep=;,,\na;b\n1;2\n", "UTF-8, ';', 2 columns", ["1", "2"]),
    ],
)
def test_the_line_that_tells_the_delimiter(
    tmp_path: Path, data: str, facts: str, cells: list[str]
) -> None:
    told, rows = table(tmp_path / "t.csv", data)
    assert told == facts
    assert [(row.place, row.cells) for row in rows] == [(3, cells)]


def test_that_line_is_read_as_such_only_where_it_is_one(tmp_path: Path) -> None:
    assert table(tmp_path / "t.csv", "sep=;\nx\na;b\n1;2\n", told="csv_url: t.csv, header: 3,")[1]
    facts, rows = table(tmp_path / "u.csv", "a;sep=,\n1;2\n")
    assert (facts, rows[0].cells) == ("UTF-8, ';', 2 columns", ["1", "2"])
    # a delimiter that the mapping names is the one
    facts, rows = table(tmp_path / "v.csv", "sep=;\na,b\n1,2\n", told="delimiter: ',',")
    assert rows[0].cells == ["1", "2"]


def test_formats_with_columns_of_their_own_know_the_line() -> None:
    assert columns_of(b"sep=;\r\nid;schema;prop\r\n") == ["id", "schema", "prop"]
    assert kind_by_name("nodes-entities.csv") is not None

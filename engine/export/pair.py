"""Pairs of records that may be one thing as a table: a row a pair, with what its score is made of.

Each kind of evidence has four columns: how much it adds or takes away, both values, and what was
seen. So a person can check a pair, sort by one kind of evidence, and filter.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from typing import BinaryIO

import xlsxwriter

from engine.answer import Feature
from engine.errors import BadInput
from engine.export.csv import guarded
from engine.export.target import opened
from engine.export.xlsx import CREATED, MAX_ROWS, OPTIONS, PART, add_sheet
from engine.xref import Pair

FEATURES = (
    *("name", "birthDate", "deathDate", "incorporationDate", "identifier", "address", "country"),
    *("gender", "birthPlace", "email", "phone", "website"),
)
"""The kinds of evidence that have columns; any other one is in the column ``other``."""
FIXED = (
    *("score", "verdict", "judged by", "judged at", "note", "collection"),
    *("record", "record id", "record schema"),
    *("candidate", "candidate id", "candidate dataset", "candidate schema", "algorithm"),
)
COLUMNS = [
    *FIXED,
    *(f"{name}{part}" for name in FEATURES for part in ("", " record", " candidate", " seen")),
    "other",
]
NUMBERS = frozenset({"score", *FEATURES})
"""Columns of numbers: spreadsheets sort them as such."""
ENDINGS = (".csv", ".xlsx")
Cell = str | float | None


def write_pairs(pairs: Iterable[Pair], output: str) -> int:
    """Write pairs into a file whose name ends as a CSV file or a workbook; how many there were.

    Raises BadInput for another ending.
    """
    check_name(output)
    count = 0

    def counted() -> Iterator[Mapping[str, Cell]]:
        nonlocal count
        for count, pair in enumerate(pairs, 1):  # noqa: B007
            yield row_of(pair)

    writer = write_workbook if output.endswith(".xlsx") else write_csv
    with opened(output) as target, target.member(f"pairs{output[-5:]}") as out:
        writer(counted(), out)
    return count


def check_name(output: str) -> None:
    """Raises BadInput for a file that is neither a CSV file nor a workbook."""
    if not output.endswith(ENDINGS):
        raise BadInput(f"{output}: pairs are written to a file that ends with .csv or .xlsx")


def row_of(pair: Pair) -> dict[str, Cell]:
    """A pair as the cells of a row, by their columns."""
    judged = pair.judgements[0] if pair.judgements else None
    row: dict[str, Cell] = {
        "score": pair.score,
        "record": pair.left.caption,
        "record id": pair.left.id,
        "record schema": pair.left.schema,
        "candidate": pair.right.caption,
        "candidate id": pair.right.id,
        "candidate dataset": pair.right.dataset,
        "candidate schema": pair.right.schema,
        "algorithm": pair.algorithm,
    }
    if judged is not None:
        at = judged.at.isoformat(timespec="seconds")
        row |= {"verdict": judged.verdict.value, "judged by": judged.by, "judged at": at}
        row |= {"note": judged.note, "collection": judged.collection}
    others = []
    for feature in pair.features:
        if feature.feature in FEATURES:
            row |= _cells(feature)
        else:
            others.append(_text(feature))
    return row | {"other": "; ".join(others)}


def _cells(feature: Feature) -> dict[str, Cell]:
    name = feature.feature
    return {
        name: feature.score,
        f"{name} record": feature.query,
        f"{name} candidate": feature.candidate,
        f"{name} seen": feature.detail,
    }


def _text(feature: Feature) -> str:
    values = " = ".join(filter(None, (feature.query, feature.candidate)))
    return f"{feature.feature} {feature.score:+g}: {feature.detail} ({values})"


def write_csv(rows: Iterable[Mapping[str, Cell]], out: BinaryIO) -> None:
    """Write rows as RFC 4180 has it, in UTF-8; no cell is one that a spreadsheet would run."""
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_plain(row.get(name)) for name in COLUMNS])
    text.detach()  # else the wrapper would close the stream, which is not ours


def _plain(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".")
    return guarded(cell or "")


def write_workbook(rows: Iterable[Mapping[str, Cell]], out: BinaryIO) -> None:
    """Write rows into a workbook, on as many sheets as they need; texts are no formulas."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, OPTIONS)
        book.set_properties({"created": CREATED})
        sheet, at, number = add_sheet(book, "Pairs", COLUMNS), 1, 1
        for row in rows:
            if at == MAX_ROWS:
                number += 1
                sheet, at = add_sheet(book, f"Pairs ({number})", COLUMNS), 1
            for column, name in enumerate(COLUMNS):
                cell = row.get(name)
                if name in NUMBERS and cell is not None:
                    sheet.write_number(at, column, cell)
                elif cell:
                    sheet.write_string(at, column, str(cell)[:PART])
            at += 1
        book.close()
        file.seek(0)
        while data := file.read(1 << 20):
            out.write(data)

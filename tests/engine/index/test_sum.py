"""Sums over real payments are those of plain Python; skipped where the data is not there."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.index.index import Index
from engine.question import SearchFilter, SearchQuestion
from engine.tally import AggregateQuestion
from tests.conftest import DATA

FILE = DATA / "parteispenden.ftm.json"
ACCESS = Access(frozenset({"spenden"}))


def entities(file: Path) -> list[Entity]:
    """The records of a file."""
    with file.open() as lines:
        rows = [json.loads(line) for line in lines]
    return [make_entity("spenden", row["id"], row["schema"], row["properties"]) for row in rows]


@pytest.mark.skipif(not FILE.exists(), reason="the data is not there")
@pytest.mark.parametrize("by", ["beneficiary", "payer"])
def test_sums_of_real_donations(tmp_path: Path, by: str) -> None:
    rows = entities(FILE)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.schema == "Payment":
            for key in row.references(by):
                counts[key] += 1
                sums[key] += Decimal(row.properties["amountEur"][0])
    with Index.open(tmp_path, write=True) as index:
        index.add(rows, new=True)
        index.commit(1)
        search = SearchQuestion("", SearchFilter(schemata=("Payment",)))
        found = index.groups(AggregateQuestion(search, by, "amount", first=100), ACCESS).rows
    largest = sorted(sums, key=lambda key: (-sums[key], key))[:100]
    assert [row.key for row in found] == largest
    for row in found:
        assert row.tally.count == counts[row.key]
        assert sum(Decimal(str(total.sum)) for total in row.tally.totals) == sums[row.key]

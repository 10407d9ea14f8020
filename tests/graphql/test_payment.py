"""Our operations on what two British bodies paid, against plain Python; skipped without the data.

A table of rates, made up, converts what they paid.
"""

import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.operation import operations
from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.graph.connection import Connection
from tests.conftest import DATA, Bolt, on

FOLDER = DATA.parent / "tables" / "council_spending"
FILES = ("cabinetoffice_processed_2019-03.csv", "london_processed_2019-P02.csv")
RATES = {"2019": "1.14", "2019-05": "1.1469", "2019-03-06": "1.16307"}
"""What a pound was worth, by date; a day holds for a week."""
TEXTS = {re.findall(r"^query (\w+)", each.text, re.M)[0]: each.text for each in operations()}
Ask = Callable[..., Any]

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the data is not there")


@dataclass(frozen=True)
class Payment:
    """One line of the data."""

    key: str
    payer: str
    supplier: str
    amount: Decimal
    date: str

    def converted(self) -> Decimal:
        """What it was worth in euros, in plain Python."""
        if "2019-03-06" <= self.date < "2019-03-13":
            return self.amount * Decimal(RATES["2019-03-06"])
        month = RATES.get(self.date[:7], RATES["2019"])
        return self.amount * Decimal(month if self.date[:4] == "2019" else 0)


def payments() -> list[Payment]:
    """The lines of some of the files."""
    found = []
    for path in (FOLDER / name for name in FILES):
        with path.open(encoding="cp1252", newline="") as file:
            for number, row in enumerate(csv.DictReader(file)):
                supplier = hashlib.sha256(row["Beneficiary Name"].encode()).hexdigest()[:12]
                payer = f"spending:{path.name.partition('_')[0]}"
                amount, date = Decimal(row["Amount"]), row["Payment Date"]
                key = f"spending:{path.stem}-{number}"
                found.append(Payment(key, payer, f"spending:{supplier}", amount, date))
    return found


def entities(paid: list[Payment]) -> Iterator[Entity]:
    """The bodies, the suppliers and the payments as records."""

    def made(key: str, schema: str, **values: str) -> Entity:
        return make_entity(
            "spending",
            key.removeprefix("spending:"),
            schema,
            {name: [value] for name, value in values.items()},
        )

    for body in sorted({each.payer for each in paid}):
        yield made(body, "PublicBody", name=body)
    for supplier in sorted({each.supplier for each in paid}):
        yield made(supplier, "Company", name=f"Supplier {supplier[-12:]}")
    for each in paid:
        yield made(
            each.key,
            "Payment",
            payer=each.payer,
            beneficiary=each.supplier,
            amount=str(each.amount),
            currency="GBP",
            date=each.date,
        )


def sums(paid: list[Payment], by: str) -> dict[str, Decimal]:
    """What was paid, by an attribute."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in paid:
        found[getattr(each, by)] += each.amount
    return found


def largest(found: dict[str, Decimal]) -> list[str]:
    """The keys with the largest sums first."""
    return sorted(found, key=lambda key: (-found[key], key))


def exact(value: float) -> Decimal:
    """A sum as it is answered."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_operations_on_real_payments(graph: Connection, bolt: Bolt, tmp_path: Path) -> None:
    paid = payments()
    assert len(paid) > 1_000
    table = tmp_path / "rates.csv"
    lines = "".join(f"GBP,{date},{rate}\n" for date, rate in RATES.items())
    table.write_text(f"currency,date,EUR\n{lines}")
    settings = on(bolt, tmp_path / "data").model_copy(update={"rates": str(table)})
    with Engine.open(settings, progress=lambda _: None) as engine:
        with engine.loading("spending") as loading:
            loading.begin()
            loading.add(list(entities(paid)), new=True)
            loading.finish(None)
        engine.directory.publish(OWNER, "spending", Visibility.PUBLIC)
        with TestClient(create_app(engine)) as client:

            def ask(name: str, **variables: Any) -> Any:
                body = {"query": TEXTS.get(name, name), "variables": variables}
                answer = client.post("/graphql", json=body).json()
                assert "errors" not in answer, answer
                return answer["data"]

            body = max(sums(paid, "payer"), key=sums(paid, "payer").__getitem__)
            neighbours(ask, [each for each in paid if each.payer == body])
            groups(ask, paid)
            lists(ask, paid)
            sets(ask, paid)


def neighbours(ask: Ask, paid: list[Payment]) -> None:
    """Whom one body paid."""
    found = ask("NeighbourSums", id=paid[0].payer, direction="OUT", first=100)["neighbours"]
    expected = sums(paid, "supplier")
    assert found["totalCount"] == len(expected)
    assert [row["node"]["id"] for row in found["nodes"]] == largest(expected)[:100]
    for row in found["nodes"]:
        own = [each for each in paid if each.supplier == row["node"]["id"]]
        amounts = [each.amount for each in own]
        assert (row["count"], row["unsummed"]) == (len(own), 0)
        assert (row["first"], row["last"]) == (
            min(each.date for each in own),
            max(each.date for each in own),
        )
        [total] = row["totals"]
        assert [exact(total[name]) for name in ("sum", "least", "greatest")] == [
            sum(amounts),
            min(amounts),
            max(amounts),
        ]
        worth = sum(each.converted() for each in own).quantize(Decimal("0.01"))
        converted = row["converted"]
        assert (converted["currency"], converted["count"]) == ("EUR", len(own))
        assert (exact(converted["sum"]), converted["unsummed"]) == (worth, 0)


def groups(ask: Ask, paid: list[Payment]) -> None:
    """Sums over searches."""
    for month in ("2019-03", "2019-05"):
        some = [each for each in paid if each.date.startswith(month)]
        answer = ask("LargestRecipients", query=f"date:{month}")["search"]
        expected = sums(some, "supplier")
        assert answer["totalCount"] == len(some)
        rows = answer["aggregate"]
        assert [row["key"] for row in rows] == largest(expected)[:10]
        for row in rows:
            own = [each for each in some if each.supplier == row["key"]]
            assert exact(row["totals"][0]["sum"]) == expected[row["key"]]
            worth = sum(each.converted() for each in own).quantize(Decimal("0.01"))
            assert exact(row["converted"]["sum"]) == worth
    rows = ask("LargestRecipients", query="", by="payer")["search"]["aggregate"]
    assert {row["key"]: exact(row["totals"][0]["sum"]) for row in rows} == sums(paid, "payer")


def lists(ask: Ask, paid: list[Payment]) -> None:
    """Filters and orders of numbers and dates."""
    least = sorted(each.amount for each in paid)[-40]
    scope = {"schemata": ["Payment"], "minAmount": float(least), "currency": "GBP"}
    answer = ask("LargePayments", filter=scope, first=100)["search"]
    large = sorted((each.amount for each in paid if each.amount >= least), reverse=True)
    assert answer["totalCount"] == len(large)
    assert [Decimal(node["amount"][0]) for node in answer["nodes"]] == large
    query = """query($after: String, $by: PropertyOrder!) { search(sortBy: $by, first: 100,
      filter: {schemata: ["Payment"]}, after: $after) {
      nodes { ... on Payment { amount date } } pageInfo { hasNextPage endCursor } } }"""
    for name, expected in (
        ("amount", [each.amount for each in paid]),
        ("date", [each.date for each in paid]),
    ):
        for descending in (True, False):
            values: list[Any] = []
            after = None
            while len(values) < 300:
                by = {"property": name, "descending": descending}
                page = ask(query, by=by, after=after)["search"]
                values += [node[name][0] for node in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
            kind = type(expected[0])
            assert list(map(kind, values)) == sorted(expected, reverse=descending)[:300]


def sets(ask: Ask, paid: list[Payment]) -> None:
    """The most connected, what is around them, who shares a payer, and what is new."""
    degrees = Counter(each.supplier for each in paid)
    edges = ask("MostConnected", filter={"schemata": ["Company"]}, first=20)["search"]["edges"]
    expected = sorted(degrees, key=lambda key: (-degrees[key], key))[:20]
    assert [edge["node"]["id"] for edge in edges] == expected
    assert [edge["score"] for edge in edges] == [degrees[key] for key in expected]

    payers: dict[str, set[str]] = defaultdict(set)
    for each in paid:
        payers[each.supplier].add(each.payer)
    both = sorted(key for key, found in payers.items() if len(found) == 2)
    assert both
    answer = ask("SharedBoards", id=both[0], types=["PAYMENT"], direction="IN", first=100)
    rows = answer["neighbours"]["nodes"]
    assert answer["neighbours"]["totalCount"] == len(payers) - 1
    shared = {row["node"]["id"] for row in rows if row["count"] == 2}
    assert shared == set(both[1:])

    around = ask("Neighbourhood", ids=[both[0]], hops=1)["neighbourhood"]
    assert {node["id"] for node in around["nodes"]} == {both[0], *payers[both[0]]}
    assert len(around["edges"]) == degrees[both[0]]
    bodies = sorted(payers[both[0]])
    found = ask("PathVia", to=[bodies[1]], via=[both[0]], **{"from": [bodies[0]]})["paths"]
    assert found["paths"][0]["nodeIds"] == [bodies[0], both[0], bodies[1]]

    news = ask("Changes", since="2020-01-01T00:00:00Z", dataset="spending", first=1)["changes"]
    assert news["totalCount"] == len(paid) + len(payers) + 2

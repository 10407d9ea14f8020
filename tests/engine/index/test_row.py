"""A number after a field is read to its end, as it is printed; other words stay words."""

from collections.abc import Iterator

import pytest

from engine.entity import make_entity
from engine.index.index import Index
from tests.engine.index.collection import hit_ids

ROWS: dict[str, tuple[str, dict[str, list[str]]]] = {
    "hamburg": ("Company", {"name": ["Elbe Kontor"], "phone": ["+4940553170"]}),
    "leeds": ("Company", {"name": ["Aire Mills"], "phone": ["+441134960123"]}),
    "account": ("BankAccount", {"iban": ["GB29NWBK60161331926819"]}),
    "malta": ("BankAccount", {"iban": ["MT84MALT011000012345MTLCAST001S"]}),
    "hrb": ("Company", {"name": ["Spree Werft"], "registrationNumber": ["HRB 51730"]}),
    "siren": ("Company", {"name": ["Quai Neuf"], "registrationNumber": ["732829320"]}),
    "pass": ("Passport", {"passportNumber": ["4611 873265"]}),
    "lei": ("Company", {"name": ["Corvid"], "leiCode": ["5493001KJTIIGC8Y1R12"]}),
    "ship": ("Vessel", {"name": ["Mizar"], "imoNumber": ["9176187"]}),
    "inn": ("Company", {"name": ["Северный Путь"], "innCode": ["5408117935"]}),
    "paid": ("Payment", {"amount": ["1250.5"], "payer": ["red:lei"], "beneficiary": ["red:inn"]}),
    "million": ("Payment", {"amount": ["2000000"], "payer": ["red:lei"]}),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The records, indexed."""
    with Index.open(tmp_path_factory.mktemp("rows"), write=True) as made:
        made.add(make_entity("red", own, *row) for own, row in ROWS.items())
        made.commit(1)
        yield made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("phone: 040 553170", "hamburg"),
        ("Phone: +49 40 553170", "hamburg"),
        ("phone:(+49 40 553170)", "hamburg"),
        ("phone: +49 (0)40 55 31 70", "hamburg"),
        ("phone:+49(0)40553170", "hamburg"),
        ("phone: (040) 553 170", "hamburg"),
        ("phone: 040 / 55-31-70", "hamburg"),
        ("phone: Tel. 040 553170", "hamburg"),
        ("phone: 0113 496 0123 mills", "leeds"),
        ("phone: 0113 496*", "leeds"),
        ("phone:(0113 496 0123 OR 040 553170)", "hamburg leeds"),
        ("phone: 0113 496 0123 name:elbe", ""),
        ("phone:040553170 elbe", "hamburg"),
        ("phone:040553170 mills", ""),
        ("phone:040553170 51730", ""),
        ("schema:Company -phone: 040 553170", "leeds hrb siren lei inn"),
        ("-phone:040553170 51730", "hrb"),
        ("IBAN: GB29 NWBK 6016 1331 9268 19", "account"),
        ("iban:gb29 nwbk 6016 1331 9268 19", "account"),
        ("iban: MT84 MALT 0110 0001 2345 MTLC AST0 01S", "malta"),
        ("registrationNumber: HRB 51730", "hrb"),
        ("registrationNumber: HRB 51730 Werft", "hrb"),
        ("registrationNumber: HRB 51730 Kontor", ""),
        ("registrationNumber:732 829 320", "siren"),
        ("registrationNumber:732829320 quai", "siren"),
        ("passportNumber: 4611 873265", "pass"),
        ("identifier: 46 11 873 265", "pass"),
        ("leiCode:5493 001K JTII GC8Y 1R12", "lei"),
        ("imoNumber: IMO 9176187", "ship"),
        ("innCode:54 08 117935", "inn"),
        ("amount: 1 250,50", "paid"),
        ("amount: EUR 1 250.50", "paid"),
        ("amount: 2 000 000", "million"),
        ("amount:> 1 300", "million"),
        ("amount:<1 300,25", "paid"),
        ("amount:[1 500 TO 2 000 000]", "million"),
    ],
)
def test_a_number_is_read_to_its_end(rows: Index, text: str, expected: str) -> None:
    assert set(hit_ids(rows, text)) == set(expected.split())

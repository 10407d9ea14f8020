"""Numbers are found as they are printed, whatever stands between their digits."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from engine.entity import make_entity
from engine.index.index import Index
from engine.question import SearchQuestion
from tests.engine.index.collection import ALL, hit_ids

CASE = Path(__file__).parents[4] / "shared" / "cases" / "numbers-as-printed" / "in.ftm.json"
ROWS: dict[str, tuple[str, dict[str, list[str]]]] = {
    "london": ("Person", {"name": ["Maud Ferris"], "phone": ["+442083661177"]}),
    "oslo": ("Person", {"name": ["Nils Tveit"], "phone": ["+4722334455"]}),
    "copenhagen": ("Person", {"name": ["Ulla Krag"], "phone": ["+4522334455"]}),
    "moscow": ("Person", {"name": ["Пётр Зимин"], "phone": ["+74951234567"]}),
    "rome": ("Company", {"name": ["Trattoria Nove"], "phone": ["+390669812345"]}),
    "york": ("Company", {"name": ["Gotham Freight"], "phone": ["+1 (212) 555-0187"]}),
    "berlin": ("Company", {"name": ["Kiezladen"], "phone": ["030 90182345"], "country": ["de"]}),
    "nowhere": ("Company", {"name": ["Phoebe Traders"], "phone": ["0191 498 0321"]}),
    "iban": ("BankAccount", {"iban": ["GB33BUKB20201555555555"]}),
    "printed": ("BankAccount", {"iban": ["FR14 2004 1010 0505 0001 3M02 606"]}),
    "pass": ("Passport", {"passportNumber": ["KX 4471 902"], "holder": ["london"]}),
    "inn": ("Company", {"name": ["Северный Путь"], "innCode": ["5408117935"]}),
    "kvk": ("Company", {"name": ["Molenaar"], "registrationNumber": ["NL-34.128.956"]}),
    "vat": ("Company", {"name": ["Lenz Werke"], "vatCode": ["DE 811 907 980"]}),
    "cnpj": ("Company", {"name": ["Serra Azul"], "taxNumber": ["12.345.678/0001-95"]}),
    "house": ("Company", {"name": ["Old Harbour"], "registrationNumber": ["00445790"]}),
    "ship": ("Vessel", {"name": ["Stella Polaris"], "imoNumber": ["IMO 9074729"]}),
    "boat": ("Vessel", {"name": ["Mizar"], "imoNumber": ["9176187"], "mmsi": ["273 310 210"]}),
    "lei": ("Company", {"name": ["Corvid Partners"], "leiCode": ["5493001KJTIIGC8Y1R12"]}),
}
ASKED: dict[str, tuple[str, ...]] = {
    "london": (
        *("+44 20 8366 1177", "020 8366 1177", "(020) 8366 1177", "+44 (0)20 8366 1177"),
        *("0044 20 8366 1177", "020-8366-1177", "02083661177", "442083661177", "20 8366 1177"),
        *("Ferris 020 8366 1177", "+44 (0) 20 8366-1177 Maud", '"020 8366 1177"'),
    ),
    "oslo": ("+47 22 33 44 55", "0047 22334455", "+47 2233 4455"),
    "copenhagen": ("+45 22 33 44 55", "+4522334455", "Krag 22 33 44 55"),
    "moscow": ("8 (495) 123-45-67", "+7 495 123 45 67", "8 495 1234567", "84951234567"),
    "rome": ("06 6981 2345", "+39 06 6981 2345", "0039 06 69812345"),
    "york": ("212-555-0187", "(212) 555-0187", "+1 212 555 0187", "1 212 555 0187"),
    "berlin": ("+49 30 90182345", "030/90182345", "+49 (0)30 9018 2345", "030 9018 2345"),
    "nowhere": ("0191 498 0321", "+44 191 498 0321", "0191 4980321"),
    "iban": (
        "GB33 BUKB 2020 1555 5555 55",
        "GB33BUKB20201555555555",
        "gb33-bukb-2020-1555-5555-55",
    ),
    "printed": ("FR1420041010050500013M02606", "FR14 2004 1010 0505 0001 3M02 606"),
    "pass": ("KX4471902", "KX 4471902", "kx 4471 902", "passport KX4471902", "KX-44-71-902"),
    "inn": ("5408117935", "ИНН 5408117935", "INN 5408117935", "54 0811 7935"),
    "kvk": ("34128956", "NL34128956", "34.128.956", "Molenaar 34 128 956"),
    "vat": ("DE811907980", "811907980", "DE 811 907 980", "VAT DE811907980", "811 907 980"),
    "cnpj": ("12345678000195", "12.345.678/0001-95", "12 345 678 0001 95"),
    "house": ("00445790", "445790", "0044 5790"),
    "ship": ("IMO 9074729", "IMO9074729", "9074729", "Stella Polaris IMO 9074729"),
    "boat": ("IMO 9176187", "IMO9176187", "9176187", "273310210", "MMSI 273310210"),
    "lei": ("5493 001K JTII GC8Y 1R12", "5493001KJTIIGC8Y1R12", "LEI 5493001KJTIIGC8Y1R12"),
}
NOBODY = (
    *("+46 22 33 44 55", "020 8366 1178", "GB33 BUKB 2020 1555", "IMO 9074720"),
    *("Molenaar 5408117935", "+48 20 8366 1177"),
)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """All the records with numbers, indexed."""
    with Index.open(tmp_path_factory.mktemp("numbers"), write=True) as made:
        made.add(make_entity("red", own, *row) for own, row in ROWS.items())
        made.commit(1)
        yield made


@pytest.mark.parametrize(("own", "text"), [(own, text) for own in ASKED for text in ASKED[own]])
def test_found_as_printed(numbers: Index, own: str, text: str) -> None:
    """Each way to print a number finds its record alone, and marks the number."""
    assert hit_ids(numbers, text) == [own]
    assert "<em>" in (numbers.search(SearchQuestion(text, first=1), ALL).hits[0].highlight or "")


@pytest.mark.parametrize("text", NOBODY)
def test_other_numbers_find_nobody(numbers: Index, text: str) -> None:
    """Another country's number, a part of one, two numbers of two records."""
    assert hit_ids(numbers, text) == []


def test_without_a_country_code_both_are_found(numbers: Index) -> None:
    """Two countries have the number."""
    assert set(hit_ids(numbers, "22 33 44 55")) == {"oslo", "copenhagen"}


@pytest.mark.skipif(not CASE.exists(), reason="the shared cases are not here")
def test_shared_case(tmp_path: Path) -> None:
    """Every input of the case finds its record."""
    asked = {
        "p": ["+44 20 7946 0018", "020 7946 0018", "AB123456", 'phone:"+44 20 7946 0018"'],
        "b": ["DE89 3704 0044 0532 0130 00", 'iban:"DE89 3704 0044 0532 0130 00"'],
        "v": ["IMO9683738", "identifier:IMO9683738"],
    }
    with Index.open(tmp_path, write=True) as index:
        rows = map(orjson.loads, CASE.read_bytes().splitlines())
        index.add(make_entity("red", row["id"], row["schema"], row["properties"]) for row in rows)
        index.commit(1)
        for own, texts in asked.items():
            for text in texts:
                assert hit_ids(index, text) == [own], text

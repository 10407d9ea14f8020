"""A table of rates: which rate a date has, and what is said of a table that is wrong."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.rate import Rates, parsed

TABLE = """currency,date,EUR
GBP,2019,1.14
GBP,2019-04,1.16
GBP,2019-04-05,1.162
GBP,2019-04-09,1.159
DEM,,0.51129

usd,2020-1,0.9
"""


@pytest.mark.parametrize(
    ("currency", "day", "rate"),
    [
        ("GBP", 20190000, "1.14"),
        ("GBP", 20190400, "1.16"),
        ("GBP", 20190405, "1.162"),
        ("GBP", 20190407, "1.162"),  # a weekend
        ("GBP", 20190409, "1.159"),
        ("GBP", 20190415, "1.159"),
        ("GBP", 20190416, "1.16"),  # a week later the month counts
        ("GBP", 20190404, "1.16"),
        ("GBP", 20190231, "1.14"),  # no day, but a year
        ("GBP", 20200101, None),
        ("GBP", 0, None),
        ("DEM", 0, "0.51129"),
        ("DEM", 19980401, "0.51129"),
        ("USD", 20200115, "0.9"),
        ("USD", 20200000, None),  # the table has only a month of that year
        ("EUR", 0, "1"),
        ("CHF", 20190101, None),
        ("", 20190101, None),
        (None, 20190101, None),
    ],
)
def test_the_most_precise_rate_counts(currency: str | None, day: int, rate: str | None) -> None:
    found = parsed(TABLE).of(currency, day)
    assert found == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the columns must be `currency,date,EUR`"),
        ("currency;date;EUR\n", "line 1: the columns must be"),
        ("currency,date,rate\n", "line 1: the columns must be"),
        ("currency,date,EUR\n", "line 2: there is no rate"),
        ("currency,date,EUR\nGBP,2019\n", "line 2: it has 2 values, not 3"),
        ("currency,date,EUR\n\nPounds,2019,1\n", "line 3: 'POUNDS' is no code of a currency"),
        ("currency,date,EUR\nEUR,2019,1\n", "line 2: EUR is what amounts are converted to"),
        ("currency,date,EUR\nGBP,2019-02-30,1\n", "line 2: '2019-02-30' is not a date"),
        ("currency,date,EUR\nGBP,30.4.2019,1\n", "line 2: '30.4.2019' is not a date"),
        ('currency,date,EUR\nGBP,2019,"1,14"\n', "line 2: '1,14' is no rate"),
        ("currency,date,EUR\nGBP,2019,0\n", "line 2: '0' is no rate"),
        ("currency,date,EUR\nGBP,2019,nan\n", "line 2: 'nan' is no rate"),
        ("currency,date,EUR\nGBP,2019,1\nGBP,2019,2\n", "line 3: line 2 has a rate of GBP"),
        ('currency,date,EUR\n"GBP,2019,1\n', "unexpected end of data"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        Rates.read(str(path))
    assert str(refused.value).startswith(f"CLEW_RATES: {path}")
    assert message in str(refused.value)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"CLEW_RATES: .+ cannot be read"):
        Rates.read(str(tmp_path / "none.csv"))
    assert Rates.read("") is None

"""Datasets: their metadata, and when they are overdue."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from followthemoney.dataset.coverage import FREQUENCY_TYPE

from engine.access import Access
from engine.dataset import Dataset, ExportPolicy, Frequency, Publisher, next_expected, overdue
from engine.engine import Engine
from engine.errors import BadInput
from engine.metadata import checked, from_ftm

Bolt = tuple[str, str, str]
BOTH = Access(frozenset({"kept", "gone"}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "frequency", "expected"),
    [
        ("2024-01-31T10:00", "monthly", "2024-02-29T10:00"),
        ("2023-01-31T10:00", "monthly", "2023-02-28T10:00"),
        ("2023-03-31", "monthly", "2023-04-30"),
        ("2023-12-15", "monthly", "2024-01-15"),
        ("2024-02-29", "annually", "2025-02-28"),
        ("2023-02-28", "annually", "2024-02-28"),
        ("2024-02-28", "daily", "2024-02-29"),
        ("2024-12-30", "weekly", "2025-01-06"),
        ("2024-12-31T23:30", "hourly", "2025-01-01T00:30"),
        ("2024-01-01", "never", None),
        ("2024-01-01", "unknown", None),
        (None, "daily", None),
    ],
)
def test_next_expected(last: str | None, frequency: str, expected: str | None) -> None:
    day = next_expected(at(last) if last else None, Frequency(frequency))
    assert day == (at(expected) if expected else None)


@pytest.mark.parametrize(
    ("last", "frequency", "due", "grace"),
    [
        ("2024-01-01", "hourly", "2024-01-01T01:00", timedelta(minutes=15)),
        ("2024-01-01", "daily", "2024-01-02", timedelta(hours=6)),
        ("2024-01-01", "weekly", "2024-01-08", timedelta(hours=42)),
        ("2023-02-01", "monthly", "2023-03-01", timedelta(days=7)),
        ("2024-02-29", "annually", "2025-02-28", timedelta(days=7)),
    ],
)
def test_overdue_only_after_the_grace(
    last: str, frequency: str, due: str, grace: timedelta
) -> None:
    limit = at(due) + grace
    dataset = Dataset("d", "D", frequency=Frequency(frequency), last_updated=at(last))
    assert not dataset.overdue(limit)
    assert dataset.late_by(limit) is None
    assert dataset.overdue(limit + timedelta(seconds=1))
    assert dataset.late_by(limit + timedelta(seconds=1)) == grace + timedelta(seconds=1)


@pytest.mark.parametrize("frequency", Frequency)
def test_what_never_came_is_overdue_if_it_should_come(frequency: Frequency) -> None:
    assert overdue(None, frequency, at("2024-01-01")) == (frequency not in ("unknown", "never"))
    if frequency in ("unknown", "never"):
        assert not overdue(at("1990-01-01"), frequency, at("2024-01-01"))


def test_frequencies_are_ftms() -> None:
    assert tuple(Frequency) == get_args(FREQUENCY_TYPE)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"frequency": "annual"}, {"frequency": "annually"}),
        ({"frequency": "Weekly"}, {"frequency": "weekly"}),
        ({"countries": ["de", "Germany", "GB"]}, {"countries": ["de", "gb"]}),
        ({"countries": [""]}, {"countries": None}),
        ({"title": "  A \n b "}, {"title": "A b"}),
        ({"url": "https://example.org"}, {"url": "https://example.org/"}),
        ({"license": "CC BY 4.0"}, {"license": "CC BY 4.0"}),
        ({"summary": ""}, {"summary": None}),
        ({"publisher": ""}, {"publisher": None, "publisher_url": None, "publisher_country": None}),
        ({"coverage_start": "2019-04"}, {"coverage_start": "2019-04"}),
        ({"export_policy": "members"}, {"export_policy": "members"}),
    ],
)
def test_values_as_they_are_kept(changes: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    assert checked(changes) == kept


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"frequency": "yearly"},
            "frequency 'yearly' is not allowed: give one of unknown, never, hourly, daily",
        ),
        ({"countries": ["atlantis"]}, "countries 'atlantis' is not allowed: give a country's code"),
        ({"countries": 5}, "countries 5 is not allowed"),
        (
            {"url": "javascript:alert(1)"},
            "url 'javascript:alert(1)' is not allowed: give a web address",
        ),
        ({"license": "ftp://x.org"}, "license 'ftp://x.org' is not allowed"),
        ({"publisher_country": "xx1"}, "publisher_country 'xx1' is not allowed"),
        ({"coverage_end": "soon"}, "coverage_end 'soon' is not allowed: give a date: 2019"),
        (
            {"export_policy": "all"},
            "export_policy 'all' is not allowed: give one of everyone, registered, members",
        ),
        ({"title": "a\x1b[31mb"}, "is not allowed: give text of at most"),
        ({"summary": "x" * 5001}, "is not allowed: give text of at most 5,000"),
        ({"summary": 7}, "summary 7 is not allowed"),
        ({"frequenzy": "daily"}, "a dataset has no field 'frequenzy': there are title"),
    ],
)
def test_bad_values_are_refused(changes: Mapping[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as error:
        checked(changes)
    assert message in str(error.value)


def test_ftms_format_and_alephs_are_read() -> None:
    coverage = {"start": "2001", "countries": ["no"], "frequency": "monthly"}
    publisher = {"name": "P", "url": "https://p.org", "country": "no", "official": "true"}
    metadata = {
        "name": "d",
        "title": "T",
        "publisher": publisher,
        "coverage": coverage,
        "resources": [],
        "typo": 1,
    }
    changes, aside = from_ftm(metadata)
    assert aside == ["publisher.official", "resources", "typo"]
    assert changes == {
        "title": "T",
        "publisher": "P",
        "publisher_url": "https://p.org",
        "publisher_country": "no",
        "countries": ["no"],
        "frequency": "monthly",
        "coverage_start": "2001",
    }
    odd = {
        "coverage": {"schedule": "@daily", "start": "2019"},
        "publisher": {"acronym": "B", "name": "Bee"},
        "x": {},
    }
    assert from_ftm(odd) == (
        {"publisher": "Bee", "coverage_start": "2019"},
        ["coverage.schedule", "publisher.acronym", "x"],
    )
    assert from_ftm({"coverage": "x"}) == ({}, ["coverage"])
    aleph, _ = from_ftm(
        {"label": "L", "publisher": "P", "publisher_url": "u", "frequency": "annual"}
    )
    assert aleph == {"title": "L", "publisher": "P", "publisher_url": "u", "frequency": "annual"}


def test_what_is_set_is_kept_and_taken_away(fresh_engine: Engine) -> None:
    engine = fresh_engine
    changes = {
        "title": "T",
        "publisher": "P",
        "publisher_country": "de",
        "countries": ["de", "fr"],
        "url": "http://x.org",
    }
    assert not engine.set_dataset("d", {**changes, "frequency": "daily", "coverage_start": "2019"})
    assert engine.set_dataset("d", {"url": "", "export_policy": "nobody"})
    [dataset] = engine.datasets(engine.owner_access())
    assert dataset == Dataset(
        "d",
        "T",
        publisher=Publisher("P", None, "de"),
        countries=["de", "fr"],
        frequency=Frequency.DAILY,
        coverage_start="2019",
        export_policy=ExportPolicy.NOBODY,
    )
    for bad in ({"coverage_end": "2018-12"}, {"publisher": None, "publisher_url": "http://x.org"}):
        with pytest.raises(BadInput):
            engine.set_dataset("d", bad)
    assert engine.dataset("d", engine.owner_access()) == dataset
    assert engine.datasets(engine.owner_access(), overdue=True) == [dataset]
    now = datetime.now(UTC)
    engine.mark_updated("d", now)
    assert engine.datasets(engine.owner_access(), overdue=True) == []
    assert engine.datasets(engine.owner_access(), overdue=False) == [
        replace(dataset, last_updated=now)
    ]

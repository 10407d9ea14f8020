"""What may be said of a dataset: each field checked as FtM's dataset model does, and read from its format."""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from followthemoney.dataset.util import type_check_country, type_check_date, type_check_http_url

from engine.dataset import ExportPolicy, Frequency
from engine.errors import BadInput

LONGEST = 5_000
MOST_COUNTRIES = 300
ALIASES = {"annual": Frequency.ANNUALLY}
"""Aleph's word for a frequency."""
Changes = Mapping[str, Any]


def _text(value: str) -> str:
    if len(value) > LONGEST or any(
        unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value
    ):
        raise ValueError
    return value


def _line(value: str) -> str:
    return " ".join(_text(value).split())


def _url(value: str) -> str:
    return type_check_http_url(_text(value))


def _license(value: str) -> str:
    return _url(value) if "://" in value else _line(value)


def _country(value: str) -> str:
    return type_check_country(_line(value))


def _date(value: str) -> str:
    return type_check_date(_line(value))


def _frequency(value: str) -> str:
    return str(Frequency(ALIASES.get(value.lower(), value.lower())))


def _policy(value: str) -> str:
    return str(ExportPolicy(value.lower()))


@dataclass(frozen=True)
class Rule:
    """How a value is checked (ValueError for a bad one), and what is allowed, in words."""

    check: Callable[[str], str]
    allowed: str


LINE = Rule(_line, f"text of at most {LONGEST:,} characters without control characters")
WEB = Rule(_url, "a web address that begins with http:// or https://")
COUNTRY = Rule(_country, "a country's code, such as de or gb, or its name")
DATE = Rule(_date, "a date: 2019, 2019-04 or 2019-04-30")
RULES = {
    "title": LINE,
    "summary": Rule(_text, LINE.allowed),
    "publisher": LINE,
    "publisher_url": WEB,
    "publisher_country": COUNTRY,
    "url": WEB,
    "license": Rule(_license, f"{WEB.allowed}, or the licence's name"),
    "countries": COUNTRY,
    "category": LINE,
    "maintainer": LINE,
    "frequency": Rule(_frequency, f"one of {', '.join(Frequency)}"),
    "coverage_start": DATE,
    "coverage_end": DATE,
    "export_policy": Rule(_policy, f"one of {', '.join(ExportPolicy)}"),
}
"""Every field that can be set, by name."""
PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("title", ("title",)),
    ("title", ("label",)),
    ("summary", ("summary",)),
    ("publisher", ("publisher",)),
    ("publisher", ("publisher", "name")),
    ("publisher_url", ("publisher", "url")),
    ("publisher_url", ("publisher_url",)),
    ("publisher_country", ("publisher", "country")),
    ("url", ("url",)),
    ("url", ("info_url",)),
    ("license", ("license",)),
    ("countries", ("coverage", "countries")),
    ("countries", ("countries",)),
    ("category", ("category",)),
    ("maintainer", ("maintainer",)),
    ("frequency", ("coverage", "frequency")),
    ("frequency", ("frequency",)),
    ("coverage_start", ("coverage", "start")),
    ("coverage_end", ("coverage", "end")),
    ("export_policy", ("export_policy",)),
)
"""Where FtM's format has a field; where Aleph's collections have it too."""


def checked(changes: Changes) -> dict[str, Any]:
    """The values as they are kept, None for one that is taken away; raises BadInput with field and value."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        rule = RULES.get(name)
        if rule is None:
            raise BadInput(f"a dataset has no field {name[:100]!r}: there are {', '.join(RULES)}")
        found[name] = _several(rule, value) if name == "countries" else _single(name, rule, value)
    if "publisher" in found and found["publisher"] is None:
        found = {"publisher_url": None, "publisher_country": None, **found}
    return found


def check_whole(values: Changes) -> None:
    """Raises BadInput where fields, each good by itself, do not fit together."""
    start, end = values.get("coverage_start"), values.get("coverage_end")
    if start is not None and end is not None and start > end + "~":
        raise BadInput(f"coverage_start {start} is after coverage_end {end}")
    for name in ("publisher_url", "publisher_country"):
        if values.get(name) is not None and values.get("publisher") is None:
            raise BadInput(f"{name} {values[name]!r} needs a publisher: give its name too")


def _single(name: str, rule: Rule, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadInput(f"{name} {value!r:.100} is not allowed: give {rule.allowed}")
    try:
        return rule.check(value.strip()) or None
    except ValueError:
        raise BadInput(f"{name} {value[:100]!r} is not allowed: give {rule.allowed}") from None


def _several(rule: Rule, value: Any) -> list[str] | None:
    given = [value] if isinstance(value, str) else value or []
    if not isinstance(given, list | tuple) or len(given) > MOST_COUNTRIES:
        raise BadInput(
            f"countries {value!r:.100} is not allowed: give a list of at most {MOST_COUNTRIES}"
        )
    found = (_single("countries", rule, item) for item in given)
    return list(dict.fromkeys(item for item in found if item is not None)) or None


def from_ftm(data: Any) -> tuple[dict[str, Any], list[str]]:
    """The changes that a description in FtM's dataset format asks for, and its keys that are left aside.

    Aleph's collections are taken too: their ``label``, ``publisher_url``, ``info_url``, and what FtM has under
    ``coverage`` at the top.
    """
    if not isinstance(data, Mapping):
        raise BadInput("a dataset is described by named fields: name, title, publisher, coverage …")
    changes: dict[str, Any] = {}
    for name, place in PLACES:
        value: Any = data
        for key in place:
            value = value.get(key, data) if isinstance(value, Mapping) else data
        if value is not data and not (name == "publisher" and isinstance(value, Mapping)):
            changes.setdefault(name, value)
    known = {place for _, place in PLACES} | {("name",)}
    return changes, sorted(_aside(data, (), known))


def _aside(
    data: Mapping[Any, Any], under: tuple[str, ...], known: Collection[tuple[str, ...]]
) -> Iterator[str]:
    """The keys of a description, with dots between them, that are none of the known places."""
    for key, value in data.items():
        place = (*under, str(key))
        if isinstance(value, Mapping) and any(each[: len(place)] == place for each in known):
            yield from _aside(value, place, known)
        elif place not in known:
            yield ".".join(place)

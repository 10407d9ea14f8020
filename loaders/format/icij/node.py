"""What a row of an Offshore Leaks file says of a node or a relationship, property by property.

Dates are written as ISO has them where they can be read with certainty (``23-MAR-2006``,
``2006-03-23``, ``27/06/2009``). Anything else (``04/05/2005``, ``18/19/2015``) is kept as it
stands, as a note. So are countries that FollowTheMoney does not know.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from followthemoney import registry

from engine.partial_date import parse_date

Cells = Mapping[str, str]
Pairs = Iterator[tuple[str, str]]
"""Names of properties, each with a value; an empty value is none."""
NODE = "https://offshoreleaks.icij.org/nodes/"
PLAIN = (
    ("name", "name"),
    ("former_name", "previousName"),
    ("company_type", "legalForm"),
    ("type", "legalForm"),
    ("status", "status"),
    ("ibcruc", "registrationNumber"),
    ("address", "address"),
    ("service_provider", "keywords"),
    ("sourceid", "publisher"),
    ("valid_until", "notes"),
    ("note", "notes"),
)
"""Columns whose values are properties as they stand."""
DATES = (
    ("incorporation_date", "incorporationDate"),
    ("struck_off_date", "dissolutionDate"),
    ("closed_date", "dissolutionDate"),
)
NOTED = ("inactivation_date", "dorm_date", "internal_id")
"""Columns that become notes, with their names: an inactive company may be reactivated."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOWHERE = frozenset({"", "xxx", "xx", "undetermined", "not identified", "unknown"})
"""What stands for no country."""


def node(cells: Cells, kind: str) -> Pairs:
    """A company, a person or whatever the row of this kind of file is about."""
    for column, prop in PLAIN:
        if text := cells.get(column):
            yield prop, text.strip()
    if (original := cells.get("original_name", "").strip()) != cells.get("name", "").strip():
        yield "alias", original
    for column, prop in DATES:
        if text := cells.get(column):
            yield from day(column, prop, text)
    for column in NOTED:
        if text := (cells.get(column) or "").strip():
            yield "notes", f"{column.replace('_', ' ')}: {iso(text) or text}"
    name = cells.get("jurisdiction_description", "").strip()
    code = cells.get("jurisdiction", "").strip()
    yield from country("jurisdiction", name, code)
    yield from countries(cells)
    if kind == "entities":
        yield "topics", "corp.offshore"
    node_id = cells["node_id"].strip()
    yield "icijId", node_id
    yield "sourceUrl", NODE + node_id


def address(cells: Cells, kind: str) -> Pairs:
    """An address."""
    yield "full", cells.get("address", "").strip() or cells.get("name", "").strip()
    yield "publisher", cells.get("sourceid", "").strip()
    yield "notes", cells.get("valid_until", "").strip()
    yield "notes", cells.get("note", "").strip()
    yield from countries(cells)
    yield "sourceUrl", NODE + cells["node_id"].strip()


def relationship(cells: Cells) -> Pairs:
    """A relationship, but for its ends."""
    yield "role", cells["link"] or cells["rel_type"].replace("_", " ").lower()
    yield "status", cells.get("status", "").strip()
    yield "publisher", cells.get("sourceid", "").strip()
    for column, prop in (("start_date", "startDate"), ("end_date", "endDate")):
        for name, value in day(column, prop, cells.get(column, "")):
            # an edge has no notes
            yield prop if name == prop else "description", value


def countries(cells: Cells) -> Pairs:
    """The countries of a row: by their codes, each with its name beside it."""
    codes = [code.strip() for code in cells.get("country_codes", "").split(";")]
    names = [name.strip() for name in cells.get("countries", "").split(";")]
    for number in range(max(len(codes), len(names))):
        code = codes[number] if number < len(codes) else ""
        # with fewer names than codes, nothing tells which name belongs to which code
        name = names[number] if number < len(names) and len(names) >= len(codes) else ""
        yield from country("country", code, name)


def country(prop: str, first: str, second: str) -> Pairs:
    """A country by its code or name, whichever is known; one that FtM does not know is a note."""
    if known := country_code(first) or country_code(second):
        yield prop, known
    elif {first.lower(), second.lower()} - NOWHERE:
        yield "notes", f"{prop}: {max(first, second, key=len)}"


@lru_cache(10_000)
def country_code(text: str) -> str:
    """FollowTheMoney's code of a country; empty for one that it does not know."""
    return registry.country.clean(text) or "" if text.lower() not in NOWHERE else ""


def day(column: str, prop: str, text: str) -> Pairs:
    """A date, or a note with what stands there instead."""
    if date := iso(text.strip()):
        yield prop, date
    elif text.strip():
        yield "notes", f"{column.replace('_', ' ')}: {text.strip()}"


@lru_cache(50_000)
def iso(text: str) -> str:
    """A date as ISO has it; empty where it cannot be read with certainty."""
    date = parse_date(year_first(text))
    return date.text if date is not None and date.plausible else ""


def year_first(text: str) -> str:
    """A date with its parts in ISO's order, whether it exists or not; other texts as they are."""
    if match := re.fullmatch(r"(\d\d?)[-. /]([A-Za-z]{3})[a-z]*[-. /](\d{4})", text):
        return f"{match[3]}-{month_of(match[2])}-{match[1]}"
    if match := re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? (\d\d?),? (\d{4})", text):
        return f"{match[3]}-{month_of(match[1])}-{match[2]}"
    if match := re.fullmatch(r"(\d\d?)[/.](\d\d?)[/.](\d{4})", text):
        first, second = int(match[1]), int(match[2])
        # 05/06/2009 is the fifth of June or the sixth of May, and nothing tells which
        if first > 12 or first == second:
            return f"{match[3]}-{second}-{first}"
        if second > 12:
            return f"{match[3]}-{first}-{second}"
    return text


def month_of(name: str) -> int:
    """A month's number by its first three letters; 0 for none."""
    return MONTHS.index(name.lower()) + 1 if name.lower() in MONTHS else 0

"""What a list's columns mean and what its rows are: by their headings, else by what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import yaml
from followthemoney import registry

from engine.entity import schema_of
from engine.errors import BadInput
from engine.validation import known as known_schema
from engine.validation import shown
from loaders.roster.content import (
    date_format,
    is_ambiguous,
    is_name,
    looks_like,
    sample,
    schema_of_names,
    separator,
    share,
)
from loaders.roster.heading import ROW_ID, meaning
from loaders.table.table import nearest

NAME_PARTS = ("firstName", "middleName", "fatherName", "lastName")
"""The parts of a person's name, in the order in which a name is put together."""
PERSONAL = {*NAME_PARTS, "birthDate", "deathDate", "birthPlace", "gender", "passportNumber"}
"""Only persons have these."""
CORPORATE = {"registrationNumber", "vatCode", "leiCode", "incorporationDate", "ogrnCode"}
INSTEAD: Mapping[str, Sequence[str]] = {
    "nationality": ("country",),
    "country": ("nationality",),
    "birthDate": ("incorporationDate",),
    "incorporationDate": ("birthDate",),
    "passportNumber": ("idNumber",),
    "position": ("summary", "notes"),
    "alias": ("name",),
}
"""What a column becomes where the schema has no such property."""


@dataclass(frozen=True)
class Column:
    """One column of the list, and the property that it holds; None where it is not used."""

    heading: str
    prop: str | None
    values: list[str] = field(repr=False, default_factory=list)
    """Some of its values, for looking at."""
    is_id: bool = False
    """Whether it names the rows: its values are all there, and no two are alike."""
    given: bool = False
    """Whether a person said so."""
    format: str | None = None
    """How its dates are written."""
    split: str | None = None
    """What stands between several values of one cell."""
    doubt: str = ""
    """What may be wrong with this guess."""


@dataclass(frozen=True)
class Guess:
    """What the rows of a list are, and what each column holds."""

    schema: str
    columns: list[Column]

    def lines(self) -> list[str]:
        """The guess as a person reads it: a line for each column."""
        width = max(len(column.heading) for column in self.columns)
        return [f"  {column.heading:<{width}}  {_told(column)}".rstrip() for column in self.columns]


def _told(column: Column) -> str:
    parts = [column.prop or ("names the rows" if column.is_id else "not used")]
    if column.format:
        parts.append(f"written {column.format}")
    if column.split:
        parts.append(f"several between {column.split}")
    return ", ".join(parts) + (f" ({column.doubt})" if column.doubt else "")


def guessed(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    schema: str | None = None,
    given: Mapping[str, str] | None = None,
) -> Guess:
    """What the columns mean; a ``schema`` and what is ``given`` of columns are taken as they are.

    Raises BadInput where no column holds a name or an identifier.
    """
    given = dict(given or {})
    if wrong := [name for name in given if name not in headings]:
        raise BadInput(
            f"--column {shown(wrong[0])}: there is no such column"
            f"{nearest(wrong[0], headings) or '.'} The columns: {', '.join(headings)}"
        )
    columns = [
        _column(heading, [row[at] for row in rows], given.get(heading))
        for at, heading in enumerate(headings)
    ]
    columns = _with_name(_by_content(_with_surname(columns)))
    found = schema or _schema(columns)
    if not known_schema(found).matchable:
        raise BadInput(f"--schema {shown(found)}: FollowTheMoney compares no records of it")
    columns = [_fitted(found, column) for column in columns]
    if not any(column.prop for column in columns):
        raise BadInput(
            "no column of this list is understood: say what they hold, such as "
            f'--column "{headings[0]}=name"'
        )
    return Guess(found, columns)


def _column(heading: str, values: list[str], given: str | None) -> Column:
    filled = sample(values)
    if given is not None:
        return Column(heading, given.strip() or None, filled, given=True)
    prop = meaning(heading)
    unique = len(values) > 1 and all(values) and len(set(values)) == len(values)
    if prop == ROW_ID:
        return Column(heading, None, filled, is_id=unique)
    return Column(heading, prop, filled)


def _with_surname(columns: list[Column]) -> list[Column]:
    """The columns: beside first names, a column ``Name`` or ``Nom`` of single words has the last.

    In many languages one word means both.
    """
    props = {column.prop for column in columns}
    if "firstName" not in props or "lastName" in props:
        return columns
    return [
        replace(column, prop="lastName")
        if column.prop == "name" and not is_full(column)
        else column
        for column in columns
    ]


def is_full(column: Column) -> bool:
    """Whether most names of a column have several words."""
    return share(column.values, lambda value: len(value.split()) > 1) > 0.5


def _by_content(columns: list[Column]) -> list[Column]:
    """The columns with what their values show, where their headings do not say it."""
    taken = {column.prop for column in columns}
    result = []
    for column in columns:
        prop = None
        if column.prop is None and not column.is_id and not column.given:
            prop = looks_like(column.values)
        if prop is not None and prop not in taken:
            column = Column(column.heading, prop, column.values, doubt="by its values")
            taken.add(prop)
        result.append(column)
    return result


def _with_name(columns: list[Column]) -> list[Column]:
    """The columns with one that holds names, if any does: the first that looks like it."""
    if any(column.prop in ("name", *NAME_PARTS) for column in columns):
        return columns
    for at, column in enumerate(columns):
        free = column.prop is None and not column.is_id and not column.given
        if free and share(column.values, is_name) >= 0.9:
            named = Column(column.heading, "name", column.values, doubt="by its values")
            return [*columns[:at], named, *columns[at + 1 :]]
    return columns


def _schema(columns: Sequence[Column]) -> str:
    props = {column.prop for column in columns if column.prop is not None}
    names = [value for column in columns if column.prop == "name" for value in column.values]
    by_name = schema_of_names(names) if names else "Person"
    if props & PERSONAL and (by_name != "Company" or props & set(NAME_PARTS)):
        return "Person"
    if "imoNumber" in props and not props & {"registrationNumber", "email"}:
        return "Vessel"
    return "Company" if props & CORPORATE and by_name == "Person" else by_name


def _fitted(schema: str, column: Column) -> Column:
    """The column with a property that the schema has, and how its values are written."""
    prop = column.prop
    if prop is None:
        return column
    properties = schema_of(schema).properties
    if prop not in properties or properties[prop].stub:
        if column.given:
            raise BadInput(
                f'--column "{column.heading}={prop}": {schema} has no such property'
                f"{nearest(prop, list(properties))}"
            )
        others = [each for each in INSTEAD.get(prop, ()) if each in properties]
        prop = others[0] if others else None
    if prop is None:
        return Column(column.heading, None, column.values, doubt=f"{schema} has no {column.prop}")
    kind = properties[prop].type
    written = date_format(column.values) if kind.name == registry.date.name else None
    doubt = column.doubt
    if written is not None and is_ambiguous(column.values, written):
        doubt = "day and month may be exchanged"
    return Column(
        column.heading,
        prop,
        column.values,
        given=column.given,
        format=written,
        split=separator(column.values),
        doubt=doubt,
    )


def mapping_text(guess: Guess) -> str:
    """The guess as a mapping in FollowTheMoney's language."""
    used = [column for column in guess.columns if column.prop is not None]
    rules: dict[str, dict[str, object]] = {}
    for column in used:
        rule = rules.setdefault(str(column.prop), {"columns": []})
        rule["columns"].append(column.heading)  # type: ignore[attr-defined]
        rule |= {"format": column.format} if column.format else {}
        rule |= {"split": column.split} if column.split else {}
    if "name" not in rules:
        parts = [each.heading for prop in NAME_PARTS for each in used if each.prop == prop]
        if parts:
            rules["name"] = {"columns": parts, "join": " "}
    ids = [column.heading for column in guess.columns if column.is_id][:1]
    keys = ids or [column.heading for column in used]
    entity = {"schema": guess.schema, "keys": keys, "properties": rules}
    queries = {"list": {"queries": [{"entities": {"row": entity}}]}}
    return yaml.safe_dump(queries, allow_unicode=True, sort_keys=False)

"""What an index entry holds of each property by itself, so that ``email:`` asks e-mails alone.

Words are in the field ``property``, by the property's name. All other values are terms of the
field ``value``: ``jurisdiction:cy`` for a value, ``birthDate_19610704`` and ``amount_c08f…`` for
what has an order, and ``email`` alone where there is any e-mail. The order of these terms is the
order of the dates and numbers, so that a range of terms answers a range of values.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from functools import cache

from followthemoney import registry

from engine.entity import Entity, schema_of
from engine.index.day import Days, days
from engine.index.field import BODY, KINDS, Kind
from engine.index.folding import foldings, identifier
from engine.index.number import further_tokens, phone_tokens

LONGEST = 200
"""Characters of a value that a term holds."""
LONGEST_NUMBER = 60
UNIT = re.compile(r"^[^\d+\-.,]{1,6}(?=[\d+\-])")
"""A currency or its sign before a number: ``EUR 100``, ``€100``."""
COMMA = re.compile(r"^[+-]?\d{1,3}(?:[.\s]\d{3})*,\d{1,2}(?![\d,])|^[+-]?\d+,\d{1,2}(?![\d,])")
"""A number with a decimal comma: ``1.000,50``, ``1 000,5``."""


@cache
def kinds_of(schema: str) -> dict[str, Kind]:
    """How the values of a schema's properties are looked up, by name; reverse ones are left out."""
    properties = schema_of(schema).properties.values()
    return {p.name: KINDS.get(p.type.name, Kind.WORDS) for p in properties if not p.stub}


def number(text: str) -> float | None:
    """The number that a value begins with or is, whatever its currency; None if it is none.

    ``1000.50``, ``1,000.50``, ``1 000,50``, ``EUR 100`` and ``100 EUR``. A lone ``1.500`` has a
    decimal point, a lone ``1,500`` a thousands separator, as FollowTheMoney reads them.
    """
    if len(text) > LONGEST_NUMBER:
        return None
    bare = UNIT.sub("", text.replace("\u2212", "-").strip())
    try:
        value = float(bare) if bare.isascii() and "_" not in bare else None
    except ValueError:
        value = None
    if value is None:
        marks = (",", ".") if COMMA.match(bare) else (".", ",")
        digits, _ = registry.number.parse(bare, *marks)
        value = float(digits.replace(" ", "")) if digits is not None else None
    return value if value is not None and abs(value) < float("inf") else None


def number_key(value: float) -> str:
    """A number as 16 hexadecimal digits whose order is the order of the numbers."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"


def date_key(date: Days) -> str:
    """A date as digits, yyyy, yyyymm or yyyymmdd; a part comes before what it is a part of."""
    low, high = date
    if low == high:
        return f"{low:08d}"
    return f"{low // 100:06d}" if low // 100 == high // 100 else f"{low // 10000:04d}"


def value_key(text: str) -> str:
    """A value of a list (a country, a language) as a term."""
    return text[:LONGEST].lower()


def _terms(name: str, kind: Kind, values: Sequence[str], countries: Sequence[str]) -> Iterator[str]:
    yield name
    for value in values:
        if kind is Kind.IDENTIFIER:
            if whole := identifier(value):
                yield from (f"{name}:{token}" for token in (whole, *further_tokens(whole)))
        elif kind is Kind.PHONE:
            yield from (f"{name}:{token}" for token in phone_tokens(value, countries))
        elif kind is Kind.RAW:
            yield f"{name}:{value_key(value)}"
        elif kind is Kind.DATE:
            if (date := days(value)) is not None:
                yield f"{name}_{date_key(date)}"
        elif kind is Kind.NUMBER and (amount := number(value)) is not None:
            yield f"{name}_{number_key(amount)}"


def property_fields(entity: Entity) -> dict[str, object]:
    """The fields of an entry that hold each property's values by themselves."""
    kinds = kinds_of(entity.schema)
    words: dict[str, list[str]] = {}
    terms: dict[str, None] = {}
    countries = entity.properties.get("country", ())
    for name, values in entity.properties.items():
        kind = kinds.get(name)
        if kind is None:
            continue
        terms.update(dict.fromkeys(_terms(name, kind, values, countries)))
        # `name` itself is asked for as the group of all names, which is a field of its own
        # a page's text is asked for as the words of its document
        if kind is Kind.WORDS and name != "name" and (name, entity.schema) != (BODY, "Page"):
            folded = [text for value in dict.fromkeys(values) for text in foldings(value)]
            if folded:
                words[name] = folded
    return {"value": list(terms), "property": words or []}

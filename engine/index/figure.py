"""What an index entry holds to be counted and summed by: ends, periods, numbers, and plain values.

``source`` and ``target`` are the ids of an edge's ends, ``start`` and ``end`` its period as codes
of ``engine.period``. ``figure`` has numbers by property, in hundredths, so that sums are exact
whatever their order: a sum of floats would depend on how the index is cut into segments. A property
with several numbers, or with several currencies, is left out: nobody can say which one to sum.
``share`` orders edges by their share, ``foreign`` names the datasets of an edge's ends where these
are not the edge's own. ``fact`` has the values of properties that entries may be grouped by, as
they are written. ``day`` has dates by property, and ``dated`` is the one that an entry's numbers
are of.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from followthemoney import model

from engine.entity import Entity, schema_of
from engine.index.day import days
from engine.index.field import ENDS, FOREIGN, SHARE, properties_by_type
from engine.index.folding import clean
from engine.index.property import number
from engine.period import codes_of, date_of, start_code
from engine.rate import UNDATED
from engine.share import lowest_share

LONGEST = 100
"""Characters of a value that entries are grouped by."""
MOST_VALUES = 20
"""Values of one property that entries are grouped by."""
GROUPED = ("entity", "string", "country", "topic", "gender", "language", "mimetype")
"""FtM's types whose values entries are grouped by; others are too many, or too long."""
CURRENCY = "currency"
SIGNED = "contractDate"
"""The property whose date a contract's amount is of, where it has no period."""
AMOUNT = "amount"
FIXED = {"amountEur": "EUR", "amountUsd": "USD"}
"""Properties whose names say their currency."""
HUNDREDTHS = 100
LARGEST = 2**53
"""Hundredths that a sum holds exactly: 90 trillion."""
TIE_BITS = 20
"""Bits of an entry's digest below its amount: equal amounts have an order of their own."""
LEAST_AMOUNT = 1 << TIE_BITS
SHARE_PARTS, MOST_SHARE = 10**9, 10_000
"""Shares keep their order to the billionth, up to so many times the whole."""


@cache
def end_names() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """The names that only ends of edges have: ``source`` or ``target``, and the edges' schemata.

    A name that other properties have as well (``owner``, which vessels have) is none of these.
    """
    sides: dict[str, set[str]] = {}
    schemata: dict[str, list[str]] = {}
    others: set[str] = set()
    for schema in model:
        ends = {"source": schema.source_prop, "target": schema.target_prop} if schema.edge else {}
        by_name = {prop.name: side for side, prop in ends.items() if prop is not None}
        for prop in schema.properties.values():
            if prop.name in by_name:
                sides.setdefault(prop.name, set()).add(by_name[prop.name])
                schemata.setdefault(prop.name, []).append(schema.name)
            elif not prop.stub:
                others.add(prop.name)
    return {
        name: (next(iter(found)), tuple(schemata[name]))
        for name, found in sides.items()
        if len(found) == 1 and name not in others
    }


@cache
def grouped_names() -> frozenset[str]:
    """The properties whose values are in ``fact``."""
    by_type = properties_by_type()
    names = {name for type_ in GROUPED for name in by_type.get(type_, ())}
    return frozenset(names - end_names().keys())


@cache
def date_names() -> frozenset[str]:
    """The properties whose values are dates."""
    return frozenset(properties_by_type()["date"])


@cache
def number_names() -> frozenset[str]:
    """The properties whose values are numbers."""
    return frozenset(properties_by_type()["number"])


def currencies(entity: Entity) -> set[str]:
    """The currencies that an entity names, in upper case."""
    values = entity.properties.get(CURRENCY, ())
    return {text for value in values if (text := clean(value).strip().upper()[:LONGEST])}


def hundredths(text: str) -> int | None:
    """A number in hundredths, rounded; None for what is no number, or too large to be summed."""
    value = number(text)
    if value is None or abs(value) * HUNDREDTHS > LARGEST:
        return None
    return round(value * HUNDREDTHS)


def numbers(entity: Entity, name: str) -> set[int]:
    """The different numbers of a property, in hundredths."""
    values = entity.properties.get(name, ())
    return {value for text in values if (value := hundredths(text)) is not None}


def amount_key(amount: int | None, id_: str) -> int:
    """A number whose order is that of amounts, and different for hardly any two entries.

    Without an amount it is below ``LEAST_AMOUNT``, with one it is not.

    It has 44 bits of the amount, so amounts of up to 1.3 billion keep their order to the hundredth,
    and larger ones as far as the first 11 digits tell.
    """
    digest = int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=4).digest(), "big")
    if amount is None:
        return digest & (LEAST_AMOUNT - 1)
    size, shift = abs(amount), 0
    while size >> 37:
        size, shift = size >> 1, shift + 1
    # 43 bits beside the sign: 6 for how often it was halved, 37 for what is left
    key = (shift << 37 | size) & ((1 << 43) - 1)
    ordered = (1 << 43) + key if amount >= 0 else max((1 << 43) - 1 - key, 1)
    return ordered << TIE_BITS | digest & (LEAST_AMOUNT - 1)


def share_key(share: float, id_: str) -> int:
    """A number whose order is that of shares, and different for hardly any two edges."""
    digest = int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=4).digest(), "big")
    parts = round(min(max(share, 0.0), MOST_SHARE) * SHARE_PARTS)
    return max(parts << TIE_BITS | digest & (LEAST_AMOUNT - 1), 1)


def _facts(entity: Entity, known: set[str]) -> dict[str, object]:
    facts: dict[str, object] = {}
    types = schema_of(entity.schema).properties
    for name, values in entity.properties.items():
        if name not in grouped_names() or name == CURRENCY:
            continue
        if types[name].type.name == "entity":
            texts = entity.references(name)
        else:
            texts = [value for value in values if len(value) <= LONGEST]
        if texts:
            facts[name] = list(dict.fromkeys(map(clean, texts)))[:MOST_VALUES]
    if len(known) == 1:
        facts[CURRENCY] = list(known)
    return facts


def _ends(entity: Entity) -> dict[str, object]:
    schema = schema_of(entity.schema)
    if not schema.edge or schema.source_prop is None or schema.target_prop is None:
        return {}
    start, end = codes_of(entity)
    fields: dict[str, Any] = {
        "source": list(dict.fromkeys(map(clean, entity.references(schema.source_prop.name)))),
        "target": list(dict.fromkeys(map(clean, entity.references(schema.target_prop.name)))),
    }
    foreign = {end.split(":", 1)[0] for each in ENDS for end in fields[each]} - {entity.dataset}
    if foreign:
        fields[FOREIGN] = sorted(foreign)
    share = lowest_share(entity.properties.get("percentage", ())).value
    if share is not None:
        fields[SHARE] = share_key(share, entity.id)
    codes = {"start": start, "end": end, "last": start if end is None else end}
    return fields | {name: code for name, code in codes.items() if code is not None}


def _dated(entity: Entity) -> int:
    """The date that an entity's amounts are of, yyyymmdd with 00 for what it does not tell."""
    start, end = codes_of(entity)
    if start is None and end is None:
        signed = [start_code(value) for value in entity.properties.get(SIGNED, ())]
        return min((code for code in signed if code is not None), default=UNDATED)
    if start is not None:
        return start
    assert end is not None
    return start_code(date_of(end)) or UNDATED


def _days(entity: Entity) -> dict[str, list[int]]:
    """The first day of each date, by property."""
    found: dict[str, list[int]] = {}
    for name in date_names() & entity.properties.keys():
        firsts = {day[0] for value in entity.properties[name] if (day := days(value)) is not None}
        if firsts:
            found[name] = sorted(firsts)
    return found


def figure_fields(entity: Entity) -> dict[str, object]:
    """The fields of an entry that it is counted, summed and ordered by; those that it has."""
    known = currencies(entity)
    found = {name: numbers(entity, name) for name in number_names() & entity.properties.keys()}
    if AMOUNT not in entity.properties:
        # many sources tell an amount only as converted: then it is the amount
        for name in sorted(FIXED.keys() & found.keys(), reverse=True):
            found[AMOUNT], known = found[name], {FIXED[name]}
    amounts = found.get(AMOUNT, set())
    figures = {
        name: next(iter(values))
        for name, values in found.items()
        if len(values) == 1 and (len(known) < 2 or name in FIXED)
    }
    fields: dict[str, object] = {
        "fact": _facts(entity, known) or [],
        "figure": figures or [],
        "day": _days(entity) or [],
        "dated": _dated(entity) if figures else [],
        "amount": amount_key(max(amounts, default=None), entity.id),
        **_ends(entity),
    }
    return fields

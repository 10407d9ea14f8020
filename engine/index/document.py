"""How an entity becomes a document of the index: as JSON, which Tantivy takes twice as fast as Python's objects."""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from zlib import crc32

import orjson

from engine.entity import Entity, schema_of
from engine.index.day import FIRST, LAST, Span, days
from engine.index.folding import ASCII_WORD, digest, foldings, identifier, tokens

UNREAD = frozenset({"json", "number", "gender", "language", "mimetype"})
"""Types whose values are not words of the text."""
ROLES = {
    "name": "name",
    "date": "date",
    "country": "country",
    "topic": "topic",
    "entity": "reference",
}
"""The types whose values have a field of their own; others are text."""
SHOWN_VALUES, SHOWN_LENGTH = 100, 5_000
LONGEST_KEY = 1_000
SORTED = 40
"""Letters that a caption is ordered by."""
UNDATED = (99_999_999, 0)
"""What stands for the first date and the last one where there is none: it comes last in either order."""


@dataclass(frozen=True)
class Table:
    """What the index needs to know of one FtM schema."""

    roles: dict[str, str]
    """What each property's values are for, by its name; those that are not read are left out."""
    identifiers: frozenset[str]
    label: str


@cache
def table(schema: str) -> Table:
    """The table of a schema by name."""
    found = schema_of(schema)
    kinds = {prop.name: prop.type.name for prop in found.properties.values() if not prop.stub}
    roles = {name: ROLES.get(kind, "text") for name, kind in kinds.items() if kind not in UNREAD}
    roles |= {name: "name" for name in found.caption if roles.get(name) == "text"}
    identifiers = frozenset(name for name, kind in kinds.items() if kind == "identifier")
    return Table(roles, identifiers, found.label)


def _gather(entity: Entity, known: Table) -> dict[str, list[str]]:
    """An entity's values by what they are for, as they come."""
    found: dict[str, list[str]] = {
        "name": [],
        "text": [],
        "date": [],
        "country": [],
        "topic": [],
        "reference": [],
    }
    for prop, values in entity.properties.items():
        role = known.roles.get(prop)
        if role == "reference":
            found[role] += [f"{prop}:{target}" for target in entity.references(prop)]
        elif role is not None:
            found[role] += values
    return found


def _identifiers(entity: Entity, known: Table) -> set[str]:
    asked = known.identifiers & entity.properties.keys()
    return {
        text for prop in asked for value in entity.properties[prop] if (text := identifier(value))
    }


def _bytes(value: bytes) -> str:
    """Bytes as JSON has them for Tantivy."""
    return b64encode(value).decode()


def _folded(values: Iterable[str]) -> list[str]:
    return [folded for value in dict.fromkeys(values) for folded in foldings(value)]


def _places(entity: Entity, caption: Sequence[str], spans: Collection[Span]) -> dict[str, object]:
    """What hits are ordered by: the caption's tokens and the dates. The id's digest makes each one of a kind.

    The rank's bits: how many words the caption has (7), its first three letters (8 each), some of its checksum, so
    that equal captions stay together (8), and 25 of the id's. Dates are yyyymmdd, before 37 bits of the id's.
    """
    number = int.from_bytes(hashlib.blake2b(entity.id.encode(), digest_size=8).digest(), "big")
    name = "_".join(caption)
    letters = name[:3].ljust(3).encode()
    start = min(len(caption) or 99, 99) << 24 | int.from_bytes(letters, "big")
    first, last = (min(spans)[0], max(spans)[0]) if spans else UNDATED
    return {
        "sort": f"{name[:SORTED] or 'zzz'}_{number >> 32:08x}",
        "rank": (start << 8 | crc32(name.encode()) & 0xFF) << 25 | number >> 39,
        "earliest": first << 37 | number >> 27,
        "latest": last << 37 | number >> 27,
    }


def _span(entity: Entity) -> Span | None:
    starts = [
        found[0] for value in entity.properties.get("startDate", ()) if (found := days(value))
    ]
    ends = [found[1] for value in entity.properties.get("endDate", ()) if (found := days(value))]
    if not starts and not ends:
        return None
    return min(starts, default=FIRST), max(ends, default=LAST)


def _times(entity: Entity, spans: Collection[Span]) -> dict[str, object]:
    if not spans:
        return {}
    fields: dict[str, object] = {
        "low": [low for low, _ in spans],
        "high": [high for _, high in spans],
        "year": sorted({f"{low // 10000:04d}" for low, _ in spans}),
        "partial": sorted({f"{low}-{high}" for low, high in spans if low != high}),
    }
    span = _span(entity)
    if span:
        fields["begin"], fields["finish"] = span
    return fields


def document(entity: Entity, shared: Sequence[str]) -> bytes:
    """The document of an entity with its shared values' ids, as a line of JSON; empty fields are left out."""
    known = table(entity.schema)
    found = _gather(entity, known)
    named = entity.caption != known.label
    name = _folded([entity.caption, *found["name"]] if named else found["name"])
    sequences = [ASCII_WORD.findall(text[:LONGEST_KEY].lower()) for text in name]
    caption = (
        sequences[0] if named and entity.caption.isascii() else tokens(entity.caption[:LONGEST_KEY])
    )
    shown = dict.fromkeys([entity.caption, *found["name"], *found["text"]])
    spans = {date: span for date in found["date"] if (span := days(date))}.values()
    fields: dict[str, object] = {
        "id": entity.id,
        "dataset": entity.dataset,
        "schema": entity.schema,
        "name": name,
        "text": name + _folded(found["text"] if named else [entity.caption, *found["text"]]),
        "exact": sorted({digest(sequence) for sequence in sequences if sequence}),
        "identifier": sorted(_identifiers(entity, known)),
        "country": sorted(set(found["country"])),
        "topic": sorted(set(found["topic"])),
        "literal": shared,
        "reference": sorted(set(found["reference"])),
        "checksum": _bytes(bytes.fromhex(entity.checksum)),
        "shown": _bytes(
            orjson.dumps([value[:SHOWN_LENGTH] for value in islice(shown, SHOWN_VALUES)])
        ),
        **_places(entity, caption, spans),
        **_times(entity, spans),
    }
    return orjson.dumps({name: value for name, value in fields.items() if value != []})

"""How an entity becomes a document of the index: as JSON, which Tantivy takes twice as fast as Python's objects."""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from zlib import crc32

import orjson

from engine.entity import Entity, literal_ids, schema_of
from engine.index.day import FIRST, LAST, Span, days
from engine.index.folding import foldings, identifier, tokens, whole

UNREAD = frozenset({"entity", "date", "country", "topic", "gender", "language", "mimetype", "json", "number"})
"""Types whose values are not words of the text."""
SHOWN_VALUES, SHOWN_LENGTH = 100, 5_000
LONGEST_KEY = 1_000
SORTED = 40
"""Letters that a caption is ordered by."""
UNDATED = (99_999_999, 0)
"""What stands for the first date and the last one where there is none: it comes last in either order."""


@dataclass(frozen=True)
class Table:
    """What the index needs to know of one FtM schema."""

    ancestors: list[str]
    types: dict[str, str]
    captioned: frozenset[str]
    label: str


@dataclass
class Words:
    """What an entity's properties give to the fields of words and values."""

    shown: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    identifiers: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)


@cache
def table(schema: str) -> Table:
    """The table of a schema by name."""
    found = schema_of(schema)
    types = {prop.name: prop.type.name for prop in found.properties.values() if not prop.stub}
    return Table(sorted(found.names), types, frozenset(found.caption), found.label)


def _gather(entity: Entity) -> Words:
    words = Words()
    known = table(entity.schema)
    for prop, values in entity.properties.items():
        kind = known.types.get(prop)
        if kind == "name" or (prop in known.captioned and kind not in UNREAD):
            words.name.extend(values)
        elif kind == "date":
            words.dates.update(values)
        elif kind == "country":
            words.countries.update(values)
        elif kind == "topic":
            words.topics.update(values)
        elif kind == "entity":
            words.references.update(f"{prop}:{target}" for target in entity.references(prop))
        elif kind is not None and kind not in UNREAD:
            words.text.extend(values)
        if kind == "identifier":
            words.identifiers.update(map(identifier, values))
    words.identifiers.discard("")
    return words


def _bytes(value: bytes) -> str:
    """Bytes as JSON has them for Tantivy."""
    return b64encode(value).decode()


def _folded(values: Iterable[str]) -> list[str]:
    return [folded for value in dict.fromkeys(values) for folded in foldings(value)]


@lru_cache(1_000)
def _order(caption: str) -> tuple[str, int]:
    """What a caption gives to the order of hits: its first letters, and the first 39 bits of the rank.

    These are how many words it has (7 bits), three letters (8 each), and some of its checksum, so that equal captions
    stay together (8).
    """
    found = tokens(caption[:200])
    name = "_".join(found)
    letters = name[:3].ljust(3).encode()
    start = min(len(found) or 99, 99) << 24 | int.from_bytes(letters, "big")
    return name[:SORTED] or "zzz", start << 8 | crc32(name.encode()) & 0xFF


def _places(entity: Entity, spans: Collection[Span]) -> dict[str, object]:
    """What hits are ordered by; the id's digest makes each one of a kind, as far as it has room.

    It is the last 25 bits of the rank, and the last 37 of the dates, before which they are yyyymmdd.
    """
    digest = int.from_bytes(hashlib.blake2b(entity.id.encode(), digest_size=8).digest(), "big")
    name, rank = _order(entity.caption)
    first, last = (min(spans)[0], max(spans)[0]) if spans else UNDATED
    return {
        "sort": f"{name}_{digest >> 32:08x}",
        "rank": rank << 25 | digest >> 39,
        "earliest": first << 37 | digest >> 27,
        "latest": last << 37 | digest >> 27,
    }


def _span(entity: Entity) -> Span | None:
    starts = [found[0] for value in entity.properties.get("startDate", ()) if (found := days(value))]
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


def document(entity: Entity) -> bytes:
    """The document of an entity, as a line of JSON."""
    words = _gather(entity)
    known = table(entity.schema)
    nameless = entity.caption == known.label
    shown = [entity.caption, *dict.fromkeys(words.name + words.text)][:SHOWN_VALUES]
    name = _folded(words.name if nameless else [entity.caption, *words.name])
    spans = {date: found for date in words.dates if (found := days(date))}
    fields: dict[str, object] = {
        "id": entity.id,
        "dataset": entity.dataset,
        "schema": entity.schema,
        "schemata": known.ancestors,
        "name": name,
        "text": name + _folded([entity.caption, *words.text] if nameless else words.text),
        "exact": sorted({told for text in name if (told := whole(text[:LONGEST_KEY]))}),
        "identifier": sorted(words.identifiers),
        "country": sorted(words.countries),
        "topic": sorted(words.topics),
        "literal": literal_ids(entity),
        "reference": sorted(words.references),
        "checksum": _bytes(bytes.fromhex(entity.checksum)),
        "shown": _bytes(orjson.dumps([value[:SHOWN_LENGTH] for value in shown])),
        **_places(entity, spans.values()),
        **_times(entity, spans.values()),
    }
    return orjson.dumps(fields)

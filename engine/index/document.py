"""How an entity becomes a document of the index."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import orjson
import tantivy

from engine.entity import Entity, literal_ids, schema_of
from engine.index.day import FIRST, LAST, Span, days
from engine.index.field import layout
from engine.index.folding import clean, foldings, identifier, joined, tokens

UNREAD = frozenset({"entity", "date", "country", "topic", "gender", "language", "mimetype", "json", "number"})
"""Types whose values are not words of the text."""
SHOWN_VALUES, SHOWN_LENGTH = 100, 5_000
LONGEST_KEY = 1_000
UNDATED_LAST = "9"
UNDATED_FIRST = "0"


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


def _shown(values: list[str]) -> bytes:
    """The values that a hit may show, as JSON."""
    try:
        return orjson.dumps([value[:SHOWN_LENGTH] for value in values])
    except orjson.JSONEncodeError:
        return orjson.dumps([clean(value[:SHOWN_LENGTH]) for value in values])


def _folded(values: Iterable[str]) -> list[str]:
    return [folded for value in dict.fromkeys(values) for folded in foldings(value)]


def _keys(entity: Entity, spans: Mapping[str, Span]) -> dict[str, str]:
    """What hits are ordered by; the id's digest makes each one of a kind."""
    digest = hashlib.blake2b(entity.id.encode(), digest_size=8).hexdigest()
    found = tokens(entity.caption[:200])
    sort = f"{'_'.join(found)[:60] or 'zzz'}_{digest}"
    known = sorted(date[:10].replace("-", "_") for date in spans) if spans else []
    return {
        "sort": sort,
        "rank": f"{min(len(found) or 99, 99):02d}_{sort}",
        "earliest": f"{known[0] if known else UNDATED_LAST}_{digest}",
        "latest": f"{known[-1] if known else UNDATED_FIRST}_{digest}",
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


def document(entity: Entity) -> tantivy.Document:
    """The document of an entity."""
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
        "exact": sorted({folded for text in name if (folded := joined(text[:LONGEST_KEY]))}),
        "identifier": sorted(words.identifiers),
        "country": sorted(words.countries),
        "topic": sorted(words.topics),
        "literal": literal_ids(entity),
        "reference": sorted(words.references),
        "checksum": entity.checksum.encode(),
        "shown": _shown(shown),
        **_keys(entity, spans),
        **_times(entity, spans.values()),
    }
    return tantivy.Document.from_dict(fields, layout())

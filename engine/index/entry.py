"""How an entity becomes an index entry: JSON, which Tantivy takes twice as fast as objects."""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from zlib import crc32

import orjson

from engine.entity import Entity, full_names, schema_of
from engine.index.day import FIRST, LAST, Days, days
from engine.index.field import BODY, DOCUMENT, LEAVES, PAGE
from engine.index.figure import figure_fields
from engine.index.folding import digest, fold, foldings, identifier, texts, tokens
from engine.index.form import forms
from engine.index.key import keys_of
from engine.index.leaflet import Leaflet, halves, unbroken
from engine.index.naming import naming_keys
from engine.index.number import further_tokens, is_printed, phone_tokens
from engine.index.property import property_fields
from engine.index.sound import other_sounds
from engine.index.spoken import text_keys

PAGE_SCHEMA = "Page"
AUTHORS = ("author", "from")
"""The properties of a document that say who wrote it."""
IGNORED_TYPES = frozenset({"json", "number", "gender", "language", "mimetype"})
"""FtM's types whose values are not searched."""
ROLES = {
    "name": "name",
    "date": "date",
    "country": "country",
    "topic": "topic",
    "entity": "reference",
}
"""FtM's types whose values have a field of their own; others are text."""
SHOWN_VALUES, SHOWN_LENGTH = 100, 50_000
"""How many values, and how much of each, are kept for the snippets of hits."""
SHOWN_AUTHOR = 200
"""Characters of an author's name by which documents are counted."""
LONGEST_INDEX = 10
"""Digits of a page's number."""
SORT_LENGTH = 40
"""Letters that a caption is sorted by."""
UNDATED = (99_999_999, 0)
"""The earliest and the latest date of an entity without any: it comes last in either order."""


@dataclass(frozen=True)
class SchemaRoles:
    """What the index needs to know of one FtM schema."""

    roles: dict[str, str]
    """Each property's role, by its name; those that are not searched are left out."""
    identifiers: frozenset[str]
    phones: frozenset[str]
    organization: bool
    """Whether its names may end in an organisation form."""
    matched: bool
    """Whether its records are compared with others."""
    label: str
    media: tuple[str, ...]
    """The properties whose values are media types; so ``languages``."""
    languages: tuple[str, ...]


@cache
def roles_of(schema_name: str) -> SchemaRoles:
    """The roles of a schema's properties."""
    schema = schema_of(schema_name)
    types = {prop.name: prop.type.name for prop in schema.properties.values() if not prop.stub}
    roles = {
        name: ROLES.get(type_, "text")
        for name, type_ in types.items()
        if type_ not in IGNORED_TYPES
    }
    roles |= {name: "name" for name in schema.caption if roles.get(name) == "text"}
    identifiers = frozenset(name for name, type_ in types.items() if type_ == "identifier")
    phones = frozenset(name for name, type_ in types.items() if type_ == "phone")
    organization = not schema.is_a("Person") and not schema.edge
    media, languages = (
        tuple(name for name, type_ in types.items() if type_ == wanted)
        for wanted in ("mimetype", "language")
    )
    matched, label = schema.matchable, schema.label
    return SchemaRoles(roles, identifiers, phones, organization, matched, label, media, languages)


def _by_role(entity: Entity, schema: SchemaRoles) -> dict[str, list[str]]:
    """An entity's values by their role, as they are."""
    values: dict[str, list[str]] = {
        role: [] for role in ("name", "text", "date", "country", "topic", "reference")
    }
    for prop, found in entity.properties.items():
        role = schema.roles.get(prop)
        if role == "reference":
            values[role] += [f"{prop}:{target}" for target in entity.references(prop)]
        elif role is not None and prop == BODY:
            values[role] += map(unbroken, found)
        elif role is not None:
            values[role] += found
    return values


def _identifiers(entity: Entity, schema: SchemaRoles) -> set[str]:
    props = schema.identifiers & entity.properties.keys()
    return {
        text for prop in props for value in entity.properties[prop] if (text := identifier(value))
    }


def _numbers(entity: Entity, schema: SchemaRoles, identifiers: set[str]) -> list[str]:
    """The tokens of an entity's numbers, but for those that are its identifiers as they are."""
    found = {token for whole in identifiers for token in further_tokens(whole)}
    for prop, values in entity.properties.items():
        if prop in schema.phones:
            countries = entity.properties.get("country", ())
            found.update(token for value in values for token in phone_tokens(value, countries))
        elif prop not in schema.identifiers and schema.roles.get(prop) == "text":
            for value in filter(is_printed, values):
                whole = identifier(value)
                found.update((whole, *further_tokens(whole)))
    return sorted(found - identifiers - {""}) if found else []


def _bytes(value: bytes) -> str:
    """Bytes in JSON, as Tantivy expects them."""
    return b64encode(value).decode()


def _folded(values: Iterable[str]) -> list[str]:
    return [text for value in dict.fromkeys(values) for text in foldings(value)]


@dataclass(frozen=True)
class Names:
    """An entity's names as they are indexed."""

    texts: list[str]
    sequences: list[Sequence[str]]
    sounds: list[str]


def _names(values: Iterable[str], organization: bool) -> Names:
    names = Names([], [], [])
    sounds: dict[str, None] = {}
    for value in dict.fromkeys(values):
        folded = fold(value)
        names.texts.extend(texts(folded))
        names.sequences.extend(folded.sequences)
        for word in folded.words:
            sounds.update(dict.fromkeys(other_sounds(word)))
        if organization and folded.sequences:
            names.texts.extend(
                {*forms(value, folded.sequences[0]).values()}.difference(*folded.sequences)
            )
    names.sounds.extend(sounds)
    return names


def _keys(entity: Entity, schema: SchemaRoles) -> list[str]:
    """What a record is a candidate by, where its records are compared."""
    return keys_of(full_names(entity), schema.organization).all() if schema.matched else []


def _naming(entity: Entity) -> list[str]:
    """What a record is found by in texts, or what its own text is found by."""
    return naming_keys(entity) or text_keys(entity)


def _order(entity: Entity, caption: Sequence[str], dates: Collection[Days]) -> dict[str, object]:
    """The fields that hits are ordered by: the caption's tokens and the dates.

    Part of the id's digest makes each value unique. The bits of ``rank``: how many words the
    caption has (7), its first three letters (8 each), a part of its checksum, so that equal
    captions stay together (8), and 25 of the id's digest. ``earliest`` and ``latest`` are yyyymmdd
    before 37 bits of the id's digest.
    """
    number = int.from_bytes(hashlib.blake2b(entity.id.encode(), digest_size=8).digest(), "big")
    name = "_".join(caption)
    letters = name[:3].ljust(3).encode()
    start = min(len(caption) or 99, 99) << 24 | int.from_bytes(letters, "big")
    first, last = (min(dates)[0], max(dates)[0]) if dates else UNDATED
    return {
        "sort": f"{name[:SORT_LENGTH] or 'zzz'}_{number >> 32:08x}",
        "rank": (start << 8 | crc32(name.encode()) & 0xFF) << 25 | number >> 39,
        "earliest": first << 37 | number >> 27,
        "latest": last << 37 | number >> 27,
    }


def _lifetime(entity: Entity) -> Days | None:
    """The days from startDate to endDate, either of which may be missing; None without both."""
    starts = [
        start[0] for value in entity.properties.get("startDate", ()) if (start := days(value))
    ]
    ends = [end[1] for value in entity.properties.get("endDate", ()) if (end := days(value))]
    if not starts and not ends:
        return None
    return min(starts, default=FIRST), max(ends, default=LAST)


def _dates(entity: Entity, dates: Collection[Days]) -> dict[str, object]:
    if not dates:
        return {}
    fields: dict[str, object] = {
        "low": [low for low, _ in dates],
        "high": [high for _, high in dates],
        "year": sorted({f"{low // 10000:04d}" for low, _ in dates}),
        "partial": sorted({f"{low}-{high}" for low, high in dates if low != high}),
    }
    lifetime = _lifetime(entity)
    if lifetime:
        fields["begin"], fields["finish"] = lifetime
    return fields


def _divided(entity: Entity) -> list[str]:
    """The halves of the words that are divided at the end of a line."""
    return [token for value in entity.properties.get(BODY, ()) for token in halves(value)]


def _snippets(values: Iterable[str]) -> list[str]:
    """What is kept of values for the snippets of hits."""
    return [value[:SHOWN_LENGTH] for value in islice(dict.fromkeys(values), SHOWN_VALUES)]


def _facets(entity: Entity, schema: SchemaRoles, leaflet: Leaflet | None) -> dict[str, list[str]]:
    """What kind of document it is, in which languages, by whom; and the words of its pages."""

    def values(names: Iterable[str]) -> set[str]:
        return {
            value
            for name in names
            if name in entity.properties
            for value in entity.properties[name]
        }

    languages = values(schema.languages) | (leaflet.languages if leaflet else set())
    authors = values(AUTHORS) if "mimeType" in schema.media else set()
    return {
        LEAVES: [leaflet.text()] if leaflet else [],
        "mimetype": sorted(value.lower() for value in values(schema.media)),
        "language": sorted(value.lower() for value in languages),
        "author": sorted(value[:SHOWN_AUTHOR] for value in authors),
    }


def is_page(entity: Entity) -> bool:
    """Whether a record is a page of a document, which stands for it among hits."""
    return entity.schema == PAGE_SCHEMA and bool(entity.properties.get("document"))


def page_number(entity: Entity) -> int:
    """The number of a page in its document; 0 where the record does not tell it."""
    text = entity.first("index") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_INDEX else 0


def _as_page(entity: Entity) -> dict[str, object]:
    """What the entry of a page has besides."""
    if not is_page(entity):
        return {}
    return {DOCUMENT: entity.references("document"), PAGE: page_number(entity)}


def _further(entity: Entity, schema: SchemaRoles, leaflet: Leaflet | None) -> dict[str, object]:
    """What single properties hold, what entries are counted by, and what documents have."""
    return {
        **property_fields(entity),
        **figure_fields(entity),
        **_facets(entity, schema, leaflet),
        **_as_page(entity),
    }


def entry(
    entity: Entity, shared: Sequence[str], revision: int, leaflet: Leaflet | None = None
) -> bytes:
    """The index entry of an entity with its shared values' ids; empty fields are left out.

    ``revision`` is that under which the entity became what it is. ``leaflet`` has what is on the
    pages of a document that has some.
    """
    schema = roles_of(entity.schema)
    values = _by_role(entity, schema)
    # without a name, FtM's caption is the label of the schema: every such entity would match it
    named = entity.caption != schema.label
    told = [*values["name"], *full_names(entity)]
    names = _names([entity.caption, *told] if named else told, schema.organization)
    caption = names.sequences[0] if named and names.sequences else tokens(entity.caption)
    identifiers = _identifiers(entity, schema)
    label = [] if entity.schema == PAGE_SCHEMA else [entity.caption]
    snippets = _snippets([*label, *values["name"], *values["text"]])
    dates = {date: both for date in values["date"] if (both := days(date))}.values()
    fields: dict[str, object] = {
        "id": entity.id,
        "dataset": entity.dataset,
        "schema": entity.schema,
        "name": names.texts,
        "sound": [" ".join(names.sounds)] if names.sounds else [],
        "text": names.texts
        + _folded(values["text"] if named else [*label, *values["text"]])
        + _divided(entity),
        "exact": sorted({digest(sequence) for sequence in names.sequences}),
        "key": _keys(entity, schema),
        "naming": _naming(entity),
        "identifier": sorted(identifiers),
        "number": _numbers(entity, schema, identifiers),
        "country": sorted({country.lower() for country in values["country"]}),
        "topic": sorted({topic.lower() for topic in values["topic"]}),
        "literal": shared,
        "reference": sorted(set(values["reference"])),
        "checksum": _bytes(bytes.fromhex(entity.checksum)),
        "shown": _bytes(orjson.dumps(snippets)),
        "revision": revision,
        **_order(entity, caption, dates),
        **_dates(entity, dates),
        **_further(entity, schema, leaflet),
    }
    return orjson.dumps({name: value for name, value in fields.items() if value != []})

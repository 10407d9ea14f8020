"""Which fields an index entry has, and which field a search for a property looks into."""

from collections.abc import Mapping
from enum import Enum
from functools import cache

import tantivy
from followthemoney import model

LAYOUT = 4
"""Raise it when fields or folding change: an index of another layout is rebuilt, never read."""

ANALYZER = "clew"
KEYS = ("id", "sort")
"""Fast text fields with a unique value for every entry."""
ORDER_NUMBERS = ("rank", "earliest", "latest")
"""Fast numbers of 64 bits; like ``sort`` they are what hits are ordered and paged by, and hardly
ever equal. Texts instead of these three would take a third of all the time that indexing takes."""
FACETED = ("dataset", "schema", "country", "topic", "year")
RAW = ("exact", "identifier", "number", "literal", "reference", "partial")
WORDS = ("name", "text")
BAGS = ("sound",)
"""Words in no order: the normal forms of names."""
NUMBERS = ("low", "high", "begin", "finish")
"""Dates as yyyymmdd: first and last day of each date, and the days from startDate to endDate."""
REVISION_ID = "\0revision"
"""The id of the one entry that holds a commit's revision; without a dataset, no search finds it.
It is part of the commit itself: tantivy's Python bindings do not offer the commit's payload."""


class Kind(Enum):
    """How a search's ``field:value`` is looked up."""

    WORDS = "words"
    RAW = "raw"
    SCHEMA = "schema"
    IDENTIFIER = "identifier"
    DATE = "date"


@cache
def layout() -> tantivy.Schema:
    """Tantivy's schema of the index."""
    builder = tantivy.SchemaBuilder()
    for name in KEYS + FACETED:
        builder.add_text_field(
            name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic"
        )
    for name in RAW:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    for name in BAGS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    for name in ORDER_NUMBERS:
        builder.add_unsigned_field(name, fast=True)
    builder.add_integer_field("revision", stored=True)
    builder.add_bytes_field("checksum", stored=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


def analyzer() -> tantivy.TextAnalyzer:
    """Splits folded text where letters and digits end."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .build()
    )


def _by_type(type_name: str) -> tuple[str, Kind]:
    known = {
        "name": ("name", Kind.WORDS),
        "country": ("country", Kind.RAW),
        "topic": ("topic", Kind.RAW),
        "identifier": ("identifier", Kind.IDENTIFIER),
        "date": ("date", Kind.DATE),
    }
    return known.get(type_name, ("text", Kind.WORDS))


@cache
def asked_fields() -> Mapping[str, tuple[str, Kind]]:
    """The index's field and its kind, by the lower-case name that a search may use."""
    fields: dict[str, tuple[str, Kind]] = {}
    for schema in model:
        for prop in schema.properties.values():
            if prop.type.name == "entity":
                continue
            fields.setdefault(prop.name.lower(), _by_type(prop.type.name))
            if prop.type.group:
                fields[prop.type.group.lower()] = _by_type(prop.type.name)
    for name in ("dataset", "country", "topic", "year"):
        fields[name] = (name, Kind.RAW)
    fields["schema"] = ("schema", Kind.SCHEMA)
    fields["date"] = ("date", Kind.DATE)
    fields["identifier"] = ("identifier", Kind.IDENTIFIER)
    fields["id"] = ("id", Kind.RAW)
    fields["text"] = ("text", Kind.WORDS)
    for name in ("name", "caption"):
        fields[name] = ("name", Kind.WORDS)
    return fields


@cache
def schema_names() -> Mapping[str, str]:
    """FtM's schemata by lower-case name."""
    return {schema.name.lower(): schema.name for schema in model}


@cache
def descendants(name: str) -> frozenset[str]:
    """A schema of FtM's and those that extend it, by name: an entry holds its own only."""
    return frozenset(schema.name for schema in model if name in schema.names)

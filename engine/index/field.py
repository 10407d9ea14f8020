"""Which fields an index entry has, and which field a search for a property looks into."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

import tantivy
from followthemoney import model, registry

LAYOUT = 15
"""Raise it when fields or folding change: an index of another layout is rebuilt, never read."""

ANALYZER = "clew"
KEYS = ("id", "sort")
"""Fast text fields with a unique value for every entry."""
ORDER_NUMBERS = ("rank", "earliest", "latest", "amount")
"""Fast numbers of 64 bits; like ``sort`` they are what hits are ordered and paged by, and hardly
ever equal. Texts instead of these four would take a third of all the time that indexing takes."""
SHARE = "share"
"""Of an edge whose share is known: a fast number that edges are ordered by."""
UNSIGNED = (*ORDER_NUMBERS, SHARE)
FACETED = ("dataset", "schema", "country", "topic", "year", "mimetype", "language", "author")
DOCUMENT, PAGE = "document", "page"
"""Of an entry that is a page: the id of its document, and its number in it."""
ENDS = ("source", "target")
"""The ends of edges: fast, as relationships are counted and summed by them."""
FOREIGN = "foreign"
"""Of an edge: the datasets of its ends, but for its own. Few edges have any."""
LITERAL = "literal"
"""The shared values of an entry: fast, as entries are counted by them."""
PLAIN_VALUES, FIGURES, DAYS = "fact", "figure", "day"
"""Fast fields by property: values that entries are grouped by, numbers in hundredths, and the first
days of dates, as yyyymmdd."""
RAW = ("exact", "key", "naming", "identifier", "number", "reference", "partial", "value")
WORDS = ("name", "text")
LEAVES = "leaves"
"""Of a document: every word that is on any of its pages, which have entries of their own."""
BAGS = ("sound", LEAVES)
"""Words in no order: the normal forms of names, and the words of a document's pages."""
BODY = "bodyText"
"""FtM's property with the text of a document, or of a page of it."""
PROPERTY = "property"
"""The field of words by property: a search for ``property.alias`` finds them in aliases alone."""
NUMBERS = ("low", "high", "begin", "finish", "start", "end", "last", "dated")
"""Dates as yyyymmdd: first and last day of each date, and the days from startDate to endDate; of an
edge its period as codes (``engine.period``), and the last date that it tells; of what has amounts
the date that they are of."""
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
    YEAR = "year"
    NUMBER = "number"
    REFERENCE = "reference"
    PHONE = "phone"


@dataclass(frozen=True)
class Field:
    """What ``field:value`` looks into: a field of the index, or some properties alone."""

    name: str
    kind: Kind
    place: str = ""
    """The field of the index; empty where only ``properties`` are looked into."""
    properties: tuple[str, ...] = ()
    """The properties whose values are asked for; empty where the field is of no property."""
    type: str = ""
    """FtM's type of the values."""


PLAIN = Field("text", Kind.WORDS, "text")
"""Where a word without a field is looked up."""


def reaches_pages(field: Field) -> bool:
    """Whether words of this field may be on the pages of a document."""
    return field.kind is Kind.WORDS and (field.place == "text" or BODY in field.properties)


@cache
def layout() -> tantivy.Schema:
    """Tantivy's schema of the index."""
    builder = tantivy.SchemaBuilder()
    for name in (*KEYS, *FACETED, DOCUMENT, *ENDS, FOREIGN, LITERAL):
        builder.add_text_field(
            name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic"
        )
    for name in RAW:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    for name in BAGS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="basic")
    builder.add_json_field(PROPERTY, tokenizer_name=ANALYZER, index_option="position")
    for name in (PLAIN_VALUES, FIGURES, DAYS):
        builder.add_json_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    for name in (*UNSIGNED, PAGE):
        builder.add_unsigned_field(name, fast=True, stored=name == PAGE)
    builder.add_integer_field("revision", stored=True, fast=True)
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


KINDS = {
    "identifier": Kind.IDENTIFIER,
    "date": Kind.DATE,
    "number": Kind.NUMBER,
    "entity": Kind.REFERENCE,
    "phone": Kind.PHONE,
    **dict.fromkeys(("country", "topic", "gender", "language", "mimetype"), Kind.RAW),
}
"""How values of FtM's types are looked up; those of other types are words."""
WHOLE = {"name": "name", "country": "country", "topic": "topic", "identifier": "identifier"}
"""FtM's types all of whose values are in one field of the index, too."""
GROUPS = {
    "name": ("name", "caption"),
    "date": ("date",),
    "country": ("country",),
    "topic": ("topic",),
    "identifier": ("identifier",),
    "address": ("address",),
}
"""Further names of all properties of a type, beside FtM's own (``names``, ``dates`` …)."""


@cache
def properties_by_type() -> Mapping[str, tuple[str, ...]]:
    """The names of FtM's properties by the names of their types; reverse ones are left out."""
    found: dict[str, set[str]] = {}
    for schema in model:
        for prop in schema.properties.values():
            if not prop.stub:
                found.setdefault(prop.type.name, set()).add(prop.name)
    return {type_: tuple(sorted(names)) for type_, names in found.items()}


@cache
def asked_fields() -> Mapping[str, tuple[Field, ...]]:
    """What a search may name, by lower-case name.

    There are two fields where schemata of FtM give one name to properties of different types.
    """
    fields: dict[str, tuple[Field, ...]] = {}
    for type_, names in properties_by_type().items():
        kind = KINDS.get(type_, Kind.WORDS)
        for name in names:
            field = Field(name, kind, "", (name,), type_)
            fields[name.lower()] = (*fields.get(name.lower(), ()), field)
    for type_, names in properties_by_type().items():
        kind, group = KINDS.get(type_, Kind.WORDS), registry.get(type_).group
        for name in (*([group] if group else []), *GROUPS.get(type_, ())):
            fields[name.lower()] = (Field(name, kind, WHOLE.get(type_, ""), names, type_),)
            fields.setdefault(type_.lower(), fields[name.lower()])  # url: as urls:
    dates = properties_by_type()["date"]
    others = (
        Field("year", Kind.YEAR, "year", dates, "date"),
        Field("dataset", Kind.RAW, "dataset"),
        Field("id", Kind.RAW, "id"),
        Field("literal", Kind.RAW, "literal"),
        Field("schema", Kind.SCHEMA, "schema"),
        PLAIN,
    )
    return {**fields, **{field.name: (field,) for field in others}}


@cache
def descendants(name: str) -> frozenset[str]:
    """A schema of FtM's and those that extend it, by name: an entry holds its own only."""
    return frozenset(schema.name for schema in model if name in schema.names)

"""FollowTheMoney's mapping language: what may be written, checked before any table is opened.

Its words are FollowTheMoney's and Aleph's. A URL or database that a query names is never opened: its last part
tells which of the given tables the query is for. Four words of our own say how a table is read where that is not
found out: ``sheet``, ``header``, ``encoding``, ``delimiter``. Two columns of our own are in every table, ``$file``
and ``$row``: as keys they keep apart what is told twice and happened twice, such as two equal payments of one day.
A file is called by its name, in a folder that is given by its path from there, and with as many folders more as it
takes to tell the files of one load apart; a sheet or table in it stands behind in brackets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from followthemoney import model, registry
from followthemoney.exc import InvalidData
from followthemoney.property import Property
from followthemoney.schema import Schema

from loaders.mapping.outline import Part, outline
from loaders.table.table import Layout, nearest

FILE, ROW = "$file", "$row"
"""Columns that every table has: what its file is called, and the row's number."""
TEMPLATE = re.compile(r"{{([^(}})]*)}}")
SQL = "a mapping gives names and no SQL; use tables, joins and filters"
QUERY = {
    "csv",
    "csv_url",
    "csv_urls",
    "database",
    "table",
    "tables",
    "joins",
    "filters",
    "filters_not",
    "entities",
}
OURS = {"sheet", "header", "encoding", "delimiter"}
REFUSED = {"where": SQL, "sql": SQL, "query": SQL}
ENTITY = {"schema", "key", "keys", "key_literal", "id_column", "properties"}
VALUES = {
    "column",
    "columns",
    "literal",
    "literals",
    "template",
    "join",
    "split",
    "format",
    "fuzzy",
}
PROPERTY = {*VALUES, "entity", "required"}


@dataclass(frozen=True)
class PropertyRule:
    """Where a property's values come from: columns and literals, a template, or another entity of the query."""

    name: str
    place: str
    columns: tuple[str, ...] = ()
    literals: tuple[str, ...] = ()
    template: str | None = None
    join: str | None = None
    split: str | None = None
    format: str | None = None
    fuzzy: bool = False
    required: bool = False
    entity: str | None = None


@dataclass(frozen=True)
class EntityRule:
    """What a row makes one entity of; its id is the column's value, or a hash of the keys' values."""

    name: str
    place: str
    schema: str
    keys: tuple[str, ...]
    key_literal: str
    id_column: str | None
    properties: tuple[PropertyRule, ...]


@dataclass(frozen=True)
class Query:
    """One query: the entities, those first that others refer to, which tables it is for, and which rows."""

    place: str
    entities: tuple[EntityRule, ...]
    hints: tuple[str, ...] = ()
    """File names that it means, in small letters."""
    tables: tuple[tuple[str, str], ...] = ()
    joins: tuple[tuple[str, str], ...] = ()
    filters: tuple[tuple[str, frozenset[str]], ...] = ()
    filters_not: tuple[tuple[str, frozenset[str]], ...] = ()
    reading: Layout = field(default_factory=Layout)

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        """Every column of the table that it names, once, with the place that names it first."""
        found: dict[str, str] = {}
        for entity in self.entities:
            for column in (*entity.keys, *filter(None, [entity.id_column])):
                found.setdefault(column, entity.place)
            for rule in entity.properties:
                for column in rule.columns:
                    found.setdefault(column, rule.place)
        for column, _ in (*self.filters, *self.filters_not):
            found.setdefault(column, f"a filter in {self.place}")
        return [(column, place) for column, place in found.items() if column not in (FILE, ROW)]


def read_mapping(path: Path) -> list[Query]:
    """The queries of a mapping file; raises BadInput with the place of what is wrong."""
    root = outline(path)
    parts = root.parts("a mapping")
    datasets = [root] if parts.keys() & {"query", "queries", "entities"} else list(parts.values())
    queries = []
    for dataset in datasets:
        named = dataset.parts("a dataset")
        if "entities" in named:
            queries.append(query(dataset))
            continue
        found = list(dataset.some("queries", "query"))
        if not found:
            dataset.refuse("there are no queries here")
        queries += [query(part) for part in found]
    return queries


def cure(queries: Sequence[Query], one: str, other: str) -> str:
    """What to write otherwise where a row makes something of these two schemata under one id."""
    rules = [rule for query in queries for rule in query.entities]
    makers = dict.fromkeys(
        f"{rule.name} ({rule.schema})"
        for rule in rules
        for peer in rules
        if {rule.schema, peer.schema} == {one, other} and rule.key_literal == peer.key_literal
    )
    return f"{' and '.join(makers)} can have the same id: give each its own key_literal, or all one schema"


def query(part: Part) -> Query:
    """One query."""
    part.only(QUERY | OURS, REFUSED)
    named = part.parts("a query")
    entities = named.get("entities")
    if entities is None or not entities.named:
        part.refuse("a query without entities makes nothing")
    rules = {name: entity_rule(name, given) for name, given in entities.named.items()}
    for name, given in entities.named.items():
        check_links(rules[name], rules, given)
    joins = []
    for join in part.some("joins"):
        join.only({"left", "right"}, {})
        if len(join.parts("a join")) != 2:
            join.refuse("a join needs left and right")
        joins.append(
            (join.parts("a join")["left"].string(), join.parts("a join")["right"].string())
        )
    return Query(
        place=part.place,
        entities=tuple(in_order(list(rules.values()), entities)),
        hints=tuple(hint(p.string()) for p in part.some("csv", "csv_url", "csv_urls", "database")),
        tables=tuple(table(p) for p in part.some("table", "tables")),
        joins=tuple(joins),
        filters=filters(named.get("filters")),
        filters_not=filters(named.get("filters_not")),
        reading=reading(part),
    )


def hint(url: str) -> str:
    """The last part of a URL or path, in small letters; empty where it is a variable, whose value is not asked."""
    name = PurePosixPath(
        unquote(urlsplit(url.replace("\\", "/")).path if "://" in url else url)
    ).name
    return "" if "$" in name else name.lower()


def table(part: Part) -> tuple[str, str]:
    """A table, and the name that it is called by."""
    if part.named is None:
        return part.string(), part.string()
    part.only({"table", "alias"}, {})
    if "table" not in part.named:
        part.refuse("which table?")
    name = part.named["table"].string()
    return name, part.named["alias"].string() if "alias" in part.named else name


def filters(part: Part | None) -> tuple[tuple[str, frozenset[str]], ...]:
    """Columns, each with the values that are let through or not; nothing written is an empty cell."""
    if part is None or part.empty:
        return ()
    return tuple(
        (column_name(name), frozenset(value.text or "" for value in given.each()))
        for name, given in part.parts("filters").items()
    )


def reading(part: Part) -> Layout:
    """How the table is to be read, where that is told."""
    told = {name: given.string() for name, given in part.parts("a query").items() if name in OURS}
    header = told.pop("header", "0")
    if not header.isdecimal():
        part.refuse("'header' is the number of the row in which the columns' names stand")
    delimiter = told.pop("delimiter", "")
    return Layout(
        header=int(header), delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter), **told
    )


def entity_rule(name: str, part: Part) -> EntityRule:
    """What is written of one entity."""
    part.only(ENTITY, {})
    named = part.parts("an entity")
    if "schema" not in named:
        part.refuse("which schema?")
    schema = schema_of(named["schema"])
    keys = [column_name(key) for p in part.some("key", "keys") for key in p.strings()]
    ids = [column_name(p.string()) for p in part.some("id_column")]
    if bool(keys) == bool(ids):
        part.refuse("an entity needs keys or an id_column" + (", not both" if keys else ""))
    given = named.get("properties")
    properties = given.parts("properties") if given is not None and not given.empty else {}
    rules = tuple(property_rule(schema, prop, p) for prop, p in properties.items())
    for end in (schema.edge_source, schema.edge_target) if schema.edge else ():
        if str(end) not in properties:
            part.refuse(
                f"{schema.name} needs both its ends, {schema.edge_source} and {schema.edge_target}"
            )
    literal = "".join(p.string() for p in part.some("key_literal"))
    return EntityRule(
        name, part.place, schema.name, tuple(keys), literal, ids[0] if ids else None, rules
    )


def schema_of(part: Part) -> Schema:
    """The schema of this name; raises BadInput."""
    name = part.string()
    schema = model.get(name)
    if schema is None:
        part.refuse(f"there is no schema {name!r}{nearest(name, list(model.schemata))}")
    if schema.abstract:
        possible = ", ".join(
            sorted(s.name for s in schema.descendants if not s.abstract and not s.hidden)[:12]
        )
        part.refuse(f"{name} is abstract: nothing is just that; such as {possible}")
    return schema


def property_rule(schema: Schema, name: str, part: Part) -> PropertyRule:
    """What is written of one property."""
    prop = schema.get(name)
    if prop is None:
        part.refuse(
            f"{schema.name} has no property {name!r}{nearest(name, list(schema.properties))}"
        )
    if prop.stub:
        part.refuse(
            f"{name} is told from the other side: {prop.reverse.qname if prop.reverse else 'it is a stub'}"
        )
    part.only(PROPERTY, {})
    named = part.parts("a property")
    template = text(named, "template")
    columns = [column_name(c) for p in part.some("column", "columns") for c in p.strings()]
    if template is not None and columns:
        part.refuse("a template names its columns itself: use template or column")
    rule = PropertyRule(
        name,
        part.place,
        columns=(*columns, *(column_name(c) for c in TEMPLATE.findall(template or ""))),
        literals=tuple(p.string() for p in part.some("literal", "literals")),
        template=template,
        join=None if "join" not in named else text(named, "join") or "",
        split=text(named, "split"),
        format=text(named, "format"),
        fuzzy="fuzzy" in named and named["fuzzy"].flag(),
        required="required" in named and named["required"].flag(),
        entity=text(named, "entity"),
    )
    check_values(rule, prop, part)
    return rule


def text(named: dict[str, Part], name: str) -> str | None:
    """The text under this name, as it is written; None where there is none. Raises BadInput for several."""
    part = named.get(name)
    if part is not None and not part.empty and part.text is None:
        part.refuse(f"{name!r} is one text, and several are written here")
    return (part.text or None) if part is not None else None


def column_name(name: str) -> str:
    """A column's name without needless spaces, as the table's header is read."""
    return " ".join(name.split())


def check_values(rule: PropertyRule, prop: Property, part: Part) -> None:
    """Refuse a property without values, with two kinds of them, or with a format that its type does not know."""
    if rule.entity is not None:
        if VALUES & part.parts("a property").keys():
            part.refuse("a property names an entity or has values, not both")
        return
    if not rule.columns and not rule.literals and rule.template is None:
        part.refuse("no column, literal, template or entity: where do its values come from?")
    if rule.format is not None and prop.type.name == registry.date.name:
        try:
            datetime.strptime("", rule.format)
        except ValueError as error:
            if "directive" in str(error) or "stray" in str(error):
                part.refuse(f"format: {error}")
        if "%" not in rule.format:
            part.refuse(
                f"format: {rule.format!r} has no directive; day, month and year are %d, %m and %Y"
            )
    if rule.format is not None and prop.type.name == registry.phone.name:
        try:
            prop.type.clean_text("0", format=rule.format)
        except InvalidData as error:
            part.refuse(f"format: {error}")


def check_links(rule: EntityRule, rules: dict[str, EntityRule], part: Part) -> None:
    """Refuse a link to an entity that the query does not make, or that the property cannot hold."""
    properties = part.parts("an entity").get("properties")
    for link in rule.properties:
        if link.entity is None or properties is None or properties.named is None:
            continue
        place = properties.named[link.name]
        other = rules.get(link.entity)
        if other is None:
            place.refuse(
                f"this query has no entity {link.entity!r}{nearest(link.entity, list(rules))}"
            )
        prop = schema_named(rule.schema).properties[link.name]
        if prop.type.name != registry.entity.name or prop.range is None:
            place.refuse(f"{link.name} holds a {prop.type.name} and not an entity: use column")
        if not schema_named(other.schema).is_a(prop.range):
            place.refuse(
                f"{link.name} must be a {prop.range.name}, but {link.entity} is a {other.schema}"
            )


def schema_named(name: str) -> Schema:
    """A schema that is known to be there."""
    return model.schemata[name]


def in_order(rules: Sequence[EntityRule], part: Part) -> list[EntityRule]:
    """The entities, each after those that it links to; raises BadInput for a circle."""
    waiting, done, ordered = list(rules), set[str](), list[EntityRule]()
    while waiting:
        ready = [
            r for r in waiting if all(p.entity is None or p.entity in done for p in r.properties)
        ]
        if not ready:
            part.refuse(
                f"{', '.join(rule.name for rule in waiting)} link to each other in a circle"
            )
        ordered += ready
        done.update(rule.name for rule in ready)
        waiting = [rule for rule in waiting if rule.name not in done]
    return ordered

"""What a mapping declares of one entity and its properties, checked against FollowTheMoney's model.

So a misspelt schema, a property that a schema has not, or a link to the wrong kind of entity is
refused with its place in the file, before any table is opened.
"""

import re
from datetime import datetime

from followthemoney import model, registry
from followthemoney.exc import InvalidData
from followthemoney.property import Property
from followthemoney.schema import Schema
from followthemoney.util import key_bytes

from loaders.mapping.outline import Part
from loaders.mapping.rule import FILE, ROW, EntityRule, IdScheme, PropertyRule
from loaders.table.table import nearest

TEMPLATE = re.compile(r"{{([^(}})]*)}}")
"""A column in a template; FollowTheMoney's own pattern."""
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
EXAMPLES = 12
"""Schemata that are named where an abstract one is written."""


def entity_rule(name: str, part: Part, ids: IdScheme) -> EntityRule:
    """What is written of one entity; raises BadInput."""
    part.allow(ENTITY)
    named = part.parts("an entity")
    if "schema" not in named:
        part.refuse("which schema?")
    schema = schema_of(named["schema"])
    keys, id_column = id_columns(part, ids)
    declared = named.get("properties")
    properties = declared.parts("properties") if declared is not None and not declared.empty else {}
    rules = tuple(property_rule(schema, prop, p) for prop, p in properties.items())
    for end in (schema.edge_source, schema.edge_target) if schema.edge else ():
        if str(end) not in properties:
            part.refuse(
                f"{schema.name} needs both its ends, {schema.edge_source} and {schema.edge_target}"
            )
    literal = key_literal(part, ids)
    return EntityRule(name, part.place, schema.name, tuple(keys), literal, id_column, rules)


def id_columns(part: Part, ids: IdScheme) -> tuple[list[str], str | None]:
    """The key columns of an entity, or its id column; raises BadInput for both or neither."""
    keys = [column_name(key) for p in part.items_of("key", "keys") for key in p.strings()]
    columns = [column_name(p.string()) for p in part.items_of("id_column")]
    if bool(keys) == bool(columns):
        part.refuse("an entity needs keys or an id_column" + (", not both" if keys else ""))
    # FollowTheMoney would find nothing in them, and so make another id or none
    ours = next((column for column in (*keys, *columns) if column in (FILE, ROW)), None)
    if ids.of_ftm and ours is not None:
        part.refuse(f"{ours} is a column of Clew: ids of FollowTheMoney cannot be made of it")
    return keys, columns[0] if columns else None


def key_literal(part: Part, ids: IdScheme) -> str:
    """The text that is hashed before the keys' values; empty where there is none."""
    literal = part.parts("an entity").get("key_literal")
    if ids.of_ftm and literal is not None and not literal.empty:
        literal.one_text()
        # a literal without quotes may be a number or "no", which FollowTheMoney hashes as Python
        # prints it; our own ids take it as it is written
        return key_bytes(literal.python_value()).decode()
    return "".join(p.string() for p in part.items_of("key_literal"))


def schema_of(part: Part) -> Schema:
    """The schema of this name; raises BadInput."""
    name = part.string()
    schema = model.get(name)
    if schema is None:
        part.refuse(f"there is no schema {name!r}{nearest(name, list(model.schemata))}")
    if schema.abstract:
        possible = sorted(s.name for s in schema.descendants if not s.abstract and not s.hidden)
        part.refuse(
            f"{name} is abstract: nothing is just that; such as {', '.join(possible[:EXAMPLES])}"
        )
    return schema


def property_rule(schema: Schema, name: str, part: Part) -> PropertyRule:
    """What is written of one property; raises BadInput."""
    prop = known_property(schema, name, part)
    part.allow(PROPERTY)
    named = part.parts("a property")
    template = optional_text(named, "template")
    columns = [column_name(c) for p in part.items_of("column", "columns") for c in p.strings()]
    if template is not None and columns:
        part.refuse("a template names its columns itself: use template or column")
    rule = PropertyRule(
        name,
        part.place,
        columns=(*columns, *(column_name(c) for c in TEMPLATE.findall(template or ""))),
        literals=tuple(p.string() for p in part.items_of("literal", "literals")),
        template=template,
        join=None if "join" not in named else optional_text(named, "join") or "",
        split=optional_text(named, "split"),
        format=optional_text(named, "format"),
        fuzzy="fuzzy" in named and named["fuzzy"].flag(),
        required="required" in named and named["required"].flag(),
        entity=optional_text(named, "entity"),
    )
    check_values(rule, prop, part)
    return rule


def known_property(schema: Schema, name: str, part: Part) -> Property:
    """The schema's property of this name; raises BadInput where it cannot be given."""
    prop = schema.get(name)
    if prop is None:
        part.refuse(
            f"{schema.name} has no property {name!r}{nearest(name, list(schema.properties))}"
        )
    if prop.stub:
        other = prop.reverse.qname if prop.reverse else "it is a stub"
        part.refuse(f"{name} is set from the other side: {other}")
    return prop


def optional_text(named: dict[str, Part], name: str) -> str | None:
    """The text under this name; None where there is none. Raises BadInput for several."""
    part = named.get(name)
    return None if part is None else part.one_text() or None


def column_name(name: str) -> str:
    """A column's name without needless spaces, as the table's header is read."""
    return " ".join(name.split())


def check_values(rule: PropertyRule, prop: Property, part: Part) -> None:
    """Refuse a property without values, with two kinds of them, or with an unusable format."""
    if rule.entity is not None:
        if VALUES & part.parts("a property").keys():
            part.refuse("a property names an entity or has values, not both")
        return
    if not rule.columns and not rule.literals and rule.template is None:
        part.refuse("no column, literal, template or entity: where do its values come from?")
    if rule.format is not None and prop.type.name == registry.date.name:
        check_date_format(rule.format, part)
    if rule.format is not None and prop.type.name == registry.phone.name:
        try:
            prop.type.clean_text("0", format=rule.format)
        except InvalidData as error:
            part.refuse(f"format: {error}")


def check_date_format(format: str, part: Part) -> None:
    """Refuse a format with which no date could be read."""
    try:
        datetime.strptime("", format)
    except ValueError as error:
        # an empty text never fits; only a fault of the format itself counts
        if "directive" in str(error) or "stray" in str(error):
            part.refuse(f"format: {error}")
    if "%" not in format:
        part.refuse(f"format: {format!r} has no directive; day, month and year are %d, %m and %Y")


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
        prop = model.schemata[rule.schema].properties[link.name]
        if prop.type.name != registry.entity.name or prop.range is None:
            place.refuse(f"{link.name} holds a {prop.type.name} and not an entity: use column")
        if not model.schemata[other.schema].is_a(prop.range):
            place.refuse(
                f"{link.name} must be a {prop.range.name}, but {link.entity} is a {other.schema}"
            )

"""What a person may mean who types: records, properties and types that begin so."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from followthemoney import model
from followthemoney.property import Property

from api.reconcile.candidate import description, type_of
from engine.entity import Entity
from engine.question import SearchFilter, SearchQuestion

PAGE = 20
"""Suggestions of one answer."""
FURTHEST = 80
"""How many suggestions may be skipped."""
WORDS = re.compile(r"\w+")
MOST_WORDS = 10
Json = dict[str, Any]


def matchable_schemata() -> tuple[str, ...]:
    """The schemata whose records can be the same as others."""
    return tuple(schema.name for schema in model if schema.matchable)


def entity_question(prefix: str, cursor: int, datasets: tuple[str, ...]) -> SearchQuestion | None:
    """Which records have names with these words, the last one begun; None without any."""
    words = [word.lower() for word in WORDS.findall(prefix)][:MOST_WORDS]
    if not words:
        return None
    text = f"name:({' '.join((*words[:-1], f'{words[-1]}*'))})"
    scope = SearchFilter(schemata=matchable_schemata(), datasets=datasets or None)
    return SearchQuestion(text, scope, first=cursor + PAGE)


def suggested(entities: Iterable[Entity], titles: Mapping[str, str]) -> Json:
    """Records as suggestions."""
    return {
        "result": [
            {
                "id": entity.id,
                "name": entity.caption,
                "description": description(entity, titles),
                "notable": [type_of(entity.schema)],
            }
            for entity in entities
        ]
    }


def suggest_types(prefix: str, cursor: int) -> Json:
    """Schemata whose name or label has a word that begins so."""
    found = [
        {
            "id": schema.name,
            "name": schema.label,
            "description": (schema.description or "").strip(),
            "broader": [type_of(each.name) for each in schema.extends if each.matchable],
        }
        for schema in sorted(model, key=lambda schema: schema.name)
        if schema.matchable and begins(prefix, schema.name, schema.label)
    ]
    return {"result": found[cursor : cursor + PAGE]}


def suggest_properties(prefix: str, cursor: int) -> Json:
    """Properties of what can be compared, whose name or label has a word that begins so."""
    found = [
        {"id": name, "name": prop.label, "description": about(prop)}
        for name, prop in sorted(properties().items())
        if begins(prefix, name, prop.label)
    ]
    return {"result": found[cursor : cursor + PAGE]}


def properties() -> dict[str, Property]:
    """The properties of what can be compared, each as the first schema has it."""
    found: dict[str, Property] = {}
    for name in matchable_schemata():
        for prop in proposed(name):
            found.setdefault(prop.name, prop)
    return found


def proposed(schema: str) -> list[Property]:
    """The properties of a schema that a record may have values of: the usual ones first."""
    known = model.get(schema)
    if known is None:
        return []
    usual = {name: place for place, name in enumerate(known.featured)}
    shown = [
        prop
        for prop in known.properties.values()
        if not (prop.stub or prop.hidden or prop.deprecated)
    ]
    return sorted(shown, key=lambda prop: (usual.get(prop.name, len(usual)), prop.label))


def about(prop: Property) -> str:
    """Which schema a property belongs to, and of what type its values are."""
    return f"{prop.schema.label}: {(prop.description or prop.type.label).strip()}"


def begins(prefix: str, name: str, label: str) -> bool:
    """Whether a name, or a word of a label, begins with what was typed; in any case."""
    typed = prefix.strip().casefold()
    text = label.casefold()
    return name.casefold().startswith(typed) or text.startswith(typed) or f" {typed}" in text

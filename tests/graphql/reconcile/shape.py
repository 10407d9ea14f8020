"""JSON Schemas of what the Reconciliation API answers, written after its specification (0.2)."""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FILLED: Schema = {"type": "string", "minLength": 1}


def thing(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object that has just these fields."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def array(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def by_key(value: Schema) -> Schema:
    """An object with values of one kind under any keys."""
    return {"type": "object", "additionalProperties": value}


TYPE = thing(
    {"id": FILLED, "name": FILLED}, {"broader": array(thing({"id": FILLED}, {"name": TEXT}))}
)
TEMPLATE: Schema = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}
PLACE = thing(
    {
        "service_url": {"type": "string", "pattern": "^https?://"},
        "service_path": {"type": "string", "pattern": "^/"},
    }
)
SETTING = thing(
    {"name": FILLED, "label": FILLED, "type": {"enum": ["number", "text", "checkbox"]}},
    {"default": {}, "help_text": TEXT},
)
MANIFEST = thing(
    {
        "versions": {"type": "array", "items": TEXT, "contains": {"const": "0.2"}},
        "name": FILLED,
        "identifierSpace": {"type": "string", "pattern": "^https?://"},
        "schemaSpace": {"type": "string", "pattern": "^https?://"},
    },
    {
        "serviceVersion": TEXT,
        "documentation": TEXT,
        "defaultTypes": {**array(TYPE), "uniqueItems": True},
        "view": thing({"url": TEMPLATE}),
        "preview": thing(
            {"url": TEMPLATE, "width": {"type": "integer"}, "height": {"type": "integer"}}
        ),
        "suggest": thing({}, {"entity": PLACE, "property": PLACE, "type": PLACE}),
        "extend": thing({}, {"propose_properties": PLACE, "property_settings": array(SETTING)}),
        "batchSize": {"type": "integer", "minimum": 1},
    },
)
CANDIDATE = thing(
    {"id": FILLED, "name": FILLED, "score": {"type": "number", "minimum": 0, "maximum": 100}},
    {
        "description": TEXT,
        "match": {"type": "boolean"},
        "type": array(TYPE),
        "features": array(thing({"id": FILLED, "value": {"type": ["boolean", "number"]}})),
    },
)
RESULTS = by_key(thing({"result": array(CANDIDATE)}))
SUGGESTED_ENTITIES = thing(
    {
        "result": array(
            thing({"id": FILLED, "name": FILLED}, {"description": TEXT, "notable": array(TYPE)})
        )
    }
)
SUGGESTED_TYPES = thing(
    {
        "result": array(
            thing({"id": FILLED, "name": FILLED}, {"description": TEXT, "broader": array(TYPE)})
        )
    }
)
SUGGESTED_PROPERTIES = thing(
    {"result": array(thing({"id": FILLED, "name": FILLED}, {"description": TEXT}))}
)
PROPOSALS = thing(
    {"type": FILLED, "properties": array(thing({"id": FILLED, "name": FILLED}))},
    {"limit": {"type": "integer"}},
)
CELL: Schema = {
    "oneOf": [
        thing({"str": TEXT}),
        thing({"id": FILLED, "name": FILLED}, {"description": TEXT}),
    ]
}
EXTENSION = thing(
    {
        "meta": array(thing({"id": FILLED, "name": FILLED}, {"type": TYPE})),
        "rows": by_key(by_key(array(CELL))),
    }
)

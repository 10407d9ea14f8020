"""Reconciliation queries: from a client's JSON to the engine's questions.

A query has no schema of its own: its ``type`` says what is looked for, and where that is left out
its properties do. A value that its property does not take (a birth date of ``unknown``) is left
out, since one bad cell of a table must not cost the answers of all others; a property that is not
there is an error, as it is the same mistake in each row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from followthemoney import model

from api.error import Refused
from api.limit import LIMIT
from engine.entity import Entity, schema_of
from engine.errors import BadInput
from engine.question import MatchQuestion, SearchFilter
from engine.validation import LONGEST_CELL, cleanable, described, known, shown

BATCH = 10
"""Queries of one request that the manifest asks for; OpenRefine sends so many."""
MOST = 50
"""Queries of one request that are answered."""
LIMITS = range(1, LIMIT.page + 1)
USUAL = 5
"""Candidates of a query that names no limit."""
LEAST = 0.2
"""Candidates with a lower score are no help to anybody."""
MOST_VALUES = 50
"""Values of one query."""
GUESSES = ("LegalEntity", "Person", "Company", "Vessel", "Airplane", "Vehicle", "Security")
"""What is looked for where no type is named: the first that has all properties of the query."""
STRICTNESS = ("any", "all", "should")
MIDNIGHT = "T00:00:00Z"
"""How OpenRefine ends a cell that is a date."""


@dataclass(frozen=True)
class Query:
    """One query of a batch."""

    id: str | None
    """The query as the id of a record, where it looks like one."""
    question: MatchQuestion | None
    """What is compared; None where all that is told is left out."""
    limit: int

    @property
    def first(self) -> int:
        """How many candidates are asked of the engine: a second one tells if the first is sure."""
        return max(self.limit, 2)


def queries_of(batch: Any, datasets: tuple[str, ...]) -> dict[str, Query]:
    """The queries of a batch by their keys; raises BadInput, and Refused where there are too many.

    ``datasets`` narrows down with which records they are compared.
    """
    if not isinstance(batch, dict):
        raise BadInput('queries: an object such as {"q0": {"query": "Viktor Drozdan"}}')
    if len(batch) > MOST:
        raise Refused(f"At most {MOST} queries in a batch; {BATCH} are best.", "TOO_LARGE", 413)
    queries = {}
    for key, told in batch.items():
        try:
            queries[key] = query_of(told, datasets)
        except BadInput as error:
            raise BadInput(f"queries: {shown(key)}: {error}") from None
    return queries


def query_of(told: Any, datasets: tuple[str, ...] = ()) -> Query:
    """One query; raises BadInput."""
    if isinstance(told, str):  # of version 0.1
        told = {"query": told}
    if not isinstance(told, dict):
        raise BadInput('a query is an object such as {"query": "Viktor Drozdan"}')
    text, limit = text_of(told), limit_of(told)
    values = values_of(told.get("properties") or [])
    if not text and not values:
        raise BadInput("give a query, or properties")
    types = types_of(told)
    entity = entity_of(text, types, values)
    schemata = narrowed(types, told.get("type_strict"))
    query = Query(text if ":" in text and len(text) <= LONGEST_CELL else None, None, limit)
    if entity is None or schemata == ():
        return query
    scope = SearchFilter(schemata=schemata, datasets=datasets or None)
    return replace(query, question=MatchQuestion(entity, scope, LEAST, query.first))


def text_of(told: Mapping[str, Any]) -> str:
    """What a query looks for by its name; raises BadInput."""
    text = told.get("query") or ""
    if not isinstance(text, str):
        raise BadInput(f"query: a text, not {shown(text)}")
    return text.strip()


def limit_of(told: Mapping[str, Any]) -> int:
    """How many candidates are wanted; raises BadInput."""
    limit = told.get("limit", USUAL)
    if limit not in LIMITS:
        raise BadInput(f"limit: a number from 1 to {LIMITS[-1]}, not {shown(limit)}")
    return int(limit)


def narrowed(types: tuple[str, ...], strict: str | None) -> tuple[str, ...] | None:
    """The schemata that candidates must have: None for any, none at all where nothing fits."""
    if not types or strict not in ("any", "all"):
        return None
    if strict == "any":
        return types
    return tuple(schema.name for schema in model if all(schema.is_a(each) for each in types))


def types_of(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The schemata that a query names; raises BadInput for one that cannot be compared."""
    types, strict = told.get("type") or [], told.get("type_strict")
    if strict is not None and strict not in STRICTNESS:
        raise BadInput(f"type_strict: one of {', '.join(STRICTNESS)}, not {shown(strict)}")
    names = []
    for each in types if isinstance(types, list) else [types]:
        name = each.get("id") if isinstance(each, dict) else each
        if not isinstance(name, str):
            raise BadInput(f"type: the name of a schema, such as Person, not {shown(name)}")
        if not known(name).matchable:
            raise BadInput(f"type: FollowTheMoney compares no records of {name} with others")
        names.append(name)
    return tuple(dict.fromkeys(names))


def values_of(properties: Any) -> dict[str, list[str]]:
    """The values that a query tells beside its name, by property; raises BadInput."""
    if isinstance(properties, dict):  # of version 0.1
        properties = [{"pid": name, "v": values} for name, values in properties.items()]
    if not isinstance(properties, list):
        raise BadInput('properties: a list such as [{"pid": "birthDate", "v": "1963"}]')
    values: dict[str, list[str]] = {}
    for each in properties:
        name = each.get("pid") if isinstance(each, dict) else None
        if not isinstance(name, str):
            raise BadInput(f'properties: each is like {{"pid": "birthDate"}}, not {shown(each)}')
        values.setdefault(name, []).extend(texts_of(each.get("v")))
    if sum(map(len, values.values())) > MOST_VALUES:
        raise BadInput(f"properties: at most {MOST_VALUES} values")
    return values


def texts_of(value: Any) -> Iterator[str]:
    """The texts of a property's value: of a reconciled cell its name."""
    if isinstance(value, list):
        for each in value[: MOST_VALUES + 1]:
            if not isinstance(each, list):
                yield from texts_of(each)
    elif isinstance(value, dict):
        yield from texts_of(value.get("name") or value.get("id"))
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))
    elif isinstance(value, bool | int | float):
        yield str(value).lower()
    elif isinstance(value, str) and value.strip():
        yield value.strip().removesuffix(MIDNIGHT)


def entity_of(text: str, types: tuple[str, ...], values: Mapping[str, list[str]]) -> Entity | None:
    """The description that a query is; None where nothing of it can be compared."""
    told = {name: list(each) for name, each in values.items()}
    if text:
        told.setdefault("name", []).insert(0, text)
    schema = schema_for(types, told)
    kept = cleanable(schema, told)
    return described(schema, kept) if any(kept.values()) else None


def schema_for(types: tuple[str, ...], told: Mapping[str, Any]) -> str:
    """What is looked for: a type that has all properties; raises BadInput where none has.

    Of several types it is what all of them are, if that can be compared, else the first. A type
    whose property only a kind of it has is that kind: a LegalEntity with a birth date is a Person.
    """
    wanted = common(types) or (types[0] if types else "")
    kinds = [wanted, *types, *descendants(wanted)] if wanted else list(GUESSES)
    for name in kinds:
        if all(prop in schema_of(name).properties for prop in told):
            return name
    kind = kinds[0]
    missing = next(prop for prop in told if prop not in schema_of(kind).properties)
    raise BadInput(
        f"properties: {kind} has no property {shown(missing)}; /reconcile/suggest/property finds "
        "what there is"
    )


def common(types: tuple[str, ...]) -> str | None:
    """The schema that all of some schemata are, if its records can be compared."""
    shared = [
        name
        for name in (schema_of(types[0]).names if types else ())
        if schema_of(name).matchable and all(schema_of(each).is_a(name) for each in types)
    ]
    return min(shared, key=lambda name: -len(schema_of(name).names), default=None)


def descendants(name: str) -> list[str]:
    """The kinds of a schema whose records can be compared, the most general first."""
    found = [schema for schema in model if schema.matchable and schema.is_a(name)]
    found.sort(key=lambda schema: (len(schema.names), schema.name))
    return [schema.name for schema in found]

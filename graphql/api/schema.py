"""The GraphQL schema, put together from all types; ``make schema`` prints it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    print_schema,
)
from graphql.pyutils import Undefined
from strawberry.schema.config import StrawberryConfig

from api.argument import DATE, Date
from api.description import describe
from api.entity import Literal
from api.mutation.mutation import Mutation
from api.query import Query
from api.record import record_types


@cache
def schema() -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    config = StrawberryConfig(scalar_map={Date: DATE})
    with _without_collecting():
        types = (Literal, *record_types())
        made = strawberry.Schema(Query, Mutation, types=types, config=config)._schema
    describe(made)
    for kind in made.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            _without_null(list(kind.fields.values()))
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                _without_null(list(field.args.values()))
    return made


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Python looks for no garbage in this block, of which there is none: it saves a quarter."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _without_null(places: list[GraphQLArgument] | list[GraphQLInputField]) -> None:
    """Removes ``= null``, which Strawberry writes for a default of None and which says nothing."""
    for place in places:
        if place.default_value is None:
            place.default_value = Undefined


def printed() -> str:
    """The schema as ``graphql/schema.graphql`` holds it."""
    return print_schema(schema()) + "\n"

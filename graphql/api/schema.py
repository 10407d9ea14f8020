"""The whole contract as one GraphQL schema."""

from functools import cache

import strawberry
from graphql import GraphQLSchema
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig

from api.argument import DATE, Date
from api.entity import Literal
from api.query import Query
from api.record import record_types


@cache
def _schema() -> strawberry.Schema:
    config = StrawberryConfig(scalar_map={Date: DATE})
    return strawberry.Schema(query=Query, types=(Literal, *record_types()), config=config)


def schema() -> GraphQLSchema:
    """The schema as graphql-core executes it."""
    return _schema()._schema


def printed() -> str:
    """The schema as ``graphql/schema.graphql`` holds it."""
    return print_schema(_schema()) + "\n"

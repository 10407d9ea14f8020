"""From a request's parameters to its answer: read, limit, validate, cost, execute, mask."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import anyio
from anyio import CapacityLimiter, to_thread
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute,
    validate,
)

from api.document import Cost, fragments_of, is_introspection, operations_of, read
from api.error import MAX_ERRORS, Refused, late, shown
from api.schema import schema
from api.session import Session
from engine.engine import Engine

THREADS = 16
KEPT = 500
"""So many documents are kept, parsed and validated."""
GRACE = 0.5
"""Seconds beyond the engine's own deadline, so that its error comes first."""


@dataclass(frozen=True)
class Parameters:
    """What a request asks: the document, which of its operations, and the variables."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True)
class Answer:
    """What it gets: ``started`` is False where nothing was executed; ``late`` where time ran out."""

    body: dict[str, Any]
    started: bool = True
    late: bool = False


@lru_cache(maxsize=KEPT)
def prepared(text: str) -> DocumentNode:
    """A document within its limits and valid; raises Refused, GraphQLError, or a group of them."""
    document = read(text)
    errors = validate(schema(), document, max_errors=MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise ExceptionGroup("invalid", errors)
    return document


@lru_cache(maxsize=10)
def introspected(text: str, operation_name: str | None) -> ExecutionResult:
    """The answer to a document that asks for the schema only."""
    result = execute(schema(), prepared(text), operation_name=operation_name)
    assert isinstance(result, ExecutionResult)
    return result


class Execution:
    """Answers requests from one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.limiter = CapacityLimiter(THREADS)
        execute(
            schema(), prepared("{ __typename }")
        )  # makes all types now, not at the first request

    def operation(self, parameters: Parameters) -> OperationDefinitionNode:
        """The operation that is asked for; raises Refused, GraphQLError, or a group of them."""
        operations = operations_of(prepared(parameters.query))
        name = parameters.operation_name
        if name is None and len(operations) == 1:
            return operations[0]
        for operation in operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise Refused("Name one of the document's operations in operationName.", "BAD_USER_INPUT")

    def asks(self, parameters: Parameters) -> OperationType:
        """Whether a query or something else is asked for; a query if it cannot be told."""
        try:
            return self.operation(parameters).operation
        except (GraphQLError, ExceptionGroup):
            return OperationType.QUERY

    async def answer(self, parameters: Parameters) -> Answer:
        """The answer, errors included: never raises for what a document holds."""
        try:
            operation = self.operation(parameters)
            document = prepared(parameters.query)
            Cost(schema(), fragments_of(document), parameters.variables or {}).check(operation)
        except GraphQLError as error:
            return Answer({"errors": shown([error], "GRAPHQL_PARSE_FAILED")}, started=False)
        except ExceptionGroup as group:
            errors = [error for error in group.exceptions if isinstance(error, GraphQLError)]
            return Answer({"errors": shown(errors, "GRAPHQL_VALIDATION_FAILED")}, started=False)
        if is_introspection(document):
            name = parameters.operation_name
            result = await to_thread.run_sync(
                introspected, parameters.query, name, limiter=self.limiter
            )
            return _answer(result)
        with anyio.move_on_after(self.engine.settings.deadline + GRACE):
            return _answer(await self._execute(document, parameters))
        return Answer({"errors": shown([late()])}, started=False, late=True)

    async def _execute(self, document: DocumentNode, parameters: Parameters) -> ExecutionResult:
        result = execute(
            schema(),
            document,
            context_value=Session(self.engine, self.limiter),
            variable_values=dict(parameters.variables or {}),
            operation_name=parameters.operation_name,
            hide_suggestions=True,
            max_coercion_errors=MAX_ERRORS,
        )
        return await result if inspect.isawaitable(result) else result


def _answer(result: ExecutionResult) -> Answer:
    errors = shown(result.errors) if result.errors else None
    if result.data is None and result.errors and result.errors[0].path is None:
        return Answer({"errors": errors}, started=False)
    return Answer(
        {"data": result.data} if errors is None else {"errors": errors, "data": result.data}
    )

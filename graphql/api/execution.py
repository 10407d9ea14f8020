"""From the text of a request to its answer: parse, limit, validate, count the cost, execute."""

import inspect
from collections.abc import Callable, Mapping
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

from api.cost import Cost
from api.error import MAX_ERRORS, Refused, deadline_error, error_list
from api.limit import fragments_of, is_introspection, operations_of, parse_within_limits
from api.schema import schema
from api.session import Session
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import ClewError, NotSignedIn

THREADS = 16
"""Calls of the engine at a time, for all requests together."""
CACHED = 500
"""Texts that are kept parsed and valid: programs ask the same ones with other variables."""
GRACE = 0.5
"""Seconds beyond the engine's own deadline: the engine's error says more, so it goes first."""


@dataclass(frozen=True)
class Parameters:
    """What a request consists of: the text, which of its operations to run, and the variables."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True)
class Answer:
    """The JSON that answers a request."""

    body: dict[str, Any]
    started: bool = True
    """False where nothing was executed, or time ran out."""
    timed_out: bool = False
    unauthenticated: bool = False
    """True where the request shows a key or a session that is not valid."""


@lru_cache(maxsize=CACHED)
def prepared(text: str) -> DocumentNode:
    """A text, parsed and valid; raises Refused, GraphQLError, or a group of them."""
    parsed = parse_within_limits(text)
    errors = validate(schema(), parsed, max_errors=MAX_ERRORS, hide_suggestions=True)
    if errors:
        raise ExceptionGroup("invalid", errors)
    return parsed


@lru_cache(maxsize=10)
def introspected(text: str, operation_name: str | None) -> ExecutionResult:
    """The answer to a request for the schema only: large, and always the same."""
    result = execute(schema(), prepared(text), operation_name=operation_name)
    assert isinstance(result, ExecutionResult)
    return result


class Execution:
    """Answers requests from one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.threads = CapacityLimiter(THREADS)
        # makes all types of the schema now, so that the first request does not wait for them
        execute(schema(), prepared("{ __typename }"))

    def operation(self, parameters: Parameters) -> OperationDefinitionNode:
        """The operation to run; raises Refused, GraphQLError, or a group of them."""
        operations = operations_of(prepared(parameters.query))
        name = parameters.operation_name
        if name is None and len(operations) == 1:
            return operations[0]
        for operation in operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise Refused("Name one of the request's operations in operationName.", "BAD_USER_INPUT")

    def operation_type(self, parameters: Parameters) -> OperationType:
        """Whether a query or something else is asked for; a query where the text is not valid."""
        try:
            return self.operation(parameters).operation
        except (GraphQLError, ExceptionGroup):
            return OperationType.QUERY

    async def answer(self, parameters: Parameters, find: Callable[[], Caller]) -> Answer:
        """The answer to who is found, errors included: no text makes it raise.

        ``find`` reads who makes the request; it is not asked where only the schema is.
        """
        try:
            operation = self.operation(parameters)
            parsed = prepared(parameters.query)
            Cost(schema(), fragments_of(parsed), parameters.variables or {}).check(operation)
        except GraphQLError as error:
            errors = error_list([error], "GRAPHQL_PARSE_FAILED")
            return Answer({"errors": errors}, started=False)
        except ExceptionGroup as group:
            invalid = [error for error in group.exceptions if isinstance(error, GraphQLError)]
            errors = error_list(invalid, "GRAPHQL_VALIDATION_FAILED")
            return Answer({"errors": errors}, started=False)
        if is_introspection(parsed):
            name = parameters.operation_name
            result = await to_thread.run_sync(
                introspected, parameters.query, name, limiter=self.threads
            )
            return _answer(result)
        with anyio.move_on_after(self.engine.settings.deadline + GRACE):
            try:
                caller = await to_thread.run_sync(find, limiter=self.threads)
            except ClewError as error:
                refused = GraphQLError(str(error), original_error=error)
                bad = isinstance(error, NotSignedIn)
                return Answer({"errors": error_list([refused])}, started=False, unauthenticated=bad)
            return _answer(await self._execute(parsed, parameters, caller))
        return Answer({"errors": error_list([deadline_error()])}, started=False, timed_out=True)

    async def _execute(
        self, parsed: DocumentNode, parameters: Parameters, caller: Caller
    ) -> ExecutionResult:
        result = execute(
            schema(),
            parsed,
            context_value=Session(self.engine, self.threads, caller),
            variable_values=dict(parameters.variables or {}),
            operation_name=parameters.operation_name,
            hide_suggestions=True,
            max_coercion_errors=MAX_ERRORS,
        )
        return await result if inspect.isawaitable(result) else result


def _answer(result: ExecutionResult) -> Answer:
    errors = error_list(result.errors) if result.errors else None
    # an error without a path is one of the request, such as a variable of a wrong type
    if result.data is None and result.errors and result.errors[0].path is None:
        return Answer({"errors": errors}, started=False)
    return Answer(
        {"data": result.data} if errors is None else {"errors": errors, "data": result.data}
    )

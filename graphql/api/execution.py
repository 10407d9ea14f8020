"""From the text of a request to its answer: parse, limit, validate, count the cost, execute."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
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
from api.http.departure import Ending
from api.introspection import check_introspection
from api.limit import (
    asks_for_schema,
    fragments_of,
    is_introspection,
    operations_of,
    parse_within_limits,
    root_fields,
)
from api.plain import PlainExecutor
from api.schema import schema
from api.session import Session
from api.traffic.visit import Asked, Visit
from api.turn import CHEAP, Lane, kind_of, lanes
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import Blocked, ClewError, NotSignedIn, ServerUnavailable, TermsNotAccepted
from engine.warning import collected

ADMITTING = 8
"""Requests at a time of which it is looked up who makes them."""
OWNER_NAME = "owner"
"""Whose turn it is on the command line."""
CACHED = 500
"""Texts that are kept parsed and valid: programs ask the same ones with other variables."""
GRACE = 0.5
"""Seconds beyond the engine's own deadline: the engine's error says more, so it goes first."""

STATUSES: dict[type, int] = {
    NotSignedIn: 401,
    Blocked: 403,
    TermsNotAccepted: 403,
    ServerUnavailable: 503,
}
"""HTTP's status for who is turned away, whatever the media type."""
AGAIN = {"Retry-After": "5"}
"""What tells a client when to ask again, while Neo4j is not there: it is being started again."""


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
    status: int | None = None
    """HTTP's status where the media type does not decide it: the request was turned away."""
    headers: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=CACHED)
def prepared(text: str) -> DocumentNode:
    """A text, parsed and valid; raises Refused, GraphQLError, or a group of them."""
    parsed = parse_within_limits(text)
    errors = validate(schema(), parsed, max_errors=MAX_ERRORS)
    if errors:
        raise ExceptionGroup("invalid", errors)
    check_introspection(parsed)
    return parsed


@lru_cache(maxsize=5)
def introspected(text: str, operation_name: str | None) -> ExecutionResult:
    """The answer to a request for the schema only: large, and always the same."""
    return introspect(text, operation_name, {})


def introspect(
    text: str, operation_name: str | None, variables: Mapping[str, Any]
) -> ExecutionResult:
    """The answer to a request for the schema only, with variables."""
    result = execute(
        schema(),
        prepared(text),
        variable_values=dict(variables),
        operation_name=operation_name,
        max_coercion_errors=MAX_ERRORS,
    )
    assert isinstance(result, ExecutionResult)
    return result


class Execution:
    """Answers requests from one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.lanes = lanes(engine.settings)
        self._suggests = engine.settings.explorer == "everybody"  # they tell names of the schema
        self._admitting = CapacityLimiter(ADMITTING)
        self._ending = Ending()
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

    async def answer(
        self, parameters: Parameters, find: Callable[[], Caller], visit: Visit | None = None
    ) -> Answer:
        """The answer to who is found, errors included: no text makes it raise.

        ``find`` reads who makes the request. ``visit`` counts what the request takes; without it
        nothing is counted, as for the command line.
        """
        try:
            operation = self.operation(parameters)
            parsed = prepared(parameters.query)
            variables = parameters.variables or {}
            cost = Cost(schema(), fragments_of(parsed), variables).check(operation)
        except GraphQLError as error:
            return refusal(error, "GRAPHQL_PARSE_FAILED")
        except ExceptionGroup as group:
            invalid = [error for error in group.exceptions if isinstance(error, GraphQLError)]
            errors = error_list(invalid, "GRAPHQL_VALIDATION_FAILED", suggest=self._suggests)
            return Answer({"errors": errors}, started=False)
        admit, kind = find, kind_of(parsed, cost)
        if visit is not None:
            admit = partial(visit.admit, find, Asked(cost, root_fields(operation)))
            visit.exchange.asked(kind, operation.name.value if operation.name else None, cost)
        try:
            return await self._attend(parsed, parameters, admit, visit, self.lanes[kind])
        except ServerUnavailable as error:
            if is_introspection(parsed) and not self._hides(parsed):  # this needs no graph
                return await self._introspect(parameters)
            return refusal(GraphQLError(str(error), original_error=error))
        except ClewError as error:
            return refusal(GraphQLError(str(error), original_error=error))
        except Refused as error:
            return refusal(error)

    async def _attend(
        self,
        parsed: DocumentNode,
        parameters: Parameters,
        admit: Callable[[], Caller],
        visit: Visit | None,
        lane: Lane,
    ) -> Answer:
        """Ask who calls, wait for their turn, and execute; each has its time."""
        limit = self.engine.settings.deadline + GRACE
        async with self._ending.with_the_block():
            with anyio.move_on_after(limit) as scope:
                caller = await to_thread.run_sync(
                    admit, limiter=self._admitting, abandon_on_cancel=True
                )
            if scope.cancelled_caught:
                return self._late(lane)
        if visit is not None and caller.account is None and self._hides(parsed):
            raise Refused("The schema is shown to signed-in callers only.", "FORBIDDEN")
        if is_introspection(parsed):
            return await self._introspect(parameters)
        who = OWNER_NAME if visit is None else visit.note_caller(caller)
        async with lane.turn(who), self._ending.with_the_block():
            with anyio.move_on_after(limit):
                with collected() as warnings:
                    result = await self._execute(parsed, parameters, caller, visit, lane)
                return _answer(result, None if visit is None else visit.cost, warnings)
            return self._late(lane)

    def _hides(self, parsed: DocumentNode) -> bool:
        """Whether a request asks for the schema where not everybody may."""
        return not self._suggests and asks_for_schema(parsed)

    def _late(self, lane: Lane) -> Answer:
        """The answer where time ran out: a cheap read that is late is no fault of who asks."""
        if lane is self.lanes[CHEAP] and lane.waiting:
            return refusal(lane.busy())
        return Answer({"errors": error_list([deadline_error()])}, started=False, timed_out=True)

    async def _introspect(self, parameters: Parameters) -> Answer:
        read = partial(introspected, parameters.query, parameters.operation_name)
        if parameters.variables:
            read = partial(
                introspect, parameters.query, parameters.operation_name, parameters.variables
            )
        return _answer(await to_thread.run_sync(read, limiter=self._admitting))

    async def _execute(
        self,
        parsed: DocumentNode,
        parameters: Parameters,
        caller: Caller,
        visit: Visit | None,
        lane: Lane,
    ) -> ExecutionResult:
        result = execute(
            schema(),
            parsed,
            context_value=Session(self.engine, lane.threads, caller, visit),
            variable_values=dict(parameters.variables or {}),
            operation_name=parameters.operation_name,
            hide_suggestions=not self._suggests,
            max_coercion_errors=MAX_ERRORS,
            executor_class=PlainExecutor,
        )
        return await result if inspect.isawaitable(result) else result


def refusal(error: GraphQLError, code: str = "BAD_USER_INPUT") -> Answer:
    """The answer to a request of which nothing was executed."""
    errors = error_list([error], code)
    status = STATUSES.get(type(error.original_error))
    if isinstance(error, Refused):
        return Answer({"errors": errors}, False, status=error.status, headers=error.headers)
    headers = AGAIN if status == 503 else {}
    return Answer({"errors": errors}, started=False, status=status, headers=headers)


def nothing_is_there(body: Mapping[str, Any]) -> bool:
    """Whether an answer holds no more than that the graph cannot be reached."""
    errors, data = body.get("errors") or [], body.get("data") or {}
    return bool(errors) and all(
        [value is None for value in data.values()]
        + [error["extensions"]["code"] == "UNAVAILABLE" for error in errors]
    )


def _answer(
    result: ExecutionResult, cost: int | None = None, warnings: Iterable[str] = ()
) -> Answer:
    errors = error_list(result.errors) if result.errors else None
    # an error without a path is one of the request, such as a variable of a wrong type
    if result.data is None and result.errors and result.errors[0].path is None:
        return Answer({"errors": errors}, started=False)
    body: dict[str, Any] = {} if errors is None else {"errors": errors}
    body["data"] = result.data
    extensions: dict[str, Any] = {} if cost is None else {"cost": cost}
    if told := [{"message": text} for text in warnings]:
        extensions["warnings"] = told
    if extensions:
        body["extensions"] = extensions
    if nothing_is_there(body):
        return Answer(body, status=503, headers=AGAIN)
    return Answer(body)

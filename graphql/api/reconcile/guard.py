"""What surrounds the routes of this room: who calls, limits, turns, time, and errors as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.credential import KEY_IN_ADDRESS, Credential, credential_in_path
from api.error import DEADLINE, Refused
from api.execution import ADMITTING, GRACE
from api.http.departure import Ending, attended
from api.http.refusal import refusal
from api.reconcile.parameter import Parameters, parameters_of
from api.rejection import rejected
from api.traffic.gate import Gate
from api.traffic.visit import Asked, Visit
from api.turn import CHEAP, DEAR, DEAR_COST, Lane
from engine.access import Access
from engine.engine import Engine
from engine.errors import BadInput, ClewError, QueryTimeout

CLIENT_CLOSED = 499


@dataclass(frozen=True)
class Task:
    """What a request asks for."""

    name: str
    """For the log: ``reconcile``, ``suggest``, ``extend`` …"""
    cost: int
    """In points, as GraphQL's operations have them."""
    read: Callable[[Access], Response]
    """Reads the answer; runs in a thread."""


Handler = Callable[[Request, Parameters, Visit], Task]
"""Finds out what a request asks for; raises BadInput, Refused."""


class Guard:
    """Answers requests of one application by handlers."""

    def __init__(self, engine: Engine, gate: Gate, lanes: Mapping[str, Lane]) -> None:
        self._engine = engine
        self._gate = gate
        self._lanes = lanes
        self._ending = Ending()
        self._admitting = CapacityLimiter(ADMITTING)

    def route(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """The route of a handler."""

        async def answer(request: Request) -> Response:
            credential = credential_in_path(request)
            visit = Visit(self._gate, request, credential)
            try:
                await visit.arrive()
                if credential.in_address:
                    raise BadInput(KEY_IN_ADDRESS)
                task = handler(request, await parameters_of(request), visit)
                work = partial(self._answer, task, credential, visit)
                answered = await attended(request, work)
            except (Refused, ClewError) as error:
                answered = told(error)
            except ClientDisconnect:
                return Response(status_code=CLIENT_CLOSED)
            answered.headers.update(await visit.headers())
            return answered

        return answer

    async def _answer(self, task: Task, credential: Credential, visit: Visit) -> Response:
        """The answer, whatever comes of it: what ``attended`` runs must not raise."""
        try:
            return await self._done(task, credential, visit)
        except (Refused, ClewError) as error:
            return told(error)

    async def _done(self, task: Task, credential: Credential, visit: Visit) -> Response:
        """Ask who calls, wait for their turn, and read; each has its time."""
        find = partial(credential.caller, self._engine, visit.address)
        admit = partial(visit.admit, find, Asked(task.cost))
        limit = self._engine.settings.deadline + GRACE
        kind = DEAR if task.cost > DEAR_COST else CHEAP
        visit.exchange.asked(kind, task.name, task.cost)
        with anyio.move_on_after(limit):
            caller = await to_thread.run_sync(
                admit, limiter=self._admitting, abandon_on_cancel=True
            )
            access, lane = caller.reconciling(), self._lanes[kind]
            async with lane.turn(visit.note_caller(caller)), self._ending.with_the_block():
                return await to_thread.run_sync(
                    task.read, access, limiter=lane.threads, abandon_on_cancel=True
                )
        raise QueryTimeout(DEADLINE)


def told(error: Refused | ClewError) -> Response:
    """The answer that says what is wrong; the specification asks for HTTP's statuses."""
    if isinstance(error, ClewError):
        return rejected(error)
    code = str((error.extensions or {}).get("code", "BAD_REQUEST"))
    return refusal(error.status or 400, code, error.message, error.headers)

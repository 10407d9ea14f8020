"""What surrounds the routes for whole datasets: who calls, limits, and errors as JSON."""

from collections.abc import Awaitable, Callable
from functools import partial

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.credential import KEY_IN_ADDRESS, credential_of
from api.error import UNREACHABLE, Refused, code_of
from api.http.refusal import refusal
from api.traffic.gate import Gate
from api.traffic.visit import Asked, Visit
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import (
    BadInput,
    ClewError,
    EngineInUse,
    Forbidden,
    NotSignedIn,
    QueryTimeout,
    ServerUnavailable,
)
from engine.upload import Busy, TooLarge, WrongOffset


class NotFound(ClewError):
    """What is not there, or not for this caller."""


Handler = Callable[[Request, Visit, Caller], Awaitable[Response]]
STATUSES: dict[type[ClewError], int] = {
    BadInput: 400,
    NotSignedIn: 401,
    Forbidden: 403,  # also Blocked and TermsNotAccepted
    NotFound: 404,
    WrongOffset: 409,
    Busy: 409,
    EngineInUse: 409,
    TooLarge: 413,
    QueryTimeout: 504,
    ServerUnavailable: 503,
}
"""HTTP's status for each error whose message is for the caller."""
CODES: dict[type[ClewError], str] = {
    NotFound: "NOT_FOUND",
    WrongOffset: "WRONG_OFFSET",
    Busy: "BUSY",
    EngineInUse: "BUSY",
    TooLarge: "TOO_LARGE",
    ServerUnavailable: "UNAVAILABLE",
}
"""The codes of errors that GraphQL does not have; ``api.error`` has the others."""
CLIENT_CLOSED = 499


def guarded(
    engine: Engine, gate: Gate, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    """A route of a handler, which learns who calls; its errors become JSON."""

    async def guard(request: Request) -> Response:
        credential = credential_of(request)
        visit = Visit(gate, request, credential)
        try:
            await visit.arrive()
            if credential.in_address:
                raise BadInput(KEY_IN_ADDRESS)
            find = partial(credential.caller, engine, visit.address)
            caller = await to_thread.run_sync(visit.admit, find, Asked(1))
            visit.note_caller(caller)
            answer = await handler(request, visit, caller)
        except Refused as error:
            code = str((error.extensions or {}).get("code", "BAD_REQUEST"))
            answer = refusal(error.status or 400, code, error.message, error.headers)
        except ClewError as error:
            answer = refused(error)
        except ClientDisconnect:
            return Response(status_code=CLIENT_CLOSED)
        answer.headers.update(await visit.headers())
        return answer

    return guard


def refused(error: ClewError) -> Response:
    """The answer that says why something was not done."""
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    code = CODES.get(type(error)) or code_of(error) or "INTERNAL_ERROR"
    headers = {"Retry-After": "5"} if status in (409, 503) else {}
    if isinstance(error, WrongOffset):
        headers = {"Upload-Offset": str(error.size)}
    message = UNREACHABLE if isinstance(error, ServerUnavailable) else str(error)
    return refusal(status, code, message, headers)

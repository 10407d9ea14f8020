"""What surrounds the routes for whole datasets: who calls, limits, and errors as JSON."""

from collections.abc import Awaitable, Callable
from functools import partial

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.credential import Credential, KeyInAddress, credential_of
from api.error import UNREACHABLE, Refused
from api.http.refusal import refusal
from api.traffic.gate import Gate
from api.traffic.visit import Asked, Visit
from api.transport import KEY_IN_ADDRESS
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import (
    BadInput,
    Blocked,
    ClewError,
    EngineInUse,
    Forbidden,
    NotSignedIn,
    QueryTimeout,
    ServerUnavailable,
    TermsNotAccepted,
)
from engine.upload import Busy, TooLarge, WrongOffset

Handler = Callable[[Request, Visit, Caller], Awaitable[Response]]
ANSWERS: dict[type[ClewError], tuple[int, str]] = {
    BadInput: (400, "BAD_USER_INPUT"),
    NotSignedIn: (401, "UNAUTHENTICATED"),
    Blocked: (403, "BLOCKED"),
    TermsNotAccepted: (403, "TERMS_NOT_ACCEPTED"),
    Forbidden: (403, "FORBIDDEN"),
    WrongOffset: (409, "WRONG_OFFSET"),
    Busy: (409, "BUSY"),
    EngineInUse: (409, "BUSY"),
    TooLarge: (413, "TOO_LARGE"),
    QueryTimeout: (504, "DEADLINE_EXCEEDED"),
    ServerUnavailable: (503, "UNAVAILABLE"),
}
"""The status and the code of each error whose message is for the caller."""
CLIENT_CLOSED = 499


class NotFound(ClewError):
    """What is not there, or not for this caller."""


def guarded(
    engine: Engine, gate: Gate, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    """A route of a handler, which learns who calls; its errors become JSON."""

    async def guard(request: Request) -> Response:
        try:
            credential, key_in_address = credential_of(request), False
        except KeyInAddress:
            credential, key_in_address = Credential(), True
        visit = Visit(gate, request, credential)
        try:
            await visit.arrive()
            if key_in_address:
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
    if isinstance(error, NotFound):
        return refusal(404, "NOT_FOUND", str(error))
    known = next((answer for kind, answer in ANSWERS.items() if isinstance(error, kind)), None)
    status, code = known or (500, "INTERNAL_ERROR")
    headers = {"Retry-After": "5"} if status in (409, 503) else {}
    if isinstance(error, WrongOffset):
        headers = {"Upload-Offset": str(error.size)}
    message = UNREACHABLE if isinstance(error, ServerUnavailable) else str(error)
    return refusal(status, code, message, headers)

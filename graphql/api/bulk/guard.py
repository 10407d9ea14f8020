"""What surrounds the routes for whole datasets: who calls, limits, and errors as JSON."""

from collections.abc import Awaitable, Callable
from functools import partial

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.credential import KEY_IN_ADDRESS, credential_of
from api.error import Refused
from api.http.refusal import refusal
from api.rejection import rejected
from api.traffic.gate import Gate
from api.traffic.visit import Asked, Visit
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import BadInput, ClewError

Handler = Callable[[Request, Visit, Caller], Awaitable[Response]]
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
            answer = rejected(error)
        except ClientDisconnect:
            return Response(status_code=CLIENT_CLOSED)
        answer.headers.update(await visit.headers())
        return answer

    return guard

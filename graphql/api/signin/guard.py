"""What surrounds the pages of signing in: limits, foreign forms, and errors as pages."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from api.credential import Credential, credential_of
from api.error import UNREACHABLE, Refused
from api.signin.form import BadForm, must_be_own
from api.signin.page import message_page
from api.signin.provider import ProviderDown
from api.traffic.gate import Gate
from api.traffic.visit import Visit
from engine.errors import BadInput, ClewError, Forbidden, NotSignedIn, ServerUnavailable
from engine.reading import Reading

Handler = Callable[[Request, Visit], Awaitable[Response]]
STATUSES: dict[type[ClewError], int] = {BadInput: 400, NotSignedIn: 401, Forbidden: 403}
TITLES = {401: "You are not signed in", 403: "You may not do this", 429: "Too many requests"}


def guarded(
    engine: Reading, gate: Gate, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    """A route of a handler whose errors become pages."""

    async def guard(request: Request) -> Response:
        try:
            credential = credential_of(request)
            if credential.in_address:
                return refused(400, "An API key must not stand in the address: revoke it.")
            visit = Visit(gate, request, Credential(session=credential.session))
            await visit.arrive()
            if request.method == "POST":
                must_be_own(request, engine.settings.public_url)
            return await handler(request, visit)
        except BadForm as error:
            return refused(error.status, str(error))
        except Refused as error:
            answer = refused(error.status or 400, error.message)
            answer.headers.update(error.headers)
            return answer
        except ServerUnavailable:
            return refused(503, UNREACHABLE)
        except ProviderDown as error:
            return refused(503, str(error))
        except ClewError as error:
            return refused(status_of(error), str(error))

    return guard


def refused(status: int, message: str) -> Response:
    """A page that says why something was not done."""
    sentence = message[:1].upper() + message[1:]
    return message_page(TITLES.get(status, "This did not work"), sentence, status)


def status_of(error: ClewError) -> int:
    """The HTTP status of an error whose message is for people."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)

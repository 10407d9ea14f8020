"""HTTP's answer to an error whose message is for the caller, outside of GraphQL."""

from starlette.responses import Response

from api.error import UNREACHABLE, code_of
from api.http.refusal import refusal
from engine.errors import (
    BadInput,
    ClewError,
    EngineInUse,
    Forbidden,
    NotFound,
    NotReady,
    NotSignedIn,
    QueryTimeout,
    ServerUnavailable,
)
from engine.upload import Busy, TooLarge, WrongOffset

STATUSES: dict[type[ClewError], int] = {
    NotFound: 404,
    BadInput: 400,
    NotSignedIn: 401,
    Forbidden: 403,  # also Blocked and TermsNotAccepted
    WrongOffset: 409,
    Busy: 409,
    EngineInUse: 409,
    TooLarge: 413,
    QueryTimeout: 504,
    NotReady: 503,
    ServerUnavailable: 503,
}
"""HTTP's status for each error; the first that fits counts."""
CODES: dict[type[ClewError], str] = {
    WrongOffset: "WRONG_OFFSET",
    Busy: "BUSY",
    EngineInUse: "BUSY",
    TooLarge: "TOO_LARGE",
    ServerUnavailable: "UNAVAILABLE",
}
"""The codes of errors that GraphQL does not have; ``api.error`` has the others."""


def rejected(error: ClewError) -> Response:
    """The answer that says why something was not done."""
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    code = CODES.get(type(error)) or code_of(error) or "INTERNAL_ERROR"
    headers = {"Retry-After": "5"} if status in (409, 503) else {}
    if isinstance(error, WrongOffset):
        headers = {"Upload-Offset": str(error.size)}
    message = UNREACHABLE if isinstance(error, ServerUnavailable) else str(error)
    return refusal(status, code, message, headers)

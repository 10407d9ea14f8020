"""Errors as the reader gets them: with a code and what to do about it, and nothing internal."""

import logging
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from api.http.exchange import current_id, new_id
from engine.errors import (
    BadInput,
    Blocked,
    Cancelled,
    Forbidden,
    NotFound,
    NotReady,
    NotSignedIn,
    QueryTimeout,
    ServerUnavailable,
    TermsNotAccepted,
)
from engine.judgement import Contradiction, Judgement

LOG = logging.getLogger("clew.api")
MAX_ERRORS = 5
"""More errors than this are not returned."""
DEADLINE = "The deadline has passed: ask for less."
UNREACHABLE = (
    "The graph cannot be reached at the moment: ask again later. /healthz says what is up."
)
INTERNAL = "Internal error"
CODES: dict[type[Exception], str] = {
    NotFound: "NOT_FOUND",
    Contradiction: "CONTRADICTION",
    BadInput: "BAD_USER_INPUT",
    QueryTimeout: "DEADLINE_EXCEEDED",
    NotReady: "NOT_READY",
    Cancelled: "DEADLINE_EXCEEDED",
    NotSignedIn: "UNAUTHENTICATED",
    Blocked: "BLOCKED",
    TermsNotAccepted: "TERMS_NOT_ACCEPTED",
    Forbidden: "FORBIDDEN",
}
"""The codes of the errors whose messages are written for readers."""


class Refused(GraphQLError):
    """A request that is refused before anything is read; ``code`` says what kind of error it is.

    ``status`` is HTTP's, whatever the media type; None where the media type decides.
    """

    def __init__(
        self,
        message: str,
        code: str = "LIMIT_EXCEEDED",
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, extensions={"code": code})
        self.status = status
        self.headers = headers or {}


def deadline_error() -> GraphQLError:
    """The error of a request that ran into its deadline."""
    return GraphQLError(DEADLINE, extensions={"code": "DEADLINE_EXCEEDED"})


def error_list(
    errors: list[GraphQLError], code: str = "BAD_USER_INPUT", *, suggest: bool = True
) -> list[dict[str, Any]]:
    """The first few errors as JSON; ``code`` is for those that have no code of their own.

    Where the schema is not for everybody, ``suggest`` is false: what graphql-core suggests for a
    wrong name would tell the right ones.
    """
    listed = [_error(error, code) for error in errors[:MAX_ERRORS]]
    if not suggest:
        for error in listed:
            error["message"] = error["message"].partition(" Did you mean ")[0]
    return listed


def _error(error: GraphQLError, code: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"message": error.message}
    if error.locations:
        answer["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    if error.path is not None:
        answer["path"] = list(error.path)
    extensions = {"code": code, **(error.extensions or {})}
    cause = _cause(error)
    if isinstance(cause, ServerUnavailable):
        LOG.warning("%s", cause)
        answer["message"], extensions["code"] = UNREACHABLE, "UNAVAILABLE"
    elif (known := code_of(cause)) is not None:
        answer["message"], extensions["code"] = str(cause) or DEADLINE, known
        if isinstance(cause, Contradiction):
            extensions["chain"] = [judgement_json(each) for each in cause.chain]
    elif cause is not None and error.path is not None:
        # A cause with a path comes from a resolver: it may hold anything, so only the log gets it.
        answer["message"], extensions["code"] = INTERNAL, "INTERNAL_ERROR"
        extensions["id"] = _logged(cause)
    answer["extensions"] = extensions
    return answer


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """A judgement in the chain that rules another one out; who asked may see all of it."""
    return {
        "id": judgement.id,
        "collection": judgement.collection,
        "leftId": judgement.left,
        "rightId": judgement.right,
        "verdict": judgement.verdict.name,
        "by": judgement.by,
        "at": judgement.at.isoformat(),
        "note": judgement.note,
    }


def code_of(cause: Exception | None) -> str | None:
    """The code of an error whose message is for the reader; None for any other."""
    return next((code for kind, code in CODES.items() if isinstance(cause, kind)), None)


def _cause(error: GraphQLError) -> Exception | None:
    """The exception behind an error; None if the error is one of GraphQL's own."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _logged(cause: Exception) -> str:
    """Writes an exception to the log; the id that it has there."""
    id_ = current_id.get() or new_id()
    LOG.error("internal error %s", id_, exc_info=cause)
    return id_

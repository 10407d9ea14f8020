"""What a reader is told when something goes wrong: what they can act on, and never what is inside."""

import logging
import uuid
from typing import Any

from graphql import GraphQLError

from engine.errors import BadInput, QueryTimeout, ServerUnavailable

LOG = logging.getLogger("clew.api")
MAX_ERRORS = 5
"""More errors than this are not reported."""
AWAY = "The graph cannot be reached at the moment: ask again later. /healthz says what is up."


class Refused(GraphQLError):
    """A document or request that is turned away before anything is read; ``code`` says what kind of fault."""

    def __init__(self, message: str, code: str = "LIMIT_EXCEEDED") -> None:
        super().__init__(message, extensions={"code": code})


def late() -> GraphQLError:
    """The error of a request that ran into its deadline."""
    return GraphQLError(
        "The deadline has passed: ask for less.", extensions={"code": "DEADLINE_EXCEEDED"}
    )


def shown(errors: list[GraphQLError], code: str = "BAD_USER_INPUT") -> list[dict[str, Any]]:
    """The first few errors as the reader sees them; ``code`` is for those that carry none of their own."""
    return [_shown(error, code) for error in errors[:MAX_ERRORS]]


def _shown(error: GraphQLError, code: str) -> dict[str, Any]:
    cause = _cause(error)
    answer: dict[str, Any] = {"message": error.message.partition(" Did you mean ")[0]}
    if error.locations:
        answer["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    if error.path is not None:
        answer["path"] = list(error.path)
    answer["extensions"] = dict(error.extensions or {})
    if isinstance(cause, BadInput):
        answer["message"] = str(cause)
        code = "BAD_USER_INPUT"
    elif isinstance(cause, QueryTimeout):
        answer["message"] = str(cause) or late().message
        code = "DEADLINE_EXCEEDED"
    elif isinstance(cause, ServerUnavailable):
        LOG.warning("%s", cause)
        answer["message"], code = AWAY, "UNAVAILABLE"
    elif cause is not None and error.path is not None:
        answer["message"], code = "Internal error", "INTERNAL_ERROR"
        answer["extensions"]["id"] = _logged(cause)
    answer["extensions"].setdefault("code", code)
    return answer


def _cause(error: GraphQLError) -> Exception | None:
    """The exception under an error that is not one of GraphQL's own."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _logged(cause: Exception) -> str:
    """Write an exception into the log; the id under which it stands there."""
    found = uuid.uuid4().hex[:12]
    LOG.error("internal error %s", found, exc_info=cause)
    return found

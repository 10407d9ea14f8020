"""The answer to a request that middleware refuses: JSON in the form of GraphQL's errors."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def refusal(
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    **extensions: object,
) -> Response:
    """A response whose one error has a message, a code, and what else ``extensions`` holds."""
    error = {"message": message, "extensions": {"code": code, **extensions}}
    body = orjson.dumps({"errors": [error]})
    return Response(body, status, headers, "application/json; charset=utf-8")

"""GraphQL over HTTP, as its specification has it: what a request says, and how an answer is said."""

from collections.abc import Mapping
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from api.error import Refused, shown
from api.execution import Answer, Execution, Parameters

BODY = 256 * 1024
"""Bytes of a request's body: the document's own limit is smaller."""
GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
ACCEPTED = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}


class BadRequest(Exception):
    """A request that is no GraphQL request; the message says why, ``status`` is HTTP's."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


def media_type(accept: str | None) -> str:
    """The media type of the answer; raises BadRequest where none of ours is accepted."""
    wanted: list[tuple[float, str]] = []
    for part in (accept or "*/*").lower().split(","):
        name, *parameters = [piece.strip() for piece in part.split(";")]
        if name in ACCEPTED:
            wanted.append((_weight(parameters), ACCEPTED[name]))
    best = max(wanted, key=lambda pair: pair[0], default=(0.0, ""))
    if best[0] <= 0:
        raise BadRequest(406, f"Answers are {GRAPHQL} or {JSON}.")
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


async def parameters_of(request: Request) -> Parameters:
    """What a request asks; raises BadRequest."""
    if request.method == "GET":
        given: Any = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = _json(given[name].encode(errors="surrogatepass"), name)
    else:
        _check_content_type(request.headers.get("content-type", ""))
        given = _json(await _body(request), "the body")
    if isinstance(given, list):
        raise BadRequest(400, "One request at a time: batches are not answered.")
    if not isinstance(given, dict):
        raise BadRequest(400, "The body is a JSON object with a query.")
    return _parameters(given)


def _check_content_type(content_type: str) -> None:
    name, *parameters = (part.strip() for part in content_type.lower().split(";"))
    charsets = [part for part in parameters if part.startswith("charset=")]
    if name != JSON or any(part not in ("charset=utf-8", 'charset="utf-8"') for part in charsets):
        raise BadRequest(415, f"Send {JSON} in UTF-8.")


def _parameters(given: dict[str, Any]) -> Parameters:
    text, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(text, str) or not text.strip():
        raise BadRequest(400, "There is no query.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "operationName is a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "variables is an object.")
    if not isinstance(given.get("extensions"), dict | None):
        raise BadRequest(400, "extensions is an object.")
    return Parameters(text, variables, name or None)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            raise BadRequest(413, f"The body is too large: at most {BODY // 1024} KiB.")
    return bytes(body)


def _json(body: bytes, what: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest(400, f"{what[:1].upper()}{what[1:]} is not JSON.") from None


def refusal(error: BadRequest, media: str = JSON) -> Response:
    """A bad request's answer."""
    body = {"errors": shown([Refused(str(error), "BAD_REQUEST")])}
    return Response(orjson.dumps(body), error.status, error.headers, _utf8(media))


def response(answer: Answer, media: str) -> Response:
    """An answer in a media type; only GraphQL's own says by its status what became of the document."""
    status = 200
    if media == GRAPHQL and not answer.started:
        status = 504 if answer.late else 400
    return Response(orjson.dumps(answer.body), status, media_type=_utf8(media))


def _utf8(media: str) -> str:
    return f"{media}; charset=utf-8"


async def respond(execution: Execution, request: Request) -> Response:
    """The response to a GraphQL request."""
    media = JSON
    try:
        media = media_type(request.headers.get("accept"))
        if request.method not in ("GET", "POST"):
            raise BadRequest(405, "Ask with GET or POST.", {"Allow": "GET, POST"})
        parameters = await parameters_of(request)
        if request.method == "GET" and execution.asks(parameters) is not OperationType.QUERY:
            raise BadRequest(405, "GET is for queries only.", {"Allow": "POST"})
    except BadRequest as error:
        return refusal(error, media)
    return response(await execution.answer(parameters), media)

"""GraphQL over HTTP, as its specification has it: requests in, answers and statuses out."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio
import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from api.credential import KEY_IN_ADDRESS, credential_of
from api.error import Refused, error_list
from api.execution import Answer, Execution, Parameters, refusal
from api.http.departure import attended
from api.signin.cookie import forget_session
from api.traffic.gate import Gate
from api.traffic.visit import Visit

MAX_BODY = 1024 * 1024
"""Bytes of a request's body. The operation in it has a smaller limit; the rest is for variables:
the 5,000 places of a diagram, say."""
BODY_SECONDS = 10.0
"""How long a body may take to arrive."""
GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
ACCEPTED = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}
"""What a client may accept, and the media type that it gets for it."""


class BadRequest(Exception):
    """A request that is not a GraphQL request; the message says why, ``status`` is HTTP's."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


async def respond(execution: Execution, gate: Gate, request: Request) -> Response:
    """The response to a GraphQL request, with the headers that tell what its caller has left."""
    credential = credential_of(request)
    visit = Visit(gate, request, credential)
    media = JSON
    try:
        media = media_type(request.headers.get("accept"))
        await visit.arrive()
        if credential.in_address:
            raise BadRequest(400, KEY_IN_ADDRESS)
        parameters = await asked(execution, request)
    except BadRequest as error:
        answered = error_response(error, media)
    except Refused as error:
        answered = response(refusal(error), media)
    else:
        find = partial(credential.caller, execution.engine, visit.address)
        answer = await attended(request, partial(execution.answer, parameters, find, visit))
        answered = response(answer, media)
    answered.headers.update(await visit.headers())
    if answered.status_code == 401 and credential.session:
        forget_session(answered)  # or the browser would show it again and again
    return answered


async def asked(execution: Execution, request: Request) -> Parameters:
    """What a request asks; raises BadRequest."""
    if request.method not in ("GET", "POST"):
        raise BadRequest(405, "Ask with GET or POST.", {"Allow": "GET, POST"})
    parameters = await parameters_of(request)
    # a link must never change anything: GET is for queries, whatever else there will be
    if request.method == "GET" and execution.operation_type(parameters) is not OperationType.QUERY:
        raise BadRequest(405, "GET is for queries only.", {"Allow": "POST"})
    return parameters


def media_type(accept: str | None) -> str:
    """The media type of the answer; raises BadRequest where the client accepts none of ours."""
    accepted: list[tuple[float, str]] = []
    for part in (accept or "*/*").lower().split(","):
        name, *parameters = [piece.strip() for piece in part.split(";")]
        if name in ACCEPTED:
            accepted.append((_weight(parameters), ACCEPTED[name]))
    weight, media = max(accepted, key=lambda pair: pair[0], default=(0.0, ""))
    if weight <= 0:
        raise BadRequest(406, f"Answers are {GRAPHQL} or {JSON}.")
    return media


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
        values: Any = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in values:
                values[name] = _parse_json(values[name].encode(errors="surrogatepass"), name)
    else:
        _check_content_type(request.headers.get("content-type", ""))
        values = _parse_json(await body_of(request), "the body")
    if isinstance(values, list):
        raise BadRequest(400, "One request at a time: batches are not answered.")
    if not isinstance(values, dict):
        raise BadRequest(400, "The body must be a JSON object with a query.")
    return _parameters(values)


def _check_content_type(content_type: str) -> None:
    name, *parameters = (part.strip() for part in content_type.lower().split(";"))
    charsets = [part for part in parameters if part.startswith("charset=")]
    if name != JSON or any(part not in ("charset=utf-8", 'charset="utf-8"') for part in charsets):
        raise BadRequest(415, f"Send {JSON} in UTF-8.")


def _parameters(values: dict[str, Any]) -> Parameters:
    query, name = values.get("query"), values.get("operationName")
    variables, extensions = values.get("variables"), values.get("extensions")
    if _has_only_a_hash(values):
        # with this message, which they look for, and 200, clients send the whole query instead
        raise Refused("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED", 200)
    if not isinstance(query, str) or not query.strip():
        raise BadRequest(400, "There is no query.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "operationName must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "variables must be an object.")
    if not isinstance(extensions, dict | None):
        raise BadRequest(400, "extensions must be an object.")
    return Parameters(query, variables, name or None)


def _has_only_a_hash(values: dict[str, Any]) -> bool:
    """Whether a request names its query by a hash or an id, and does not hold it."""
    extensions = values.get("extensions")
    named = isinstance(extensions, dict) and "persistedQuery" in extensions
    return not values.get("query") and (named or "documentId" in values)


async def body_of(request: Request) -> bytes:
    """The body of a request; raises BadRequest for one that is too large or comes too slowly."""
    body = bytearray()
    with anyio.move_on_after(BODY_SECONDS):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise BadRequest(413, f"The body is too large: at most {MAX_BODY >> 20} MiB.")
        return bytes(body)
    raise BadRequest(408, "The request took too long to arrive.", {"Connection": "close"})


def _parse_json(body: bytes, what: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest(400, f"{what[:1].upper()}{what[1:]} is not JSON.") from None


def error_response(error: BadRequest, media: str = JSON) -> Response:
    """The response to a bad request."""
    body = {"errors": error_list([Refused(str(error), "BAD_REQUEST")])}
    return Response(orjson.dumps(body), error.status, error.headers, _utf8(media))


def response(answer: Answer, media: str) -> Response:
    """An answer in a media type.

    Only with GraphQL's own media type does the status say whether the operation was executed. With
    plain JSON it is 200, as the specification asks: another status may be that of any proxy. Who is
    turned away gets the same status in both: nothing of the request was looked at.
    """
    status = 200
    if answer.status is not None:
        status = answer.status
    elif media == GRAPHQL and not answer.started:
        status = 504 if answer.timed_out else 400
    return Response(orjson.dumps(answer.body), status, answer.headers, _utf8(media))


def _utf8(media: str) -> str:
    return f"{media}; charset=utf-8"

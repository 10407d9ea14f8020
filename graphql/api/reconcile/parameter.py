"""What a client sends: the fields of an address or of a form, and the JSON in them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from api.error import Refused
from api.transport import BadRequest, body_of
from engine.errors import BadInput
from engine.validation import shown

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100
JSONP = (
    "callback: JSONP is not answered, since any page could read with it what its visitor may see. "
    "Ask for JSON: the origins that may are those of CLEW_ORIGINS, and OpenRefine on your machine"
)


class Parameters:
    """The fields of one request, each with its values."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """The value of a field."""
        values = self._values.get(name)
        return values[-1] if values else default

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field, such as ``dataset``."""
        return tuple(value for value in self._values.get(name, ()) if value)

    def number(self, name: str, default: int, most: int) -> int:
        """A number from 0 to ``most``; raises BadInput."""
        text = self.text(name)
        if not text:
            return default
        if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) > most:
            raise BadInput(f"{name}: a number from 0 to {most}, not {shown(text)}")
        return int(text)

    def json(self, name: str) -> Any:
        """The JSON in a field; raises BadInput."""
        try:
            return orjson.loads(self.text(name).encode(errors="surrogatepass"))
        except orjson.JSONDecodeError as error:
            raise BadInput(f"{name}: this is no JSON: {error.msg}") from None


async def parameters_of(request: Request) -> Parameters:
    """The fields of the address and of the form; raises Refused, BadInput."""
    pairs = fields(request.url.query)
    if request.method == "POST":
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != FORM:
            raise Refused(f"Send {FORM}, with the field queries or extend.", "BAD_REQUEST", 415)
        try:
            body = await body_of(request)
        except BadRequest as error:
            raise Refused(str(error), "BAD_REQUEST", error.status, error.headers) from None
        pairs += fields(body.decode(errors="replace"))
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if "callback" in values:
        raise BadInput(JSONP)
    return Parameters(values)


def fields(text: str) -> list[tuple[str, str]]:
    """The fields of a text in the form of an address; raises BadInput for too many."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadInput(f"there are too many fields: at most {MOST_FIELDS}") from None

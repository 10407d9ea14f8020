"""An entity out of a line of JSON: parsed, and checked by ``engine.validation``."""

import re

import orjson

from engine.entity import Entity
from engine.errors import BadInput
from engine.validation import LONGEST_VALUE, entity_of, is_id

ID_IN_TEXT = re.compile(rb'"id"\s*:\s*"([0-9a-zA-Z.\-]{1,255})"')


class Unreadable(BadInput):
    """The line is not JSON at all."""


def parse(dataset: str, line: bytes) -> Entity:
    """The entity that a line holds; raises BadInput with the reason."""
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable(why_unreadable(line, error)) from None
    return entity_of(dataset, raw, odd=b"\\u0000" in line or len(line) > LONGEST_VALUE)


def readable_id(line: bytes) -> str | None:
    """The id on a line that was refused, where it can still be read."""
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError:
        match = ID_IN_TEXT.search(line)
        text = match[1].decode("ascii") if match else None
        return text if is_id(text) else None
    entity_id = raw.get("id") if type(raw) is dict else None
    return entity_id if is_id(entity_id) else None


def why_unreadable(line: bytes, error: orjson.JSONDecodeError) -> str:
    """Why a line is not JSON: its encoding first, as that explains the rest."""
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in line:
        return "not UTF-8 but UTF-16, or holding NUL bytes: convert it to UTF-8 first"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as decoding:
        return f"not UTF-8: {decoding.reason} at byte {decoding.start + 1}"
    return f"not JSON: {error.msg} at character {error.pos + 1}"

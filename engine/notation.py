"""How a setting writes what is more than a number: networks, origins, limits of so many a time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from engine.errors import BadInput
from engine.network import networks_of

LIMIT = r"\d{1,15}/(second|minute|hour|day)"
"""A part of the notation of the library ``limits``, which reads it (``api.traffic.policy``)."""
LIMITS = re.compile(rf"({LIMIT}(; ?{LIMIT})*)?")


@dataclass(frozen=True)
class Form:
    """What the text of a setting must be, in words."""

    words: str


def checked(check: Callable[[str], object]) -> AfterValidator:
    """A validator that keeps the text, if the check raises no BadInput."""

    def validate(text: str) -> str:
        try:
            check(text)
        except BadInput as error:
            raise ValueError from error  # pydantic collects these
        return text

    return AfterValidator(validate)


def check_limits(text: str) -> None:
    """Raises BadInput for what is no list of limits."""
    if not LIMITS.fullmatch(text):
        raise BadInput(f"{text[:60]!r} is no limit")


def web_address(text: str) -> str:
    """The text without a slash at its end; raises ValueError for what is no address of the web."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise ValueError
    return text.rstrip("/")


def check_origins(text: str) -> None:
    """Raises BadInput for what is no list of origins."""
    for word in words(text):
        parts = urlsplit(word)
        if word != "*" and word != f"{parts.scheme}://{parts.netloc}":
            raise BadInput(f"{word[:60]!r} is no origin")


def words(text: str) -> frozenset[str]:
    """The words of a list that commas or spaces divide."""
    return frozenset(text.replace(",", " ").split())


Names = Annotated[str, Form("a list of names")]
WebAddress = Annotated[
    str, AfterValidator(web_address), Form("a web address: `https://clew.example.org`")
]
Origins = Annotated[str, checked(check_origins), Form("a list of origins")]
Networks = Annotated[str, checked(networks_of), Form("a list of addresses and networks")]
Limits = Annotated[
    str, checked(check_limits), Form("a list of limits, such as `10/second;60/minute`")
]

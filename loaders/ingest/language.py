"""The languages that somebody says documents are in."""

import re

from rigour.langs import iso_639_alpha3

from engine.errors import BadInput


def languages_of(text: str) -> tuple[str, ...]:
    """The ISO 639-3 codes in a list like ``rus,eng``; raises BadInput for what names none."""
    codes: dict[str, None] = {}
    for word in filter(None, re.split(r"[,+\s]+", text.strip().lower())):
        code = iso_639_alpha3(word)
        if code is None:
            raise BadInput(f"{word!r} is no language: use ISO 639-3 codes, such as rus,eng")
        codes[code] = None
    return tuple(codes)

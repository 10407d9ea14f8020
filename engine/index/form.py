"""Organisation forms: ``Limited`` and ``Ltd`` are one, as names are matched by."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rigour.names import extract_org_types

from engine.index.letter import LETTER, joined, variants_of

_OTHERS = {"corporation": "corp", "corp": "corp", "company": "co", "co": "co"}
"""Forms, one token each, that the library leaves as they are."""
_ZOO = re.compile(r"\bsp z ?oo\b")
"""Poland's ``sp. z o.o.`` without its dots."""
_EDGE = ". "
_WORD = re.compile(LETTER + "+")


def forms(name: str, tokens: Sequence[str]) -> dict[str, str]:
    """The organisation forms in a name, in their short form, by how they are written there.

    A short form is one token, whatever the library calls it: ``kft.``, ``oü``. ``tokens`` are those
    of the name: they have ``A/S`` as ``as``.
    """
    found = dict(extract_org_types(name.casefold()))
    if not name.isascii() or "." in name or "/" in name:
        found |= dict(extract_org_types(" ".join(tokens)))
    for token in _OTHERS.keys() & tokens:
        found[token] = _OTHERS[token]
    if "sp" in tokens:
        found |= {match[0]: "spzoo" for match in _ZOO.finditer(" ".join(tokens))}
    return {written: _token(form) for written, form in found.items()}


@lru_cache(maxsize=2_000)
def _token(form: str) -> str:
    """A short form as the index has it."""
    return joined("".join(token for word in _WORD.findall(form) for token in variants_of(word)[0]))


def form_of(text: str, tokens: Sequence[str]) -> str | None:
    """The organisation form that all of a text is, in its short form; None if it is none."""
    asked = {text.casefold().strip(_EDGE), " ".join(tokens)}
    for written, form in forms(text, tokens).items():
        if written.strip(_EDGE) in asked:
            return form
    return None

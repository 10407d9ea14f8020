"""Organisation forms: ``Limited`` and ``Ltd`` are one, as names are matched by."""

import re
from collections.abc import Sequence

from rigour.names import extract_org_types

_OTHERS = {"corporation": "corp", "corp": "corp", "company": "co", "co": "co"}
"""Forms, one token each, that the library leaves as they are."""
_ZOO = re.compile(r"\bsp z ?oo\b")
"""Poland's ``sp. z o.o.`` without its dots."""
_EDGE = ". "


def forms(name: str, tokens: Sequence[str]) -> dict[str, str]:
    """The organisation forms in a name, in their short form, by how they are written there.

    ``tokens`` are those of the name: they have ``A/S`` as ``as``.
    """
    found = dict(extract_org_types(name.casefold()))
    if not name.isascii() or "." in name or "/" in name:
        found |= dict(extract_org_types(" ".join(tokens)))
    for token in _OTHERS.keys() & tokens:
        found[token] = _OTHERS[token]
    if "sp" in tokens:
        found |= {match[0]: "spzoo" for match in _ZOO.finditer(" ".join(tokens))}
    return found


def form_of(text: str, tokens: Sequence[str]) -> str | None:
    """The organisation form that all of a text is, in its short form; None if it is none."""
    asked = {text.casefold().strip(_EDGE), " ".join(tokens)}
    for written, form in forms(text, tokens).items():
        if written.strip(_EDGE) in asked:
            return form
    return None

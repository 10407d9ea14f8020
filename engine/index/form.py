"""Organisation forms: ``Limited`` and ``Ltd`` are one, as names are matched by."""

import re
from collections.abc import Sequence

from rigour.names import extract_org_types

_OTHERS = {
    "corporation": "corp",
    "corp": "corp",
    "company": "co",
    "co": "co",
    "sp zoo": "spzoo",
    "sp z oo": "spzoo",
}
"""Forms in tokens that the library leaves as they are."""
_OTHER = re.compile(rf"\b(?:{'|'.join(sorted(_OTHERS, key=len, reverse=True))})\b")
_EDGE = ". "


def forms(name: str, tokens: Sequence[str]) -> dict[str, str]:
    """The organisation forms in a name, in their short form, by how they are written there.

    ``tokens`` are those of the name: they have ``A/S`` as ``as``.
    """
    text = " ".join(tokens)
    found = dict(extract_org_types(name.casefold()))
    found |= dict(extract_org_types(text))
    found |= {match[0]: _OTHERS[match[0]] for match in _OTHER.finditer(text)}
    return found


def form_of(text: str, tokens: Sequence[str]) -> str | None:
    """The organisation form that all of a text is, in its short form; None if it is none."""
    asked = {text.casefold().strip(_EDGE), " ".join(tokens)}
    for written, form in forms(text, tokens).items():
        if written.strip(_EDGE) in asked:
            return form
    return None

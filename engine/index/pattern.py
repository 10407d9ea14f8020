"""Words with ``*`` and ``?`` as regular expressions for the tokens that they match."""

import re
from collections.abc import Iterable, Sequence

from engine.index.folding import variants

PART = re.compile(r"(?:[^\W_]|[*?\u0300-\u036f])+")
ESCAPED = re.compile(r"\\.")
PIECES = re.compile(r"([*?])")
OPEN = {"*": ".*", "?": "."}
"""What ``*`` and ``?`` are in a regular expression."""


def expressions_of(text: str) -> list[str]:
    """A regular expression for each word of a pattern; it matches the word in any folding.

    What is escaped by a backslash is no letter, and ends a word as it does elsewhere.
    """
    return [_expression(part) for part in PART.findall(ESCAPED.sub(" ", text))]


def compiled_patterns(text: str) -> list[re.Pattern[str]]:
    """The same expressions for Python, none of which goes back over what it has passed.

    What lies between two ``*`` may match where it first can, as in ``fnmatch``: otherwise
    ``*a*a*a*b`` would take minutes on a long row of ``a``.
    """
    return [re.compile(_without_return(each)) for each in expressions_of(text)]


def _without_return(expression: str) -> str:
    first, *between = expression.split(OPEN["*"])
    if not between:
        return first
    *inner, last = between
    return first + "".join(f"(?>.*?{each})" for each in inner) + ".*" + last


def _expression(part: str) -> str:
    *pieces, last = PIECES.split(part)
    written = "".join(_folded(piece) + OPEN[sign] for piece, sign in _pairs(pieces))
    # a question mark at the end may be punctuation
    optional = "?" if not last and pieces and pieces[-1] == "?" else ""
    return written + optional + _folded(last)


def _pairs(pieces: Sequence[str]) -> Iterable[tuple[str, str]]:
    return zip(pieces[::2], pieces[1::2], strict=True)


def _folded(piece: str) -> str:
    """A regular expression for each folding of a part of a word."""
    texts = dict.fromkeys("".join(tokens) for tokens in variants(piece))
    return f"({'|'.join(texts)})" if len(texts) > 1 else "".join(texts)

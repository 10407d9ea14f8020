"""Which encoding a text is in, as far as its bytes tell.

A byte order mark says it. Else all that is valid UTF-8 is UTF-8; while all is ASCII the encoding
stays open; and anything else is a guess, by ``chardet`` where there is enough to guess from.
"""

import codecs
import re

import chardet

from engine.errors import BadInput

BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
HIGH = re.compile(rb"[\x80-\xff]+")
"""Bytes beyond ASCII, as many as stand together."""
NUL = b"\0"
LATIN = 1.5
"""Bytes of such a run on average, in Latin script: others have words that are all beyond ASCII."""
FEW = 30
"""So few runs of Latin script tell nothing; most such tables are of Western Europe."""
WESTERN = [
    "Windows-1252",
    "Windows-1250",
    "Windows-1254",
    "Windows-1257",
    "ISO-8859-2",
    "ISO-8859-15",
]


def encoding_of(name: str, head: bytes) -> tuple[str, bool]:
    """The encoding of a text that begins so, and whether it is a guess.

    It is empty where all is ASCII; a last character that may be cut off does not count. Raises
    BadInput for what is no text.
    """
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return encoding, False
    first = HIGH.search(head)
    if first is None or first.end() == len(head):
        return "", False
    encoding, guessed = detected(head, final=False)
    if guessed and NUL in head:
        byte = f"byte {min(first.start(), head.index(NUL)) + 1:,}"
        raise BadInput(
            f"{name} is no table: it is not text ({byte}); if it is, name its 'encoding'"
        )
    return encoding, guessed


def detected(data: bytes, final: bool) -> tuple[str, bool]:
    """The encoding of bytes that are not all ASCII, and whether it is a guess.

    Unless they are ``final``, the last character may be cut off.
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final)
        return "utf-8", False
    except UnicodeDecodeError:
        runs = HIGH.findall(data)
    valid = sum(map(is_utf8, runs))
    # in no other encoding are half of the runs valid by chance: the others are broken, and a
    # guess would garble all of them
    if valid > len(runs) - valid - data.endswith(runs[-1]):
        return "utf-8", True
    latin = sum(map(len, runs)) < LATIN * len(runs)
    if latin and len(runs) < FEW:
        return WESTERN[0], True
    # plain ASCII lines tell nothing, and would only take chardet's time
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())
    guess = chardet.detect(
        telling,
        encoding_era=chardet.EncodingEra.MODERN_WEB,
        include_encodings=WESTERN if latin else None,
    )["encoding"]
    return guess or WESTERN[0], True


def is_utf8(run: bytes) -> bool:
    """Whether these bytes beyond ASCII are whole characters of UTF-8."""
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_encoding(name: str, encoding: str) -> None:
    """Raise BadInput for an encoding that a mapping names and that is none of text."""
    try:
        # of those that Python knows some are none of text (hex), and some of names alone (idna)
        b"a\xff".decode(encoding or "utf-8", "replace")
        codecs.getincrementaldecoder(encoding or "utf-8")
    except (LookupError, ValueError):
        raise BadInput(
            f"{name}: {encoding!r} is no encoding of text; such as utf-8, cp1252, latin-1"
        ) from None

"""XML, element by element: every text and every attribute comes back as it was, and the result is well-formed.

XML 1.0 has no place at all for most control characters: each becomes U+FFFD, and they are counted.
"""

import re
from collections.abc import Mapping
from typing import BinaryIO
from xml.sax.saxutils import escape

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT = "\ufffd"
TEXT = {"\r": "&#13;"}
ATTRIBUTE = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


class Markup:
    """Writes elements to a stream."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.replaced = 0
        """Characters that XML cannot hold."""
        self.raw('<?xml version="1.0" encoding="UTF-8"?>')

    def raw(self, text: str) -> None:
        """A line as it stands."""
        self._out.write(f"{text}\n".encode())

    def element(self, name: str, attributes: Mapping[str, str], inner: str = "") -> str:
        """An element; ``inner`` is markup already."""
        told = "".join(
            f' {key}="{escape(self._clean(value), ATTRIBUTE)}"' for key, value in attributes.items()
        )
        return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"

    def text(self, value: str) -> str:
        """Text inside an element."""
        return escape(self._clean(value), TEXT)

    def notes(self) -> list[str]:
        """What was replaced, if anything."""
        if not self.replaced:
            return []
        return [f"{self.replaced:,} control characters, which XML cannot hold, became U+FFFD"]

    def _clean(self, value: str) -> str:
        if not FORBIDDEN.search(value):
            return value
        cleaned, count = FORBIDDEN.subn(REPLACEMENT, value)
        self.replaced += count
        return cleaned

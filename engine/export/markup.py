"""Well-formed XML, element by element; every text and attribute is read back as it was.

XML 1.0 cannot hold most control characters: each becomes U+FFFD, and they are counted.
"""

import re
from collections.abc import Mapping
from typing import BinaryIO
from xml.sax.saxutils import escape

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT = "\ufffd"
TEXT = {"\r": "&#13;"}
ATTRIBUTE = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
"""What an XML reader would otherwise turn into a line break or a space."""


class Markup:
    """Writes elements to a stream."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.replaced = 0
        """How many characters XML could not hold."""
        self.raw('<?xml version="1.0" encoding="UTF-8"?>')

    def raw(self, text: str) -> None:
        """Writes a line as it is."""
        self._out.write(f"{text}\n".encode())

    def element(self, name: str, attributes: Mapping[str, str], inner: str = "") -> str:
        """The text of an element; ``inner`` is markup already."""
        written = "".join(
            f' {key}="{escape(self._clean(value), ATTRIBUTE)}"' for key, value in attributes.items()
        )
        return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"

    def text(self, value: str) -> str:
        """Text inside an element."""
        return escape(self._clean(value), TEXT)

    def notes(self) -> list[str]:
        """A note about what was replaced, if anything was."""
        if not self.replaced:
            return []
        return [f"{self.replaced:,} control characters, which XML cannot hold, became U+FFFD"]

    def _clean(self, value: str) -> str:
        if not FORBIDDEN.search(value):
            return value
        cleaned, count = FORBIDDEN.subn(REPLACEMENT, value)
        self.replaced += count
        return cleaned

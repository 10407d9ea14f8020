"""The terms of use: what the archive is for, and which version of them a user has accepted."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput

NONE = "none"
"""The setting of an installation that has no terms."""
DEFAULT = Path(__file__).with_suffix(".txt")
VERSION = re.compile(r"Version: *(\S.{0,40}?) *\n")
"""A first line that names the version."""
LARGEST = 200_000
"""Bytes of the longest terms."""


@dataclass(frozen=True)
class Terms:
    """The terms of use as they are now."""

    version: str
    text: str

    @classmethod
    def read(cls, setting: str) -> "Terms | None":
        """The terms that ``CLEW_TERMS`` names; None for an installation without. Raises BadInput.

        The first line may be ``Version: …``; without it every change of the text is a new version.
        """
        if setting == NONE:
            return None
        path = Path(setting) if setting else DEFAULT
        try:
            data = path.read_bytes()[: LARGEST + 1]
            text = data.decode().replace("\r\n", "\n").strip() + "\n"
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"CLEW_TERMS: {path} cannot be read as UTF-8 text: {error}") from None
        if len(data) > LARGEST or not text.strip():
            raise BadInput(f"CLEW_TERMS: {path} is empty, or longer than {LARGEST:,} bytes")
        named = VERSION.match(text)
        if named is None:
            return cls(hashlib.sha256(text.encode()).hexdigest()[:12], text)
        return cls(named[1], text[named.end() :].strip() + "\n")

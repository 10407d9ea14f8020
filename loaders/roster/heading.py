"""What the headings of a list's columns mean, in the languages that lists come in.

A meaning is the name of a property of FollowTheMoney.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from engine.entity import schema_of

FILE = Path(__file__).with_suffix(".toml")
"""The words, by the property that they mean."""
ROW_ID = "id"
"""The meaning of such a column: no property."""


@cache
def known() -> Mapping[str, str]:
    """The meaning of each heading, as it is written in small letters without accents."""
    meanings: dict[str, str] = {}
    for name, words in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        for word in words:
            meanings.setdefault(plain(word), name)
    meanings[plain("full name")] = meanings[plain("name")] = "name"
    for schema in ("Person", "Company"):
        for prop in schema_of(schema).properties.values():
            if not prop.stub and prop.type.name != "entity":
                for word in (prop.name, prop.label):
                    meanings.setdefault(plain(word), prop.name)
    return meanings


def meaning(heading: str) -> str | None:
    """The property that a column of this heading holds, or ``id``; None where that is not clear."""
    text = plain(heading)
    meanings = known()
    if text in meanings:
        return meanings[text]
    words = text.split()
    # `Name of the shareholder`, `Kunde Name`: a known heading at the beginning or the end
    for size in range(min(len(words) - 1, 4), 0, -1):
        for part in (words[:size], words[-size:]):
            found = meanings.get(" ".join(part))
            if found is not None and found != ROW_ID and len(" ".join(part)) > 3:
                return found
    return None


def plain(heading: str) -> str:
    """A heading in small letters, without accents, marks and what is in brackets."""
    text = re.sub(r"[(\[{][^)\]}]*[)\]}]", " ", heading)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", kept).split())

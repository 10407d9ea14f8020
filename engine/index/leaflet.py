"""What an entry says of pages: the words of all pages of a document, and lines joined for search.

A page is an entry of its own, with its words in order. Its document has every word of all of its
pages once, in no order: so a search for two words finds the document that has one of them on its
first page and the other on its last. However many pages there are, memory holds their words alone.
"""

import re
from collections.abc import Iterable

from engine.index.folding import fold

HYPHENATED = re.compile(r"(\w+)[-\u00ad\u2010\u00ac][^\S\n]*\n[^\S\n]*(\w+)[^\S\n]*")
"""A word that goes on in the next line."""


class Leaflet:
    """The words, and the languages, of the pages of one document, as they come in."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self.languages: set[str] = set()

    def add(self, texts: Iterable[str], languages: Iterable[str] = ()) -> None:
        """Take the texts of one page, and the languages that it is in."""
        for text in texts:
            folded = fold(unbroken(text))
            for sequence in (*folded.sequences, *folded.loose):
                self._tokens.update(sequence)
            self._tokens.update(halves(text))
        self.languages.update(languages)

    def text(self) -> str:
        """All words, each once."""
        return " ".join(sorted(self._tokens))


def unbroken(text: str) -> str:
    """A text with the words whole that are divided at the end of a line."""
    return HYPHENATED.sub(_whole, text) if "\n" in text else text


def _whole(match: re.Match[str]) -> str:
    """``exam-`` and ``ple`` as one word; ``Anglo-`` and ``American`` stay two."""
    first, second = match.groups()
    if not second[0].islower() or not first[-1].isalpha():
        return match[0]
    return f"{first}{second}\n"


def halves(text: str) -> list[str]:
    """The tokens of both parts of each divided word: ``well-`` and ``known`` may be two words."""
    if "\n" not in text:
        return []
    parts = (part for match in HYPHENATED.finditer(text) for part in match.groups())
    return [token for part in parts for each in fold(part).sequences for token in each]

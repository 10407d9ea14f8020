"""Long texts in passages: each is a Page of FtM, so that nothing in the graph is ever too long."""

import csv
from collections.abc import Iterator
from pathlib import Path

from engine.entity import Entity
from engine.page import PIECE, page_record
from loaders.document.limit import TEXT
from loaders.ocr.page import spoken

LONGEST = PIECE
"""Characters of one passage: it is one value."""
SAMPLE, LETTERS = 5_000, 250
"""Characters by which the language of a text is told, and how many letters must be among them."""
CELLS = "\t"
"""Stands between the cells of a row in the text that is searched."""
csv.field_size_limit(TEXT)


def languages_in(text: str) -> tuple[str, ...]:
    """The language that a text seems to be in; none for one that is too short to say."""
    sample = text[:SAMPLE]
    return spoken(sample) if sum(map(str.isalpha, sample)) >= LETTERS else ()


class Passages:
    """The text of one document, or of one table, as it comes in.

    A text that is no longer than one passage is the document's own (``only``), unless it is
    ``always`` to be passages; of a longer one each passage is a record.
    """

    def __init__(self, document: str, *, always: bool = False) -> None:
        self._document = document
        self._always = always
        self._waiting = ""
        self.count = 0
        """How many passages there are by now."""
        self.total = 0
        """Characters that came in."""
        self.only = ""
        """The whole text, where it is the document's own."""
        self.sample = ""
        """The beginning of it."""

    def add(self, text: str) -> Iterator[Entity]:
        """Take some more of it; yields passages that are full."""
        self.total += len(text)
        self.sample += text[: max(0, SAMPLE - len(self.sample))]
        self._waiting += text
        start = 0
        while len(self._waiting) - start > LONGEST:
            end = edge(self._waiting, start)
            yield self._passage(self._waiting[start:end])
            start = end
        self._waiting = self._waiting[start:]

    def rest(self) -> Iterator[Entity]:
        """The end of it."""
        text, self._waiting = self._waiting, ""
        if not text.strip():
            return
        if self.count or self._always:
            yield self._passage(text)
        else:
            self.only = text.strip()

    def _passage(self, text: str) -> Entity:
        self.count += 1
        languages = () if self._always else languages_in(text)
        return page_record(self._document, self.count, text, languages)


def edge(text: str, start: int) -> int:
    """Where the passage ends that begins at ``start``: at a line's end, else between words."""
    last = start + LONGEST
    for mark in ("\n", " "):
        found = text.rfind(mark, start + LONGEST // 2, last)
        if found > 0:
            return found + 1
    return last


def lines_of(table: Path) -> Iterator[str]:
    """The rows of a table, which is a CSV file, as lines of text."""
    with table.open(encoding="utf-8", newline="") as rows:
        for cells in csv.reader(rows):
            yield CELLS.join(cells) + "\n"

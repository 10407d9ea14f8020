"""Long texts in passages: each is a Page of FtM, so that nothing in the graph is ever too long."""

from collections.abc import Iterator

from engine.entity import Entity, make_entity

LONGEST = 50_000
"""Characters of one value: FtM's texts have at most 65,000."""


class Passages:
    """The text of one document, or of one table, as it comes in.

    A text that is no longer than one passage is the document's own (``only``), unless it is
    ``always`` to be passages; of a longer one each passage is a record.
    """

    def __init__(self, document: str, *, always: bool = False) -> None:
        self._dataset, _, self._document = document.partition(":")
        self._always = always
        self._waiting = ""
        self.count = 0
        """How many passages there are by now."""
        self.total = 0
        """Characters that came in."""
        self.only = ""
        """The whole text, where it is the document's own."""

    def add(self, text: str) -> Iterator[Entity]:
        """Take some more of it; yields passages that are full."""
        self.total += len(text)
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
        values = {
            "index": [str(self.count)],
            "document": [self._document],
            "bodyText": [text.strip()],
        }
        return make_entity(self._dataset, f"{self._document}-p{self.count}", "Page", values)


def edge(text: str, start: int) -> int:
    """Where the passage ends that begins at ``start``: at a line's end, else between words."""
    last = start + LONGEST
    for mark in ("\n", " "):
        found = text.rfind(mark, start + LONGEST // 2, last)
        if found > 0:
            return found + 1
    return last


def pieces(text: str, longest: int) -> list[str]:
    """A text in values that are not too long; no value where it is blank."""
    text = text.strip()
    return [text[start : start + longest] for start in range(0, len(text), longest)]

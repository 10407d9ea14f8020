"""The words of a page as somebody corrected them, each with the place of what it replaces."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from engine.document import PageReading, Word

WRITTEN = 1.0
"""The confidence of a word that a person wrote."""


def corrected(reading: PageReading, text: str) -> PageReading:
    """A reading with the words of another text: those that are the same stay where they are."""
    words = tuple(words_of(reading.words, text.split()))
    return replace(reading, text=text, words=words)


def words_of(before: Sequence[Word], after: Sequence[str]) -> Iterator[Word]:
    """The new words, on the places of the old ones."""
    matcher = SequenceMatcher(None, [word.text for word in before], after, autojunk=False)
    for what, start, end, first, last in matcher.get_opcodes():
        if what == "equal":
            yield from before[start:end]
            continue
        places = before[start:end] or before[max(0, start - 1) : start] or before[:1]
        yield from shared(after[first:last], places)


def shared(words: Sequence[str], places: Sequence[Word]) -> Iterator[Word]:
    """Words on some places: several that share one have it in parts, as long as they are."""
    if not places:
        places = [Word("", 0.0, 0.0, 1.0, 1.0)]  # nothing was read: they are somewhere on the page
    at = [number * len(places) // len(words) for number in range(len(words))]
    for place in dict.fromkeys(at):
        own = [word for word, where in zip(words, at, strict=True) if where == place]
        box, done = places[place], 0
        length = sum(map(len, own)) + len(own) - 1
        wide = (box.right - box.left) / length
        for word in own:
            left = box.left + done * wide
            right = left + len(word) * wide
            yield replace(box, text=word, left=left, right=right, confidence=WRITTEN)
            done += len(word) + 1

"""Where the words are that somebody wrote for a page."""

import pytest

from engine.correction import corrected
from engine.document import PageKind, PageReading, Word


def reading(*texts: str) -> PageReading:
    """A page of one line, whose words are 0.1 wide."""
    words = tuple(
        Word(text, round(0.1 * at, 1), 0.2, round(0.1 * at + 0.1, 1), 0.3, 0.5)
        for at, text in enumerate(texts)
    )
    return PageReading(1, " ".join(texts), PageKind.SCAN, "an image", words=words)


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ("a b c", "a b c", {"a": (0.0, 0.1), "b": (0.1, 0.2), "c": (0.2, 0.3)}),
        ("a bx c", "a by c", {"a": (0.0, 0.1), "by": (0.1, 0.2), "c": (0.2, 0.3)}),
        ("a bc d", "a b c d", {"a": (0.0, 0.1), "b": (0.1, 0.133), "c": (0.167, 0.2)}),
        ("a b c d", "a d", {"a": (0.0, 0.1), "d": (0.3, 0.4)}),
        ("a", "a new", {"a": (0.0, 0.1), "new": (0.0, 0.1)}),
        ("", "xx yy", {"xx": (0.0, 0.4), "yy": (0.6, 1.0)}),
        ("a b", "", {}),
    ],
)
def test_words_are_where_those_are_that_they_replace(
    before: str, after: str, places: dict[str, tuple[float, float]]
) -> None:
    found = corrected(reading(*before.split()), after)
    assert [word.text for word in found.words] == after.split()
    told = {word.text: (round(word.left, 3), round(word.right, 3)) for word in found.words}
    assert {text: told[text] for text in places} == places
    assert all(word.confidence is not None for word in found.words)

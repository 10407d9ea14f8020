"""Which of the words on the image of a page a search looks for."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from engine.document import Word
from engine.index.expression import Expression
from engine.index.highlight import Highlighter

HYPHENS = "-\u00ad\u2010\u00ac"
"""What a word may end with that goes on in the next line."""


def marked_words(words: Sequence[Word], expression: Expression | None) -> list[Word]:
    """Those of the words of a page that are looked for; both halves of one that is divided."""
    highlighter = Highlighter(expression)
    if not highlighter.needed or not words:
        return []
    pieces = [
        word.text[:-1] if goes_on(words, at) else f"{word.text} " for at, word in enumerate(words)
    ]
    starts = [0, *accumulate(map(len, pieces))][: len(words)]
    text = "".join(pieces)
    found: set[int] = set()
    for match in highlighter.matches(text):
        first, last = bisect_right(starts, match.start) - 1, bisect_right(starts, match.end - 1) - 1
        found.update(range(max(first, 0), last + 1))
    return [words[at] for at in sorted(found)]


def goes_on(words: Sequence[Word], at: int) -> bool:
    """Whether a word is the first half of one that goes on in the next line."""
    if at + 1 >= len(words):
        return False
    word, following = words[at], words[at + 1]
    divided = len(word.text) > 1 and word.text[-1] in HYPHENS and word.text[-2].isalpha()
    return divided and following.text[:1].islower() and following.top > word.top

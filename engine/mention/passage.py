"""A text as names are looked for in it: its words, where a name may begin, and where one must end.

In a script with capital letters a name has them, but for the particles in it. A text that hardly
has any (a chat, a subtitle), or a script without them, may have a name anywhere.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from engine.index.naming import Token, is_chinese, tokens_of

AHEAD, AHEAD_LOOSE = 4, 2
"""How many words further the next word of a name is looked for, with capital letters and without.
"""
BETWEEN = 8
"""Characters between two words of a name, at most, and spaces: more is another column."""
FEW_CAPITALS = 0.02
"""The share of words with a capital letter below which a text has names without them."""
LONGEST_RUN = 40
_SPACE, _COMMA, _BREAK = 0, 1, 2
_COMMAS = frozenset(",،、，")
_JOINS = frozenset("-'\u2018\u2019`´\"«»„“”‹›·・‧&\u2010\u2011_*")
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n|\t|\x0c")


@lru_cache(maxsize=50_000)
def has_capital(text: str) -> bool | None:
    """Whether a word has a capital letter; None where its script has none."""
    for letter in text:
        category = unicodedata.category(letter)
        if category in ("Lu", "Lt"):
            return True
        if category == "Ll":
            return any(unicodedata.category(each) == "Lu" for each in text)
        if category == "Lo":
            return None
    return None if not text[0].isdigit() else True


@dataclass
class Passage:
    """The words of a text, and what stands between them."""

    text: str
    tokens: list[Token] = field(init=False)
    gaps: list[int] = field(init=False)
    """What stands after each word."""
    may: list[bool] = field(init=False)
    """Whether each word may be one of a name."""
    loose: list[bool] = field(init=False)
    """Whether each word is of a script without capital letters, or of a text without them."""
    places: dict[str, list[int]] = field(init=False)
    """Where the words with each normal form, or with each row of consonants, stand."""
    lower: set[str] = field(init=False)
    """The words that stand without a capital letter."""

    def __post_init__(self) -> None:
        self.tokens = tokens_of(self.text)
        capitals = [has_capital(token.text) for token in self.tokens]
        cased = [each for each in capitals if each is not None]
        none = sum(cased) < FEW_CAPITALS * len(cased)
        self.may = [none or each is not False for each in capitals]
        self.loose = [none or each is None for each in capitals]
        self.lower = {
            token.sound.word
            for token, each in zip(self.tokens, capitals, strict=True)
            if each is False
        }
        self.gaps = [self._gap(at) for at in range(len(self.tokens))]
        self.places = defaultdict(list)
        for at, token in enumerate(self.tokens):
            for key in {*token.sound.ways, *token.sound.classes, *token.sound.tokens}:
                self.places[key].append(at)

    def _gap(self, at: int) -> int:
        token = self.tokens[at]
        if at + 1 == len(self.tokens):
            return _BREAK
        between = self.text[token.end : self.tokens[at + 1].start]
        found = _SPACE
        if len(between.strip()) > BETWEEN or _EMPTY_LINE.search(between):
            return _BREAK
        for letter in between:
            if letter.isspace() or letter in _JOINS:
                continue
            if letter in _COMMAS and found == _SPACE:
                found = _COMMA
            elif letter != "." or len(token.text) > 2:
                return _BREAK
        return found

    def is_initial(self, at: int) -> bool:
        """Whether a word is the first letter of a name: ``V.``"""
        token = self.tokens[at]
        if not (self.may[at] and token.text[:1].isalpha()) or self.loose[at]:
            return False
        if len(token.text) == 1:
            return token.text.isupper()
        return len(token.text) == 2 and self.text[token.end : token.end + 1] == "."

    def breaks(self, at: int) -> bool:
        """Whether a name must end with this word."""
        return self.gaps[at] == _BREAK

    def comma(self, at: int) -> bool:
        """Whether a comma stands after this word."""
        return self.gaps[at] == _COMMA

    def follow(self, at: int) -> Iterator[int]:
        """The words that may belong to a name with this one, and come after it."""
        seen, commas, most = 0, 0, AHEAD_LOOSE if self.loose[at] else AHEAD
        while not self.breaks(at):
            commas += self.comma(at)
            at += 1
            if commas > 1 or seen >= most:
                return
            if self.tokens[at].is_particle and not self.is_initial(at):
                continue
            if not self.may[at]:
                return
            seen += 1
            yield at

    def run_start(self, at: int) -> int:
        """The first word of those in a row that this word may belong with, without a comma."""
        loose = self.loose[at]
        while at and self.gaps[at - 1] == _SPACE and self.may[at - 1]:
            if self.loose[at - 1] != loose:
                break
            at -= 1
        return at

    def starts_sentence(self, at: int) -> bool:
        """Whether a word begins a sentence, or a line of its own."""
        return at == 0 or self.breaks(at - 1)

    def chinese(self) -> Iterator[tuple[int, int]]:
        """From where to where the Chinese characters in a row stand."""
        start = end = -1
        for token in self.tokens:
            if not is_chinese(token.text):
                continue
            if start >= 0 and self.text[end : token.start].strip("·・‧•"):
                yield start, end
                start = token.start
            start, end = (token.start if start < 0 else start), token.end
        if start >= 0:
            yield start, end

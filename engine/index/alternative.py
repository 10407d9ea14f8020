"""What adjacent words of a search may be together: a number, an abbreviation, one name.

``DE89 3704 0044`` is one number in a record, ``J P`` may be ``JP`` there, ``Société Anonyme`` is
``SA``. A record that has what a row of words means together has each of these words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from engine.index.folding import AND, CONJUNCTIONS, normal, tokens
from engine.index.form import form_of
from engine.index.number import asked_tokens

LONGEST_ROW, MOST_WORDS = 10, 24
"""Words that may be one number, and words of a search that are looked at for one."""
LONGEST_FORM = 5
LONGEST_PART = 5
"""Letters of a group in a number that has no digits: ``NWBK`` in an IBAN."""

PARTICLES = frozenset({"mc", "mac", "al", "el"})
"""Tokens that many write as one with the name after them."""


@dataclass(frozen=True)
class Alternative:
    """What the words from ``start`` to before ``end`` may be instead."""

    start: int
    end: int
    field: str
    tokens: tuple[str, ...]
    """Any of them will do."""


def alternatives(words: Sequence[str]) -> list[Alternative]:
    """What the words of a search, which stand in a row, may be together or each by itself."""
    words = words[:MOST_WORDS]
    found = [*_numbers(words), *_forms(words), *_letters(words)]
    for at, word in enumerate(words):
        if 0 < at < len(words) - 1 and normal(word) in CONJUNCTIONS:
            found.append(Alternative(at, at + 1, "name", (AND,)))
    return found


def _numbers(words: Sequence[str]) -> list[Alternative]:
    has_digit = [any(map(str.isdigit, word)) for word in words]
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST_ROW, len(words)) + 1):
            if not has_digit[end - 1] and len(words[end - 1]) > LONGEST_PART and end - start > 1:
                break
            if any(has_digit[start:end]) and (asked := asked_tokens(" ".join(words[start:end]))):
                found.append(Alternative(start, end, "identifier", asked))
                found.append(Alternative(start, end, "number", asked))
    return found


def _forms(words: Sequence[str]) -> list[Alternative]:
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST_FORM, len(words)) + 1):
            row = " ".join(words[start:end])
            if form := form_of(row, tokens(row)):
                found.append(Alternative(start, end, "name", (form,)))
    return found


def _letters(words: Sequence[str]) -> list[Alternative]:
    """``J P`` as ``jp``, ``O Brennan`` as ``obrennan``."""
    spelt = [" ".join(tokens(word)) for word in words]
    found = []
    for start in range(len(words) - 1):
        row = list(takewhile(_is_letter, spelt[start:]))
        if len(row) > 1:
            found.append(Alternative(start, start + len(row), "name", ("".join(row),)))
        elif (row or spelt[start] in PARTICLES) and spelt[start + 1].isalnum():
            joined = spelt[start] + spelt[start + 1]
            found.append(Alternative(start, start + 2, "name", (joined,)))
    return found


def _is_letter(token: str) -> bool:
    return len(token) == 1 and token.isalpha()

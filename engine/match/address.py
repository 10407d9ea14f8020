"""How alike two addresses are, whatever is misspelt, joined or left out in them.

``rigour`` compares them word by word: it knows that ``Rd.`` is ``Road``. Where words are misspelt
or run into one another, what two addresses have in common is counted by three letters in a row:
half of them are common to two spellings of one address, and to hardly two addresses in 10,000.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from rigour.addresses import match_addresses

from engine.answer import Feature
from engine.index.folding import tokens
from engine.match.curve import interpolated

MOST_ADDRESSES = 10
BY_LETTERS = ((0.0, -1.0), (0.2, -0.8), (0.3, 0.0), (0.5, 3.5), (0.7, 4.5), (1.0, 5.0))
BY_WORDS = ((0.0, -1.0), (0.3, -0.7), (0.5, 0.0), (0.7, 1.5), (0.9, 3.5), (1.0, 5.0))
"""Log-odds by the share of what is common, of the letters and of the words. That of the letters
was measured on FEBRL's sets 1 and 4 (0 at 0.3, 7 from 0.5 on), and cut: families and offices share
addresses, too, and whoever moves has another one."""
MOST_OF_ADDRESS = max(BY_LETTERS[-1][1], BY_WORDS[-1][1])
OTHER_NUMBER = 0.5
"""What is left where the numbers in two addresses differ: neighbours."""
SHORT, MOST_OF_SHORT = 24, 1.0
"""Letters of an address without a number that is no more than a place, and the most it counts."""
OTHER_HOUSE = -2.0
"""Two addresses with other numbers, where they are what is compared, and not whose they are."""
LONGEST_HOUSE = 4
"""Digits that the number of a house has not: so many are a postcode."""
OF_ORGANIZATION = 0.5
"""What an organisation's address counts: thousands may be registered at one."""


def addresses(query: Sequence[str], candidate: Sequence[str], alone: bool) -> Feature:
    """The two addresses that are most alike; ``alone`` where not many things share one."""
    pairs = product(query[:MOST_ADDRESSES], candidate[:MOST_ADDRESSES])
    points, share, one, other = max(
        ((*address_points(*pair), *pair) for pair in pairs), key=lambda found: found[0]
    )
    weight = 1.0 if alone or points < 0 else OF_ORGANIZATION
    return Feature("address", points * weight, f"{share:.0%} alike", one, other)


def places(query: Sequence[str], candidate: Sequence[str]) -> Feature:
    """The addresses of two records that are no more than an address."""
    found = addresses(query, candidate, alone=True)
    houses = [
        {number for number in _read(each or "")[1] if len(number) < LONGEST_HOUSE}
        for each in (found.query, found.candidate)
    ]
    if all(houses) and not houses[0] & houses[1]:
        return replace(found, score=OTHER_HOUSE, detail=f"{found.detail}, another number")
    return found


def address_points(one: str, other: str) -> tuple[float, float]:
    """What two addresses say, in log-odds, and the share of what they have in common."""
    (letters, numbers), (others, other_numbers) = _read(one), _read(other)
    common = 2 * len(letters & others) / max(len(letters) + len(others), 1)
    match = match_addresses([one], [other])
    by_word = match.score if match else 0.0
    points = max(interpolated(BY_LETTERS, common), interpolated(BY_WORDS, by_word))
    if points > 0 and numbers and other_numbers and not numbers & other_numbers:
        points *= OTHER_NUMBER
    if not (numbers and other_numbers) and min(len(letters), len(others)) < SHORT:
        points = min(points, MOST_OF_SHORT)
    return points, max(common, by_word)


@lru_cache(maxsize=20_000)
def _read(address: str) -> tuple[frozenset[str], frozenset[str]]:
    """All three letters in a row of an address without its spaces, and its numbers."""
    words = tokens(address)
    text = "".join(words)
    numbers = {number for word in words for number in re.findall("[0-9]+", word)}
    return frozenset(text[at : at + 3] for at in range(len(text) - 2)), frozenset(numbers)

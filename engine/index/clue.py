"""What a record may share with another: how each thing is looked up, and what it counts.

A word of a name may be found as it stands, with a letter wrong, by its sound, its consonants or its
opening: these are clues in one group, of which the best counts, not their sum.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tantivy import Query

from engine.entity import Entity, full_names, literal_ids, matchable_values
from engine.index.day import days
from engine.index.entry import roles_of
from engine.index.field import layout
from engine.index.folding import LONGEST_WORD, digest, fold, identifier
from engine.index.key import Keys, halves_of, keys_of, may_be_typed, shortened
from engine.index.letter import east_asian, variants_of
from engine.index.number import further_tokens
from engine.index.property import date_key
from engine.index.sound import sounds
from engine.index.term import LONGEST_OPEN as LONGEST

AS_IT_STANDS, SOUNDING, TYPED, BY_CONSONANTS, BY_OPENING = 1.0, 0.8, 0.75, 0.6, 0.75
"""What a word counts, by how it is found."""
UNIQUE = 2.0
"""What an identifier or a whole name counts, of a word that is as rare."""
OF_NAMES = {"b": 1.6, "s": 1.2, "p": 1.0, "n": 1.0, "y": 1.0, "i": 2.0}
"""What the keys of whole names count (see ``engine.index.key``)."""
WHOLE = "bs"
"""Those keys of which a name's best one counts, beside its halves."""
HALF = 1.0
"""What half of a name counts."""
INITIALS = 2.5
"""What a name counts that is the initials of another one."""
SWAPPED = 0.6
"""What a date counts with day and month exchanged."""
FROM_ADDRESS, OF_ADDRESS = 9, 0.6
"""The longest words of addresses that are looked up, and what one counts."""
DATES = ("birthDate", "incorporationDate")
NEAR_LENGTH, LENGTH, COUNTRY, YEAR = 5, 1.5, 0.7, 1.5
"""Names whose lengths differ by fewer letters count a little, by how near they are; so do a common
country and a common year of birth."""
LONGEST_INITIALS = 6


@dataclass(frozen=True)
class Clue:
    """One thing that records may share."""

    group: str
    """Of several clues of one group the best counts."""
    terms: tuple[tuple[str, str], ...]
    """The fields and tokens, any of which an entry has."""
    factor: float


def clues(entity: Entity) -> Iterator[Clue]:
    """What finds the records that may be the same."""
    names = full_names(entity)
    organization = roles_of(entity.schema).organization
    yield from _names(names, keys_of(names, organization), organization)
    for number in sorted(set(matchable_values(entity, "identifier"))):
        whole = identifier(number)
        terms = {("identifier", whole), *(("number", t) for t in (whole, *further_tokens(whole)))}
        yield _clue(whole, sorted(terms), UNIQUE)
    for literal in literal_ids(entity, without=("address",)):
        yield _clue(literal, [("literal", literal)], UNIQUE)
    yield from _dates(entity)
    for token in _address_tokens(matchable_values(entity, "address")):
        yield _clue(f"address {token}", [("text", token)], OF_ADDRESS)


def likely(entity: Entity) -> Iterator[tuple[Query, float]]:
    """What puts those first, of the records found, that are more like this one; with its weight."""
    lengths: dict[int, float] = {}
    for length in keys_of(full_names(entity), roles_of(entity.schema).organization).lengths:
        for near in range(max(length - NEAR_LENGTH + 1, 1), length + NEAR_LENGTH):
            weight = LENGTH * (1 - abs(near - length) / NEAR_LENGTH)
            lengths[near] = max(weight, lengths.get(near, 0.0))
    for near, weight in lengths.items():
        yield term("key", f"l{near}"), weight
    for country in sorted(set(matchable_values(entity, "country"))):
        yield term("country", country.lower()), COUNTRY
    for year in sorted({date[:4] for prop in DATES for date in entity.properties.get(prop, ())}):
        yield term("year", year), YEAR


def term(field: str, token: str) -> Query:
    """The entries that have a token."""
    return Query.term_query(layout(), field, token)


def _clue(group: str, terms: Sequence[tuple[str, str]], factor: float) -> Clue:
    return Clue(group, tuple(terms), factor)


def _any(group: str, field: str, tokens: Iterable[str], factor: float) -> Iterator[Clue]:
    """Any of some tokens of one field, where there are some."""
    if terms := [(field, token) for token in sorted(set(tokens))]:
        yield _clue(group, terms, factor)


def _names(names: Iterable[str], keys: Keys, organization: bool) -> Iterator[Clue]:
    sequences = [sequence for name in names for sequence in fold(name).sequences]
    yield from _any("whole", "exact", map(digest, sequences), UNIQUE)
    yield from _whole_names(keys, organization)
    joined = (one + other for sequence in sequences for one, other in pairwise(sequence))
    yield from _any("joined", "name", joined, AS_IT_STANDS)
    for word, of_word in sorted(keys.words.items()):
        yield from _word(word[:LONGEST_WORD], sorted(of_word))
        if organization and 1 < len(word) <= LONGEST_INITIALS:
            yield _clue(f"initials {word}", [("key", f"i{word}")], OF_NAMES["i"])


def _whole_names(keys: Keys, organization: bool) -> Iterator[Clue]:
    for kind in WHOLE:
        alike = (key for key in keys.whole if key[0] == kind)
        yield from _any("whole", "key", alike, OF_NAMES[kind])
    yield from _any("whole", "key", _halves(keys.lines), HALF)
    for key in sorted(key for key in keys.whole if key[0] not in WHOLE):
        yield _clue(key, [("key", key)], OF_NAMES[key[0]])
        if key[0] == "i":  # and a name that is the initials of this one
            short = keys_of([key[1:]], organization).whole
            yield from (_clue(key, [("key", each)], INITIALS) for each in sorted(short))


def _halves(lines: Iterable[str]) -> set[str]:
    """Halves of names; an error may have made the other name's half a letter longer or shorter."""
    return {key for line in lines for longer in (0, 1, -1) for key in halves_of(line, longer)}


def _word(word: str, keys: Sequence[str]) -> Iterator[Clue]:
    tokens = _tokens(word)
    if east_asian(word):
        yield from (_clue(token, [("name", token)], AS_IT_STANDS) for token in tokens)
    elif tokens:
        yield _clue(word, [("name", token) for token in tokens], AS_IT_STANDS)
    yield from (_typed(word, token) for token in tokens if may_be_typed(token))
    heard = [(field, each) for each in sounds(word) for field in ("sound", "name")]
    if heard:  # a name that is spelt like its sound has no other entry
        yield _clue(word, heard, SOUNDING)
    for key in keys:
        yield _clue(word, [("key", key)], BY_CONSONANTS if key[0] == "c" else BY_OPENING)


def _tokens(word: str) -> list[str]:
    """The tokens of a word in all ways to write it; for Chinese, of each character."""
    return sorted({token for way in variants_of(word) for token in way if len(token) <= LONGEST})


def _typed(word: str, token: str) -> Clue:
    """A word with a letter wrong, one more or one less, or two exchanged."""
    less = shortened(token)
    terms = [("key", f"d{each}") for each in (token, *less)]
    return _clue(word, [*terms, *(("name", each) for each in less)], TYPED)


def _dates(entity: Entity) -> Iterator[Clue]:
    for prop in DATES:
        for date in entity.properties.get(prop, ()):
            both = days(date)
            if both is not None and both[0] == both[1]:
                key = date_key(both)
                yield _clue(f"date {key}", [("value", f"{prop}_{key}")], AS_IT_STANDS)
                swapped = f"{prop}_{key[:4]}{key[6:]}{key[4:6]}"
                yield _clue(f"date {key}", [("value", swapped)], SWAPPED)


def _address_tokens(addresses: Iterable[str]) -> list[str]:
    tokens = {token for value in addresses for seq in fold(value).sequences for token in seq}
    return sorted(tokens, key=lambda token: (-len(token), token))[:FROM_ADDRESS]

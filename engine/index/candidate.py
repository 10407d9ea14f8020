"""Which records may be the same thing as one that is described: found by what they share with it.

The more a shared token tells, the more it counts: its weight is the logarithm of how rare it is
among the records that this reader may see. Tantivy's own weights come of the whole index, so what
is hidden would move what is found. Names are looked up by their words, by words that sound alike,
and by words with one letter wrong; identifiers and numbers in their normal form; e-mails, phones
and the like by their shared value; dates of birth by their day.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import tantivy
from followthemoney import model
from tantivy import Query

from engine.access import Access
from engine.entity import Entity, literal_ids, matchable_values, schema_of
from engine.index.clause import allowed
from engine.index.day import days
from engine.index.facet import number_of_hits
from engine.index.field import layout
from engine.index.folding import LONGEST_WORD, fold, identifier, words
from engine.index.number import further_tokens
from engine.index.page import entity_id
from engine.index.sound import sounds
from engine.index.term import LONGEST_OPEN, either, every, one_of, overlap
from engine.question import SearchFilter

LONGEST_NAME = 1_000
MOST_TOKENS = 40
"""Tokens that are looked up for one record: the rarest of those that there are."""
MOST_COMMON = 0.02
"""The share of all records from which on a token is left out, if a rarer one is left."""
SHORTEST_TYPED = 5
"""Shorter words are not looked up with a letter wrong."""
TYPED, SOUNDING = 0.6, 0.8
"""What a word counts that is found with a letter wrong, or by its sound, of one as it stands."""
UNIQUE = 2.0
"""What an identifier counts, of a word that is as rare."""
FROM_ADDRESS = 6
"""The longest words of addresses that are looked up."""
DATES = ("birthDate", "incorporationDate")


@dataclass(frozen=True)
class _Token:
    """One thing that records may share: how it is looked up, and what it counts."""

    query: Query
    factor: float
    count: int


class Candidates:
    """Looks up candidates in one commit of the index, for one reader and scope."""

    def __init__(self, searcher: tantivy.Searcher, access: Access, scope: SearchFilter) -> None:
        self._searcher = searcher
        self._allowed = allowed(access, scope)

    def ids(self, entity: Entity, most: int) -> list[str]:
        """The ids of records that may be the same thing, the likeliest first; not its own."""
        fits = one_of("schema", sorted(matchable(entity.schema)))
        scope = every([self._allowed, Query.const_score_query(fits, 1.0)])
        total = number_of_hits(self._searcher, scope)
        tokens = self._tokens(entity, scope)
        if not tokens or not total:
            return []
        rare = [token for token in tokens if token.count <= max(MOST_COMMON * total, most)]
        weighed = [
            Query.boost_query(
                Query.const_score_query(token.query, 1.0),
                token.factor * math.log(1 + total / token.count),
            )
            for token in rare or tokens
        ]
        query = every([scope, either(weighed)])
        found = self._searcher.search(query, most + 1, count=False).hits
        ids = [entity_id(self._searcher.doc(address)) for _, address in found]
        return [id_ for id_ in ids if id_ != entity.id][:most]

    def _tokens(self, entity: Entity, scope: Query) -> list[_Token]:
        """The rarest tokens of a record that others have, too."""
        tokens = []
        for query, factor in lookups(entity):
            count = number_of_hits(self._searcher, every([query, scope]))
            if count:
                tokens.append(_Token(query, factor, count))
        return sorted(tokens, key=lambda token: token.count)[:MOST_TOKENS]


@cache
def matchable(schema: str) -> frozenset[str]:
    """The schemata whose records can be the same thing as one of this schema, by FtM's rules."""
    one = schema_of(schema)
    return frozenset(other.name for other in model if one.can_match(other) or other.can_match(one))


def lookups(entity: Entity) -> Iterator[tuple[Query, float]]:
    """How each thing that a record may share is looked up, and what it counts."""
    yield from _names(entity)
    for number in sorted(set(matchable_values(entity, "identifier"))):
        whole = identifier(number)
        yield _any_of(("identifier", [whole]), ("number", [whole, *further_tokens(whole)])), UNIQUE
    for literal in literal_ids(entity):
        if not literal.startswith("literal:address"):
            yield Query.term_query(layout(), "literal", literal), UNIQUE
    for date in (value for prop in DATES for value in entity.properties.get(prop, ())):
        both = days(date)
        if both is not None and both[0] == both[1]:
            yield overlap(*both), 1.0
    for token in _address_tokens(matchable_values(entity, "address")):
        yield Query.term_query(layout(), "text", token), TYPED


def _names(entity: Entity) -> Iterator[tuple[Query, float]]:
    tokens, heard = name_tokens(entity)
    for token in sorted(tokens):
        yield Query.term_query(layout(), "name", token), 1.0
        if len(token) >= SHORTEST_TYPED and token.isalpha():
            yield Query.fuzzy_term_query(layout(), "name", token, distance=1), TYPED
    for token in sorted(heard - tokens):  # a name that is spelt like its sound has no other entry
        yield _any_of(("sound", [token]), ("name", [token])), SOUNDING


def name_tokens(entity: Entity) -> tuple[set[str], set[str]]:
    """The tokens of a record's names, and what their words sound like."""
    tokens: set[str] = set()
    heard: set[str] = set()
    for name in matchable_values(entity, "name"):
        name = name[:LONGEST_NAME]
        tokens.update(token for sequence in fold(name).sequences for token in sequence)
        heard.update(sound for word in words(name)[0] for sound in sounds(word[:LONGEST_WORD]))
    return {token for token in tokens if len(token) <= LONGEST_OPEN}, heard


def _address_tokens(addresses: Iterable[str]) -> list[str]:
    tokens = {token for value in addresses for seq in fold(value).sequences for token in seq}
    return sorted(tokens, key=lambda token: (-len(token), token))[:FROM_ADDRESS]


def _any_of(*fields: tuple[str, Sequence[str]]) -> Query:
    return either(
        [
            Query.term_query(layout(), field, token)
            for field, tokens in fields
            for token in tokens
            if token
        ]
    )

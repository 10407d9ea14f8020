"""Queries for what a search's words may be besides themselves: names that sound alike, numbers.

``alternative`` and ``sound`` tell what that is; here it becomes queries of Tantivy.
"""

from collections.abc import Sequence
from dataclasses import replace

from tantivy import Occur, Query

from engine.index.alternative import Alternative, alternatives
from engine.index.expression import Expression, Word
from engine.index.field import Kind, layout
from engine.index.folding import tokens, words
from engine.index.letter import east_asian, own_script
from engine.index.sound import openings, sounds

OF_FIELDS = {"name": frozenset({"name"}), "text": frozenset({"name", "identifier", "number"})}
"""The fields that an alternative may be in, by the field that a word is looked up in."""

SHORTEST_OPENING, LONGEST_OPENING = 4, 60
"""Letters before a ``*``: fewer sound like too much."""


def _plain(item: Expression) -> bool:
    """Whether a part of a search is words as they are, to be found in names or anywhere."""
    return (
        isinstance(item, Word)
        and item.field.kind is Kind.WORDS
        and item.field.place in OF_FIELDS
        and not (item.prefix or item.pattern or item.distance or item.slop)
    )


def _term(field: str, token: str) -> Query:
    return Query.term_query(layout(), field, token)


def _queries(found: Sequence[Alternative], field: str) -> list[Query]:
    return [
        _term(each.field, token)
        for each in found
        if each.field in OF_FIELDS[field]
        for token in each.tokens
    ]


def instead_of(items: Sequence[Expression]) -> list[list[Query]]:
    """For each part of a search that must be true with the others: what will do instead of it."""
    found: list[list[Query]] = [[] for _ in items]
    at = 0
    while at < len(items):
        end = at
        row: list[Word] = []
        while end < len(items) and _plain(item := items[end]) and isinstance(item, Word):
            if row and (item.field != row[0].field or " " in item.text.strip()):
                break
            row.append(item)
            end += 1
            if " " in item.text.strip():
                break
        if row:
            _fill(found, at, row)
        at = max(end, at + 1)
    return found


def _fill(found: list[list[Query]], at: int, row: Sequence[Word]) -> None:
    """Put the alternatives of a row of words, or of one phrase, to the words they cover."""
    texts = row[0].text.split() if len(row) == 1 else [word.text for word in row]
    for each in alternatives(texts):
        queries = _queries([each], row[0].field.place)
        if len(row) > 1:
            for covered in range(each.start, each.end):
                found[at + covered] += queries
        elif (each.start, each.end) == (0, len(texts)):
            found[at] += queries


def sounding(word: Word) -> list[Query]:
    """The query for names with a word that sounds like this one; none where none is sought.

    A phrase is sought as it is written.
    """
    if word.prefix:
        return _opening(word)
    if not _plain(word) or " " in word.text.strip():
        return []
    clauses = []
    for part in words(word.text)[0]:
        forms = _sounds_of(part)
        own = tokens(part)
        terms = [_term("sound", form) for form in forms]
        terms += [_term("name", form) for form in forms if form not in own]
        if not terms:
            return []
        clauses.append(Query.boolean_query([(Occur.Should, term) for term in terms]))
    if len(clauses) < 2:
        return clauses
    return [Query.boolean_query([(Occur.Must, clause) for clause in clauses])]


def _opening(word: Word) -> list[Query]:
    """The query for names with a word that goes on from a beginning that sounds like this one."""
    terms = [
        Query.regex_query(layout(), field, f"{form}.*")
        for form in sorted(sought_openings(word))
        for field in ("sound", "name")
    ]
    return [Query.boolean_query([(Occur.Should, term) for term in terms])] if terms else []


def sought_openings(word: Word) -> set[str]:
    """What a normal form may begin with, for a word of a search that may go on."""
    if not word.prefix or not _plain(replace(word, prefix=False)):
        return set()
    parts = words(word.text)[0]
    if len(parts) != 1 or not SHORTEST_OPENING <= len(parts[0]) <= LONGEST_OPENING:
        return set()
    if own_script(parts[0]) or east_asian(parts[0]):
        return set()
    return {form for form in openings(parts[0]) if len(form) >= SHORTEST_OPENING - 1}


def sought_sounds(word: Word) -> set[str]:
    """The normal forms that a word of a search is sought by."""
    if not _plain(word) or " " in word.text.strip():
        return set()
    return {form for part in words(word.text)[0] for form in _sounds_of(part)}


def _sounds_of(part: str) -> tuple[str, ...]:
    """A word's normal forms; none in a script that is sought as it is written."""
    return () if own_script(part) or east_asian(part) else sounds(part)

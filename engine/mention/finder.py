"""Finds whom a text names: the text looks up its words among the names of the archive.

The index tells which records have a name with some of these words (``engine.index.naming``); each
such name is then laid beside the text. So time depends on the text, hardly on how many names there
are, and no name is held in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from engine.entity import Entity, full_names, literal_ids, matchable_values, schema_of
from engine.index.folding import identifier
from engine.index.naming import (
    LONGEST_CHINESE,
    LONGEST_WHOLE,
    SHORTEST_CHINESE,
    Sound,
    chinese,
    initial_keys,
    is_chinese,
    kinds_of,
    name_words,
    searched_opening,
    searched_pair,
    searched_whole,
)
from engine.mention.alignment import Sighting, found_places, persons, things
from engine.mention.evidence import Context
from engine.mention.lexicon import MOST_NAMESAKES, Lexicon
from engine.mention.passage import Passage
from engine.mention.pattern import Found, found_values
from engine.mention.score import (
    Scored,
    for_common_word,
    for_namesakes,
    person_score,
    thing_score,
    word_score,
)
from engine.mentioned import LEAST, Mention, MentionKind, Place, joined

PIECE, OVERLAP = 20_000, 300
"""Characters of a text that are looked at together; pieces share some, so that no name is cut."""
SURE, BY_NUMBER, BY_SHORT_NUMBER = 0.97, 0.9, 0.6
"""A value of a known form that a record has; a number of no known form, which may be chance."""
LONG_NUMBER = 8
CHINESE = {2: 0.45, 3: 0.85}
"""A name in Chinese characters, by how many it has."""
LONG_CHINESE = 0.95
LETTERS_NAMED = 80
"""Characters of a name or a value that an explanation repeats."""


@dataclass(frozen=True)
class Hit:
    """A record's name at a place of the passage, scored by itself."""

    entity: Entity
    name: str
    start: int
    end: int
    taken: frozenset[int]
    """The words of the passage that are the name's."""
    scored: Scored
    shortened: bool = False
    kind: MentionKind = MentionKind.NAME


class Finder:
    """Finds whom texts name, among the records of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._frequencies: dict[tuple[str, str], int] = {}

    def find(self, text: str, page: int = 1) -> list[Mention]:
        """Whom a page names, the likeliest first; last values of known forms that no record has."""
        found: dict[tuple[str | None, str], Mention] = {}
        for start, piece in pieces(text):
            for each in self._in_piece(piece, page, start):
                key = (each.entity, each.value if each.entity is None else "")
                found[key] = joined(found[key], each) if key in found else each
        return sorted(found.values(), key=in_order)

    def _in_piece(self, text: str, page: int, offset: int) -> Iterator[Mention]:
        passage = Passage(text)
        context = Context(passage)
        hits = self._names(passage)
        hits += self._chinese(passage)
        hits = without_worse(hits)
        values = found_values(text)
        by_value = list(self._values(values))
        for each in self._mentions(hits, context, by_value):
            yield _placed(each, text, page, offset)
        known = {value for _, value in by_value}
        for value in values:
            if value.is_known_form and value not in known:
                place = Place(
                    page, value.start + offset, value.end + offset, text[value.start : value.end]
                )
                yield Mention(value.kind, value.value, (place,), 1.0, value.name)

    # --- names ------------------------------------------------------------------------------------

    def _names(self, passage: Passage) -> list[Hit]:
        keys = dict.fromkeys(text_keys(passage))
        known = self._lexicon.known(keys)
        common = {key for key, count in known.items() if key[0] == "o" and count > MOST_NAMESAKES}
        if common:
            known |= self._lexicon.known(dict.fromkeys(whole_text_keys(passage, common)))
        hits: list[Hit] = []
        for entity in self._lexicon.named(known) if known else ():
            hits += self._hits(entity, passage)
        return hits

    def _hits(self, entity: Entity, passage: Passage) -> Iterator[Hit]:
        person, thing = kinds_of(entity.schema)
        for name in full_names(entity):
            if is_chinese(name):
                continue
            words = name_words(name, thing)
            if len(words) < 2:  # none, where a name is of signs alone
                for word in words:
                    yield from self._one_word(entity, name, word, passage)
                continue
            if thing:
                for found in things(words, passage):
                    yield self._hit(
                        entity, name, found, passage, thing_score(words, found, passage)
                    )
            if person:
                for found in persons(words, passage):
                    if is_enough(found):
                        weight = partial(self._weight, entity.dataset)
                        scored = person_score(words, found, passage, weight)
                        yield self._hit(entity, name, found, passage, scored)

    def _hit(
        self, entity: Entity, name: str, found: Sighting, passage: Passage, scored: Scored
    ) -> Hit:
        start, end = passage.tokens[found.first].start, passage.tokens[found.last].end
        taken = frozenset(at for at, _ in found.matched)
        shortened = len(found.full) == 1
        return Hit(entity, name, start, end, taken, scored, shortened)

    def _one_word(self, entity: Entity, name: str, word: Sound, passage: Passage) -> Iterator[Hit]:
        places = {at: how for at, how in found_places(word, passage).items() if passage.may[at]}
        for at, how in places.items():
            found = Sighting(at, at, ((at, how),))
            if not found.full or len(word.word) < 2:
                continue
            scored = word_score(found, passage, len(places) > 1)
            common = for_common_word(self._frequency(entity.dataset, word))
            reasons = (*scored.reasons, "a common word") if common else scored.reasons
            yield self._hit(entity, name, found, passage, Scored(scored.score + common, reasons))

    def _frequency(self, dataset: str, word: Sound) -> int:
        key = (dataset, word.word)
        if key not in self._frequencies:
            token = min(word.tokens)
            self._frequencies[key] = self._lexicon.frequency(token, dataset)
        return self._frequencies[key]

    def _weight(self, dataset: str, word: Sound) -> float:
        """How much a word of a name tells: the more, the rarer it is in its dataset."""
        return float((1 + self._frequency(dataset, word)) ** -0.25)

    # --- Chinese ----------------------------------------------------------------------------------

    def _chinese(self, passage: Passage) -> list[Hit]:
        keys: dict[str, list[int]] = {}
        for start, end in passage.chinese():
            run = passage.text[start:end]
            for at in range(len(run)):
                for length in range(SHORTEST_CHINESE, LONGEST_CHINESE + 1):
                    if len(letters := chinese(run[at : at + length + 2])[:length]) == length:
                        keys.setdefault("h" + letters, []).append(start + at)
        known = self._lexicon.known(keys) if keys else {}
        hits = []
        for entity in self._lexicon.named(known) if known else ():
            for name in filter(is_chinese, full_names(entity)):
                for at in dict.fromkeys(keys.get("h" + chinese(name)[:LONGEST_CHINESE], ())):
                    hits += _chinese_hit(entity, name, at, passage)
        return hits

    # --- values -----------------------------------------------------------------------------------

    def _values(self, values: Sequence[Found]) -> Iterator[tuple[Entity, Found]]:
        """The records that have some of these values."""
        literals = {each.literal: each for each in values if each.literal}
        numbers = {key: each for each in values for key in each.identifiers}
        if not literals and not numbers:
            return
        for entity in self._lexicon.having(literals, numbers):
            if schema_of(entity.schema).is_a("Document") or entity.schema == "Page":
                continue
            for value in values:
                if _has(entity, value):
                    yield entity, value

    # --- putting together -------------------------------------------------------------------------

    def _mentions(
        self, hits: Iterable[Hit], context: Context, by_value: Sequence[tuple[Entity, Found]]
    ) -> Iterator[Mention]:
        for entity, value in by_value:
            yield _of_value(entity, value)
        namesakes: dict[tuple[str, frozenset[int], int], set[str]] = {}
        hits = list(hits)
        for hit in hits:
            key = (hit.entity.dataset, hit.taken, hit.start)
            namesakes.setdefault(key, set()).add(hit.entity.id)
        for hit in hits:
            count = len(namesakes[hit.entity.dataset, hit.taken, hit.start])
            mention = _of_name(hit, count, context)
            if mention.score >= LEAST:
                yield mention


def in_order(mention: Mention) -> tuple[bool, float, int]:
    """Records before values that no record has, the likeliest first."""
    return mention.entity is None, -mention.score, mention.places[0].start


def is_enough(found: Sighting) -> bool:
    """Whether so much of a person's name stands there that it may be one: two words, or a word and
    an initial."""
    full = len(found.full)
    return full > 1 or (full == 1 and len(found.matched) > 1)


def without_worse(hits: Sequence[Hit]) -> list[Hit]:
    """Without the names whose words belong to better ones: ``Bank`` in ``Bank of Moscow``.

    Several records of one name stay, and the best of several names that one record has at a place.
    Each dataset is looked at by itself: what one holds takes nothing from another.
    """
    best: dict[tuple[str, int], int] = {}
    for hit in hits:
        if hit.scored.score >= LEAST:
            for at in hit.taken:
                place = (hit.entity.dataset, at)
                best[place] = max(best.get(place, 0), len(hit.taken))
    kept: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        longest = [best.get((hit.entity.dataset, at), 0) for at in hit.taken]
        if longest and min(longest) > len(hit.taken):
            continue
        key = (hit.entity.id, hit.start)
        if key not in kept or kept[key].scored.score < hit.scored.score:
            kept[key] = hit
    return list(kept.values())


def _of_name(hit: Hit, namesakes: int, context: Context) -> Mention:
    """A name as a mention: what the rest of the text says counts, and who else has the name."""
    score, reasons = hit.scored.score, list(hit.scored.reasons)
    if namesakes > 1:
        score += for_namesakes(namesakes)
        reasons.append(f"{namesakes} records of the dataset have this name")
    for amount, reason in context.evidence(hit.entity):
        score += amount
        reasons.append(reason)
    if kinds_of(hit.entity.schema)[1] and (form := context.form(hit.name, hit.start, hit.end)):
        score += form[0]
        reasons.append(form[1])
    place = Place(1, hit.start, hit.end, "")
    detail = "; ".join((hit.name[:LETTERS_NAMED], *reasons))
    score = round(min(max(score, 0.0), 0.99), 3)
    return Mention(hit.kind, hit.name, (place,), score, detail, hit.entity.id)


def _of_value(entity: Entity, value: Found) -> Mention:
    score = SURE
    if not value.is_known_form:
        long = max(map(len, value.identifiers)) >= LONG_NUMBER
        score = BY_NUMBER if long else BY_SHORT_NUMBER
    place = Place(1, value.start, value.end, "")
    detail = f"{value.name} {value.value[:LETTERS_NAMED]}"
    return Mention(value.kind, value.value, (place,), score, detail, entity.id)


def _placed(mention: Mention, text: str, page: int, offset: int) -> Mention:
    """A mention with the page, the place in the whole text, and what is written there."""
    places = (
        Place(page, each.start + offset, each.end + offset, text[each.start : each.end])
        for each in mention.places
    )
    return replace(mention, places=tuple(places))


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """A text in pieces that share some characters, each with where it begins."""
    start = 0
    while True:
        end = start + PIECE
        if end < len(text):
            end = text.rfind(" ", start + OVERLAP + 1, end) + 1 or end
        yield start, text[start:end]
        if end >= len(text):
            return
        start = text.rfind(" ", start + 1, end - OVERLAP) + 1 or end - OVERLAP


def text_keys(passage: Passage) -> Iterator[str]:
    """What a passage looks up: words in pairs, words beside initials, and each word alone."""
    for at, token in enumerate(passage.tokens):
        if not passage.may[at]:
            continue
        initial = passage.is_initial(at)
        if not initial and len(token.sound.word) > 1:
            yield from (f"1{way}" for way in token.sound.ways)
        if initial or not token.is_particle:
            yield from _openings(passage, at)
            for after in passage.follow(at):
                yield from _pair(passage, at, after)


def _pair(passage: Passage, at: int, after: int) -> Iterator[str]:
    """What two words look up that may belong to a person's name."""
    one, other = passage.tokens[at].sound, passage.tokens[after].sound
    initials = passage.is_initial(at), passage.is_initial(after)
    if initials == (False, False):
        yield from searched_pair(one, other)
    elif initials == (True, False):
        yield from initial_keys(other, one.letters)
    elif initials == (False, True):
        yield from initial_keys(one, other.letters)


def _row(passage: Passage, at: int, most: int) -> list[Sound]:
    """The telling words in a row from one on."""
    row = [passage.tokens[at].sound]
    while len(row) < most and not passage.breaks(at) and not passage.comma(at):
        at += 1
        if not passage.tokens[at].is_particle:
            row.append(passage.tokens[at].sound)
    return row


def _openings(passage: Passage, at: int) -> Iterator[str]:
    row = _row(passage, at, 2)
    if len(row) == 2:
        yield from searched_opening(row[0], row[1])


def whole_text_keys(passage: Passage, openings: set[str]) -> Iterator[str]:
    """Rows of words that begin with two that many names begin with."""
    for at in range(len(passage.tokens)):
        if passage.may[at] and not openings.isdisjoint(_openings(passage, at)):
            row = _row(passage, at, LONGEST_WHOLE)
            for length in range(2, len(row) + 1):
                yield from searched_whole(row[:length])


def _chinese_hit(entity: Entity, name: str, at: int, passage: Passage) -> list[Hit]:
    letters = chinese(name)
    end = at
    left = list(letters)
    while left and end < len(passage.text):
        if passage.text[end] == left[0]:
            left.pop(0)
        elif passage.text[end] not in "·・‧•":
            return []
        end += 1
    if left:
        return []
    score = CHINESE.get(len(letters), LONG_CHINESE)
    return [Hit(entity, name, at, end, frozenset(), Scored(score, ("the whole name",)))]


def _has(entity: Entity, value: Found) -> bool:
    if value.literal is not None:
        return value.literal in literal_ids(entity)
    numbers = map(identifier, matchable_values(entity, "identifier"))
    return not set(value.identifiers).isdisjoint(numbers)

"""How alike two names are, from 0 to 1, and which of their parts belong together.

``rigour`` reads a name: it tags parts (given, family, legal form, number), knows other spellings of
many of them as symbols, and aligns what is left by distance. The score is made here. It is the same
whichever name comes first, unlike that of nomenklatura's ``logic-v2``, whose weights of the symbols
it starts from.

Two names of which each has a part that the other lacks, as ``Ali Saddam Hussein al-Rawi`` and
``Ali Saddam Hussein al-Tikriti``, name two persons, however many parts they share; where only one
has more parts, it may be the fuller form. So too two legal forms, and two numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product

from followthemoney.names import PART_TAG_PROPS, schema_type_tag
from rigour.names import (
    Alignment,
    CompareConfig,
    Name,
    NamePart,
    NameTypeTag,
    align_person_name_order,
    compare_parts,
)
from rigour.names.symbol import SymbolCategory, pair_symbols
from rigour.text import levenshtein

from engine.entity import Entity, full_names, schema_of
from engine.match.conflict import CONFLICT, SHORTEST_SOUND, Weighed, apart
from engine.match.person import analyzed
from engine.match.script import romanised

SYMBOL_SCORES: Mapping[SymbolCategory, float] = {
    SymbolCategory.ORG_CLASS: 0.8,
    SymbolCategory.INITIAL: 0.9,
    SymbolCategory.NAME: 0.95,
    SymbolCategory.NICK: 0.8,
    SymbolCategory.SYMBOL: 0.9,
    SymbolCategory.DOMAIN: 0.9,
    SymbolCategory.NUMERIC: 0.95,
    SymbolCategory.LOCATION: 0.95,
}
"""How alike two parts are that are one symbol, but are not spelt alike."""
SYMBOL_WEIGHTS: Mapping[SymbolCategory, float] = {
    SymbolCategory.ORG_CLASS: 0.4,
    SymbolCategory.INITIAL: 0.5,
    SymbolCategory.NICK: 0.8,
    SymbolCategory.SYMBOL: 0.4,
    SymbolCategory.DOMAIN: 0.7,
    SymbolCategory.NUMERIC: 1.3,
    SymbolCategory.LOCATION: 0.9,
}
"""How much such a pair counts: "International" says less than a surname."""
ONE_SIDED = 0.35
"""How much parts count that only one of the names has, of what they would count as a conflict."""
MOST_IN_CONFLICT = 0.66
"""The score that such names do not exceed; just below what counts as alike."""
MOST_OF_HOLDING = 0.69
"""The score of a company and its holding, which is another one: a little less than nothing."""
SHORTEST_TYPED, SHORTEST_EXCHANGED = 4, 3
TYPED, HEARD = 0.7, 0.8
"""How alike two parts are with a typing error, and two that sound alike."""
OTHER_ROLE = 0.9
"""What is left of a pair of a given name and a family name."""
ROMAN = frozenset("ivx")
_CONFIG = CompareConfig()


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two parts that belong together, and how alike they are."""

    query: str
    candidate: str
    score: float
    weight: float


@dataclass(frozen=True, slots=True)
class NameComparison:
    """How alike two names are, and why."""

    score: float
    query: str = ""
    candidate: str = ""
    pairings: tuple[Pairing, ...] = ()
    extra_query: tuple[str, ...] = ()
    extra_candidate: tuple[str, ...] = ()
    note: str = ""
    """What else there is to say."""

    @property
    def detail(self) -> str:
        """The comparison in words: what belongs together, and what has no counterpart."""
        if self.score == 1.0 and not self.pairings:
            return self.note or "the same name"
        pairs = [
            each.query if each.query == each.candidate else f"{each.query} ~ {each.candidate}"
            for each in self.pairings
        ]
        texts = [", ".join(pairs)] if pairs else []
        if self.extra_query:
            texts.append(f"only in the query: {' '.join(self.extra_query)}")
        if self.extra_candidate:
            texts.append(f"only in the candidate: {' '.join(self.extra_candidate)}")
        if self.note:
            texts.append(self.note)
        return "; ".join(texts) or "nothing in common"

    def exchanged(self) -> "NameComparison":
        """The comparison of the same names in the other order."""
        pairings = tuple(
            Pairing(each.candidate, each.query, each.score, each.weight) for each in self.pairings
        )
        extras = self.extra_candidate, self.extra_query
        return NameComparison(self.score, self.candidate, self.query, pairings, *extras)


DIFFERENT = NameComparison(0.0)


@dataclass
class _Rest:
    """The parts of one name that have found no counterpart, and what each counts."""

    weights: Mapping[NamePart, float]
    parts: list[NamePart] = field(default_factory=list)

    @property
    def weight(self) -> float:
        return sum(self.weights[part] for part in self.parts)


class Names(tuple[Name, ...]):
    """The names of one record; what comparing them needs is made once."""

    @cached_property
    def by_letters(self) -> dict[str, Name]:
        """Each name by its letters."""
        return {name.comparable: name for name in self}

    @cached_property
    def longest(self) -> list[Weighed]:
        """The names without those that are parts of others, as "John Smith" of "John K Smith"."""
        if len(self) == 1:
            return [Weighed(name) for name in self]
        kept = sorted(Name.consolidate_names(self), key=lambda name: name.form)
        return [Weighed(name) for name in kept]


def names_of(entity: Entity, tag: NameTypeTag) -> Names:
    """A record's names, read as those of a person, an organisation or a thing."""
    tags = {
        part: tuple(values)
        for prop, parts in PART_TAG_PROPS
        if (values := entity.properties.get(prop))
        for part in parts
    }
    names = full_names(entity)
    latin = (each for name in names if (each := romanised(name)))
    found = analyzed(tag, (*names, *latin), tags)
    return Names(sorted(found, key=lambda name: name.form))


def type_tag(query: str, candidate: str) -> NameTypeTag:
    """How the names of two records of these schemata are read: where one is a person, both."""
    tags = [schema_type_tag(schema_of(name)) for name in (query, candidate)]
    return NameTypeTag.PER if NameTypeTag.PER in tags else tags[0]


def may_be_one(query: Names, candidate: Names) -> bool:
    """Whether any two names, one of each record, may score more than ``MOST_IN_CONFLICT``."""
    if not query.by_letters.keys().isdisjoint(candidate.by_letters):
        return True
    return not all(apart(name, other) for name in query.longest for other in candidate.longest)


def compare_names(query: Names, candidate: Names) -> NameComparison:
    """The two names, one of each record, that are most alike."""
    for name in query:
        other = candidate.by_letters.get(name.comparable)
        if other is not None and _roles_agree(zip(name.parts, other.parts, strict=False)):
            return NameComparison(1.0, name.original, other.original)
    best, left = DIFFERENT, list[tuple[Weighed, Weighed]]()
    for one, another in product(query.longest, candidate.longest):
        if apart(one, another):
            left.append((one, another))
        else:
            best = max(best, compare_name(one, another), key=_score_of)
    if best.score < MOST_IN_CONFLICT:  # else none of the others is better
        best = max([best, *(compare_name(*pair) for pair in left)], key=_score_of)
    return best


def _score_of(comparison: NameComparison) -> float:
    return comparison.score


def _roles_agree(pairs: Iterable[tuple[NamePart, NamePart]]) -> bool:
    """Whether no given name stands where the other record has a family name."""
    return all(part.tag.can_match(other.tag) for part, other in pairs)


def compare_name(query: Weighed, candidate: Weighed) -> NameComparison:
    """How alike two names are, by the best way to pair their parts."""
    # rigour's distance differs a little with the names exchanged: they are always put in one order
    if query.name.form <= candidate.name.form:
        return _in_order(query, candidate)
    return _in_order(candidate, query).exchanged()


def _in_order(one: Weighed, other: Weighed) -> NameComparison:
    query, candidate = one.name, other.name
    best = DIFFERENT
    for edges in pair_symbols(query, candidate):
        pairings = [_symbol_pairing(edge) for edge in edges]
        used = {part for edge in edges for part in (*edge.qps, *edge.rps)}
        rests = _Rest(one.weights), _Rest(other.weights)
        open_parts = (
            [part for part in query.parts if part not in used],
            [part for part in candidate.parts if part not in used],
        )
        if any(open_parts):
            pairings += _aligned(open_parts, rests, NameTypeTag.PER in (query.tag, candidate.tag))
        score = _score(pairings, rests[0].weight, rests[1].weight)
        score = min(score, _most(one, other, rests))
        if score > best.score:
            best = NameComparison(
                score,
                query.original,
                candidate.original,
                tuple(pairings),
                tuple(part.form for part in rests[0].parts),
                tuple(part.form for part in rests[1].parts),
            )
    return best


def _score(pairings: Iterable[Pairing], query: float, candidate: float) -> float:
    """The share of what two names say that agrees, by weight."""
    total = sum(pairing.weight for pairing in pairings)
    if not total:
        return 0.0
    agreed = sum(pairing.weight * pairing.score for pairing in pairings)
    conflict, more = min(query, candidate), abs(query - candidate)
    score = agreed / (total + conflict + ONE_SIDED * more)
    return min(score, MOST_IN_CONFLICT) if conflict >= CONFLICT else score


def _symbol_pairing(edge: Alignment) -> Pairing:
    assert edge.symbol is not None, "pair_symbols pairs by symbols only"
    category = edge.symbol.category
    score = 1.0 if edge.qstr == edge.rstr else SYMBOL_SCORES.get(category, 1.0)
    if not _roles_agree(zip(edge.qps, edge.rps, strict=False)):
        score *= OTHER_ROLE
    parts = min(len(edge.qps), len(edge.rps))
    return Pairing(edge.qstr, edge.rstr, score, SYMBOL_WEIGHTS.get(category, 1.0) * parts**0.5)


def _aligned(
    parts: tuple[list[NamePart], list[NamePart]], rests: tuple[_Rest, _Rest], is_person: bool
) -> list[Pairing]:
    """Pairs of the parts that no symbol explains; what is left goes to the rests."""
    if is_person:
        query, candidate = align_person_name_order(*parts)
    else:
        query, candidate = NamePart.tag_sort(parts[0]), NamePart.tag_sort(parts[1])
    pairings = []
    for edge in compare_parts(query, candidate, config=_CONFIG):
        if edge.qps and edge.rps and edge.score > 0:
            weight = sum(rests[0].weights[part] for part in edge.qps)
            weight += sum(rests[1].weights[part] for part in edge.rps)
            score = 1.0 if edge.qstr == edge.rstr else edge.score
            if not _roles_agree(zip(edge.qps, edge.rps, strict=False)):
                score *= OTHER_ROLE
            pairings.append(Pairing(edge.qstr, edge.rstr, score, weight / 2))
        else:
            rests[0].parts.extend(edge.qps)
            rests[1].parts.extend(edge.rps)
    return pairings + _similar(*rests, is_person)


def _similar(query: _Rest, candidate: _Rest, is_person: bool) -> list[Pairing]:
    """Pairs of left parts that differ by a typing error, sound alike, or are an initial."""
    pairings = []
    for part in list(query.parts):
        for other in list(candidate.parts):
            score, factor = _initial(part, other) if is_person else (0.0, 1.0)
            score = score or _similarity(part, other)
            if score:
                weight = factor * (query.weights[part] + candidate.weights[other]) / 2
                pairings.append(Pairing(part.form, other.form, score, weight))
                query.parts.remove(part)
                candidate.parts.remove(other)
                break
    return pairings


def _initial(part: NamePart, other: NamePart) -> tuple[float, float]:
    """How alike a letter is to the word that it begins, and what it weighs; 0 for other parts."""
    short, long = part.comparable, other.comparable
    if len(short) > len(long):
        short, long = long, short
    if len(short) != 1 or not short.isalpha() or not long.startswith(short):
        return 0.0, 1.0
    initial = SymbolCategory.INITIAL
    return SYMBOL_SCORES[initial], SYMBOL_WEIGHTS[initial]


def _similarity(part: NamePart, other: NamePart) -> float:
    if part.numeric or other.numeric:
        return 0.0
    return _words_alike(part.comparable, other.comparable, part.metaphone, other.metaphone)


@lru_cache(maxsize=100_000)
def _words_alike(one: str, other: str, sound: str | None, other_sound: str | None) -> float:
    """How alike two words are that differ by a typing error, or sound alike; else 0."""
    longest, apart = max(len(one), len(other)), abs(len(one) - len(other))
    if _exchanged(one, other):
        return TYPED
    errors = max(1, longest // 4)
    may_be_typed = apart <= errors and longest >= SHORTEST_TYPED
    if may_be_typed and levenshtein(one, other, max_edits=errors) <= errors:
        return TYPED
    errors = max(1, longest // 3)
    if not sound or len(sound) < SHORTEST_SOUND or sound != other_sound or apart > errors:
        return 0.0
    return HEARD if levenshtein(one, other, max_edits=errors) <= errors else 0.0


def _exchanged(one: str, other: str) -> bool:
    """Whether two words differ by two letters that have changed their places."""
    if len(one) != len(other) or len(one) < SHORTEST_EXCHANGED:
        return False
    differ = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differ) != 2 or differ[1] - differ[0] != 1:
        return False
    first, second = differ
    return (one[first], one[second]) == (other[second], other[first])


def _contradict(query: Weighed, candidate: Weighed, rests: Iterable[_Rest]) -> bool:
    """Whether two names are of two things: both have a legal form, and the forms differ; or one
    has a number without a counterpart, as the second of two funds."""
    forms = query.legal_forms, candidate.legal_forms
    if forms[0] and forms[1] and not forms[0] & forms[1]:
        return True
    if NameTypeTag.PER in (query.name.tag, candidate.name.tag):
        return False
    return any(
        part.numeric or ROMAN.issuperset(part.comparable) for rest in rests for part in rest.parts
    )


def _most(query: Weighed, candidate: Weighed, rests: tuple[_Rest, _Rest]) -> float:
    """The most that two names score: less where what is left makes two things of them."""
    if _contradict(query, candidate, rests):
        return MOST_IN_CONFLICT
    left = (
        span.symbol.id
        for each, rest in zip((query, candidate), rests, strict=True)
        for span in each.name.spans
        if any(part in rest.parts for part in span.parts)
    )
    return MOST_OF_HOLDING if "HOLDING" in left else 1.0

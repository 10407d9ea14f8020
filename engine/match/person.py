"""Reads the names of persons as ``rigour`` does, with its list of names from a file.

``analyze_names`` marks in a name what its list knows. Without symbols it does all but that; this
module marks the rest: initials, what the list knows, and numbers, in this order. A name of somebody
who may be a person or an organisation is read as that of an organisation, and where it has no legal
form, also as that of a person.
"""

from collections.abc import Iterator, Mapping, Sequence

from rigour.names import Name, NamePartTag, NameTypeTag, Symbol, SymbolCategory, analyze_names

from engine.match.lexicon import MOST_WORDS, Lexicon, lexicon

Tags = Mapping[NamePartTag, Sequence[str]]
"""What is known of parts of the names: given names, family names …"""
_SHORTENED = frozenset(
    {NamePartTag.GIVEN, NamePartTag.MIDDLE, NamePartTag.PATRONYMIC, NamePartTag.MATRONYMIC}
)
"""The parts that may be written as an initial."""
SHORTEST_FORM = 3
"""The letters of a legal form that makes an organisation of a name: ``AG`` may be initials."""


def analyzed(tag: NameTypeTag, names: Sequence[str], tags: Tags) -> set[Name]:
    """Names of a person, an organisation, or a thing, with what their parts stand for."""
    if tag == NameTypeTag.PER:
        return person_names(names, tags)
    if tag == NameTypeTag.ENT:
        return entity_names(names, tags)
    return analyze_names(tag, names, tags, infer_initials=True, consolidate=False)


def person_names(names: Sequence[str], tags: Tags) -> set[Name]:
    """Names of a person in their parts, with what the parts stand for."""
    known = lexicon()
    tag = NameTypeTag.PER
    if known is None:
        return analyze_names(tag, names, tags, infer_initials=True, consolidate=False)
    found = analyze_names(tag, names, tags, symbols=False, consolidate=False)
    for name in found:
        _mark(name, known)
    return found


def entity_names(names: Sequence[str], tags: Tags) -> set[Name]:
    """Names of a person or an organisation, whichever it is, with what the parts stand for."""
    known = lexicon()
    if known is None:
        tag = NameTypeTag.ENT
        return analyze_names(tag, names, tags, infer_initials=True, consolidate=False)
    found = analyze_names(NameTypeTag.ORG, names, tags, consolidate=False)
    for name in found:
        if not _has_legal_form(name):
            name.tag = NameTypeTag.ENT
            _mark_phrases(name, known)
    return found


def _has_legal_form(name: Name) -> bool:
    return any(
        sum(len(part.form) for part in span.parts) >= SHORTEST_FORM
        for span in name.spans
        if span.symbol.category == SymbolCategory.ORG_CLASS
    )


def _mark(name: Name, known: Lexicon) -> None:
    for part in name.parts:
        if part.latinize and part.comparable and (len(part.form) == 1 or part.tag in _SHORTENED):
            name.apply_part(part, Symbol(SymbolCategory.INITIAL, part.comparable[0]))
    _mark_phrases(name, known)
    _mark_numbers(name)


def _mark_phrases(name: Name, known: Lexicon) -> None:
    for phrase in dict.fromkeys(_phrases([part.form for part in name.parts])):
        for symbol in known.symbols(phrase):
            name.apply_phrase(phrase, symbol)


def _mark_numbers(name: Name) -> None:
    """Mark the numbers that no ordinal of the list is."""
    numbers = SymbolCategory.NUMERIC
    counted = {p for span in name.spans if span.symbol.category == numbers for p in span.parts}
    for part in name.parts:
        if part.tag == NamePartTag.NUM and part.integer is not None and part not in counted:
            name.apply_part(part, Symbol(numbers, part.integer))


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """All words that follow each other, in the order of the last one; the longest first."""
    for end in range(1, len(words) + 1):
        for start in range(max(0, end - MOST_WORDS), end):
            yield " ".join(words[start:end])

"""Language models that find names which no record has, where somebody has installed them.

spaCy and its models are no part of Clew: each language's model is a package of its own, of some
10 to 500 MB. Those that spaCy can load are used, each for texts in its language.
"""

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from rigour.langs import iso_639_alpha2

from engine.mentioned import Mention, MentionKind, Place, joined

KINDS = {
    **dict.fromkeys(("PERSON", "PER", "persName"), MentionKind.PERSON),
    **dict.fromkeys(("ORG", "orgName"), MentionKind.ORGANIZATION),
}
"""What the models of languages call persons and organisations."""
SCORE = 0.5
"""What such a name counts: a model says nothing of how sure it is."""
LONGEST = 100_000
"""Characters of a text that a model is given."""


@cache
def installed_models() -> tuple[str, ...]:
    """The names of the models that are installed, such as ``de_core_news_sm``; empty for none."""
    if importlib.util.find_spec("spacy") is None:
        return ()
    names: list[str] = importlib.import_module("spacy.util").get_installed_models()
    return tuple(sorted(names))


@cache
def _model(name: str) -> Any:
    return importlib.import_module("spacy").load(name)


def chosen_models(languages: Sequence[str]) -> list[str]:
    """The models for some languages (ISO 639-3); without any the one for all, or the only one."""
    installed = installed_models()
    codes = [iso_639_alpha2(code) for code in languages] or ["xx"]
    found = [name for code in codes for name in installed if name.startswith(f"{code}_")]
    return found or (list(installed) if len(installed) == 1 and not languages else [])


def modelled(text: str, page: int, languages: Sequence[str]) -> Iterator[Mention]:
    """The persons and organisations that models see in a text, each place by itself."""
    for name in chosen_models(languages):
        for found in _model(name)(text[:LONGEST]).ents:
            if (kind := KINDS.get(found.label_)) is not None:
                place = Place(page, found.start_char, found.end_char, found.text)
                yield Mention(kind, found.text, (place,), SCORE, f"seen by the model {name}")


def with_modelled(
    known: Sequence[Mention], text: str, page: int, languages: Sequence[str]
) -> list[Mention]:
    """Mentions, and those that models see where these have none."""
    taken = [(place.start, place.end) for each in known for place in each.places]
    found: dict[str, Mention] = {}
    for each in modelled(text, page, languages):
        start, end = each.places[0].start, each.places[0].end
        if all(end <= first or start >= last for first, last in taken):
            before = found.get(each.value)
            found[each.value] = each if before is None else joined(before, each)
    return [*known, *found.values()]

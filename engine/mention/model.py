"""Language models that find names which no record has, where somebody has installed them.

spaCy and its models are no part of Clew: each language's model is a package of its own, of some
10 to 500 MB. Those that spaCy can load are used, each for texts in its language.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from typing import Any

from engine.mentioned import MentionKind

KINDS = {
    **dict.fromkeys(("PERSON", "PER", "persName"), MentionKind.PERSON),
    **dict.fromkeys(("ORG", "orgName"), MentionKind.ORGANIZATION),
}
"""What the models of languages call persons and organisations."""
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


def found_names(text: str, language: str) -> Iterator[tuple[int, int, MentionKind]]:
    """The persons and organisations that a model of a language (``de``) sees in a text.

    None where no model of the language is installed.
    """
    name = next((each for each in installed_models() if each.startswith(f"{language}_")), None)
    if name is None:
        return
    for found in _model(name)(text[:LONGEST]).ents:
        if (kind := KINDS.get(found.label_)) is not None:
            yield found.start_char, found.end_char, kind

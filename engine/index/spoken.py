"""How a text is found by new names: a key for each of its words, in the field ``naming``.

Where a dataset is loaded, its names look for the texts that may hold them. ``t`` before a word's
sound, ``tc`` before its consonants where it is in a script that is not read letter by letter, and
``th`` before two Chinese characters in a row; ``t`` alone says that a record has a text.
"""

from collections.abc import Iterator

from followthemoney import model

from engine.entity import Entity, full_names
from engine.index.folding import SHOWN_WORD
from engine.index.naming import Sound, chinese, heard, is_chinese, kinds_of, name_words

TEXTUAL = frozenset(schema.name for schema in model if "bodyText" in schema.properties)
"""The schemata whose records may have a text."""
TEXT = "t"
"""The key of each record that has a text."""


def body_of(entity: Entity) -> str:
    """The text of a record; empty where it has none."""
    values = entity.properties.get("bodyText", ())
    return "\n".join(values) if entity.schema in TEXTUAL else ""


def text_keys(entity: Entity) -> list[str]:
    """The keys of a record's text: how each of its words sounds."""
    text = body_of(entity)
    if not text:
        return []
    found = {TEXT}
    for word in set(SHOWN_WORD.findall(text)):
        sound = heard(word)
        found.update(_spoken(sound))
        if is_chinese(word):
            found.update(f"th{word[at : at + 2]}" for at in range(len(word) - 1))
    return sorted(found)


def _spoken(sound: Sound) -> Iterator[str]:
    """The keys of a word of a text."""
    yield from (f"t {way}" for way in sound.ways)
    if not sound.alphabetic:
        yield from (f"tc{classes}" for classes in sound.classes if len(classes) > 1)


def spoken_keys(sound: Sound) -> list[str]:
    """What a word of a name looks up in the texts: any of these."""
    found = [f"t {way}" for way in sound.ways]
    found += [f"tc{classes}" for classes in sound.classes if len(classes) > 1]
    return found


def name_queries(entity: Entity) -> Iterator[list[list[str]]]:
    """What each name of a record looks up in the texts: its words, each in several ways."""
    for name in full_names(entity):
        if is_chinese(name):
            letters = chinese(name)
            yield [[f"th{letters[at : at + 2]}"] for at in range(len(letters) - 1)]
        else:
            words = name_words(name, kinds_of(entity.schema)[1])
            yield [spoken_keys(word) for word in words]

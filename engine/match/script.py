"""Names in Chinese characters as they are written in Latin letters.

``rigour`` knows other spellings of many names in any script, but reads no Chinese character.
"""

import re

from engine.index.letter import east_asian, variants_of

_WORD = re.compile(r"\w+")


def romanised(name: str) -> str | None:
    """A name in pinyin, the first character of a word by itself; None of a name without any."""
    if not east_asian(name):
        return None
    words = [
        syllables for word in _WORD.findall(name.lower()) for syllables in variants_of(word)[:1]
    ]
    return " ".join(
        part for first, *others in filter(None, words) for part in (first, "".join(others)) if part
    )

"""How names in Cyrillic, Greek, Georgian and Armenian are officially written in Latin letters.

Each word gets a few spellings, which ``sound`` reduces to its normal form: what that form makes
equal (``y`` and ``i``, ``kh`` and ``h``) needs no spelling of its own here.
"""

import re
from itertools import islice, product

_CYRILLIC = {
    **{"а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "io", "ж": "zh"},
    **{"з": "z", "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o"},
    **{"п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts"},
    **{"ч": "tch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu"},
    **{"я": "ia", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u", "’": ""},
    **{"ђ": "dj", "ј": "i", "љ": "lj", "њ": "nj", "ћ": "tch", "џ": "dzh", "ѓ": "gj", "ќ": "kj"},
    **{"ѕ": "dz", "ғ": "gh", "қ": "k", "ң": "n", "ә": "a", "ө": "o", "ұ": "u", "ү": "u"},
    **{"һ": "h", "ҳ": "h", "җ": "j", "ҷ": "j", "ӣ": "i", "ӯ": "u", "ѣ": "e", "ѳ": "f"},
}
_OTHER_CYRILLIC = {
    "г": "h",  # Ukraine, Belarus
    "ж": "j",  # Kazakhstan's and French ways
    "щ": "sht",  # Bulgaria
    "ъ": "a",  # Bulgaria
    "ў": "v",
    "ә": "e",
    "ң": "ng",
}
_PLAIN_SERBIAN = {
    **_CYRILLIC,
    **{"ж": "z", "ш": "s", "ч": "c", "ћ": "c", "ц": "c", "џ": "dz", "х": "h"},
}
"""Serbian without the signs on its letters."""
_SERBIAN = re.compile("[ђјљњћџ]")
_RUSSIAN = re.compile("[ыэё]")
_GREEK = {
    **{"α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th"},
    **{"ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p"},
    **{"ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "kh", "ψ": "ps"},
    **{"ω": "o", "ά": "a", "έ": "e", "ή": "i", "ί": "i", "ό": "o", "ύ": "y", "ώ": "o"},
    **{"ϊ": "i", "ϋ": "y", "ΐ": "i", "ΰ": "y"},
}
_VOICELESS = "θκξπσςτφχψ"
_GREEK_PAIRS = [
    ("[αά](?:υ|ύ)(?=[" + _VOICELESS + "]|$)", "af"),
    ("[αά](?:υ|ύ)", "av"),
    ("[εέ](?:υ|ύ)(?=[" + _VOICELESS + "]|$)", "ef"),
    ("[εέ](?:υ|ύ)", "ev"),
    ("ο[υύ]", "u"),
    ("γγ", "ng"),
    ("γξ", "nx"),
    ("γχ", "nkh"),
    ("^μπ", "b"),
    ("^ντ", "d"),
    ("^γκ", "g"),
]
"""ELOT 743, which passports follow."""
_OTHER_GREEK = [
    ("γκ", "g"),
    ("μπ", "b"),
    ("ντ", "d"),
    ("ε[ιί]", "i"),
    ("ο[ιί]", "i"),
    ("α[ιί]", "e"),
    ("γ(?=[ειηυέίήύ])", "y"),
]
_CLASSICAL_GREEK = [("ε[υύ]", "eu"), ("α[υύ]", "au"), ("[ηή]", "e"), ("^μπ", "mp"), ("^ντ", "nt")]
_ARMENIAN_PAIRS = [
    ("^ու", "u"),
    ("ու", "u"),
    ("^և", "ev"),
    ("և", "ev"),
    ("^եւ", "ev"),
    ("եւ", "ev"),
    ("^ո", "vo"),
    ("^եա", "ia"),
]
_ARMENIAN = {
    **{"ա": "a", "բ": "b", "գ": "g", "դ": "d", "ե": "e", "զ": "z", "է": "e", "ը": "y"},
    **{"թ": "t", "ժ": "zh", "ի": "i", "լ": "l", "խ": "kh", "ծ": "ts", "կ": "k", "հ": "h"},
    **{"ձ": "dz", "ղ": "gh", "ճ": "tch", "մ": "m", "յ": "i", "ն": "n", "շ": "sh", "ո": "o"},
    **{"չ": "tch", "պ": "p", "ջ": "j", "ռ": "r", "ս": "s", "վ": "v", "տ": "t", "ր": "r"},
    **{"ց": "ts", "ւ": "v", "փ": "p", "ք": "k", "օ": "o", "ֆ": "f"},
}
_GEORGIAN = {
    **{"ა": "a", "ბ": "b", "გ": "g", "დ": "d", "ე": "e", "ვ": "v", "ზ": "z", "თ": "t"},
    **{"ი": "i", "კ": "k", "ლ": "l", "მ": "m", "ნ": "n", "ო": "o", "პ": "p", "ჟ": "zh"},
    **{"რ": "r", "ს": "s", "ტ": "t", "უ": "u", "ფ": "p", "ქ": "k", "ღ": "gh", "ყ": "k"},
    **{"შ": "sh", "ჩ": "tch", "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "tch", "ხ": "kh"},
    **{"ჯ": "j", "ჰ": "h"},
}
_SCRIPT = re.compile(
    "[\u0370-\u03ff\u1f00-\u1fff]|([\u0400-\u052f])|([\u0530-\u058f])|([\u10a0-\u10ff])"
)
MOST_SPELLINGS = 8


def spellings(word: str) -> list[str]:
    """A lower-case word's spellings in Latin letters; none of a word in any other script."""
    script = _SCRIPT.search(word)
    if script is None:
        return []
    if script.lastindex is None:
        return _greek(word)
    if script.lastindex == 1:
        return _cyrillic(word)
    if script.lastindex == 2:
        return _armenian(word)
    official = _letters(word, _GEORGIAN)
    return [official, _letters(word, {**_GEORGIAN, "ფ": "ph"})] if "ფ" in word else [official]


def _letters(word: str, table: dict[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in word)


def _replaced(word: str, pairs: list[tuple[str, str]]) -> str:
    for pattern, latin in pairs:
        word = re.sub(pattern, latin, word)
    return word


def _other_letters(word: str) -> list[str]:
    """The letters of a Cyrillic word that are written in a second way, by its language."""
    others = [letter for letter in dict.fromkeys(word) if letter in _OTHER_CYRILLIC]
    if _RUSSIAN.search(word):
        others = [letter for letter in others if letter not in "гъ"]
    return others


def _cyrillic(word: str) -> list[str]:
    if not _RUSSIAN.search(word):
        word = word.replace("зг", "згh")  # Ukraine's way, so that it is no zh
    others = _other_letters(word)
    found = []
    for chosen in islice(product((False, True), repeat=len(others)), MOST_SPELLINGS):
        second = {
            letter: _OTHER_CYRILLIC[letter]
            for letter, use in zip(others, chosen, strict=True)
            if use
        }
        found.append(_letters(word, {**_CYRILLIC, **second}))
    if _SERBIAN.search(word):
        found += [_letters(word, {**_PLAIN_SERBIAN, "ђ": latin}) for latin in ("dj", "d")]
    return found


def _greek(word: str) -> list[str]:
    official = _letters(_replaced(word, _GREEK_PAIRS), _GREEK)
    other = _letters(_replaced(_replaced(word, _OTHER_GREEK), _GREEK_PAIRS), _GREEK)
    classical = _letters(
        _replaced(_replaced(word, _CLASSICAL_GREEK), _GREEK_PAIRS),
        {**_GREEK, "β": "b", "φ": "ph", "υ": "y"},
    )
    return [official, other, classical]


def _armenian(word: str) -> list[str]:
    without_v = [pair for pair in _ARMENIAN_PAIRS if pair[1] != "vo"]
    found = [_letters(_replaced(word, pairs), _ARMENIAN) for pairs in (_ARMENIAN_PAIRS, without_v)]
    if "ը" in word:
        found.append(found[0].replace("y", ""))
    if "փ" in word:
        found.append(_letters(_replaced(word, _ARMENIAN_PAIRS), {**_ARMENIAN, "փ": "ph"}))
    return found

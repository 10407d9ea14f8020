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
_OTHER_CYRILLIC = [
    ("ъё", ("io", "iee")),  # Russia's passports write both letters
    ("ъ(?=[еюя])", ("", "ie")),
    ("ъ$", ("",)),  # Russia before 1918
    ("ъ(?!$|[еёюя])", ("a", "u")),  # Bulgaria, now and before
    ("ьо", ("io", "o")),  # Bulgaria, Ukraine
    ("(?<=[жчшщ])ё", ("io", "o")),
    ("г", ("g", "h")),  # Ukraine, Belarus
    ("щ", ("shch", "sht")),  # Bulgaria
    ("ж", ("zh", "j")),  # Kazakhstan's and French ways
    ("ў", ("u", "v")),
    ("ә", ("a", "e")),
    ("ң", ("n", "ng")),
]
"""What is written in several ways, by language; the earlier ones matter more."""
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
]
"""ELOT 743, which passports follow."""
_STOPS = [
    [("^μπ", "b"), ("^ντ", "d"), ("^γκ", "g")],
    [],
    [("^μπ", "b"), ("^ντ", "d"), ("^γκ", "g"), ("μπ", "mb"), ("ντ", "nd"), ("γκ", "ng")],
    [("μπ", "b"), ("ντ", "d"), ("γκ", "g")],
]
"""How Greek's b, d and g are written: as ELOT 743 has it, letter by letter as many passports do,
and as they sound."""
_OTHER_GREEK = [
    ("ε[ιί]", "i"),
    ("ο[ιί]", "i"),
    ("α[ιί]", "e"),
    ("γ(?=[ειηυέίήύ])", "y"),
]
_CLASSICAL_GREEK = [("ε[υύ]", "eu"), ("α[υύ]", "au"), ("[ηή]", "e")]
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
_WESTERN_ARMENIAN = {
    **_ARMENIAN,
    **{"բ": "p", "գ": "k", "դ": "t", "կ": "g", "պ": "b", "տ": "d", "ծ": "dz", "ձ": "ts"},
    **{"ճ": "j", "ջ": "tch"},
}
_CLASSICAL_ARMENIAN = [("եա", "ia"), ("իւ", "iu"), ("ոյ", "ui"), ("^յ", "h")]
"""The spelling from before 1922, which Armenians abroad keep."""
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
    found = [_letters(word, _GEORGIAN)]
    for letter, latin in (("ფ", "ph"), ("ჟ", "j")):
        if letter in word:
            found.append(_letters(word, {**_GEORGIAN, letter: latin}))
    return found


def _letters(word: str, table: dict[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in word)


def _replaced(word: str, pairs: list[tuple[str, str]]) -> str:
    for pattern, latin in pairs:
        word = re.sub(pattern, latin, word)
    return word


def _ways(word: str) -> list[list[tuple[str, str]]]:
    """Choices of ways to write what a Cyrillic word has of ``_OTHER_CYRILLIC``, a few at most."""
    russian = _RUSSIAN.search(word)
    found = [
        [(pattern, latin) for latin in latins]
        for pattern, latins in _OTHER_CYRILLIC
        if re.search(pattern, word) and not (russian and pattern == "г")
    ]
    # the last factor of a product changes first
    return [list(chosen)[::-1] for chosen in islice(product(*found[::-1]), MOST_SPELLINGS)]


def _cyrillic(word: str) -> list[str]:
    if not _RUSSIAN.search(word):
        word = word.replace("зг", "згh")  # Ukraine's way, so that it is no zh
    found = [_letters(_replaced(word, way), _CYRILLIC) for way in _ways(word)]
    if _SERBIAN.search(word):
        found += [_letters(word, {**_PLAIN_SERBIAN, "ђ": latin}) for latin in ("dj", "d")]
    return found


def _greek(word: str) -> list[str]:
    stopped = list(dict.fromkeys(_replaced(word, stops) for stops in _STOPS))
    official = [_letters(_replaced(each, _GREEK_PAIRS), _GREEK) for each in stopped]
    other = [
        _letters(_replaced(_replaced(each, _OTHER_GREEK), _GREEK_PAIRS), _GREEK)
        for each in reversed(stopped)
    ]
    classical = _letters(
        _replaced(_replaced(word, _CLASSICAL_GREEK), _GREEK_PAIRS),
        {**_GREEK, "β": "b", "φ": "ph", "υ": "y"},
    )
    return [*official, *other, classical]


def _armenian(word: str) -> list[str]:
    without_v = [pair for pair in _ARMENIAN_PAIRS if pair[1] != "vo"]
    classical = [*_CLASSICAL_ARMENIAN, *_ARMENIAN_PAIRS]
    found = [_letters(_replaced(word, _ARMENIAN_PAIRS), _ARMENIAN)]
    if any(re.search(pattern, word) for pattern, _ in _CLASSICAL_ARMENIAN):
        found.append(_letters(_replaced(word, classical), _ARMENIAN))
    found.append(_letters(_replaced(word, classical), _WESTERN_ARMENIAN))
    found.append(_letters(_replaced(word, without_v), _ARMENIAN))
    if "ը" in word:
        found.append(found[0].replace("y", ""))
    if "փ" in word:
        found.append(_letters(_replaced(word, _ARMENIAN_PAIRS), {**_ARMENIAN, "փ": "ph"}))
    return found

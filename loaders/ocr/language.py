"""Languages: how people, Tesseract and Debian name them, and which of them one script is used for.

A language is an ISO 639-3 code (``rus``) wherever a reading or a dataset names it. Tesseract has
names of its own for a few (``chi_sim``), which only this module knows.
"""

from collections.abc import Iterable, Sequence

from rigour.langs import iso_639_alpha3

from loaders.ocr.failure import LanguageMissing

NAMES = {
    "zho": ("chi_sim", "chi_tra"),
    "cmn": ("chi_sim", "chi_tra"),
    "arb": ("ara",),
    "ekk": ("est",),
    "lvs": ("lav",),
    "zsm": ("msa",),
    "swh": ("swa",),
    "pes": ("fas",),
    "nob": ("nor",),
    "nno": ("nor",),
    "kur": ("kmr",),
    "cnr": ("srp_latn",),
}
"""What Tesseract calls the languages that it does not call by their ISO 639-3 code."""
CODES = {"chi_sim": "zho", "chi_tra": "zho", "srp_latn": "srp", "aze_cyrl": "aze"}
SCRIPTS = {
    "Arabic": ("ara", "fas", "urd", "pus", "uig", "snd"),
    "Armenian": ("hye",),
    "Bengali": ("ben", "asm"),
    "Cyrillic": ("rus", "ukr", "bul", "bel", "srp", "mkd", "kaz", "kir", "mon", "tgk", "aze_cyrl"),
    "Devanagari": ("hin", "mar", "nep", "san"),
    "Ethiopic": ("amh", "tir"),
    "Georgian": ("kat",),
    "Greek": ("ell", "grc"),
    "Gujarati": ("guj",),
    "Gurmukhi": ("pan",),
    "Han": ("chi_sim", "chi_tra", "jpn"),
    "Hangul": ("kor",),
    "Hebrew": ("heb", "yid"),
    "Japanese": ("jpn",),
    "Katakana": ("jpn",),
    "Hiragana": ("jpn",),
    "Korean": ("kor",),
    "Kannada": ("kan",),
    "Khmer": ("khm",),
    "Lao": ("lao",),
    "Malayalam": ("mal",),
    "Myanmar": ("mya",),
    "Sinhala": ("sin",),
    "Tamil": ("tam",),
    "Telugu": ("tel",),
    "Thai": ("tha",),
}
"""Tesseract's languages by the script that its orientation detection names; others are Latin."""
LATIN = "Latin"
OTHER_SCRIPTS = {name for names in SCRIPTS.values() for name in names}
OFTEN = ("eng", "spa", "fra", "deu", "por", "ita", "rus")
"""Of several languages of a script, the one that is tried first: the one that is read most."""


def names_of(languages: Iterable[str], installed: Sequence[str]) -> tuple[str, ...]:
    """What Tesseract calls these languages (ISO codes, or its own names).

    Raises LanguageMissing for one that is unknown or not installed.
    """
    found: dict[str, None] = {}
    for language in languages:
        names = (language,) if language in installed else named(language)
        there = [name for name in names if name in installed]
        if not there:
            raise LanguageMissing(missing(language, names[0]))
        found |= dict.fromkeys(there)
    return tuple(found)


def named(language: str) -> tuple[str, ...]:
    """What Tesseract calls a language, installed or not; raises LanguageMissing."""
    code = iso_639_alpha3(language) if language not in CODES else language
    if code is None:
        raise LanguageMissing(
            f"{language[:40]!r} is no language: give codes such as rus or eng, separated by commas"
        )
    return NAMES.get(code, (code,))


def missing(language: str, name: str) -> str:
    """A sentence: what is not installed, and the package that brings it."""
    which = name if language in (name, name[:2]) else f"{language} ({name})"
    return f"the language {which} is not installed: its Debian package is {package(name)}"


def package(name: str) -> str:
    """The Debian package with the data of a language of Tesseract's."""
    return "tesseract-ocr-" + name.replace("_", "-")


def codes_of(names: Iterable[str]) -> tuple[str, ...]:
    """The ISO 639-3 codes of languages as Tesseract names them, each once."""
    return tuple(dict.fromkeys(CODES.get(name, name) for name in names))


def of_script(script: str, installed: Sequence[str]) -> tuple[str, ...]:
    """The installed languages of a script, the one that is read most first; of none, none."""
    if script in SCRIPTS:
        return tuple(name for name in SCRIPTS[script] if name in installed)
    if script not in (LATIN, "Fraktur"):
        return ()
    latin = [name for name in installed if name not in OTHER_SCRIPTS]
    return tuple(sorted(latin, key=lambda name: (place(name), name)))


def script_of(name: str) -> str:
    """The script of a language of Tesseract's."""
    return next((script for script, names in SCRIPTS.items() if name in names), LATIN)


def place(name: str) -> int:
    """Where a language stands among those that are tried first."""
    return OFTEN.index(name) if name in OFTEN else len(OFTEN)


def leads(installed: Sequence[str]) -> tuple[str, ...]:
    """One installed language of each script: what a text is tried with whose script is unknown."""
    firsts = (of_script(script, installed)[:1] for script in (LATIN, *SCRIPTS))
    return tuple(dict.fromkeys(name for first in firsts for name in first))

"""How text becomes tokens: lower-case letters and digits of ASCII, whatever its script.

Entries and searches are folded by the same functions, so ``Жуков`` and ``Zhukov`` are one token.
Where a letter has two customary forms (``Müller`` as Muller or Mueller), a text has a second
sequence of tokens; entries are indexed under both, and a search looks for either.

What is written in several ways becomes one: ``S.A.`` and ``S A`` are ``sa``, ``O'Brennan`` is
``obrennan``, and ``&`` between two words is ``and``, as are the words for it in other languages.
The pieces are indexed as well, as loose tokens that stand in no sequence.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.index.letter import COMPATIBLE, INVISIBLE, LETTER, MARKS, POINTS, variants_of

_IN_WORD = rf"(?:{LETTER}|[{MARKS}])"
_APOSTROPHE = "['\u2018\u2019`\u00b4\u2032]"
_PIECE = re.compile(rf"&|{LETTER}{_IN_WORD}*(?:{_APOSTROPHE}{_IN_WORD}+)*")
_SPLIT = re.compile(_APOSTROPHE)
SHOWN_WORD = re.compile(rf"{LETTER}(?:{_IN_WORD}|{INVISIBLE.pattern}|{_APOSTROPHE}(?={LETTER}))*")
"""A word as it stands in a text that is shown, with what nobody sees."""
ASCII_WORD = re.compile(r"[a-z0-9]+")
_ALNUM = re.compile(r"[A-Za-z0-9]+")
_BETWEEN_LETTERS = re.compile(r"[./]?\s?|\.?-")
"""What stands between the letters of an abbreviation: ``S.A.``, ``A/S``, ``J. P.``, ``J.-P.``"""
AND = "and"
CONJUNCTIONS = frozenset(
    {
        "&",
        AND,
        "und",
        "et",
        "y",
        "e",
        "i",
        "og",
        "och",
        "en",
        "ja",
        "ve",
        "és",
        "и",
        "і",
        "й",
        "και",
    }
)
"""``and`` in the languages of Europe; so read where it stands between two words."""
_OTHER_WORDS = CONJUNCTIONS - {AND}
_ARTICLES = frozenset("odl")
"""Letters before a name that may be written as a part of it: ``O'Brennan``, ``D'Angelo``."""
LONGEST_JOINED_TEXT = 300
"""In longer texts ``et`` and ``en`` are words like others: they are no names."""
LONGEST_WORD = 200
SHORT = 60


@dataclass(frozen=True)
class Folding:
    """A text's words and tokens."""

    words: tuple[str, ...]
    """Its words in lower case, in their own script."""
    sequences: tuple[tuple[str, ...], ...]
    """The tokens of all words in order, in one or two ways."""
    loose: tuple[tuple[str, ...], ...] = ()
    """The same with nothing joined, and further ways to write single words."""


NOTHING = Folding((), ())


def clean(text: str) -> str:
    """The text without what UTF-8 cannot encode (lone surrogates)."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()


def normal(text: str) -> str:
    """A text in lower case, without marks that may be left out and what nobody sees."""
    if text.isascii():
        return text.lower()
    text = INVISIBLE.sub("", clean(text))
    if COMPATIBLE.search(text):
        text = unicodedata.normalize("NFKC", text)
    lowered = unicodedata.normalize("NFC", text).lower()
    return POINTS.sub("", unicodedata.normalize("NFC", lowered))


def _is_plain(found: Sequence[str], length: int) -> bool:
    """Whether nothing is joined in a text of a length with these pieces."""
    singles = [piece for piece in found if len(piece) == 1]
    if singles and (len(singles) > 1 or singles[0] == "&"):
        return False
    return length > LONGEST_JOINED_TEXT or _OTHER_WORDS.isdisjoint(found)


def _plain(text: str) -> list[str] | None:
    """The tokens of a text in ASCII in which nothing is joined; None of any other text."""
    if not text.isascii():
        return None
    if text.isalnum():
        return [text.lower()]
    if "'" in text or "&" in text or "`" in text:
        return None
    found = ASCII_WORD.findall(text.lower())
    return found if _is_plain(found, len(text)) else None


def _letters_end(text: str, pieces: Sequence[re.Match[str]], at: int) -> int:
    """Where a row of single letters that begins at a piece ends; the piece itself if it is none."""
    end = at
    while end < len(pieces) and len(letter := pieces[end][0]) == 1:
        between = text[pieces[end - 1].end() : pieces[end].start()]
        if letter == letter.upper() or (end > at and not _BETWEEN_LETTERS.fullmatch(between)):
            break
        end += 1
    return end


def words(text: str) -> tuple[list[str], list[str]]:
    """A text's words as they are compared, in their own script, and the parts of joined ones."""
    lowered = normal(text)
    if lowered.isascii() and lowered.isalnum():
        return [lowered], []
    if not _SPLIT.search(lowered):
        found = _PIECE.findall(lowered)
        if _is_plain(found, len(lowered)):
            return found, []
    return _joined_words(lowered)


def _joined_words(lowered: str) -> tuple[list[str], list[str]]:
    pieces = list(_PIECE.finditer(lowered))
    short = len(lowered) <= LONGEST_JOINED_TEXT
    whole: list[str] = []
    parts: list[str] = []
    further: list[str] = []
    at = 0
    while at < len(pieces):
        end = max(_letters_end(lowered, pieces, at), at + 1)
        split = [part for each in pieces[at:end] for part in _SPLIT.split(each[0])]
        if short and _is_conjunction(lowered, pieces, at):
            whole.append(AND)
            further += _around(pieces[at - 1 : at + 2])
        elif split != ["&"]:
            whole.append("".join(split))
            further += _with_next(split, pieces, end) if short else []
        if split != ["&"] and (short or len(split) > 1):
            parts += split
        at = end
    return whole, parts + further


def _is_conjunction(lowered: str, pieces: Sequence[re.Match[str]], at: int) -> bool:
    """Whether a piece is a word for ``and`` that stands by itself between two others."""
    piece = pieces[at]
    if piece[0] not in CONJUNCTIONS or not 0 < at < len(pieces) - 1:
        return False
    around = lowered[piece.start() - 1] + lowered[piece.end()]
    return piece[0] == "&" or around.isspace()


def _around(three: Sequence[re.Match[str]]) -> list[str]:
    """``hm`` for ``H&M`` and for ``H. & M.``"""
    before, piece, after = three
    tight = before.end() == piece.start() and piece.end() == after.start()
    length = len(before[0]) + len(after[0])
    short = piece[0] == "&" and (length <= 4 if tight else length == 2)
    return [before[0] + after[0]] if short else []


def _with_next(split: Sequence[str], pieces: Sequence[re.Match[str]], end: int) -> list[str]:
    """``obrennan`` for ``O Brennan``."""
    alone = len(split) == 1 and split[0] in _ARTICLES and end < len(pieces)
    return [split[0] + following] if alone and (following := pieces[end][0]).isalpha() else []


def parts_of(text: str) -> list[str]:
    """A text's words as they stand, with nothing joined."""
    return [
        part
        for match in _PIECE.finditer(normal(text))
        if match[0] != "&"
        for part in _SPLIT.split(match[0])
    ]


def _sequence(words: Sequence[str], way: int) -> tuple[str, ...]:
    """The tokens of words in their first (0) or second way (1)."""
    found: list[str] = []
    for word in words:
        if word.isascii():
            found.append(word)
        elif known := variants_of(word[:LONGEST_WORD]):
            found.extend(known[min(way, len(known) - 1)])
    return tuple(found)


def fold(text: str) -> Folding:
    """A text's words and tokens."""
    if (plain := _plain(text)) is not None:
        found = tuple(plain)
        return Folding(found, (found,)) if found else NOTHING
    return _joined(text) if len(text) < SHORT else _join(text)


def _join(text: str) -> Folding:
    whole, parts = words(text)
    sequences = [_sequence(whole, way) for way in (0, 1)]
    further = [
        token
        for word in whole
        if not word.isascii()
        for each in variants_of(word[:LONGEST_WORD])[2:]
        for token in each
    ]
    loose = dict.fromkeys([*(_sequence(parts, way) for way in (0, 1)), tuple(further)])
    found = tuple(dict.fromkeys(filter(None, sequences)))
    return Folding(tuple(whole), found, tuple(each for each in loose if each and each not in found))


_joined = lru_cache(maxsize=20_000)(_join)
"""Short texts come again and again: roles, places, legal forms."""


def texts(folded: Folding) -> list[str]:
    """What is indexed of a folded text: its tokens in each sequence, and the loose ones."""
    return [" ".join(each) for each in (*folded.sequences, *folded.loose)]


def foldings(text: str) -> list[str]:
    """What is indexed of a text: itself where it is plain ASCII, else its tokens."""
    return [text] if _plain(text) is not None else texts(fold(text))


def variants(text: str) -> list[list[str]]:
    """The sequences of tokens that a search looks for; none where nothing can be searched.

    ``O'Brennan`` is looked for as ``obrennan`` and as ``o brennan``.
    """
    if text.isascii() and text.isalnum():
        return [[text.lower()]]
    folded = fold(text)
    found = list(folded.sequences)
    whole, _ = words(text)
    if len(whole) == 1 and not whole[0].isascii():
        found += variants_of(whole[0][:LONGEST_WORD])
    if pieces := parts_of(text):
        found += [_sequence(pieces, 0), _sequence(pieces, 1)]
    return [list(each) for each in dict.fromkeys(found) if each]


def tokens(text: str) -> list[str]:
    """A text's tokens in its first sequence."""
    return list(next(iter(fold(text).sequences), ()))


def identifier(text: str) -> str:
    """An identifier without its punctuation: ``DK-12 34`` is DK1234."""
    if text.isascii():
        bare = text if text.isalnum() else "".join(_ALNUM.findall(text))
        return bare.upper()[:LONGEST_WORD]
    return "".join(_sequence(parts_of(text), 0)).upper()[:LONGEST_WORD]


def digest(tokens: Sequence[str]) -> str:
    """Stands for all tokens of a text in an exact match, whether it says ``and`` or not.

    It is shorter than they are, to index less.
    """
    if AND in tokens:
        tokens = [token for token in tokens if token != AND] or [AND]
    text = " ".join(tokens)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()

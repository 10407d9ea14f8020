"""Cuts a search text into lexemes: leaves, operators and brackets.

The text is read once, from left to right. What stands in brackets after a field (``name:(a b)``) is
read as values of that field. What cannot be understood raises BadInput with what to write instead;
what is left out is told in a warning. Signs without a meaning are nothing, as in an index entry.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import BadInput
from engine.index.expression import All, Any, Everything, Expression, Word, joined_by
from engine.index.field import PLAIN, Field, asked_fields
from engine.index.known import Known
from engine.index.leaf import leaf_of, range_of, with_prefix, with_slop
from engine.index.row import may_be_whole, phone_start, row_end
from engine.vocabulary import close, meant, shown
from engine.warning import warn

OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
NAME = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,99}):")
BOUND = r"([^\[\]{}\s][^\[\]{}]{0,59}?)"
RANGE = re.compile(rf"([\[{{])\s*{BOUND}\s+TO\s+{BOUND}\s*([\]}}])")
OPEN_RANGE = re.compile(r"[\[{][^\[\]{}]{0,60}\sTO(?![^\s\]}])")
COMPARISON = re.compile(r"(>=|<=|>|<)\s*([^\s()\"]{1,60})")
HEBREW_QUOTE = r"(?<=[\u0590-\u05ff])\"(?=[\u0590-\u05ff])"
"""A quotation mark between Hebrew letters is a part of an abbreviation: בע"מ."""
CHUNK = re.compile(rf"(?:\\.|{HEBREW_QUOTE}|[^\s()\"])+", re.DOTALL)
REGEX = re.compile(r"/[^/\s]*[*+?\[\]{}|^$\\][^/\s]*/(?=[\s)]|$)")
SLOP = re.compile(r"~(\d{0,2})(?=[\s)]|$)")
MAX_SLOP = 20
EVERYTHING = "*:*"
SURE = 0.8
"""How much a word before a colon and a space is like a field that was probably meant."""


@dataclass(frozen=True)
class Lexeme:
    """A piece of the text: a leaf, an operator or a bracket."""

    kind: str
    leaf: Expression | None = None
    text: str = ""


class Lexer:
    """Cuts a text into lexemes, for a reader who may name what is ``known``."""

    def __init__(self, text: str, known: Known) -> None:
        self._text = text.translate(QUOTES)
        self._known = known
        self._at = 0
        self._lexemes: list[Lexeme] = []
        self._fields: list[Sequence[Field]] = [(PLAIN,)]
        """The fields of the brackets that are open, the innermost last."""

    def read(self) -> list[Lexeme]:
        """The lexemes of the text; raises BadInput."""
        while self._at < len(self._text):
            self._step()
        if len(self._fields) > 1:
            raise BadInput(
                "A bracket ( is not closed. Add ), or put the text into quotes to search for it as "
                "it is."
            )
        return self._lexemes

    def _step(self) -> None:
        char = self._text[self._at]
        if char.isspace():
            self._at += 1
        elif phone_start(self._text, self._at, self._fields[-1][0]):
            self._word(self._fields[-1])
        elif char in "()":
            self._bracket(char, self._fields[-1])
        elif char in "-+!" and self._starts_term():
            if char != "+":
                self._lexemes.append(Lexeme("NOT", text=char))
            self._at += 1
        elif not self._field_and_value():
            self._value(self._fields[-1])

    def _bracket(self, char: str, fields: Sequence[Field]) -> None:
        if char == "(":
            self._fields.append(fields)
        elif len(self._fields) > 1:
            self._fields.pop()
        else:
            raise BadInput(
                "A bracket ) closes nothing. Leave it out, or put the text into quotes to search "
                "for it as it is."
            )
        self._lexemes.append(Lexeme(char))
        self._at += 1

    def _starts_term(self) -> bool:
        before = self._text[self._at - 1] if self._at else " "
        after = self._text[self._at + 1 : self._at + 2]
        return (before.isspace() or before in "(!") and bool(after) and not after.isspace()

    def _field_and_value(self) -> bool:
        """Whether ``field:value`` stands here, and was read; raises BadInput."""
        if self._text.startswith(EVERYTHING, self._at):
            self._lexemes.append(Lexeme("leaf", Everything()))
            self._at += len(EVERYTHING)
            return True
        match = NAME.match(self._text, self._at)
        if match is None or self._text.startswith((":", "//"), match.end()):
            return False  # a time of day, an address of the web, an IPv6 address
        fields = asked_fields().get(match[1].lower())
        if fields is None:
            return self._unknown(match[1], match.end())
        self._at = match.end()
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        if self._at == len(self._text) or self._text[self._at] == ")":
            raise BadInput(f"{match[0]} has no value: write {match[0]}something")
        self._value(fields)
        return True

    def _unknown(self, name: str, end: int) -> bool:
        """A word with a colon that is no field: an id, or a word of a pasted text."""
        following = self._text[end : end + 1]
        if name in self._known.datasets and following.strip():
            chunk = CHUNK.match(self._text, self._at)
            if chunk is not None:
                self._known.check("id", chunk[0])
                field = asked_fields()["id"][0]
                self._lexemes.append(Lexeme("leaf", Word(field, chunk[0], plain=False)))
                self._at = chunk.end()
                return True
        names = {field.name for fields in asked_fields().values() for field in fields}
        likely = close(name, names)
        if not following.strip() and not close(name, names, SURE):
            warn(f"{shown(name + ':')} was read as a word, as there is no such field to search in")
            return False
        raise BadInput(
            f"There is no field {shown(name)} to search in.{meant(likely)} To search for the text "
            "as it is, put it into quotes."
        )

    def _value(self, fields: Sequence[Field]) -> None:
        """Read a bracket, a phrase, a range, a comparison or a word in one of some fields."""
        char = self._text[self._at]
        if phone_start(self._text, self._at, fields[0]):
            self._word(fields)
        elif char == "(":
            self._bracket(char, fields)
        elif char == '"':
            self._phrase(fields)
        elif match := RANGE.match(self._text, self._at):
            self._range(fields, *match.groups())
            self._at = match.end()
        elif not self._compared(fields):
            self._word(fields)

    def _range(self, fields: Sequence[Field], *parts: str) -> None:
        opening, low, high, closing = parts
        if fields[0] is PLAIN:
            raise BadInput(
                f"Which field has the range [{low} TO {high}]? Write it after a field, such as "
                f"date:[{low} TO {high}]"
            )
        leaf = range_of(fields, low, high, (opening == "{", closing == "}"))
        self._lexemes.append(Lexeme("leaf", leaf))

    def _compared(self, fields: Sequence[Field]) -> bool:
        """Whether ``>=value`` stands here after a field, and was read."""
        match = COMPARISON.match(self._text, self._at) if fields[0] is not PLAIN else None
        if match is None:
            return False
        sign = match[1]
        self._at = row_end(self._text, match.start(2), match.end(), fields[0])
        bound = self._text[match.start(2) : self._at]
        low, high = (bound, "*") if sign[0] == ">" else ("*", bound)
        leaf = range_of(fields, low, high, (sign == ">", sign == "<"))
        self._lexemes.append(Lexeme("leaf", leaf))
        return True

    def _phrase(self, fields: Sequence[Field]) -> None:
        start = self._at + 1
        end = self._text.find('"', start)
        if end < 0 and not self._text[start:].strip():
            raise BadInput(
                'A quote " has nothing after it. Write words between two quotes, or leave it out.'
            )
        if end < 0:
            raise BadInput(
                f"The quote before {shown(self._text[start : start + 40])} is not closed. Close it "
                'with ", or leave it out.'
            )
        phrase = self._text[start:end]
        self._at = end + 1
        leaf = leaf_of(fields, phrase, self._known, phrase=True) if phrase.strip() else None
        if self._text.startswith("*", self._at):
            leaf = with_prefix(leaf)
            self._at += 1
        elif match := SLOP.match(self._text, self._at):
            leaf = with_slop(leaf, min(int(match[1] or 2), MAX_SLOP))
            self._at = match.end()
        elif self._text.startswith(("~", "^"), self._at):
            self._after_phrase()
        self._add(leaf, fields, phrase)

    def _after_phrase(self) -> None:
        rest = CHUNK.match(self._text, self._at)
        assert rest is not None
        if rest[0].startswith("~"):
            raise BadInput(
                f'{shown(rest[0])} after a phrase is not understood: write "two words"~2 for two '
                "words between which up to two others stand"
            )
        leaf_of((PLAIN,), f"x{rest[0]}", self._known)  # warns of the weight
        self._at = rest.end()

    def _word(self, fields: Sequence[Field]) -> None:
        if regex := REGEX.match(self._text, self._at):
            raise BadInput(
                f"{shown(regex[0])} looks like a regular expression, which is not understood: "
                "write * for any letters and ? for one, or put it into quotes"
            )
        start, end = self._at, phone_start(self._text, self._at, fields[0])
        if not end:
            chunk = CHUNK.match(self._text, self._at)
            end = chunk.end() if chunk else self._at + 1
        word = self._text[start:end]
        self._at = end
        self._check_range(fields, start, word)
        if word in OPERATORS:
            self._lexemes.append(Lexeme(OPERATORS[word], text=word))
        else:
            self._at = row_end(self._text, start, end, fields[0])
            self._add(self._row(fields, start, end), fields, word)

    def _check_range(self, fields: Sequence[Field], start: int, word: str) -> None:
        if fields[0] is PLAIN and not OPEN_RANGE.match(self._text, start):
            return
        if word[0] in "[{":
            name = "birthDate" if fields[0] is PLAIN else fields[0].name
            raise BadInput(
                f"{shown(word)} is not a whole range: write {name}:[from TO to], or * for an open "
                "end"
            )

    def _row(self, fields: Sequence[Field], start: int, end: int) -> Expression | None:
        """A value that may go on after its first word; or this word, and the others by themselves.

        What is excluded is one of both.
        """
        first, text = self._text[start:end], self._text[start : self._at]
        excluded = bool(self._lexemes) and self._lexemes[-1].kind == "NOT"
        if text == first or (excluded and may_be_whole(first)):
            self._at = end
            return leaf_of(fields, first, self._known)
        whole = leaf_of(fields, text, self._known)
        if excluded or whole is None or not any(map(str.isdigit, first)):
            return whole
        values = [
            (fields, first),
            *((self._fields[-1], word) for word in text[len(first) :].split()),
        ]
        leaves = [leaf_of(among, word, self._known) for among, word in values]
        apart = joined_by(All, [leaf for leaf in leaves if leaf is not None])
        return Any((whole, apart)) if apart else whole

    def _add(self, leaf: Expression | None, fields: Sequence[Field], text: str) -> None:
        if leaf is not None:
            self._lexemes.append(Lexeme("leaf", leaf))
        elif fields[0] is not PLAIN:
            raise BadInput(f"{fields[0].name}: {shown(text)} has neither letters nor digits")

"""What a search text means: words, phrases, AND OR NOT, fields and ranges as a tree of pure values.

Words stand together by AND; AND binds closer than OR. Whatever is not well formed is taken as plain words:
a quote that never ends, a field that does not exist, a range that is none. An operator with nothing to
join is left out, and so is a word without letter and digit, unless the text holds nothing else. The text
is read once from left to right.
"""

import re
from dataclasses import dataclass

from engine.errors import BadInput
from engine.index.day import FIRST, LAST, asked_days
from engine.index.field import Kind, asked_fields
from engine.index.folding import clean, tokens

MAX_LENGTH = 2_000
MAX_TERMS = 64
MAX_DEPTH = 20
PLAIN = ("text", Kind.WORDS)
OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}
FIELD = re.compile(r"[A-Za-z]{1,40}:")
RANGE = re.compile(r"[\[{] *([^\[\]{} ]{1,30}) +TO +([^\[\]{} ]{1,30}) *[\]}]")
COMPARISON = re.compile(r"(>=|<=|>|<)([^\s()\"]{1,30})")
CHUNK = re.compile(r"[^\s()\"]+")
FUZZY = re.compile(r"~([0-2]?)$")


@dataclass(frozen=True)
class Word:
    """A word or several in a row; ``distance`` typing errors are forgiven, ``prefix`` leaves the end open."""

    field: str
    kind: Kind
    text: str
    prefix: bool = False
    distance: int = 0
    plain: bool = True
    """Whether it was asked of no field in particular."""


@dataclass(frozen=True)
class Span:
    """Days from and to, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Years:
    """Years from and to, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Not:
    """What must not be."""

    item: "Expression"


@dataclass(frozen=True)
class All:
    """What must be true together."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Any:
    """What may be true instead of each other."""

    items: tuple["Expression", ...]


Expression = Word | Span | Years | Not | All | Any


@dataclass(frozen=True)
class Lexeme:
    """A piece of the text: a leaf, an operator, a bracket, or the field of a bracket."""

    kind: str
    leaf: Expression | None = None


def parse(text: str) -> Expression | None:
    """What the text asks for, None for everything; raises BadInput where it is too long."""
    text = clean(text).replace("\0", " ").strip()
    if len(text) > MAX_LENGTH:
        raise BadInput(f"The search text has {len(text)} characters; at most {MAX_LENGTH} are read")
    if not text:
        return None
    lexemes = Lexer(text).read()
    if sum(_terms(each.leaf) for each in lexemes if each.kind == "leaf") > MAX_TERMS:
        raise BadInput(f"The search text has more than {MAX_TERMS} words")
    found = Parser(lexemes).read()
    return found or Word(*PLAIN, text)


def _terms(leaf: Expression | None) -> int:
    return max(len(tokens(leaf.text)), 1) if isinstance(leaf, Word) else 1


class Lexer:
    """Cuts a text into lexemes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[Lexeme] = []
        self.last_quote = text.rfind('"')

    def read(self) -> list[Lexeme]:
        """The lexemes of the whole text."""
        while self.at < len(self.text):
            self._step()
        return self.found

    def _step(self) -> None:
        char = self.text[self.at]
        if char.isspace():
            self.at += 1
        elif char in "()":
            self.found.append(Lexeme(char))
            self.at += 1
        elif char in "-+" and self._starts_term():
            if char == "-":
                self.found.append(Lexeme("NOT"))
            self.at += 1
        elif char == '"':
            self._quoted(PLAIN, plain=True)
        else:
            self._term()

    def _starts_term(self) -> bool:
        before = self.text[self.at - 1] if self.at else " "
        after = self.text[self.at + 1 : self.at + 2]
        return (before.isspace() or before == "(") and bool(after) and not after.isspace()

    def _leaf(self, leaf: Expression) -> None:
        self.found.append(Lexeme("leaf", leaf))

    def _quoted(self, field: tuple[str, Kind], plain: bool) -> None:
        start = self.at + 1
        end = self.text.find('"', start) if start <= self.last_quote else -1
        if end < 0:
            self.at = start
            return
        phrase = self.text[start:end]
        self.at = end + 1
        if phrase.strip():
            self._leaf(asked(field, phrase, plain) or Word(*PLAIN, phrase))

    def _term(self) -> None:
        match = FIELD.match(self.text, self.at)
        field = asked_fields().get(match[0][:-1].lower()) if match else None
        if match and field:
            start = self.at
            self.at = match.end()
            if self._value(field):
                return
            self.at = start
        chunk = CHUNK.match(self.text, self.at)
        word = chunk[0] if chunk else self.text[self.at]
        self.at += len(word)
        if word in OPERATORS:
            self.found.append(Lexeme(OPERATORS[word]))
        elif tokens(word):
            self._leaf(shaped(PLAIN, word, plain=True))

    def _value(self, field: tuple[str, Kind]) -> bool:
        rest = self.text[self.at : self.at + 1]
        if rest == "(":
            self.found.append(Lexeme("field", Word(*field, "")))
            return True
        if rest == '"' and self.at < self.last_quote:
            self._quoted(field, plain=False)
            return True
        match = RANGE.match(self.text, self.at) or COMPARISON.match(self.text, self.at)
        if match:
            leaf = between(field, match)
        else:
            match = CHUNK.match(self.text, self.at)
            leaf = asked(field, match[0], plain=False) if match else None
        if match is None or leaf is None:
            return False
        self._leaf(leaf)
        self.at = match.end()
        return True


def asked(field: tuple[str, Kind], text: str, plain: bool) -> Expression | None:
    """The leaf for a value of a field; None where the field has no such value."""
    if field[1] is Kind.DATE:
        found = asked_days(text)
        return Span(*found) if found else None
    if field[1] is Kind.WORDS and " " in text.strip():
        return Word(*field, text, plain=plain)
    return shaped(field, text, plain)


def shaped(field: tuple[str, Kind], text: str, plain: bool) -> Word:
    """A word with its ``*`` or ``~`` read."""
    if text.endswith("*") and tokens(text):
        return Word(*field, text.rstrip("*"), prefix=True, plain=plain)
    match = FUZZY.search(text)
    if match and field[1] is Kind.WORDS:
        word = text[: match.start()]
        usual = 1 if len(word) <= 5 else 2
        return Word(*field, word, distance=int(match[1]) if match[1] else usual, plain=plain)
    return Word(*field, text, plain=plain)


def between(field: tuple[str, Kind], match: re.Match[str]) -> Expression | None:
    """The leaf for ``[a TO b]`` or ``>=a``; None where the field has no order or a bound is no date."""
    if field[1] is not Kind.DATE and field[0] != "year":
        return None
    if match.re is COMPARISON:
        sign, bound = match.groups()
        bounds = (bound, "*") if sign[0] == ">" else ("*", bound)
        excluded = (sign == ">", sign == "<")
    else:
        bounds = (match[1], match[2])
        excluded = (match[0][0] == "{", match[0][-1] == "}")
    low = (FIRST, FIRST - 1) if bounds[0] == "*" else asked_days(bounds[0])
    high = (LAST + 1, LAST) if bounds[1] == "*" else asked_days(bounds[1])
    if low is None or high is None:
        return None
    first = low[1] + 1 if excluded[0] else low[0]
    last = high[0] - 1 if excluded[1] else high[1]
    if field[0] == "year":
        return Years(-(-first // 10000) if excluded[0] else first // 10000, last // 10000)
    return Span(first, last)


class Parser:
    """Reads lexemes as an expression; never deeper than MAX_DEPTH, brackets beyond it count for nothing."""

    def __init__(self, lexemes: list[Lexeme]) -> None:
        self.lexemes = lexemes
        self.at = 0
        self.depth = 0

    def read(self) -> Expression | None:
        """The whole expression; brackets that close nothing are passed over."""
        items: list[Expression] = []
        while self.at < len(self.lexemes):
            found = self._any()
            if found:
                items.append(found)
            if self._peek() == ")":
                self.at += 1
        return joined_by(All, items)

    def _peek(self) -> str:
        return self.lexemes[self.at].kind if self.at < len(self.lexemes) else "end"

    def _any(self) -> Expression | None:
        items = [self._all()]
        while self._peek() == "OR":
            self.at += 1
            items.append(self._all())
        return joined_by(Any, [item for item in items if item])

    def _all(self) -> Expression | None:
        items: list[Expression] = []
        while self._peek() not in ("OR", ")", "end"):
            found = self._one()
            if found:
                items.append(found)
        return joined_by(All, items)

    def _one(self) -> Expression | None:
        negated = False
        while self._peek() in ("AND", "NOT"):
            negated ^= self._peek() == "NOT"
            self.at += 1
        if self._peek() in ("OR", ")", "end"):
            return None
        lexeme = self.lexemes[self.at]
        self.at += 1
        found = lexeme.leaf if lexeme.kind == "leaf" else self._group(lexeme)
        return Not(found) if negated and found else found

    def _group(self, lexeme: Lexeme) -> Expression | None:
        field = lexeme.leaf if isinstance(lexeme.leaf, Word) else None
        if field:
            self.at += 1
        if self.depth >= MAX_DEPTH:
            return None
        self.depth += 1
        found = self._any()
        self.depth -= 1
        if self._peek() == ")":
            self.at += 1
        return within(found, (field.field, field.kind)) if field and found else found


def joined_by(kind: type[All] | type[Any], items: list[Expression]) -> Expression | None:
    """One expression of several."""
    if len(items) < 2:
        return items[0] if items else None
    return kind(tuple(items))


def within(found: Expression, field: tuple[str, Kind]) -> Expression:
    """The expression with its plain words asked of a field: ``name:(a OR b)``."""
    if isinstance(found, Not):
        return Not(within(found.item, field))
    if isinstance(found, All | Any):
        return type(found)(tuple(within(item, field) for item in found.items))
    if isinstance(found, Word) and found.plain:
        if field[1] is Kind.DATE:
            return asked(field, found.text, plain=False) or found
        return Word(*field, found.text, found.prefix, found.distance, plain=False)
    return found


def plain_words(found: Expression | None) -> list[Word]:
    """The words that must or may be there and were asked of no field or of names, in order."""
    if isinstance(found, All | Any):
        return [word for item in found.items for word in plain_words(item)]
    if isinstance(found, Word) and found.kind is Kind.WORDS:
        return [found]
    return []

"""Reads a search text: words stand together by AND, and AND binds closer than OR.

An operator with nothing to join is left out, unless the text holds nothing else.
"""

from engine.errors import BadInput
from engine.index.expression import All, Any, Expression, Not, Word, joined_by
from engine.index.field import Kind
from engine.index.folding import clean, parts_of
from engine.index.lexer import PLAIN, Field, Lexeme, Lexer, value_of

MAX_LENGTH = 2_000
MAX_WORDS = 64
MAX_DEPTH = 20


def parse(text: str) -> Expression | None:
    """The meaning of a search text, None for everything.

    Raises BadInput where it is too long or names a date that does not exist.
    """
    text = clean(text).replace("\0", " ").strip()
    if len(text) > MAX_LENGTH:
        raise BadInput(f"The search text has {len(text)} characters; at most {MAX_LENGTH} are read")
    if not text:
        return None
    lexemes = Lexer(text).read()
    if sum(_count_words(each.leaf) for each in lexemes if each.kind == "leaf") > MAX_WORDS:
        raise BadInput(f"The search text has more than {MAX_WORDS} words")
    return Parser(lexemes).read() or Word(*PLAIN, text)


def _count_words(leaf: Expression | None) -> int:
    return max(len(parts_of(leaf.text)), 1) if isinstance(leaf, Word) else 1


class Parser:
    """Reads lexemes as an expression; brackets deeper than MAX_DEPTH are ignored."""

    def __init__(self, lexemes: list[Lexeme]) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0

    def read(self) -> Expression | None:
        """The expression of all lexemes; brackets that close nothing are skipped."""
        items: list[Expression] = []
        while self._at < len(self._lexemes):
            item = self._any()
            if item:
                items.append(item)
            if self._peek() == ")":
                self._at += 1
        return joined_by(All, items)

    def _peek(self) -> str:
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else "end"

    def _any(self) -> Expression | None:
        items = [self._all()]
        while self._peek() == "OR":
            self._at += 1
            items.append(self._all())
        return joined_by(Any, [item for item in items if item])

    def _all(self) -> Expression | None:
        items: list[Expression] = []
        while self._peek() not in ("OR", ")", "end"):
            item = self._one()
            if item:
                items.append(item)
        return joined_by(All, items)

    def _one(self) -> Expression | None:
        negated = False
        while self._peek() in ("AND", "NOT"):
            negated ^= self._peek() == "NOT"
            self._at += 1
        if self._peek() in ("OR", ")", "end"):
            return None
        lexeme = self._lexemes[self._at]
        self._at += 1
        item = lexeme.leaf if lexeme.kind == "leaf" else self._group(lexeme)
        return Not(item) if negated and item else item

    def _group(self, lexeme: Lexeme) -> Expression | None:
        field = lexeme.leaf if isinstance(lexeme.leaf, Word) else None
        if field:
            self._at += 1
        if self._depth >= MAX_DEPTH:
            return None
        self._depth += 1
        item = self._any()
        self._depth -= 1
        if self._peek() == ")":
            self._at += 1
        return in_field(item, (field.field, field.kind)) if field and item else item


def in_field(expression: Expression, field: Field) -> Expression:
    """The expression with its plain words looked up in a field: ``name:(a OR b)``."""
    if isinstance(expression, Not):
        return Not(in_field(expression.item, field))
    if isinstance(expression, All | Any):
        return type(expression)(tuple(in_field(item, field) for item in expression.items))
    if isinstance(expression, Word) and expression.plain:
        if field[1] is Kind.DATE:
            return value_of(field, expression.text, plain=False) or expression
        word = expression
        return Word(*field, word.text, word.prefix, word.distance, plain=False)
    return expression

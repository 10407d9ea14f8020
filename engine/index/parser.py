"""Reads a search text: words stand together by AND, and AND binds closer than OR.

An operator with nothing to join is left out with a warning. A text in which nothing can be searched
for is BadInput.
"""

from engine.errors import BadInput
from engine.index.expression import All, Any, Expression, Not, Word, joined_by, leaves
from engine.index.folding import clean, parts_of
from engine.index.known import Known
from engine.index.lexer import Lexeme, Lexer
from engine.vocabulary import shown
from engine.warning import warn

MAX_LENGTH = 2_000
MAX_WORDS = 64
MAX_OPEN = 4
"""Words that begin with ``*`` or ``?``: each is looked for in all words of the index."""
MAX_DEPTH = 20


def parse(text: str, known: Known) -> Expression | None:
    """The meaning of a search text for a reader, None for everything.

    Raises BadInput where it is too long, or holds what cannot be understood.
    """
    text = clean(text).replace("\0", " ").strip()
    if len(text) > MAX_LENGTH:
        raise BadInput(f"The search text has {len(text)} characters; at most {MAX_LENGTH} are read")
    if not text:
        return None
    expression = Parser(Lexer(text, known).read()).read()
    if expression is None:
        raise BadInput(f"There is nothing to search for in {shown(text)}: write letters or digits")
    _check_size(expression)
    return expression


def _check_size(expression: Expression) -> None:
    found = leaves(expression)
    if sum(map(_count_words, found)) > MAX_WORDS:
        raise BadInput(f"The search text has more than {MAX_WORDS} words")
    if sum(isinstance(leaf, Word) and _is_open(leaf) for leaf in found) > MAX_OPEN:
        raise BadInput(f"At most {MAX_OPEN} words may begin with * or ?")


def _is_open(word: Word) -> bool:
    return word.pattern and word.text[:1] in ("*", "?")


def _count_words(leaf: Expression) -> int:
    return max(len(parts_of(leaf.text)), 1) if isinstance(leaf, Word) else 1


class Parser:
    """Reads lexemes, whose brackets match, as an expression."""

    def __init__(self, lexemes: list[Lexeme]) -> None:
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0

    def read(self) -> Expression | None:
        """The expression of all lexemes; raises BadInput for brackets that are nested too deep."""
        return self._any()

    def _peek(self) -> str:
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else "end"

    def _any(self) -> Expression | None:
        items = [self._all()]
        while self._peek() == "OR":
            operator = self._lexemes[self._at].text
            self._at += 1
            items.append(self._all())
            if items[-1] is None or items[-2] is None:
                _warn_of(operator)
        return joined_by(Any, [item for item in items if item])

    def _all(self) -> Expression | None:
        items: list[Expression] = []
        while self._peek() not in ("OR", ")", "end"):
            joins = bool(items)
            item = self._one(joins)
            if item:
                items.append(item)
        return joined_by(All, items)

    def _one(self, joins: bool) -> Expression | None:
        negated, operator = False, ""
        while self._peek() in ("AND", "NOT"):
            operator = self._lexemes[self._at].text
            if self._peek() == "AND" and not joins:
                _warn_of(operator)
            joins = False
            negated ^= self._peek() == "NOT"
            self._at += 1
        if self._peek() in ("OR", ")", "end"):
            _warn_of(operator)
            return None
        lexeme = self._lexemes[self._at]
        self._at += 1
        item = lexeme.leaf if lexeme.kind == "leaf" else self._group()
        return Not(item) if negated and item else item

    def _group(self) -> Expression | None:
        if self._depth >= MAX_DEPTH:
            raise BadInput(f"Brackets may be nested {MAX_DEPTH} deep, not deeper")
        self._depth += 1
        item = self._any()
        self._depth -= 1
        self._at += 1  # the bracket that closes it
        return item


def _warn_of(operator: str) -> None:
    warn(f'{operator} joins nothing and was left out: write "{operator}" in quotes for the word')

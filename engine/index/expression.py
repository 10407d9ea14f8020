"""What a search text means, as a tree of pure values: words, date ranges, AND, OR, NOT."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.index.field import Kind


@dataclass(frozen=True)
class Word:
    """A word, or several in a row.

    ``distance`` typing errors are allowed; with ``prefix`` the last word may go on.
    """

    field: str
    kind: Kind
    text: str
    prefix: bool = False
    distance: int = 0
    plain: bool = True
    """Whether no field was named."""


@dataclass(frozen=True)
class DayRange:
    """Days from and to as yyyymmdd, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class YearRange:
    """Years from and to, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Not:
    """What must not be true."""

    item: "Expression"


@dataclass(frozen=True)
class All:
    """What must be true together."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Any:
    """What may be true instead of each other."""

    items: tuple["Expression", ...]


Expression = Word | DayRange | YearRange | Not | All | Any


def joined_by(kind: type[All] | type[Any], items: Sequence[Expression]) -> Expression | None:
    """One expression of several; None of none."""
    if len(items) < 2:
        return items[0] if items else None
    return kind(tuple(items))


def plain_words(expression: Expression | None) -> list[Word]:
    """The words that must or may be in a text or a name, in order; not those after NOT."""
    if isinstance(expression, All | Any):
        return [word for item in expression.items for word in plain_words(item)]
    if isinstance(expression, Word) and expression.kind is Kind.WORDS:
        return [expression]
    return []

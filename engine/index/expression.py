"""What a search text means, as a tree of pure values: words, ranges, AND, OR, NOT."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.index.field import Field, Kind


@dataclass(frozen=True)
class Word:
    """A word, or several in a row.

    ``distance`` typing errors are allowed in each word; with ``prefix`` the last word may go on.
    With ``slop`` so many moves of a word may lie between the words and a phrase. A ``pattern`` has
    ``*`` for any letters, ``?`` for one, and a backslash before what stands for itself.
    """

    field: Field
    text: str
    prefix: bool = False
    distance: int = 0
    slop: int = 0
    pattern: bool = False
    plain: bool = True
    """Whether no field was named."""
    held: tuple[str, ...] = ()
    """The documents that have these words in a row on one of their pages, if they are several."""


@dataclass(frozen=True)
class DayRange:
    """Days from and to as yyyymmdd, both included: in any date, or in some properties."""

    low: int
    high: int
    properties: tuple[str, ...] = ()


@dataclass(frozen=True)
class YearRange:
    """Years from and to, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class NumberRange:
    """Numbers from and to, both included, in some properties."""

    low: float
    high: float
    properties: tuple[str, ...]


@dataclass(frozen=True)
class Present:
    """Any value at all in some properties."""

    properties: tuple[str, ...]


@dataclass(frozen=True)
class Everything:
    """All entities."""


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


Expression = Word | DayRange | YearRange | NumberRange | Present | Everything | Not | All | Any


def joined_by(kind: type[All] | type[Any], items: Sequence[Expression]) -> Expression | None:
    """One expression of several; None of none."""
    if len(items) < 2:
        return items[0] if items else None
    return kind(tuple(items))


def leaves(expression: Expression | None) -> list[Expression]:
    """The parts of an expression that are no AND, OR or NOT, in order."""
    if isinstance(expression, All | Any):
        return [leaf for item in expression.items for leaf in leaves(item)]
    if isinstance(expression, Not):
        return leaves(expression.item)
    return [] if expression is None else [expression]


def plain_words(expression: Expression | None) -> list[Word]:
    """The words that must or may be in a text or a name, in order; not those after NOT."""
    if isinstance(expression, All | Any):
        return [word for item in expression.items for word in plain_words(item)]
    if isinstance(expression, Word) and expression.field.kind is Kind.WORDS:
        return [expression]
    return []

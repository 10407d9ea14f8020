"""What was lost on the way from rows to entities: counted, and reported with the first case."""

from dataclasses import dataclass
from typing import NamedTuple

from loaders.intake.wording import counted

SHOWN = 20
"""Kinds of losses that are reported."""


class Loss(NamedTuple):
    """One kind of loss, worded for one case and for several: ``3 values are no date``."""

    noun: str
    """What is counted: ``row``, ``value``, ``cell``."""
    one: str
    """What is said of one: ``is no date``."""
    several: str
    """What is said of several: ``are no date``."""
    subject: str = ""
    """What is said before the number: ``person.birthDate (column born): ``."""

    def worded(self, count: int) -> str:
        """The loss with its number."""
        predicate = self.one if count == 1 else self.several
        return f"{self.subject}{counted(count, self.noun)} {predicate}"


@dataclass
class Cases:
    """How often a loss happened, and the first time: in which source and row, with which value."""

    count: int
    source: str
    place: int
    value: str


class Tally:
    """The losses of one load, by kind."""

    def __init__(self) -> None:
        self._cases: dict[Loss, Cases] = {}

    def add(self, loss: Loss, source: str, place: int, value: str = "") -> None:
        """Count one more loss of this kind."""
        cases = self._cases.get(loss)
        if cases is None:
            self._cases[loss] = Cases(1, source, place, value)
        else:
            cases.count += 1

    def lines(self) -> list[str]:
        """A line for each kind, the most frequent first."""
        ordered = sorted(self._cases.items(), key=lambda item: -item[1].count)
        lines = [sentence(loss, cases) for loss, cases in ordered[:SHOWN]]
        if len(ordered) > SHOWN:
            lines.append(f"… and {len(ordered) - SHOWN:,} more kinds of values that were left out")
        return lines


def sentence(loss: Loss, cases: Cases) -> str:
    """One loss as a report says it."""
    where = f"in {cases.source} row {cases.place:,}"
    if cases.count == 1:
        value = f": {cases.value}" if cases.value else ""
        return f"{loss.worded(1)}{value} {where}"
    value = f"{cases.value} " if cases.value else ""
    return f"{loss.worded(cases.count)}, first {value}{where}"


def no_entity(name: str, why: str) -> Loss:
    """Rows that make no entity of this name."""
    return Loss("row", *[f"made no {name}, as {why}"] * 2)

"""The turn of one record in a run: with which others it is compared, and what comes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from followthemoney import model

from engine.entity import Entity, schema_of
from engine.graph.judgement.candidate import Compared, Found
from engine.match.comparison import compare_from
from engine.match.side import Side
from engine.question import SearchFilter
from engine.xref import XrefQuestion, features_text, pair_id

WAVE = 20
"""Candidates that are compared before it is asked whether further ones are worth it. Of those that
are one in the sets of ``tests/bench/candidate.py``, 0.5 % at most come later."""


@dataclass(frozen=True)
class Task:
    """Some records to compare."""

    ids: tuple[str, ...]
    datasets: tuple[str, ...]
    """Of the records that they are compared with."""
    question: XrefQuestion
    readable: tuple[str, ...]
    """The datasets that the runner may read."""
    included: frozenset[str] = frozenset()
    """The records of other datasets that are on the left, too."""
    reverse: bool = False
    """Whether these are records of the right."""
    again: bool = False
    """Whether there may be pairs of an earlier run, which are compared again."""
    mark: str = ""
    """The place in the work that is reached when all of this is written."""
    met: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    """With which records of the left each of these was compared when it was their turn, and whether
    it is a pair."""

    def other_side(self, record: Entity) -> tuple[str, ...]:
        """The datasets of the records that one is compared with."""
        if self.question.inside:
            return self.datasets
        return tuple(name for name in self.datasets if name != record.dataset)

    def is_left(self, id: str) -> bool:
        """Whether a record is one of the source."""
        return dataset_of(id) == self.question.source or id in self.included

    def place(self, id: str) -> tuple[bool, str]:
        """The place of a record of the left in the order of the work."""
        return id in self.included, id


class Turn:
    """One record of a task, which is compared with its candidates, the likeliest first.

    They are compared in waves; where no pair is found among so many in a row, those that are less
    likely are left.
    """

    def __init__(
        self, task: Task, side: Side, before: Sequence[str], candidates: Sequence[str]
    ) -> None:
        """``before`` are those with which it was a pair in an earlier run; all are compared."""
        self._task = task
        self._side = side
        self._waiting = list(dict.fromkeys([*before, *candidates]))
        self._size = len(before) + WAVE
        self._met = dict(task.met.get(side.entity.id, {}))
        """With whom it was compared in their turn, and whether it is a pair."""
        self._compared: list[str] = []
        self._chosen: set[str] = set()
        self._wave: list[str] = []
        self._pairs: dict[str, Found] = {}
        """By the id of the other record."""

    def wave(self, turns: "Turns") -> list[str]:
        """The next candidates to compare, without those that it has met in their ``turns``."""
        self._wave, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
        self._size = WAVE
        new = [each for each in self._wave if each not in self._met]
        if not self._task.reverse and in_scope(self._side.entity, self._task.question.scope):
            id_ = self._side.entity.id
            new = [each for each in new if each not in turns or id_ not in turns[each]._chosen]
        self._chosen.update(new)
        return new

    def compare(self, new: Sequence[str], sides: Mapping[str, Side], turns: "Turns") -> bool:
        """Compare with the ``new`` ones; tells whether the next candidates are worth it.

        They are where any of these is a pair, also one that was compared in the other's turn.
        """
        task, id_ = self._task, self._side.entity.id
        for side in (sides[each] for each in new if each in sides):
            other = side.entity.id
            if task.reverse or in_scope(side.entity, task.question.scope):
                self._compared.append(other)
                if (pair := judged(task, self._side, side)) is not None:
                    self._pairs[other] = pair
        for other in self._wave:
            if other not in self._met and other not in self._chosen:
                self._met[other] = id_ in turns[other]._pairs
        found = any(self._met.get(each) or each in self._pairs for each in self._wave)
        return found and bool(self._waiting)

    def outcome(self) -> Compared:
        """What has become of it."""
        task, record = self._task, self._side.entity
        own = task.place(record.id)
        others = [each for each in self._compared if task.is_left(each) and task.place(each) > own]
        kept = [pair_id(task.question.crossing, record.id, other) for other in sorted(self._met)]
        return Compared(
            record.id,
            task.other_side(record),
            tuple(self._pairs.values()),
            len(self._compared),
            tuple(others),
            tuple(kept),
        )


Turns = Mapping[str, Turn]


def judged(task: Task, side: Side, other: Side) -> Found | None:
    """The pair that two records are; None where they are too little alike."""
    one, another = (other, side) if task.reverse else (side, other)
    if task.is_left(another.entity.id) and another.entity.id < one.entity.id:
        one, another = another, one  # both are: then the first one is
    question = task.question
    comparison = compare_from(question.least, one, another)
    if comparison is None:
        return None
    left, right = one.entity, another.entity
    return Found(
        pair_id(question.crossing, left.id, right.id),
        left.id,
        right.id,
        comparison.score,
        features_text(comparison.features),
        (left.schema, right.schema),
        tuple(sorted(countries_of(right))),
    )


def dataset_of(id: str) -> str:
    """The dataset of a record."""
    return id.partition(":")[0]


def in_scope(entity: Entity, scope: SearchFilter) -> bool:
    """Whether a scope's schemata and countries let a record pass, as the index has them."""
    if scope.schemata is not None:
        schema = schema_of(entity.schema)
        if not any(schema.is_a(name) for name in scope.schemata):
            return False
    if scope.countries is not None:
        wanted = {country.lower() for country in scope.countries}
        return bool(wanted & countries_of(entity))
    return True


def countries_of(entity: Entity) -> set[str]:
    """The codes of all countries that a record names."""
    known = schema_of(entity.schema).properties
    return {
        value.lower()
        for name, values in entity.properties.items()
        if name in known and known[name].type.name == "country"
        for value in values
    }


@cache
def comparable(schemata: Collection[str] | None = None) -> frozenset[str]:
    """The schemata, of these and their descendants or of all, whose records are compared."""
    chosen = [schema for schema in model if schema.matchable and not schema.edge]
    if schemata is None:
        return frozenset(schema.name for schema in chosen)
    return frozenset(
        schema.name for schema in chosen if any(schema.is_a(name) for name in schemata)
    )

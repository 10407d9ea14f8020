"""What a run has to compare: all records of its source, or what is new or changed on either side.

For each dataset that a run compares with, an earlier run of the same crossing tells up to which
revision both sides were compared: its *base*. A record of the source is compared with the datasets
whose base is older than the record. A record of another dataset that is newer than the base is
looked for in the source, the other way round.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from engine.graph.judgement.candidate import Compared
from engine.graph.judgement.run import RunNodes
from engine.match.turn import Task, comparable
from engine.xref import RunState, XrefRun

CHUNK = 20
"""Records in one task."""
CHEAPER = 5
"""About how many times as long as a record of the right, which is looked for in the source, one of
the source takes: the source is smaller, and has fewer candidates."""
MOST_NOTED = 2_000_000
"""Pairs of records of the source that are remembered; any more are compared twice."""
FORWARD, INCLUDED, REVERSE = "0", "1", "2"
"""The parts of the work, in order."""


@dataclass(frozen=True)
class Part:
    """Records to compare with the same datasets, in order of their ids."""

    name: str
    records: Iterable[tuple[str, tuple[str, ...]]]
    """Ids, each with the datasets that it is compared with."""
    reverse: bool = False


class Plan:
    """The work of one run, cut into tasks."""

    def __init__(self, nodes: RunNodes, run: XrefRun, readable: Sequence[str]) -> None:
        self._nodes = nodes
        self._run = run
        self._readable = tuple(sorted(readable))
        self._bases = dict(zip(run.datasets, run.bases, strict=True))
        self._lowest = min(self._bases.values(), default=0)
        self._included = nodes.included(run.question.source, self._readable, comparable())
        self._changed = self._changed_right()

    def total(self) -> int:
        """How many records there are to compare."""
        source = self._run.question.source
        if not self._run.datasets:
            return 0
        if self._lowest:
            forward = len(self._nodes.changed([source], comparable(), self._lowest))
        else:
            forward = self._nodes.count(source, comparable())
        return forward + len(self._included) + len(self._changed)

    def tasks(self, again: bool) -> Iterator[Task]:
        """The work that is left, in order."""
        done, _, last = self._run.cursor.partition(" ")
        for part in self._parts():
            if part.name < done:
                continue
            after = last if part.name == done else ""
            yield from self._tasks(part, after, again)

    def _parts(self) -> Iterator[Part]:
        run = self._run
        if not run.datasets:
            return
        source = run.question.source
        records = self._nodes.records(source, comparable(), self._lowest)
        yield Part(FORWARD, ((id_, self._older(revision)) for id_, revision in records))
        yield Part(INCLUDED, ((id_, run.datasets) for id_ in self._included))
        yield Part(REVERSE, ((id_, (source,)) for id_ in self._changed), reverse=True)

    def _tasks(self, part: Part, after: str, again: bool) -> Iterator[Task]:
        left = (each for each in part.records if each[0] > after)
        for names, group in groupby(left, key=lambda each: each[1]):
            common = Task(
                (),
                names,
                self._run.question,
                self._readable,
                frozenset(self._included),
                part.reverse,
                again,
            )
            for ids in chunks(id_ for id_, _ in group):
                yield replace(common, ids=ids, mark=f"{part.name} {ids[-1]}")

    def _older(self, revision: int) -> tuple[str, ...]:
        """The datasets with which a record of this revision has not been compared."""
        return tuple(name for name, base in self._bases.items() if base < revision)

    def _changed_right(self) -> list[str]:
        """The records of other datasets that were compared before, and are newer than that."""
        question = self._run.question
        bases = {
            name: base for name, base in self._bases.items() if base and name != question.source
        }
        if not bases:
            return []
        schemata = comparable(question.scope.schemata)
        rows = self._nodes.changed(bases, schemata, min(bases.values()))
        return [id_ for id_, dataset, revision in rows if revision > bases[dataset]]


class Once:
    """Remembers which pairs inside of the source were compared, so that each is compared once.

    Records of the source may be candidates of each other. What is compared at the same time, or
    before a run was resumed, is compared twice, which changes nothing.
    """

    def __init__(self) -> None:
        self._met: dict[str, dict[str, bool]] = {}
        self._count = 0

    def note(self, compared: Iterable[Compared]) -> None:
        """Remember with whom records were compared, and whether they are a pair."""
        for each in compared:
            if self._count < MOST_NOTED:
                self._count += len(each.others)
                paired = {id_ for pair in each.pairs for id_ in (pair.left, pair.right)}
                for other in each.others:
                    self._met.setdefault(other, {})[each.id] = other in paired

    def told(self, task: Task) -> Task:
        """A task that knows what has been compared; it is forgotten here."""
        if task.reverse:
            return task
        met = {id_: found for id_ in task.ids if (found := self._met.pop(id_, None))}
        self._count -= sum(map(len, met.values()))
        return replace(task, met=met)


def bases_of(
    nodes: RunNodes, run: XrefRun, datasets: Sequence[str], runs: Sequence[XrefRun]
) -> tuple[int, ...]:
    """Up to which revision earlier ``runs`` of a crossing have compared each dataset.

    A dataset of which much more is new than the source has records is compared as a whole.
    """
    known: dict[str, int] = {}
    for each in runs:
        if each.state is RunState.FINISHED and each.algorithm == run.algorithm:
            for name in each.datasets:
                known[name] = max(known.get(name, 0), each.revision)
    source = run.question.source
    size = nodes.count(source, comparable()) if known else 0
    return tuple(_base(nodes, known, name, source, size) for name in datasets)


def _base(nodes: RunNodes, known: Mapping[str, int], name: str, source: str, size: int) -> int:
    base = known.get(name, 0)
    if not base or name == source:
        return base
    return base if len(nodes.changed([name], comparable(), base)) <= CHEAPER * size else 0


def chunks(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Ids in groups of at most ``CHUNK``."""
    group: list[str] = []
    for id_ in ids:
        group.append(id_)
        if len(group) == CHUNK:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)

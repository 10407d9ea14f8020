"""Compares many records with all that may be the same: in several processes, a chunk at a time.

Each process reads both stores itself: the index for candidates, the graph for what they tell. So
nothing but ids goes in, and nothing but pairs comes out.
"""

import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

from followthemoney import model

from engine.access import Access
from engine.entity import Entity, schema_of
from engine.graph.connection import Connection
from engine.graph.judgement.candidate import Candidates, Compared, Found
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.match.comparer import read_lists
from engine.match.comparison import compare_from
from engine.match.matcher import MOST
from engine.process.worker import end_with
from engine.question import SearchFilter
from engine.xref import XrefQuestion, features_text, pair_id

KEPT = 10_000
"""Records that a process keeps, as many are candidates again and again."""
MOST_REVERSE = 20
"""Candidates of a record of the right, which is looked for in the source: the source is what is
asked for, and has few records that are like any one of the archive."""
SHORT = 0.3
"""Seconds between two looks whether this process is to end."""
LOOK = 1.0
"""Seconds between two looks whether the process that uses this one is there."""
SECONDS = 60.0
"""How long one read may take: nobody waits for it."""


@dataclass(frozen=True)
class Station:
    """What a process opens: the address of Neo4j, and the folder of the index."""

    uri: str
    user: str
    password: str = field(repr=False)
    index: Path


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
    met: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """With which records of the left each of these was compared when it was their turn."""


class Ending(Exception):
    """This process ends: another one goes on with the run."""


@contextmanager
def comparing(station: Station, size: int, ends: threading.Event) -> Iterator[ProcessPoolExecutor]:
    """As many processes that compare, for a block; they end with it, whatever they are at.

    They are forks of one that has read what they need, which stays for the next block. Raises
    Ending where ``ends`` is set while it reads them.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["engine.match.preload"])
    # the first fork waits until that is read: in a thread, which holds up nobody who is to end
    first = threading.Thread(target=fork, args=(context,), daemon=True)
    first.start()
    while first.is_alive():
        first.join(SHORT)
        if ends.is_set():
            raise Ending
    pool = ProcessPoolExecutor(size, context, initializer=begin, initargs=(os.getpid(), station))
    try:
        yield pool
    finally:
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            process.kill()
        pool.shutdown(cancel_futures=True)


def fork(context: ForkServerContext) -> None:
    """Start a process that does nothing: when it has ended, others start at once."""
    process = context.Process(target=nothing)
    process.start()
    process.join()


def nothing() -> None:
    """Do nothing."""


_places: list[Station] = []
"""Where this process reads; set when it starts."""


def begin(user: int, station: Station) -> None:
    """What each process does first; it ends with its ``user``, which is not its parent."""
    end_with(os.getppid())
    threading.Thread(target=watch, args=(user,), daemon=True).start()
    _places.append(station)


def watch(user: int) -> None:
    """End this process when another one has ended."""
    while True:
        time.sleep(LOOK)
        try:
            os.kill(user, 0)
        except ProcessLookupError:
            os._exit(1)


@cache
def bench() -> "Bench":
    """This process' own connections; opened by the first task, which tells what goes wrong."""
    read_lists()
    return Bench(_places[-1])


def compared(task: Task) -> list[Compared]:
    """What becomes of each record of a task."""
    return bench().compared(task)


class Bench:
    """Compares records in one process."""

    def __init__(self, station: Station) -> None:
        self._connection = Connection.open(station.uri, station.user, station.password)
        self._reader = Reader(self._connection, SECONDS)
        self._pairs = Candidates(self._connection, SECONDS)
        self._index = Index.open(station.index, write=False)
        self._known: dict[str, Entity] = {}

    def close(self) -> None:
        """Close what was opened; a process need not, as it is killed."""
        self._index.close()
        self._connection.close()

    def compared(self, task: Task) -> list[Compared]:
        """What becomes of each record of a task; one that is gone has no pairs."""
        access = Access(frozenset(task.readable))
        records = self._read(task.ids, access, kept=False)
        partners = self._pairs.partners(task.ids, task.question.crossing) if task.again else {}
        chosen: dict[str, list[str]] = {}
        for id_, record in records.items():
            names = other_side(task, record)
            if task.reverse and not in_scope(record, task.question.scope):
                continue
            scope = SearchFilter() if task.reverse else task.question.scope
            most = MOST_REVERSE if task.reverse else MOST
            found = self._index.candidates(record, access, replace(scope, datasets=names), most)
            more = [id_ for id_ in partners.get(id_, ()) if dataset_of(id_) in names]
            chosen[id_] = list(dict.fromkeys([*found, *more]))
        met = met_in(task, chosen, records)
        wanted = dict.fromkeys(
            other for id_, ids in chosen.items() for other in ids if other not in met[id_]
        )
        others = self._read(wanted, access)
        return [
            self._compared(task, there, chosen.get(id_, ()), others, met.get(id_, frozenset()))
            if (there := records.get(id_)) is not None
            else Compared(id_, task.datasets, (), 0)
            for id_ in task.ids
        ]

    def _compared(
        self,
        task: Task,
        record: Entity,
        chosen: Sequence[str],
        others: dict[str, Entity],
        met: frozenset[str],
    ) -> Compared:
        there = [
            other for each in chosen if each not in met and (other := others.get(each)) is not None
        ]
        if not task.reverse:
            there = [other for other in there if in_scope(other, task.question.scope)]
        pairs = [pair for other in there if (pair := judged(task, record, other)) is not None]
        own = turn(task, record.id)
        return Compared(
            record.id,
            other_side(task, record),
            tuple(pairs),
            len(there),
            tuple(o.id for o in there if is_left(task, o.id) and turn(task, o.id) > own),
            tuple(pair_id(task.question.crossing, record.id, other) for other in sorted(met)),
        )

    def _read(self, ids: Iterable[str], access: Access, *, kept: bool = True) -> dict[str, Entity]:
        """The records with these ids that are there."""
        known = {id_: self._known[id_] for id_ in ids if id_ in self._known} if kept else {}
        missing = [id_ for id_ in ids if id_ not in known]
        read = {
            node.id: node
            for node in (self._reader.entities(missing, access) if missing else ())
            if isinstance(node, Entity)
        }
        if kept:
            if len(self._known) + len(read) > KEPT:
                self._known.clear()
            self._known.update(read)
        return {**known, **read}


def other_side(task: Task, record: Entity) -> tuple[str, ...]:
    """The datasets of the records that one is compared with."""
    if task.question.inside:
        return task.datasets
    return tuple(name for name in task.datasets if name != record.dataset)


def judged(task: Task, record: Entity, other: Entity) -> Found | None:
    """The pair that two records are; None where they are too little alike."""
    left, right = (other, record) if task.reverse else (record, other)
    if is_left(task, right.id) and right.id < left.id:  # both are: then the first one is
        left, right = right, left
    question = task.question
    comparison = compare_from(question.least, left, right)
    if comparison is None:
        return None
    return Found(
        pair_id(question.crossing, left.id, right.id),
        left.id,
        right.id,
        comparison.score,
        features_text(comparison.features),
        (left.schema, right.schema),
        tuple(sorted(countries_of(right))),
    )


def is_left(task: Task, id: str) -> bool:
    """Whether a record is one of the source."""
    return dataset_of(id) == task.question.source or id in task.included


def turn(task: Task, id: str) -> tuple[bool, str]:
    """The place of a record of the left in the order of the work."""
    return id in task.included, id


def met_in(
    task: Task, chosen: Mapping[str, Sequence[str]], records: Mapping[str, Entity]
) -> dict[str, frozenset[str]]:
    """Which candidates of each record need not be compared with it: they have been, in their turn.

    That was in an earlier task, or it is in this one, where each is another one's candidate.
    """
    found: dict[str, frozenset[str]] = {}
    for id_, ids in chosen.items():
        earlier = set(task.met.get(id_, ()))
        if not task.reverse and in_scope(records[id_], task.question.scope):
            earlier.update(other for other in ids if other in found and id_ in chosen[other])
        found[id_] = frozenset(earlier)
    return found


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

"""Compares many records with all that may be the same: in several processes, a chunk at a time.

Each process reads both stores itself: the index for candidates, the graph for what they tell. So
nothing but ids goes in, and nothing but pairs comes out.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

from engine.access import Access
from engine.entity import Entity
from engine.graph.connection import Connection
from engine.graph.judgement.candidate import Candidates, Compared
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.match.comparer import read_lists
from engine.match.matcher import MOST
from engine.match.side import Side
from engine.match.turn import Task, Turn, dataset_of, in_scope
from engine.process.worker import end_with
from engine.question import SearchFilter

KEPT = 15_000
"""Records that a process keeps, as many are candidates again and again; each takes about 5 KB."""
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
        self._known: OrderedDict[str, Side] = OrderedDict()
        """Records that were candidates, the last ones last."""

    def close(self) -> None:
        """Close what was opened; a process need not, as it is killed."""
        self._index.close()
        self._connection.close()

    def compared(self, task: Task) -> list[Compared]:
        """What becomes of each record of a task; one that is gone has no pairs."""
        access = Access(frozenset(task.readable))
        records = self._read(task.ids, access, kept=False)
        turns = self._turns(task, records, access)
        going = list(turns.values())
        while going:
            waves = [(turn, turn.wave(turns)) for turn in going]
            sides = self._read(dict.fromkeys(chain.from_iterable(ids for _, ids in waves)), access)
            going = [turn for turn, ids in waves if turn.compare(ids, sides, turns)]
        return [
            turns[id_].outcome() if id_ in turns else Compared(id_, task.datasets, (), 0)
            for id_ in task.ids
        ]

    def _turns(self, task: Task, records: Mapping[str, Side], access: Access) -> dict[str, Turn]:
        """The records of a task that are there, each with its candidates."""
        partners = self._pairs.partners(task.ids, task.question.crossing) if task.again else {}
        scope = SearchFilter() if task.reverse else task.question.scope
        most = MOST_REVERSE if task.reverse else MOST
        turns = {}
        for id_, side in records.items():
            names = task.other_side(side.entity)
            if task.reverse and not in_scope(side.entity, task.question.scope):
                turns[id_] = Turn(task, side, (), ())
                continue
            found = self._index.candidates(
                side.entity, access, replace(scope, datasets=names), most
            )
            before = [id_ for id_ in partners.get(id_, ()) if dataset_of(id_) in names]
            turns[id_] = Turn(task, side, before, found)
        return turns

    def _read(self, ids: Iterable[str], access: Access, *, kept: bool = True) -> dict[str, Side]:
        """The records with these ids that are there."""
        known = {id_: self._known.pop(id_) for id_ in ids if id_ in self._known} if kept else {}
        missing = [id_ for id_ in ids if id_ not in known]
        read = {
            node.id: Side(node)
            for node in (self._reader.entities(missing, access) if missing else ())
            if isinstance(node, Entity)
        }
        found = {**known, **read}
        if kept:
            self._known.update(found)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found

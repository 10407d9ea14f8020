"""Compares records in a process of its own, which stays.

Comparing 75 records with one takes a processor for 20 ms or more. In this process it would hold up
every other answer; so another process does it, started when something is compared for the first
time, or before (``prepare``), and ended with this one. It needs a second to start; the very first
one of a user writes the list of names (``engine.match.lexicon``) for 5 seconds before.
"""

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from engine.answer import Comparison
from engine.entity import Entity, make_entity
from engine.errors import NotReady
from engine.match.comparison import compare, compare_from
from engine.match.side import Side
from engine.process.worker import KILLED, end_with

WAITING = 0.8
"""The part of its time that a question waits for the process: what is wrong is told in time."""
NOT_READY = "Clew is starting the process that compares names, which takes seconds: ask again"


class Comparer:
    """One process that compares; for many threads."""

    def __init__(self, seconds: float) -> None:
        """``seconds`` is how long one answer may take."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._ready: Future[None] = Future()

    def prepare(self) -> Future[None]:
        """Start the process and have it read what it needs; tells when it has."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1,
                    # a fork of a process with threads may hang; this starts anew
                    multiprocessing.get_context("spawn"),
                    initializer=end_with,
                    initargs=(os.getpid(),),
                )
                self._ready = self._pool.submit(read_lists)
            return self._ready

    def wait(self, seconds: float) -> None:
        """Start the process and wait until it is ready; raises NotReady where that takes longer."""
        with self._told():
            self.prepare().result(seconds)

    def compare(
        self, query: Entity, candidates: Sequence[Entity], least: float
    ) -> list[Comparison | None]:
        """What each candidate is to the query, in order; None for a score below ``least``.

        Raises NotReady where the process has just been started, or has been killed.
        """
        if not candidates:
            return []
        self.wait(WAITING * self._seconds)
        with self._told():
            return self._submit(query, candidates, least).result(self._seconds)

    def _submit(
        self, query: Entity, candidates: Sequence[Entity], least: float
    ) -> Future[list[Comparison | None]]:
        with self._lock:
            if self._pool is None:  # another thread found it killed
                raise NotReady(KILLED)
            return self._pool.submit(compared, query, candidates, least)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Says as NotReady what keeps the process from answering."""
        try:
            yield
        except NotInTime:
            raise NotReady(NOT_READY) from None
        except BrokenProcessPool:
            self.close()  # the next question starts another one
            raise NotReady(KILLED) from None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            # it may be reading its lists, which nobody waits for any more
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.kill()
            pool.shutdown(cancel_futures=True)


def read_lists() -> None:
    """Compare persons and companies, so that whatever is read once is read."""
    for schema in ("Person", "Company"):
        one, other = (
            make_entity("", "none", schema, {"name": [f"A {word}"], "address": [f"1 {word} St."]})
            for word in ("B", "C")
        )
        compare(one, other)


def compared(query: Entity, candidates: Sequence[Entity], least: float) -> list[Comparison | None]:
    """What each candidate is to the query; None for a score below ``least``."""
    one = Side(query)
    return [compare_from(least, one, Side(candidate)) for candidate in candidates]

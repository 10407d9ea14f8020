"""Worker processes: forks of this process that check and index records, and end with it."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from engine.process.watchdog import parent_death_signal

GARBAGE_THRESHOLD = 200_000
"""New objects after which a worker looks for garbage: more than one task makes."""
KILLED = "a process that worked for this one was killed: is there enough memory? Start again"


@dataclass(frozen=True)
class Workers:
    """The processes of one load: any number that check records, and the one that has the index."""

    checking: ProcessPoolExecutor
    indexing: ProcessPoolExecutor
    size: int
    """How many check."""


@contextmanager
def workers(size: int | None = None) -> Iterator[Workers]:
    """As many checking processes as there are processors, and an indexing one, for a block.

    Use it before there are threads: workers are forked, as each would import FollowTheMoney's
    model for a second otherwise.
    """
    # What exists by now is never garbage: looking through it again and again would take a quarter
    # of the workers' time, and copy the memory that they share with us.
    gc.freeze()
    size = size or os.cpu_count() or 1
    context = multiprocessing.get_context("fork")
    checking, indexing = (
        ProcessPoolExecutor(n, context, initializer=end_with, initargs=(os.getpid(),))
        for n in (size, 1)
    )
    try:
        for pool in (checking, indexing):
            pool.submit(os.getpid).result()  # forks all of its processes now
        yield Workers(checking, indexing, size)
    finally:
        for pool in (checking, indexing):
            pool.shutdown(cancel_futures=True)
        gc.unfreeze()


def end_with(parent: int) -> None:
    """End this process when its parent ends; Ctrl-C is for the parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.set_threshold(GARBAGE_THRESHOLD)
    if (request := parent_death_signal(signal.SIGKILL)) is not None:
        request()
    if os.getppid() != parent:  # it died before the request
        os._exit(1)

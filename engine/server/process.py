"""Work in other processes: they begin as copies of this one, and end with it, however it ends."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from engine.server.watch import tied

GARBAGE = 200_000
"""New objects after which a process looks for garbage: more than a piece of work makes."""
KILLED = "a process that worked for this one was killed: is there enough memory? Start again"


@dataclass(frozen=True)
class Crew:
    """The processes of one piece of work: any number that check, and the one that keeps an index."""

    checking: ProcessPoolExecutor
    indexing: ProcessPoolExecutor
    size: int
    """How many check."""


@contextmanager
def crew(size: int | None = None) -> Iterator[Crew]:
    """As many processes that check as there are processors, and one that indexes; ended with the block.

    They are forked, as each would import FollowTheMoney's model for a second otherwise: so before there are threads.
    What is there already is never garbage: looking through it again and again would take a quarter of their time.
    """
    gc.freeze()
    size = size or os.cpu_count() or 1
    context = multiprocessing.get_context("fork")
    checking, indexing = (
        ProcessPoolExecutor(n, context, initializer=tie, initargs=(os.getpid(),)) for n in (size, 1)
    )
    try:
        for pool in (checking, indexing):
            pool.submit(os.getpid).result()
        yield Crew(checking, indexing, size)
    finally:
        for pool in (checking, indexing):
            pool.shutdown(cancel_futures=True)
        gc.unfreeze()


def tie(parent: int) -> None:
    """End this process when its parent does; what a person types is for the parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.set_threshold(GARBAGE)
    if (tying := tied(signal.SIGKILL)) is not None:
        tying()
    if os.getppid() != parent:
        os._exit(1)

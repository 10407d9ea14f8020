"""Whether somebody still waits for an answer; ends what runs for it when nobody does.

Whoever asks for somebody else sets ``current`` (``waited_for``); each query that Neo4j runs is
``running`` meanwhile, with a mark and a function that ends it. ``cancel`` ends those, and lets none
begin.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from engine.errors import Cancelled

INTERVAL = 0.05
"""Seconds between two tries to end what runs: a query that is being sent cannot be ended yet."""
TRIES = 60


End = Callable[[list[str]], None]
"""Ends the queries that have some marks."""


class Cancellation:
    """What runs for one answer. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[str, End] = {}
        self.is_cancelled = False

    @contextmanager
    def running(self, mark: str, end: End) -> Iterator[None]:
        """Let ``cancel`` call ``end`` while the block runs; raises Cancelled if it is too late."""
        with self._changed:
            if self.is_cancelled:
                raise Cancelled
            self._running[mark] = end
        try:
            yield
        finally:
            with self._changed:
                del self._running[mark]
                self._changed.notify_all()

    def forbid(self) -> bool:
        """Let nothing more begin; whether something still runs."""
        with self._changed:
            self.is_cancelled = True
            return bool(self._running)

    def cancel(self) -> None:
        """End what runs, and wait until it has ended, but at most a few seconds."""
        self.forbid()
        for _ in range(TRIES):
            with self._changed:
                marks = list(self._running)
                ends = set(self._running.values())
            if not marks:
                return
            for end in ends:
                end(marks)
            with self._changed:
                self._changed.wait_for(lambda: not self._running, INTERVAL)


current: ContextVar[Cancellation | None] = ContextVar("current_cancellation", default=None)


@contextmanager
def waited_for() -> Iterator[Cancellation]:
    """What is asked in the block is for somebody who may go away."""
    cancellation = Cancellation()
    token = current.set(cancellation)
    try:
        yield cancellation
    finally:
        current.reset(token)

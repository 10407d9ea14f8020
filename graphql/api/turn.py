"""Whose turn it is: requests wait in lanes, so that nobody keeps the others from their answers.

Walks through the graph (``paths``, ``owners``, ``holdings``) and very large questions are *dear*,
all other operations are *cheap*, and each kind has a lane of its own. A lane answers some requests
at a time, of one caller at most half of them, and lets the callers who wait take turns, however
many requests each of them has sent. Where too many wait, or one has waited too long, the answer is
that the server is busy. Who goes away while waiting is never begun.

All of it is used by one event loop, so nothing needs a lock.
"""

import math
import os
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio import CapacityLimiter
from graphql import DocumentNode

from api.error import Refused
from api.limit import field_names
from engine.settings import Settings

CHEAP, DEAR = "cheap", "dear"
CHEAP_AT_A_TIME = 12
THREADS = 16
"""Calls of the engine at a time for all cheap requests together: one request may make several."""
WAITING = 500
"""The most requests that wait in a lane."""
WAITING_EACH = 100
"""The most requests of one caller that wait in a lane."""
LONGEST_RETRY = 30
WALKS = frozenset({"paths", "owners", "holdings"})
DEAR_COST = 2000
"""An operation that costs more points is dear, whatever it asks for."""


@dataclass
class Lane:
    """Requests of one kind."""

    slots: int
    """How many are answered at a time."""
    threads: CapacityLimiter
    """For the calls of the engine that they make."""
    patience: float
    """Seconds that a request waits at most."""
    _lines: OrderedDict[str, deque[anyio.Event]] = field(default_factory=OrderedDict)
    """Who waits: a line for each caller, the one whose turn is next first."""
    _running: Counter[str] = field(default_factory=Counter)
    _usual: float = 0.1
    """Seconds that an answer takes, the latest ones counting most."""

    @property
    def running(self) -> int:
        """How many are being answered."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._lines.values()))

    @property
    def each(self) -> int:
        """How many of one caller are answered at a time."""
        return max(1, self.slots // 2)

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Wait for the caller's turn, and take it as long as the block runs; raises Refused."""
        await self._wait(caller)
        start = time.monotonic()
        try:
            yield
        finally:
            self._usual += (time.monotonic() - start - self._usual) / 10
            self._give_back(caller)

    async def _wait(self, caller: str) -> None:
        if len(self._lines.get(caller, ())) >= WAITING_EACH or self.waiting >= WAITING:
            raise self.busy()
        place = anyio.Event()
        self._lines.setdefault(caller, deque()).append(place)
        self._call()
        called = False
        try:
            with anyio.move_on_after(self.patience):
                await place.wait()
                called = True
        finally:
            if not called:  # too late, or the client went away
                self._leave(caller, place)
        if not called:
            raise self.busy()

    def _call(self) -> None:
        """Let those begin whose turn it is."""
        while self.running < self.slots and (caller := next(self._ready(), None)) is not None:
            line = self._lines.pop(caller)
            line.popleft().set()
            self._running[caller] += 1
            if line:  # behind all others
                self._lines[caller] = line

    def _ready(self) -> Iterator[str]:
        """Who waits and may have one more answered."""
        for caller, line in self._lines.items():
            if line and self._running[caller] < self.each:
                yield caller

    def _leave(self, caller: str, place: anyio.Event) -> None:
        if place.is_set():  # it was called at the same moment
            self._give_back(caller)
            return
        line = self._lines[caller]
        line.remove(place)
        if not line:
            del self._lines[caller]

    def _give_back(self, caller: str) -> None:
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]
        self._call()

    def busy(self) -> Refused:
        """The error for a request that has waited too long, or finds too many before it."""
        seconds = math.ceil((self.waiting + 1) * self._usual / self.slots)
        seconds = min(max(seconds, 1), LONGEST_RETRY)
        return Refused(
            f"The server is busy: ask again in {seconds} s.",
            "BUSY",
            503,
            {"Retry-After": str(seconds)},
        )


def kind_of(parsed: DocumentNode, cost: int) -> str:
    """Whether a request is cheap or dear; it is dear if one of its operations is."""
    walks = any(name in WALKS for node in parsed.definitions for name in field_names(node))
    return DEAR if walks or cost > DEAR_COST else CHEAP


def lanes(settings: Settings) -> dict[str, Lane]:
    """The lanes of an application by kind."""
    dear = settings.dear or max(2, os.cpu_count() or 1)
    return {
        CHEAP: Lane(CHEAP_AT_A_TIME, CapacityLimiter(THREADS), settings.deadline),
        DEAR: Lane(dear, CapacityLimiter(dear), settings.deadline),
    }

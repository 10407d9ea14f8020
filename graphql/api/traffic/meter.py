"""Counts what callers take, and refuses what is beyond a limit: in Redis, or in this process.

With ``CLEW_REDIS_URL`` all processes count together. While Redis does not answer, each process
counts by itself: so nobody lifts the limits by bringing Redis down, and readers still get answers.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import redis
from limits.errors import StorageError
from limits.storage import RedisStorage, SlidingWindowCounterSupport
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.traffic.memory import MemoryStorage
from api.traffic.policy import Policy

T = TypeVar("T")
LOG = logging.getLogger("clew.api")
PATIENCE = 0.5
"""Seconds in which Redis has to answer."""
MOMENT = 0.01
"""Seconds after which something fits that just does not fit yet."""
PAUSE = 5.0
"""Seconds after a failure in which Redis is not asked."""


class TooMany(Exception):
    """A caller has taken what a limit allows; ``wait`` is the number of seconds until it fits."""

    def __init__(self, policy: Policy, wait: float) -> None:
        super().__init__(policy.name)
        self.policy = policy
        self.wait = max(1, math.ceil(wait))


@dataclass(frozen=True)
class Quota:
    """What is left of one limit for one caller, and the seconds until its window ends."""

    policy: Policy
    left: int
    ends: int


class Meter:
    """The counters of an installation; used by many threads."""

    def __init__(self, redis_url: str = "") -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._failed = -math.inf
        self._down = False
        self._lock = threading.Lock()
        if redis_url:
            pool = redis.ConnectionPool.from_url(
                redis_url,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
                retry=Retry(NoBackoff(), 0),
            )
            storage = RedisStorage(redis_url, pool, "clew", wrap_exceptions=True)
            self._shared = SlidingWindowCounterRateLimiter(storage)

    @property
    def is_remote(self) -> bool:
        """Whether counting may wait for the network."""
        return self._shared is not None

    def health(self) -> str | None:
        """``ok``, or what is wrong with Redis; None where none is used."""
        if self._shared is None:
            return None
        return "Redis does not answer, each process counts by itself" if self._down else "ok"

    def take(self, policies: Sequence[Policy], who: str, amount: int = 1) -> None:
        """Take an amount of each limit; raises TooMany for the first that has not so much left."""

        def hit(limiter: SlidingWindowCounterRateLimiter) -> TooMany | None:
            # first the longer windows: what they refuse is not to be taken from the shorter ones
            for policy in reversed(policies[1:]):
                if not limiter.test(policy.item, policy.unit, who, cost=amount):
                    return TooMany(policy, waiting(limiter, policy, who, amount))
            for policy in policies:
                if not limiter.hit(policy.item, policy.unit, who, cost=amount):
                    return TooMany(policy, waiting(limiter, policy, who, amount))
            return None

        if (refused := self._ask(hit)) is not None:
            raise refused

    def check(self, policies: Sequence[Policy], who: str) -> None:
        """Raises TooMany where nothing is left of a limit; takes nothing."""

        def test(limiter: SlidingWindowCounterRateLimiter) -> TooMany | None:
            for policy in policies:
                if not limiter.test(policy.item, policy.unit, who):
                    return TooMany(policy, waiting(limiter, policy, who, 1))
            return None

        if (refused := self._ask(test)) is not None:
            raise refused

    def quotas(self, policies: Sequence[Policy], who: str) -> list[Quota]:
        """What is left of each limit."""
        return self._ask(lambda limiter: [quota(limiter, policy, who) for policy in policies])

    def _ask(self, call: Callable[[SlidingWindowCounterRateLimiter], T]) -> T:
        """What a call answers with Redis, unless that fails or has just failed; else without."""
        if self._shared is not None and time.monotonic() - self._failed >= PAUSE:
            try:
                answer = call(self._shared)
            except StorageError as error:
                self._note(error)
            else:
                self._down = False
                return answer
        return call(self._own)

    def _note(self, error: Exception) -> None:
        """Log that Redis has failed, once until it works again."""
        with self._lock:
            first, self._down = not self._down, True
            self._failed = time.monotonic()
        if first:
            LOG.warning("Redis does not answer, each process counts requests by itself: %s", error)


def weights(
    limiter: SlidingWindowCounterRateLimiter, policy: Policy, who: str
) -> tuple[int, int, float]:
    """What was taken in the window before and in this one, and the seconds until this one ends."""
    storage = limiter.storage
    key = policy.item.key_for(policy.unit, who)
    assert isinstance(storage, SlidingWindowCounterSupport)
    before, _, now, ends = storage.get_sliding_window(key, policy.window)
    return before, now, min(max(ends - policy.window, 0.0), policy.window)


def quota(limiter: SlidingWindowCounterRateLimiter, policy: Policy, who: str) -> Quota:
    """What is left of a limit."""
    before, now, left = weights(limiter, policy, who)
    taken = int(before * left / policy.window) + now
    return Quota(policy, max(0, policy.amount - taken), max(1, math.ceil(left)))


def waiting(
    limiter: SlidingWindowCounterRateLimiter, policy: Policy, who: str, amount: int
) -> float:
    """Seconds until an amount fits into a limit, if nothing else is taken meanwhile.

    What was taken in a window counts less and less during the next one.
    """
    before, now, left = weights(limiter, policy, who)
    room = policy.amount - amount
    if room < 0:
        return policy.window
    if now <= room:  # the window before is what is too much
        return left - (room - now + 1) * policy.window / before + MOMENT if before else 0
    return left + policy.window * (1 - min(1, (room + 1) / now)) + MOMENT

"""A client that goes away while its answer is worked out: the work ends with it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request

from engine.cancellation import waited_for

T = TypeVar("T")
ENDING = 4
"""Threads that end queries, whatever else all threads are busy with."""


async def attended(request: Request, work: Callable[[], Awaitable[T]]) -> T:
    """What the work returns, while the client is there; the request's body must be read before.

    Raises ClientDisconnect where the client goes away; the work is cancelled.
    """
    results: list[T] = []
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        results.append(await work())
        group.cancel_scope.cancel()
    if not results:
        raise ClientDisconnect
    return results[0]


class Ending:
    """Ends in Neo4j what is left of an answer that nobody waits for any more."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(ENDING)

    @asynccontextmanager
    async def with_the_block(self) -> AsyncIterator[None]:
        """What the block asks is ended with it, by a deadline or by a cancellation, say."""
        with waited_for() as cancellation:
            try:
                yield
            finally:
                if cancellation.forbid():
                    with CancelScope(shield=True):
                        await to_thread.run_sync(cancellation.cancel, limiter=self._threads)

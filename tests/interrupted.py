"""The real ``clew``, but it kills itself at a place: ``interrupted.py PLACE N COMMAND…``.

It does so with SIGKILL, at the nth call there; at the place ``nowhere`` it lives. Batches are
small, so that there are many calls. test_kill.py runs it.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from cli.main import main
from engine.graph.connection import Transaction
from engine.graph.record.writer import Writer
from engine.index.index import Index
from engine.sync import follower
from loaders.load import load

PLACES: dict[str, tuple[type, str, str, bool]] = {
    "in a write": (Transaction, "run", "node_create node_replace edge_create edge_replace", False),
    "in a removal": (Transaction, "run", "edge_delete node_retire node_delete", False),
    "after a write": (Writer, "put", "", False),
    "after a removal": (Writer, "remove", "", False),
    "before the index commits": (Index, "commit", "", True),
    "after the index committed": (Index, "commit", "", False),
    "among the shared values": (Transaction, "run", "literal_set", False),
    "after the shared values": (Writer, "set_literals", "", False),
}
"""A method, the queries that count where it runs queries, and whether to die before the call."""


def deadly(method: Callable[..., Any], nth: int, queries: str, before: bool) -> Callable[..., Any]:
    """The same method, whose nth call is the last thing that this process does."""
    calls = count(1)

    def called(self: object, first: Any, *rest: Any, **named: Any) -> Any:
        last = (not queries or first in queries.split()) and next(calls) == nth
        if last and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(self, first, *rest, **named)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return called


if __name__ == "__main__":
    if sys.argv[1] != "nowhere":
        owner, name, queries, before = PLACES[sys.argv[1]]
        setattr(owner, name, deadly(getattr(owner, name), int(sys.argv[2]), queries, before))
    setattr(load, "BATCH", 200)  # noqa: B010 - mypy has them as final
    setattr(follower, "CHUNK", 200)  # noqa: B010
    setattr(follower, "chunks", partial(follower.chunks, size=200))  # noqa: B010
    main(sys.argv[3:])

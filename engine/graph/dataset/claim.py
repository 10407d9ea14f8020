"""Claims on datasets: one process at a time loads, crawls or deletes one.

A second process is told which one does. Within a data folder a claim is a lock file, which ends
with its holder. Processes that share only a server see each other's claims there: each keeps a
transaction open that does nothing but name its holder. The server ends it with the connection, in a
moment if the process dies, after a while if its machine does.
"""

import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.dataset import check_name
from engine.errors import EngineInUse
from engine.graph.connection import Connection
from engine.lock import Locked, is_locked, locked

OUTLIVES, AGAIN = 3.0, 0.2
"""Seconds that a claim may outlive a process that was killed, until a busy server has noticed; and
seconds between two looks."""


@contextmanager
def claimed(data: Path, name: str, doing: str, shared: Connection | None = None) -> Iterator[None]:
    """Claim a dataset for a block, in which it is ``doing`` (``loaded``, say).

    ``shared`` is the connection to a server that is not the data folder's own. Raises BadInput for
    a bad name, and EngineInUse if the dataset is claimed already.
    """
    path = lock_path(data, name)
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(path, f"{doing} by process {os.getpid()}", temporary=True))
        except Locked as other:
            raise in_use(name, other.note or "used by another process") from None
        if shared is not None:
            stack.enter_context(claimed_on_server(shared, name, doing))
        yield


def is_claimed(data: Path, name: str, shared: Connection | None = None) -> bool:
    """Whether a dataset is claimed just now; raises BadInput. ``shared`` is as of ``claimed``."""
    path = lock_path(data, name)
    if shared is not None:
        # as a write, since a cluster's followers do not list the transactions of its leader
        return bool(shared.write("claim_list", {"dataset": name}))
    return is_locked(path)


def lock_path(data: Path, name: str) -> Path:
    """The lock file of a dataset; raises BadInput."""
    return data / f"dataset-{check_name(name)}.lock"


@contextmanager
def claimed_on_server(server: Connection, name: str, doing: str) -> Iterator[None]:
    """Show a claim to all who use a server; raises EngineInUse if there is one already."""
    holder = f"{doing} by process {os.getpid()} on {socket.gethostname()}"
    own = {"clew_dataset": name, "clew_claim": uuid.uuid4().hex, "clew_doing": holder}
    with server.presence(own) as tx:
        # shown first, then looked for others: of two at the same moment, both may fail, never none
        until = time.monotonic() + OUTLIVES
        while others := [
            row
            for row in tx.run("claim_list", {"dataset": name})
            if row["claim"] != own["clew_claim"]
        ]:
            if time.monotonic() > until:
                first = others[0]
                raise in_use(name, f"{first['doing']} ({first['transaction']} of the server)")
            time.sleep(AGAIN)
        yield


def in_use(name: str, holder: str) -> EngineInUse:
    """The error for a dataset that is claimed already."""
    return EngineInUse(
        f"{name} is being {holder}: wait until that is done, or end it, and start again"
    )

"""Who is at work on a dataset? One process at a time loads, crawls or deletes it; another is told which one does.

In one data folder a lock of the system says so, which ends with its holder, however that one ends. Processes that
have only a server in common see each other there: each keeps a transaction open that does nothing but say who it is.
The server ends it with the connection, at once if the process dies, after a while if its machine does.
"""

import fcntl
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.dataset import check_name
from engine.errors import EngineInUse
from engine.graph.connection import Connection


@contextmanager
def claimed(data: Path, name: str, doing: str, shared: Connection | None = None) -> Iterator[None]:
    """Hold a dataset while it is ``doing`` (``loaded``, say); raises BadInput, and EngineInUse if somebody else does.

    ``shared`` is the line to a server that is not the data folder's own.
    """
    path = lock(data, name)
    with ExitStack() as stack:
        file = stack.enter_context(locked(path, name))
        stack.callback(path.unlink, missing_ok=True)
        file.truncate(0)
        file.write(f"{doing} by process {os.getpid()}")
        file.flush()
        if shared is not None:
            stack.enter_context(shown(shared, name, doing))
        yield


def is_claimed(data: Path, name: str, shared: Connection | None = None) -> bool:
    """Whether somebody holds a dataset just now; raises BadInput. ``shared`` is as of ``claimed``."""
    path = lock(data, name)
    if shared is not None:
        return bool(
            shared.write("claim_list", {"dataset": name})
        )  # asked where writers are, who show themselves
    with suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def lock(data: Path, name: str) -> Path:
    """The file that whoever holds a dataset locks; raises BadInput."""
    return data / f"dataset-{check_name(name)}.lock"


def locked(path: Path, name: str) -> IO[str]:
    """The lock's file, open and locked; raises EngineInUse. Its last holder may have taken it away: then a new one."""
    while True:
        file = path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                file.seek(0)
                raise taken(name, file.read() or "used by another process") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()


@contextmanager
def shown(server: Connection, name: str, doing: str) -> Iterator[None]:
    """Let whoever uses a server see that we hold a dataset; raises EngineInUse if somebody showed so before."""
    how = f"{doing} by process {os.getpid()} on {socket.gethostname()}"
    own = {"clew_dataset": name, "clew_claim": uuid.uuid4().hex, "clew_doing": how}
    with server.presence(own) as tx:
        for row in tx.run("claim_list", {"dataset": name}):
            if row["claim"] != own["clew_claim"]:
                raise taken(name, f"{row['doing']} ({row['transaction']} of the server)")
        yield


def taken(name: str, how: str) -> EngineInUse:
    """What is said of a dataset that somebody else holds."""
    return EngineInUse(
        f"{name} is being {how}: wait until that is done, or end it, and start again"
    )

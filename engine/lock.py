"""Locks between processes: take one, or learn who has it.

A lock is a file that ``filelock`` locks with the system's ``flock``. The lock ends with its holder,
however that one ends, so a lock file that is left behind holds nobody. The holder writes a note
into the file: a second process reads there who it is.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

TIMEOUT = 0.1
"""Seconds to wait for a lock: one that ends just now, or that ``is_locked`` tests, is soon free."""


class Locked(Exception):
    """Another holder has the lock; ``note`` is what it wrote into the file, perhaps nothing."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


@contextmanager
def locked(path: Path, note: str, *, temporary: bool = False) -> Iterator[None]:
    """Hold a lock for a block; raises Locked with the note of the one who holds it.

    The file of a ``temporary`` lock is removed at the end.
    """

    def write_note(descriptor: int) -> None:
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, note.encode(), 0)

    lock = FileLock(
        path,
        timeout=TIMEOUT,
        poll_interval=TIMEOUT / 5,
        thread_local=False,  # the thread that stops a server may not be the one that started it
        fallback_to_soft=False,  # a soft lock would outlive a killed holder
        on_acquired=write_note,
    )
    try:
        lock.acquire()
    except Timeout:
        raise Locked(read_note(path)) from None
    try:
        yield
    finally:
        # Removed while it is held: whoever opened this file before finds that it has no name any
        # more, and makes a new one. Removed later, it might be the file of the next holder.
        if temporary:
            path.unlink(missing_ok=True)
        lock.release()


def read_note(path: Path) -> str:
    """What the holder of a lock wrote into its file; nothing where the file is gone."""
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8").strip()
    return ""


def is_locked(path: Path) -> bool:
    """Whether a living process holds this lock; asks without making the file."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        try:
            # filelock has exclusive locks only: two readers that ask at the same moment would
            # take each other for holders
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

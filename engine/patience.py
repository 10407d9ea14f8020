"""How long work that no person waits for, such as a load, waits for a server that is gone."""

import time
from collections.abc import Callable
from threading import Event

PAUSE = 0.5
"""Seconds between two looks for the server."""


class Patience:
    """Waits until a server is there again, unless nobody will start it."""

    def __init__(self, seconds: float, hopeful: Callable[[], bool]) -> None:
        """Wait so many seconds at most, and only while there is hope that the server comes back."""
        self._seconds = seconds
        self._hopeful = hopeful
        self._ended = Event()

    def wait(self, is_there: Callable[[], bool]) -> bool:
        """Whether the server is there again, by ``is_there``; returns when that is clear."""
        end = time.monotonic() + self._seconds
        while not self._ended.wait(PAUSE):
            if is_there():
                return True
            if time.monotonic() > end or not self._hopeful():
                return False
        return False

    def end(self) -> None:
        """Wait no more, in any thread: this process ends."""
        self._ended.set()

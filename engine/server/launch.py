"""The server's process, however often it is started: one at a time, and none after the stop."""

import threading
from collections.abc import Sequence

from engine.errors import ServerUnavailable
from engine.process.watchdog import STOP_TIMEOUT, how_it_ended
from engine.progress import Progress
from engine.server.child import Child
from engine.server.home import Home
from engine.server.orphan import end_orphans


class Launch:
    """Starts one command on one data folder, which this process holds."""

    def __init__(
        self, home: Home, command: Sequence[str], stop_timeout: float = STOP_TIMEOUT
    ) -> None:
        """The server is killed if it does not end in ``stop_timeout`` seconds when it is to."""
        self.home = home
        self._command = command
        self._stop_timeout = stop_timeout
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._begun = self._stopped = False

    def begin(self, progress: Progress) -> int:
        """Start the process and wait until it answers; its id. Raises ServerUnavailable.

        What an earlier process left behind is ended first.
        """
        with self._lock:
            if self._stopped:
                raise ServerUnavailable("Neo4j was stopped")
            if self._begun:
                self._end()
                end_orphans(self.home, progress)
            self._begun = True
            self._child = child = Child(self.home, self._command, self._stop_timeout)
        child.wait_ready(progress)
        return child.pid

    def ending(self) -> str | None:
        """How the process ended, in words; None while it runs, or where it was to end."""
        child = self._child
        if child is None:
            return None if self._stopped else "it could not be started"
        code = child.process.poll()
        if code is None or self._stopped:
            return None
        return how_it_ended(code).removesuffix(", start again")

    def stop(self) -> None:
        """End the process, and start none any more; may be called from another thread."""
        with self._lock:
            self._stopped = True
            self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.stop()

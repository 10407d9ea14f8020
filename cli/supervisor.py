"""Several API processes on one address: started, watched, started again, and stopped together.

The process that starts them opened the engine. It keeps the index and crawls, and answers nobody.
They join its Neo4j and take connections from the socket that it has bound.
"""

import socket
import subprocess
import sys
import time
from collections import deque
from types import TracebackType

from cli.terminal import note
from cli.web import GRACE
from engine.errors import BadInput, ClewError
from engine.process.watchdog import parent_death_signal
from engine.settings import Settings

LOOK = 0.5
"""Seconds between two looks at the processes."""
MOST_DEATHS, SPAN = 10, 60.0
"""So many deaths within so many seconds are a fault that starting again does not mend."""


def check_workers(settings: Settings, workers: int) -> None:
    """Raises BadInput where several processes would not count their callers together."""
    if workers > 1 and not settings.redis_url:
        raise BadInput(
            "several processes count callers and crawls together in Redis: set CLEW_REDIS_URL, or "
            "leave --workers out"
        )


class Supervisor:
    """The processes that answer requests; a context manager."""

    def __init__(self, settings: Settings, listening: socket.socket, workers: int) -> None:
        self._command = [
            *(sys.executable, "-m", "cli.worker"),
            *(str(listening.fileno()), settings.host, str(settings.port)),
        ]
        self._socket = listening.fileno()
        self._workers = workers
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._ended = False
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Supervisor":
        for _ in range(self._workers):
            self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ask all to stop, which lets them end what they answer; kill those that do not."""
        for process in self.running:
            process.terminate()
        end = time.monotonic() + 2 * GRACE
        for process in self.running:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def watch(self) -> None:
        """Start again what has ended, until a signal or ``end``.

        Raises ClewError where that is in vain.
        """
        while not self._ended:
            for process in [each for each in self.running if each.poll() is not None]:
                self.running.remove(process)
                self._note_death(process.returncode)
                self._start()
            time.sleep(LOOK)

    def end(self) -> None:
        """Let ``watch`` return, from another thread."""
        self._ended = True

    def _start(self) -> None:
        process = subprocess.Popen(
            self._command,
            pass_fds=[self._socket],
            # a process of its own group: Ctrl-C reaches this process alone, which ends the others
            process_group=0,
            preexec_fn=parent_death_signal(),
        )
        self.running.append(process)

    def _note_death(self, code: int) -> None:
        note(f"clew: an API process ended with {ended(code)}; another one is started")
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] < SPAN:
            raise ClewError(f"{MOST_DEATHS} API processes ended within {SPAN:.0f} s: see above why")


def ended(code: int) -> str:
    """How a process ended, in words."""
    return f"signal {-code}" if code < 0 else f"code {code}"

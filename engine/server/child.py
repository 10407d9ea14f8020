"""The server's process: started behind a watchdog, waited for until it answers, and stopped."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from engine.errors import ServerUnavailable
from engine.process.watchdog import STOP_TIMEOUT, how_it_ended, watchdog_command
from engine.progress import Progress, Ticker
from engine.server.home import Home
from engine.server.java import ENVIRONMENT

STARTED = b"Started."
"""What Neo4j writes into its log once Bolt answers."""
START_TIMEOUT = 600.0
"""Seconds that Neo4j may take to start: after a crash it replays its transaction log first."""
PROGRESS_INTERVAL = 5.0
"""Seconds between two lines of progress: a start of a few seconds needs none."""
LEAST_FREE = 64 << 20
"""Bytes of the disk without which Neo4j does not start."""
POLL_INTERVAL = 0.05
"""Seconds between two looks at the log."""


class Child:
    """The watchdog and, behind it, the server."""

    def __init__(
        self, home: Home, command: Sequence[str], stop_timeout: float = STOP_TIMEOUT
    ) -> None:
        """Start both, in a session of their own: Ctrl-C reaches us alone, and we end them.

        The server is killed if it does not end in ``stop_timeout`` seconds when it is to stop.
        """
        self.home = home
        self._stop_timeout = stop_timeout
        self.offset = home.log.stat().st_size if home.log.exists() else 0
        self.process = subprocess.Popen(
            watchdog_command(command, home.console, timeout=stop_timeout),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        line = pipe(self.process.stdout).readline()
        self.pid = int(line) if line else 0

    def is_ready(self) -> bool:
        """Whether the log says that Neo4j has started, since we started it."""
        if not self.home.log.exists():
            return False
        with self.home.log.open("rb") as file:
            if self.home.log.stat().st_size >= self.offset:  # else the log was rotated meanwhile
                file.seek(self.offset)
            return STARTED in file.read()

    def wait_ready(self, progress: Progress) -> None:
        """Wait until Bolt answers; raises ServerUnavailable with the end of the log."""
        ticker = Ticker(PROGRESS_INTERVAL)
        while not self.is_ready():
            if self.process.poll() is not None or ticker.elapsed > START_TIMEOUT:
                raise self._failure()
            if ticker.due():
                progress(f"Starting Neo4j … {ticker.elapsed:.0f} s")
            time.sleep(POLL_INTERVAL)

    def _failure(self) -> ServerUnavailable:
        check_room(self.home)
        ends = (tail(self.home.log, self.offset), tail(self.home.console))
        return ServerUnavailable(
            f"Neo4j did not start: {how_it_ended(self.process.poll())}. "
            f"Its log, {self.home.log}, ends with:\n" + "\n".join(filter(None, ends))
        )

    def stop(self) -> None:
        """End the server: the watchdog asks it to stop, waits, and kills it at last."""
        stdin = pipe(self.process.stdin)
        with suppress(BrokenPipeError):
            stdin.write(b"stop")
            stdin.close()
        try:
            self.process.wait(self._stop_timeout + 15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        pipe(self.process.stdout).close()


def check_room(home: Home) -> None:
    """Raises ServerUnavailable where the disk has no room for what Neo4j writes at its start."""
    free = shutil.disk_usage(home.data).free
    if free < LEAST_FREE:
        raise ServerUnavailable(
            f"the disk of {home.data} is full, {free // 2**20:,} MiB are free: make room, or set "
            "CLEW_DATA to a folder on another disk"
        )


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """A stream of a process that was started with a pipe there."""
    assert stream is not None
    return stream


def tail(path: Path, offset: int = 0, lines: int = 12) -> str:
    """The last lines of a log, from a byte offset on; nothing where it cannot be read."""
    with suppress(OSError):
        text = path.read_bytes()[offset:].decode(errors="replace")
        return "\n".join(text.strip().splitlines()[-lines:])
    return ""

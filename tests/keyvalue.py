"""A real Redis for tests, which may be stopped and started again."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

DATABASE = 3
"""The number of the Redis database that Clew is to use."""


class RedisServer:
    """A Redis of our own on a free port of the loopback interface; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        assert program, "Debian's package redis-server is missing: `make setup-test` installs it"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        options = {"bind": "127.0.0.1", "port": self.port, "dir": folder, "save": ""}
        self._command = [program]
        for name, value in options.items():
            self._command += [f"--{name}", str(value)]
        self._process: subprocess.Popen[bytes] | None = None
        self.client = redis.Redis(port=self.port, db=DATABASE)
        self.url = f"redis://127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that runs while the test does, if nobody stops it."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.client.close()
    server.stop()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.05)

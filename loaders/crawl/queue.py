"""Where crawls wait for their turn: huey, in the data folder or in a Redis that processes share."""

import logging
import sqlite3

import orjson
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool, RedisError

from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.progress import Progress

REDIS_TIMEOUT = 5.0
"""Seconds that Redis may be silent before it counts as away."""
STOP_TIMEOUT = 2.0
"""Seconds that a stop waits for a job that is under way."""
LOG = logging.getLogger("huey")
EXPECTED = (RedisError, sqlite3.Error, ClewError)
"""What may go wrong without a fault of ours: reported in a line, anything else with its trace."""


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Jobs as JSON: with huey's pickle, whoever can write into the queue could run code here."""

    def _serialize(self, data: Message) -> bytes:
        return orjson.dumps(list(data))

    def _deserialize(self, data: bytes) -> Message:
        return Message(*orjson.loads(data))


class Workers(Consumer):  # type: ignore[misc]  # huey has no types
    """huey's consumer inside our own process, which handles signals and logs in its own way."""

    def __init__(self, jobs: Huey, report: Progress) -> None:
        super().__init__(jobs, workers=1, periodic=True, check_worker_health=False)
        self._handler = ReportHandler(report)

    def start(self) -> None:
        """Start the threads that work and that schedule."""
        LOG.addHandler(self._handler)
        super().start()

    def stop(self, graceful: bool = False) -> None:
        """Stop, after a job that ends within STOP_TIMEOUT; longer ones end with the process."""
        super().stop(graceful)
        for _, thread in self.worker_threads:
            thread.join(STOP_TIMEOUT)
        LOG.removeHandler(self._handler)

    def _set_signal_handlers(self) -> None:
        """Install none: Ctrl-C and SIGTERM are handled by the command."""


class ReportHandler(logging.Handler):
    """Reports the warnings and errors that huey logs, in a line each where they are expected."""

    def __init__(self, report: Progress) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Report one."""
        error = record.exc_info[1] if record.exc_info else None
        self._report(str(error) if isinstance(error, EXPECTED) else self.format(record))


def queue(engine: Engine) -> Huey:
    """The jobs of an engine's graph: in Redis if CLEW_REDIS_URL is set, else in the data folder.

    Processes that share a graph and a Redis share its jobs; each graph has jobs of its own there.
    Raises BadInput for a bad address, ClewError where Redis does not answer.
    """
    settings = engine.settings
    if not settings.redis_url:
        path = str(settings.data / "jobs.sqlite")
        return SqliteHuey("clew", filename=path, results=False, serializer=JsonSerializer())
    name = f"clew{engine.graph_id()}"
    try:
        pool = ConnectionPool.from_url(
            settings.redis_url, socket_connect_timeout=REDIS_TIMEOUT, socket_timeout=REDIS_TIMEOUT
        )
        jobs = RedisHuey(name, connection_pool=pool, results=False, serializer=JsonSerializer())
        jobs.storage.conn.ping()
    except ValueError as error:
        raise BadInput(f"CLEW_REDIS_URL is no address of a Redis: {error}") from None
    except RedisError as error:
        raise ClewError(f"the Redis that CLEW_REDIS_URL names does not answer: {error}") from None
    return jobs

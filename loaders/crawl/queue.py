"""Where crawls wait for their turn: huey, in the data folder or in a Redis that several processes share."""

import logging
import sqlite3
from collections.abc import Callable

import orjson
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool, RedisError

from engine.engine import Engine
from engine.errors import BadInput, ClewError

SILENCE = 5.0
"""Seconds that Redis may be silent before it counts as away."""
SHORTLY = 2.0
"""Seconds that an end waits for what is under way."""
LOG = logging.getLogger("huey")
EXPECTED = (RedisError, sqlite3.Error, ClewError)
"""What may go wrong without a fault of ours: it is told in a line, anything else with its trace."""


class Plain(Serializer):  # type: ignore[misc]  # huey has no types
    """Jobs as JSON: whoever can write into the queue could else run programs here, with huey's pickle."""

    def _serialize(self, data: Message) -> bytes:
        return orjson.dumps(list(data))

    def _deserialize(self, data: bytes) -> Message:
        return Message(*orjson.loads(data))


class Workers(Consumer):  # type: ignore[misc]  # huey has no types
    """huey's consumer inside our own process, which keeps its own signals and says what goes wrong."""

    def __init__(self, jobs: Huey, tell: Callable[[str], None]) -> None:
        super().__init__(jobs, workers=1, periodic=True, check_worker_health=False)
        self._troubles = Troubles(tell)

    def start(self) -> None:
        """Begin."""
        LOG.addHandler(self._troubles)
        super().start()

    def stop(self, graceful: bool = False) -> None:
        """End, once what takes less than SHORTLY is done; a crawl that takes longer ends with the process."""
        super().stop(graceful)
        for _, thread in self.worker_threads:
            thread.join(SHORTLY)
        LOG.removeHandler(self._troubles)

    def _set_signal_handlers(self) -> None:
        """None of its own."""


class Troubles(logging.Handler):
    """Tells what huey would log."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one trouble."""
        error = record.exc_info[1] if record.exc_info else None
        self._tell(str(error) if isinstance(error, EXPECTED) else self.format(record))


def queue(engine: Engine) -> Huey:
    """The jobs of an engine's graph: in Redis if there is one, else in the data folder.

    Processes that share a graph and a Redis share its jobs; other graphs have jobs of their own there.
    Raises BadInput, or ClewError where Redis does not answer.
    """
    settings = engine.settings
    if not settings.redis_url:
        return SqliteHuey(
            "clew", filename=str(settings.data / "jobs.sqlite"), results=False, serializer=Plain()
        )
    name = f"clew{engine.graph_id()}"
    try:
        pool = ConnectionPool.from_url(
            settings.redis_url, socket_connect_timeout=SILENCE, socket_timeout=SILENCE
        )
        jobs = RedisHuey(name, connection_pool=pool, results=False, serializer=Plain())
        jobs.storage.conn.ping()
    except ValueError as error:
        raise BadInput(f"CLEW_REDIS_URL is no address of a Redis: {error}") from None
    except RedisError as error:
        raise ClewError(f"the Redis that CLEW_REDIS_URL names does not answer: {error}") from None
    return jobs

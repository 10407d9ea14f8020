"""The line to Neo4j: named statements, each with a timeout; the driver's errors become Clew's here."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import neo4j
from neo4j import GraphDatabase, Query, Record, exceptions

from engine.errors import BadInput, QueryTimeout, ServerUnavailable
from engine.graph.cypher import query_text

TIMEOUT = 10.0
"""Seconds that a read takes at most, unless its caller says otherwise."""
PATIENCE = 600.0
"""Seconds that one write transaction takes at most."""
AWAY = (
    exceptions.ServiceUnavailable,
    exceptions.SessionExpired,
    exceptions.ConnectionAcquisitionTimeoutError,
)
"""What the driver raises where there is no talking to the server."""
WHOLE = "What was written so far is whole; do the same again when Neo4j is there"

logging.getLogger("neo4j").addHandler(
    logging.NullHandler()
)  # else Python prints on stderr what our errors tell

Parameters = Mapping[str, Any]


@contextmanager
def translated() -> Iterator[None]:
    """Raises what the driver raises as ServerUnavailable, QueryTimeout or BadInput; a bug stays a bug."""
    try:
        yield
    except AWAY as error:
        raise ServerUnavailable(
            f"Neo4j cannot be reached or went away: {error}. {WHOLE}"
        ) from error
    except exceptions.AuthError as error:
        raise ServerUnavailable(f"Neo4j cannot be reached: {error}") from error
    except exceptions.Neo4jError as error:
        code = error.code or ""
        if "TransactionTimedOut" in code or "Terminated" in code or "LockClient" in code:
            raise QueryTimeout("this question took longer than it may") from error
        if "OutOfMemory" in code:
            raise QueryTimeout("this question needs more memory than it may take") from error
        if "DatabaseUnavailable" in code or "DatabaseNotFound" in code:
            raise ServerUnavailable(f"Neo4j is not ready: {error.message}") from error
        raise
    except exceptions.ConfigurationError as error:
        raise BadInput(f"this is no address of a Neo4j server: {error}") from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise BadInput(f"a value cannot be stored: {error}") from error


class Deadline:
    """A moment by which an answer must be there, however many statements it takes."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left; raises QueryTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise QueryTimeout("this question took longer than it may")
        return left


class Transaction:
    """One write transaction: all of its statements or none."""

    def __init__(self, inner: neo4j.Transaction) -> None:
        self._inner = inner

    def run(self, name: str, parameters: Parameters | None = None, **parts: str) -> list[Record]:
        """What a named statement answers inside this transaction."""
        return list(self._inner.run(query_text(name, **parts), dict(parameters or {})))


class Connection:
    """A pool of connections to one Neo4j server."""

    def __init__(self, driver: neo4j.Driver) -> None:
        self._driver = driver
        self._bookmarks = GraphDatabase.bookmark_manager()

    @classmethod
    def open(cls, uri: str, user: str, password: str) -> "Connection":
        """Connect and log in; raises ServerUnavailable or, for an address that is none, BadInput."""
        with translated():
            driver = GraphDatabase.driver(
                uri,
                auth=(user, password),
                notifications_min_severity="OFF",
                max_transaction_retry_time=15.0,
                connection_acquisition_timeout=15.0,
            )
            try:
                driver.verify_connectivity()
            except BaseException:  # the driver must not outlive whatever stopped us
                driver.close()
                raise
        return cls(driver)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; one that another thread still uses is closed by the server, when we are gone."""
        with suppress(BufferError):
            self._driver.close()

    def _session(self, access_mode: str) -> neo4j.Session:
        return self._driver.session(
            default_access_mode=access_mode, bookmark_manager=self._bookmarks, database=None
        )

    def read(
        self,
        name: str,
        parameters: Parameters | None = None,
        *,
        timeout: float = TIMEOUT,
        **parts: str,
    ) -> list[Record]:
        """All that a named read answers."""
        return list(self.stream(name, parameters, timeout=timeout, **parts))

    def stream(
        self,
        name: str,
        parameters: Parameters | None = None,
        *,
        timeout: float = TIMEOUT,
        **parts: str,
    ) -> Iterator[Record]:
        """What a named read answers, record by record."""
        if timeout <= 0:  # the driver would take 0 as "no limit"
            raise QueryTimeout("this question took longer than it may")
        query = Query(query_text(name, **parts), timeout=timeout)
        with translated(), self._session(neo4j.READ_ACCESS) as session:
            yield from session.run(query, dict(parameters or {}))

    def write(
        self,
        name: str,
        parameters: Parameters | None = None,
        *,
        timeout: float = PATIENCE,
        **parts: str,
    ) -> list[Record]:
        """What one named write answers, in a transaction of its own (also statements on the schema)."""
        query = Query(query_text(name, **parts), timeout=timeout)
        with translated(), self._session(neo4j.WRITE_ACCESS) as session:
            return list(session.run(query, dict(parameters or {})))

    def declare(self, text: str) -> None:
        """Run one statement of a migration, which is no named one."""
        with translated(), self._session(neo4j.WRITE_ACCESS) as session:
            session.run(Query(text, timeout=PATIENCE)).consume()

    @contextmanager
    def transaction(self, timeout: float = PATIENCE) -> Iterator[Transaction]:
        """One write transaction, committed at the end, rolled back on any error."""
        with (
            translated(),
            self._session(neo4j.WRITE_ACCESS) as session,
            session.begin_transaction(timeout=timeout) as inner,
        ):
            yield Transaction(inner)

    @contextmanager
    def presence(self, metadata: Mapping[str, str]) -> Iterator[Transaction]:
        """A transaction that others see while the block runs; how it ends is nobody's trouble, as it writes nothing."""
        with ExitStack() as stack:
            with translated():
                session = stack.enter_context(self._session(neo4j.WRITE_ACCESS))
                inner = session.begin_transaction(metadata=dict(metadata))
            stack.callback(quietly, inner.close)
            yield Transaction(inner)


def quietly(close: Callable[[], None]) -> None:
    """Let go of what the server may have let go of before."""
    with suppress(exceptions.DriverError, exceptions.Neo4jError):
        close()

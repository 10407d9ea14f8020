"""The connection to Neo4j: named queries, each with a timeout; its errors become Clew's."""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

import neo4j
from neo4j import GraphDatabase, Query, Record, exceptions

from engine.cancellation import current
from engine.errors import BadInput, Cancelled, ClewError, QueryTimeout, ServerUnavailable
from engine.graph.cypher import query_text
from engine.patience import Patience

MARK = "clew_query"
"""The key in a transaction's metadata that tells a query of somebody who may go away."""
END_TIMEOUT = 5.0
"""Seconds that ending a query takes at most."""
READ_TIMEOUT = 10.0
"""Seconds that a read takes at most, unless its caller says otherwise."""
LONG_TIMEOUT = 600.0
"""Seconds that a write transaction, or a read that no person waits for, takes at most."""
TRIES = 20
"""How often work is done again at most: a server that comes and goes all the time is broken."""
UNREACHABLE = (
    exceptions.ServiceUnavailable,
    exceptions.SessionExpired,
    exceptions.ConnectionAcquisitionTimeoutError,
)
"""What the driver raises where the server does not answer."""
ADVICE = "What was written so far is complete; run the same again when Neo4j is there"

# Without a handler, Python prints the driver's log on stderr, where our errors say the same.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

Parameters = Mapping[str, Any]
T = TypeVar("T")


@contextmanager
def translated() -> Iterator[None]:
    """Raises ServerUnavailable, QueryTimeout or BadInput for the driver's errors.

    What the driver raises for a bug of ours, a syntax error for example, passes as it is.
    """
    try:
        yield
    except UNREACHABLE as error:
        message = f"Neo4j cannot be reached or went away: {error}. {ADVICE}"
        raise ServerUnavailable(message) from error
    except exceptions.AuthError as error:
        raise ServerUnavailable(f"Neo4j cannot be reached: {error}") from error
    except exceptions.Neo4jError as error:
        known = server_error(error)
        if known is None:
            raise
        raise known from error
    except exceptions.ConfigurationError as error:
        raise BadInput(f"this is no address of a Neo4j server: {error}") from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise BadInput(f"a value cannot be stored: {error}") from error


def server_error(error: exceptions.Neo4jError) -> ClewError | None:
    """Our error for one of the server's, by its code; None for a bug of ours."""
    code = error.code or ""
    if any(part in code for part in ("TransactionTimedOut", "Terminated", "LockClient")):
        return QueryTimeout("this question took longer than it may")
    if "OutOfMemory" in code:
        return QueryTimeout("this question needs more memory than it may take")
    if "DatabaseUnavailable" in code or "DatabaseNotFound" in code:
        return ServerUnavailable(f"Neo4j is not ready: {error.message}")
    return None


class Deadline:
    """A moment by which an answer must be there, however many queries it takes."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left; raises QueryTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise QueryTimeout("this question took longer than it may")
        return left


class Transaction:
    """One write transaction: all of its queries are done, or none."""

    def __init__(self, inner: neo4j.Transaction) -> None:
        self._inner = inner

    def run(self, name: str, parameters: Parameters | None = None, **parts: str) -> list[Record]:
        """The rows that a named query answers inside this transaction."""
        return list(self._inner.run(query_text(name, **parts), dict(parameters or {})))


class Connection:
    """A pool of connections to one Neo4j server."""

    def __init__(self, driver: neo4j.Driver, patience: Patience | None = None) -> None:
        self._driver = driver
        self._patience = patience
        # Without bookmarks a cluster could answer a read from before our own last write.
        self._bookmarks = GraphDatabase.bookmark_manager()
        self._to_end: deque[str] = deque()
        self._ending = threading.Lock()

    @classmethod
    def open(cls, uri: str, user: str, password: str) -> "Connection":
        """Connect and log in; raises ServerUnavailable, or BadInput for a malformed address."""
        with translated():
            driver = GraphDatabase.driver(
                uri,
                auth=(user, password),
                notifications_min_severity="OFF",  # remarks on queries, which say nothing new
                max_transaction_retry_time=15.0,
                connection_acquisition_timeout=15.0,
            )
            try:
                driver.verify_connectivity()
            except BaseException:  # also after Ctrl-C no connection must stay open
                driver.close()
                raise
        return cls(driver)

    def patient(self, patience: Patience) -> "Connection":
        """The same for work that waits for a server that is gone, and then does it again."""
        twin = Connection(self._driver, patience)
        twin._bookmarks = self._bookmarks
        return twin

    def insist(self, work: Callable[[bool], T]) -> T:
        """What some work answers, done again where the server went away meanwhile.

        The work is told whether it is done ``again``: then it may have been done already. Raises
        ServerUnavailable where there is no patience, or no hope.
        """
        for attempt in range(TRIES):
            try:
                return work(attempt > 0)
            except ServerUnavailable:
                patience = self._patience
                if patience is None or attempt == TRIES - 1 or not patience.wait(self.is_there):
                    raise
        raise AssertionError("the last attempt answers or raises")

    def is_there(self) -> bool:
        """Whether the server answers just now."""
        try:
            with translated():
                self._driver.verify_connectivity()
        except ClewError:
            return False
        return True

    def give_up(self) -> None:
        """Wait for the server no more: this process ends."""
        if self._patience is not None:
            self._patience.end()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the server closes one that another thread uses when we exit."""
        with suppress(BufferError):  # the driver raises it for a connection that is in use
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
        timeout: float = READ_TIMEOUT,
        **parts: str,
    ) -> list[Record]:
        """All rows that a named query answers."""
        return self.insist(lambda _: list(self.stream(name, parameters, timeout=timeout, **parts)))

    def stream(
        self,
        name: str,
        parameters: Parameters | None = None,
        *,
        timeout: float = READ_TIMEOUT,
        **parts: str,
    ) -> Iterator[Record]:
        """The rows that a named query answers, one by one as they arrive."""
        if timeout <= 0:  # the driver takes 0 for no limit at all
            raise QueryTimeout("this question took longer than it may")
        text, waiting = query_text(name, **parts), current.get()
        if waiting is None:
            with translated(), self._session(neo4j.READ_ACCESS) as session:
                yield from session.run(Query(text, timeout=timeout), dict(parameters or {}))
            return
        mark = uuid.uuid4().hex
        query = Query(text, timeout=timeout, metadata={MARK: mark})
        with waiting.running(mark, self.end):
            try:
                with translated(), self._session(neo4j.READ_ACCESS) as session:
                    yield from session.run(query, dict(parameters or {}))
            except QueryTimeout as error:
                if waiting.is_cancelled:
                    raise Cancelled from error
                raise

    def end(self, marks: list[str]) -> None:
        """End the queries with these marks that run; where Neo4j is gone they have ended.

        One thread at a time does it, for all who wait: many may go away at the same moment.
        """
        self._to_end.extend(marks)
        with self._ending:
            together = [self._to_end.popleft() for _ in range(len(self._to_end))]
            if not together:  # somebody has ended ours meanwhile
                return
            with suppress(ClewError), translated(), self._session(neo4j.READ_ACCESS) as session:
                query = Query(query_text("end_transactions"), timeout=END_TIMEOUT)
                session.run(query, {"marks": together}).consume()

    def write(
        self,
        name: str,
        parameters: Parameters | None = None,
        *,
        timeout: float = LONG_TIMEOUT,
        **parts: str,
    ) -> list[Record]:
        """All rows that a named query answers in a write transaction of its own.

        Changes of the schema must be written like this, not inside of a longer transaction.
        """
        query = Query(query_text(name, **parts), timeout=timeout)

        def run(_: bool) -> list[Record]:
            with translated(), self._session(neo4j.WRITE_ACCESS) as session:
                return list(session.run(query, dict(parameters or {})))

        return self.insist(run)

    def declare(self, text: str) -> None:
        """Run a query of a migration, whose text is in the migration's file."""
        with translated(), self._session(neo4j.WRITE_ACCESS) as session:
            session.run(Query(text, timeout=LONG_TIMEOUT)).consume()

    @contextmanager
    def transaction(self, timeout: float = LONG_TIMEOUT) -> Iterator[Transaction]:
        """One write transaction, committed at the end, rolled back on any error."""
        with (
            translated(),
            self._session(neo4j.WRITE_ACCESS) as session,
            session.begin_transaction(timeout=timeout) as inner,
        ):
            yield Transaction(inner)

    @contextmanager
    def presence(self, metadata: Mapping[str, str]) -> Iterator[Transaction]:
        """An open transaction with metadata that others can list, as long as the block runs.

        It writes nothing, so that an error at its end says nothing and is ignored.
        """
        with ExitStack() as stack:
            with translated():
                session = stack.enter_context(self._session(neo4j.WRITE_ACCESS))
                inner = session.begin_transaction(metadata=dict(metadata))
            stack.callback(close_quietly, inner)
            yield Transaction(inner)


def close_quietly(transaction: neo4j.Transaction) -> None:
    """Close a transaction that the server may have ended already."""
    with suppress(exceptions.DriverError, exceptions.Neo4jError):
        transaction.close()

"""What Clew stands on, opened and closed together: Neo4j, and the index beside it."""

from contextlib import ExitStack
from pathlib import Path

from engine.errors import EngineInUse
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.index.index import Index
from engine.patience import Patience
from engine.progress import Progress, timed
from engine.server.home import home_of
from engine.server.opening import launch
from engine.server.server import Server
from engine.settings import Settings

PATIENCE = 900.0
"""Seconds that loads wait for the data folder's own server, while somebody starts it again."""
PATIENCE_WITH_OTHERS = 120.0
"""Seconds that they wait for a server that others look after."""


class Stores:
    """A connection to a migrated Neo4j, and the index; ``Stores.open`` makes one."""

    def __init__(
        self,
        connection: Connection,
        index: Index,
        server: Server | None,
        address: tuple[str, str, str],
    ) -> None:
        """``server`` is the data folder's own Neo4j; None where the settings name another one.

        ``address`` is Neo4j's: URI, user and password.
        """
        self.address = address
        self.password = address[2]
        self.connection = connection
        self.index = index
        self.server = server
        hopeful = server.comes_back if server is not None else always
        seconds = PATIENCE if server is not None else PATIENCE_WITH_OTHERS
        self.patient = connection.patient(Patience(seconds, hopeful))
        """The connection for work that waits until Neo4j was started again."""
        self._closing = ExitStack()
        # closed in the reverse order: the index first, and the server when nobody needs it any more
        if server is not None:
            self._closing.callback(server.stop)
        self._closing.callback(connection.close)
        self._closing.callback(index.close)

    @classmethod
    def open(cls, settings: Settings, progress: Progress, *, join: bool) -> "Stores":
        """Start, join or reach Neo4j, migrate it, and open the index.

        With ``join`` a server that another process runs on the data folder is shared; that process
        keeps the index. Raises EngineInUse without it, ServerUnavailable, MigrationError.
        """
        home_of(settings)
        with ExitStack() as on_error:
            server = None if settings.neo4j_uri else launch(settings, progress, join)
            if server is not None:
                on_error.callback(server.stop)
            address = _address(settings, server)
            connection = Connection.open(*address)
            on_error.callback(connection.close)
            with timed("Making the indexes of the graph …", progress, at_once=False):
                migrate(connection)
            stores = cls(connection, _open_index(settings.data / "index", join), server, address)
            on_error.pop_all()
        return stores

    @property
    def shared_connection(self) -> Connection | None:
        """The connection, if processes with other data folders may use the same server."""
        return self.connection if self.server is None else None

    def close(self) -> None:
        """Close the index and the connection, and stop the server if this process started it."""
        self._closing.close()


def always() -> bool:
    """There is hope: others look after the server."""
    return True


def _address(settings: Settings, server: Server | None) -> tuple[str, str, str]:
    if server is not None:
        return server.uri, server.user, server.password
    return settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password


def _open_index(path: Path, join: bool) -> Index:
    try:
        return Index.open(path, write=True)
    except EngineInUse:
        if not join:
            raise
        return Index.open(path, write=False)

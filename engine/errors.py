"""Every error that Clew raises on purpose; the message says what is wrong, where, and what to do."""


class ClewError(Exception):
    """Something a person can act on; the message is shown to them as it is."""


class BadInput(ClewError):
    """What was asked or given cannot be understood."""


class EngineInUse(ClewError):
    """Another process holds this data folder or its index."""


class ServerUnavailable(ClewError):
    """Neo4j could not be started, reached or authenticated with."""


class QueryTimeout(ClewError):
    """A query ran into its deadline and was ended on the server."""


class MigrationError(ClewError):
    """The database's migrations do not fit those of this program."""


class ChecksumMismatch(ClewError):
    """A downloaded file is not the one that was pinned."""

"""Every error that Clew raises on purpose; its message says what is wrong, and what to do."""


class ClewError(Exception):
    """Something that a person can act on; the message is shown to them as it is."""


class BadInput(ClewError):
    """A question, a file or an argument that cannot be understood."""


class NotFound(BadInput):
    """An id that does not exist, or that this reader may not see: both get the same message."""


class EngineInUse(ClewError):
    """Another process holds this data folder or its index."""


class ServerUnavailable(ClewError):
    """Neo4j could not be started, reached or authenticated with."""


class QueryTimeout(ClewError):
    """A query took longer than it may, and was ended on the server."""


class NotReady(ClewError):
    """What the answer needs is still being prepared; asking again in some seconds helps."""


class MigrationError(ClewError):
    """The database has other migrations than this version of Clew."""


class ChecksumMismatch(ClewError):
    """A downloaded file does not have the checksum that it should have."""


class Forbidden(ClewError):
    """The caller is known, and may not do this."""


class NotSignedIn(ClewError):
    """This needs an account, and the caller has shown none that is valid."""


class Cancelled(ClewError):
    """Nobody waits for this answer any more; what ran for it was ended."""


class Blocked(Forbidden):
    """The caller is kept out: their role, account, key or network is blocked."""


class TermsNotAccepted(Forbidden):
    """The caller has an account, and has not accepted the terms of use as they are now."""

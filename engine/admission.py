"""Who calls, and what they may do: asked for each request, read again after each change.

Every change of accounts, keys, sessions, grants or datasets renews one stamp in the graph
(``access_change``). A request reads the stamp, which takes Neo4j a fraction of a millisecond, and
what is remembered under another one is forgotten. So a grant that is taken away, a key that is
revoked and a user who is disabled are out on the next request, whichever process made the change.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from engine.access import Access
from engine.account import Account
from engine.caller import Caller
from engine.errors import Blocked, NotSignedIn
from engine.graph.access.block import Blocks
from engine.graph.access.credential import Credentials
from engine.graph.access.directory import Directory
from engine.network import Address
from engine.secret import hashed, is_key

REMEMBERED = 10_000
"""Callers that are remembered; the one that was seen longest ago is forgotten first."""
BAD_KEY = (
    "this API key is not valid: it is misspelt, has expired or was revoked, or its user is disabled"
)
ENDED = "your session has ended: sign in again"
T = TypeVar("T")


class Admission:
    """Finds out who calls; one for each engine, used by many threads."""

    def __init__(
        self, directory: Directory, credentials: Credentials, blocks: Blocks, contact: str = ""
    ) -> None:
        self._directory = directory
        self._credentials = credentials
        self._blocks = blocks
        self._contact = contact
        self._lock = threading.Lock()
        self._stamp: str | None = None
        self._known: OrderedDict[tuple[str, str], object] = OrderedDict()

    def anonymous(self, address: Address | None = None) -> Caller:
        """A caller who has shown nothing; raises Blocked."""
        stamp = self._current()
        access = self._remembered(stamp, ("account", ""), lambda: self._directory.access(None))
        return self._let_in(stamp, Caller(access, address=address))

    def by_key(self, key: str, address: Address | None = None) -> Caller:
        """The caller who has shown an API key; raises NotSignedIn for a bad one, and Blocked."""
        if not is_key(key):  # a fake, which costs no look-up
            raise NotSignedIn(BAD_KEY)
        stamp = self._current()
        found = self._remembered(
            stamp, ("key", hashed(key)), lambda: self._credentials.account_of_key(key)
        )
        if found is None or found[1].expires <= datetime.now(UTC):
            raise NotSignedIn(BAD_KEY)
        account, known, vouching = found
        self._credentials.mark_used(key)
        access = self._access(stamp, account)
        caller = Caller(access, account, key=known, vouching=vouching, address=address)
        return self._let_in(stamp, caller)

    def by_session(self, token: str, address: Address | None = None) -> Caller:
        """The caller with the token of a session; raises NotSignedIn if it has ended, Blocked."""
        stamp = self._current()
        found = self._remembered(
            stamp, ("session", hashed(token)), lambda: self._credentials.account_of_session(token)
        )
        if found is None or found[1].expires <= datetime.now(UTC):
            raise NotSignedIn(ENDED)
        account, session = found
        access = self._access(stamp, account)
        return self._let_in(stamp, Caller(access, account, session=session, address=address))

    def _let_in(self, stamp: str, caller: Caller) -> Caller:
        """The caller, unless a block keeps them out; then raises Blocked."""
        now = datetime.now(UTC)
        for block in self._remembered(stamp, ("blocks", ""), self._blocks.current):
            if block.holds(caller, now):
                raise Blocked(block.message(self._contact))
        return caller

    def _access(self, stamp: str, account: Account) -> Access:
        return self._remembered(
            stamp, ("account", account.name), lambda: self._directory.access(account)
        )

    def _current(self) -> str:
        """The stamp of now; under a new one nothing is remembered."""
        stamp = self._directory.stamp()
        with self._lock:
            if stamp != self._stamp:
                self._known.clear()
                self._stamp = stamp
        return stamp

    def _remembered(self, stamp: str, key: tuple[str, str], read: Callable[[], T]) -> T:
        """What is remembered under the stamp of a request; read where nothing is."""
        with self._lock:
            if stamp == self._stamp and key in self._known:
                self._known.move_to_end(key)
                return self._known[key]  # type: ignore[return-value]  # the key says what it is
        value = read()
        with self._lock:
            # what was read after a change is newer than the stamp, which is no harm; what was read
            # for an older stamp than that of others is not kept
            if stamp == self._stamp:
                self._known[key] = value
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return value

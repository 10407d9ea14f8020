"""The gate of an installation: what it counts of its callers, and whom the limits hold for."""

import threading
import time
from collections import OrderedDict
from contextlib import suppress

from anyio import to_thread
from starlette.requests import Request

from api.traffic.address import client_address, is_forwarded
from api.traffic.meter import Meter, TooMany
from api.traffic.policy import Policies, policies
from engine.errors import ClewError
from engine.network import Address, caller_network
from engine.reading import Reading

REMEMBERED = 10_000
"""Credentials whose account is remembered."""
LOOK = 1.0
"""Seconds between two looks whether a user has been made."""

NOTED = policies("notes", "1/minute")
"""How often the failures of an address are written to the audit log."""


class Gate:
    """One for each application; ``api.traffic.visit`` has what one request takes."""

    def __init__(self, engine: Reading) -> None:
        settings = engine.settings
        self.engine = engine
        self.policies = Policies.of(settings)
        self.meter = Meter(settings.redis_url)
        self._mode = settings.rate_limit
        self.proxies = settings.proxies
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, str] = OrderedDict()
        self._used = False
        self._looked = 0.0

    async def limits(self, request: Request) -> bool:
        """Whether the limits hold for a request.

        With ``auto`` they do not for a newcomer who tries Clew on their own machine.
        """
        if self._mode != "auto":
            return self._mode == "on"
        # a proxy on this machine passes on requests of others, even where it is not trusted
        address = client_address(request.scope, self.proxies)
        if self._used or not address.is_loopback or is_forwarded(request.scope):
            return True
        if time.monotonic() - self._looked >= LOOK:
            self._used = await to_thread.run_sync(self._look)
            self._looked = time.monotonic()
        return self._used

    def _look(self) -> bool:
        with suppress(ClewError):  # the graph does not answer: the request will hear of it
            return self.engine.directory.has_users()
        return False

    def check_failures(self, address: Address) -> None:
        """Raises TooMany where an address has shown too much that was not valid."""
        self.meter.check(self.policies.failures, f"address {caller_network(address)}")

    def fail(self, address: Address, kind: str, *, counts: bool = True) -> None:
        """Count that an address has shown a key, a session or a link that is not valid.

        The audit log gets the first in a minute. Raises TooMany where there are too many.
        """
        who = f"address {caller_network(address)}"
        if counts:
            self.meter.take(self.policies.failures, who)
        with suppress(TooMany, ClewError):
            self.meter.take(NOTED, who)
            self.engine.audit.note(None, "sign-in failed", str(address), shown=kind)

    def account_of(self, credential: str) -> str | None:
        """The account whose credential this hash was when it was last seen."""
        with self._lock:
            return self._accounts.get(credential)

    def remember(self, credential: str, account: str | None) -> None:
        """Note whose credential a hash is; None if it is nobody's."""
        with self._lock:
            self._accounts.pop(credential, None)
            if account is not None:
                self._accounts[credential] = account
                if len(self._accounts) > REMEMBERED:
                    self._accounts.popitem(last=False)

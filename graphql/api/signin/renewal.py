"""Asks the identity provider again whether somebody who has signed in is still good.

So it does for who shows an API key, if the provider gave a refresh token that holds for longer than
a session (the scope ``offline_access``).
A session that an identity provider vouched for is checked when it is used and the last check is ten
minutes old: so whoever is disabled there is out within fifteen. The check takes place before the
request is answered. A provider that refuses ends the session; one that is down does not, but for
four hours at most.
"""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken

from api.signin.provider import Provider, ProviderDown, Tokens
from api.signin.seal import Seal
from engine.caller import Caller, LoginSession
from engine.engine import Engine
from engine.errors import Forbidden, NotSignedIn

CHECK_AFTER = timedelta(minutes=10)
OUT_AFTER = timedelta(minutes=15)
"""Until then a request need not wait for a check that another one does."""
TRUSTED_FOR = timedelta(hours=4)
"""So long a session holds while the provider is down."""
CLAIM = timedelta(seconds=30)
"""After that a check that was claimed and not ended is done by another request."""
PAUSE = 30.0
"""Seconds for which a provider that was down is not asked again."""
WAIT, STEP = 6.0, 0.1
"""Seconds that a request waits for the check that another one does, and between two looks."""
ENDED = "your identity provider does not vouch for you any more: sign in again"
UNCHECKED = "your identity provider cannot be asked, and was not for hours: try again later"


class Renewal:
    """Checks the sessions of one application."""

    def __init__(self, engine: Engine, provider: Provider | None, seal: Seal) -> None:
        self._engine = engine
        self._provider = provider
        self._seal = seal
        self._lock = threading.Lock()
        self._down_until = 0.0

    def kept(self, tokens: Tokens) -> str:
        """The tokens of a session as the graph keeps them: encrypted."""
        return self._seal.closed({"access": tokens.access, "refresh": tokens.refresh})

    def checked(self, caller: Caller) -> Caller:
        """The caller, if the provider that vouched for them still does; raises NotSignedIn."""
        session = caller.session or caller.vouching
        if session is None or session.issuer is None:
            return caller
        age = datetime.now(UTC) - (session.checked or datetime.min.replace(tzinfo=UTC))
        if age < CHECK_AFTER:
            return caller
        if self._provider is None:
            return self._foreign(caller)
        if time.monotonic() < self._down_until:
            return self._unchecked(caller, age)
        now = datetime.now(UTC)
        if self._engine.credentials.claim_check(session, now - CHECK_AFTER, now - CLAIM):
            return self._check(caller, session, age)
        return self._awaited(caller, session, age)

    def _check(self, caller: Caller, session: LoginSession, age: timedelta) -> Caller:
        assert self._provider is not None
        try:
            if session.issuer != self._provider.issuer:
                return self._foreign(caller)
            tokens = self._provider.renew(self._known(session))
        except ProviderDown:
            self._down_until = time.monotonic() + PAUSE
            self._engine.credentials.check_failed(session)
            return self._unchecked(caller, age)
        except (Forbidden, InvalidToken):
            assert caller.account is not None
            self._engine.credentials.refuse(caller.account, session)
            raise NotSignedIn(ENDED) from None
        now = datetime.now(UTC)
        kept = {"checked": now, "refresh": self.kept(tokens), "claimed": None}
        self._engine.credentials.set_session(session, **kept)
        return caller

    def _awaited(self, caller: Caller, session: LoginSession, age: timedelta) -> Caller:
        """The caller, once the check that another request does has ended."""
        if age < OUT_AFTER:
            return caller
        due = datetime.now(UTC) - CHECK_AFTER
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            state = self._engine.credentials.check_state(session)
            if state is None:
                raise NotSignedIn(ENDED)
            if state[0] is not None and state[0] >= due:
                return caller
            if state[1]:
                break
            time.sleep(STEP)
        return self._unchecked(caller, age)

    def _unchecked(self, caller: Caller, age: timedelta) -> Caller:
        if age < TRUSTED_FOR:
            return caller
        raise NotSignedIn(UNCHECKED)

    def _foreign(self, caller: Caller) -> Caller:
        """Who was vouched for by a provider that is no longer this installation's."""
        if caller.session is None:
            return caller
        assert caller.account is not None
        self._engine.credentials.sign_out(caller.account, caller.session)
        raise NotSignedIn(ENDED)

    def _known(self, session: LoginSession) -> Tokens:
        kept: Mapping[str, Any] = self._seal.opened(session.refresh or "")
        return Tokens({"sub": session.subject}, kept["access"], kept["refresh"])

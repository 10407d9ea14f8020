"""Who makes a request: an account, by which credential, and what it may see and do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.access import Access
from engine.account import OWNER, Account, Actor, Scope
from engine.errors import Forbidden, NotSignedIn
from engine.network import Address

EVERY_SCOPE = frozenset(Scope)
MOST_KEYS = 10
"""Keys that an account may hold at a time."""
KEY_DAYS = 90
LONGEST_KEY_DAYS = 366
LINK_LIFE = timedelta(minutes=15)
"""How long a sign-in link can be used, once."""
SESSION_LIFE = timedelta(days=14)


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key, but for the key itself; ``start`` is its first eight characters."""

    start: str
    title: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime
    used: datetime | None = None
    revoked: datetime | None = None

    @property
    def reach(self) -> frozenset[Scope]:
        """What it may be used for: who may read may compare, too."""
        return self.scopes | ({Scope.RECONCILE} if Scope.READ in self.scopes else set())


@dataclass(frozen=True)
class LoginSession:
    """A signed-in browser; ``issuer`` names the identity provider, if one vouched for it."""

    hash: str
    expires: datetime
    issuer: str | None = None
    subject: str | None = None
    sid: str | None = None
    """The provider's own id of its session."""
    checked: datetime | None = None
    """When the identity provider was asked last whether the account is still good."""
    refresh: str | None = None
    """The refresh token, encrypted by who stores it."""


@dataclass(frozen=True)
class Caller:
    """One caller: ``account`` is None for an anonymous one, who has neither key nor session."""

    access: Access
    account: Account | None = None
    key: ApiKey | None = None
    session: LoginSession | None = None
    vouching: LoginSession | None = None
    """For a key: by which session its account's identity provider can be asked about it."""
    is_owner: bool = False
    """Whether this is the command line, which acts as the owner of the data folder."""
    address: Address | None = None
    """The address that the request came from."""

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the credential may be used for: a key is limited, a signed-in browser is not."""
        if self.key is not None:
            return self.key.scopes
        return EVERY_SCOPE if self.account is not None or self.is_owner else frozenset()

    def reading(self) -> Access:
        """What this caller may see; raises Forbidden for a key without the scope ``read``."""
        if self.key is not None:
            self._must_have(Scope.READ)
        return self.access

    def reconciling(self) -> Access:
        """What this caller may compare with; raises Forbidden for a key that may not."""
        if self.key is not None and not self.scopes & {Scope.READ, Scope.RECONCILE}:
            self._must_have(Scope.RECONCILE)
        return self.access

    def actor(self, scope: Scope) -> Actor:
        """Who makes a change that needs this scope.

        Raises NotSignedIn for an anonymous caller, Forbidden for a key without the scope.
        """
        if self.is_owner:
            return OWNER
        if self.account is None:
            raise NotSignedIn("sign in for this, or send an API key")
        self._must_have(scope)
        return self.account

    def _must_have(self, scope: Scope) -> None:
        if scope not in self.scopes:
            raise Forbidden(f"this API key may not be used for this: it lacks the scope {scope}")

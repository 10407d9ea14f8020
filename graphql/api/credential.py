"""What a request shows of who makes it: an API key in a header, or the cookie of a session.

A key is never taken from a URL, where logs, histories and Referer headers would keep it; but for
one that can do nothing else than reconcile, at ``/reconcile/KEY``: OpenRefine knows addresses only.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import Request

from engine.account import Scope
from engine.admission import ENDED
from engine.caller import SESSION_LIFE, Caller
from engine.errors import Forbidden, NotSignedIn
from engine.network import Address
from engine.reading import Reading

COOKIE = "clew_session"
KEY_IN_URL = re.compile(r"clew_[0-9A-Za-z]{36}|[?&](?:api[_-]?key|access_token|key)=", re.I)
"""A key, or a parameter by whose name somebody tries to send one."""
KEY_IN_ADDRESS = (
    "An API key must not stand in the address, where logs keep it: revoke this one, and send "
    "another in the header Authorization: Bearer clew_…"
)
TOO_MUCH = (
    "This API key can do more than reconcile, so it must not stand in the address, where logs keep "
    "it: revoke it, and make one with the scope reconcile alone"
)
SCHEMES = ("bearer", "apikey")
"""What may stand before a key in the header Authorization; Aleph's clients send the second."""


@dataclass(frozen=True)
class Credential:
    """A key, or the cookie of a session, as a request has it, not yet looked up."""

    key: str | None = None
    session: str | None = None
    """The cookie: the signed token of a session."""
    in_address: bool = False
    """Whether the URL holds a key; then nothing else that the request shows is looked at."""
    check: Callable[[Caller], Caller] = field(default=lambda caller: caller, compare=False)
    """Asks the identity provider again, where it is time to (``api.signin.renewal``)."""

    def caller(self, engine: Reading, address: Address | None = None) -> Caller:
        """Who makes the request from an address; raises NotSignedIn, and Blocked."""
        if self.key is not None:
            return self.check(engine.caller(self.key, None, address))
        if not self.session:
            return engine.caller(None, None, address)
        return self.check(engine.caller(None, opened(engine, self.session), address))


def sign_in_link(address: str, token: str) -> str:
    """The link by which a token signs in, once, at the address of an installation."""
    return f"{address}/signin?token={token}"


def sealed(engine: Reading, token: str) -> str:
    """The token of a session as the cookie holds it: signed, with the time."""
    return _signer(engine).sign(token).decode()


def opened(engine: Reading, cookie: str) -> str:
    """The token that a cookie holds; raises NotSignedIn for one that we have not signed."""
    try:
        return _signer(engine).unsign(cookie, max_age=int(SESSION_LIFE.total_seconds())).decode()
    except (BadSignature, UnicodeError):  # a forged one, which costs no look-up
        raise NotSignedIn(ENDED) from None


def _signer(engine: Reading) -> TimestampSigner:
    return TimestampSigner(engine.secret(COOKIE), salt=COOKIE, digest_method=hashlib.sha256)


def credential_of(request: Request) -> Credential:
    """The credential that a request shows."""
    address = str(request.url)
    if KEY_IN_URL.search(address) or KEY_IN_URL.search(unquote(address)):
        return Credential(in_address=True)
    check = _renewal(request)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in SCHEMES and value.strip():
        return Credential(key=value.strip(), check=check)
    return Credential(session=request.cookies.get(COOKIE), check=check)


def credential_in_path(request: Request) -> Credential:
    """The key in the path of a request, or what ``credential_of`` finds where it has none."""
    key, query = request.path_params.get("key"), request.url.query
    if key is None or KEY_IN_URL.search(f"?{query}") or KEY_IN_URL.search(f"?{unquote(query)}"):
        return credential_of(request)
    check = _renewal(request)

    def limited(caller: Caller) -> Caller:
        if caller.key is not None and caller.key.scopes != {Scope.RECONCILE}:
            raise Forbidden(TOO_MUCH)
        return check(caller)

    return Credential(key=key, check=limited)


def _renewal(request: Request) -> Callable[[Caller], Caller]:
    """What asks the identity provider of this application again."""
    app = request.scope.get("app")
    return getattr(app.state, "renewal", unchanged) if app is not None else unchanged


def unchanged(caller: Caller) -> Caller:
    """The caller, of whom nobody else is to be asked."""
    return caller

"""What a request shows of who makes it: an API key in a header, or the cookie of a session.

A key is never taken from a URL, where logs, histories and Referer headers would keep it.
"""

import re
from dataclasses import dataclass

from starlette.requests import Request

from engine.caller import Caller
from engine.reading import Reading

COOKIE = "clew_session"
KEY_IN_URL = re.compile(r"clew_[0-9A-Za-z]{36}")
SCHEMES = ("bearer", "apikey")
"""What may stand before a key in the header Authorization; Aleph's clients send the second."""


class KeyInAddress(Exception):
    """A request whose URL holds an API key."""


@dataclass(frozen=True)
class Credential:
    """A key or the token of a session as a request has it, not yet looked up."""

    key: str | None = None
    session: str | None = None

    def caller(self, engine: Reading) -> Caller:
        """Who makes the request; raises NotSignedIn for a credential that is not valid."""
        return engine.caller(self.key, self.session)


def credential_of(request: Request) -> Credential:
    """The credential that a request shows; raises KeyInAddress."""
    if KEY_IN_URL.search(str(request.url)):
        raise KeyInAddress
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in SCHEMES and value.strip():
        return Credential(key=value.strip())
    return Credential(session=request.cookies.get(COOKIE))

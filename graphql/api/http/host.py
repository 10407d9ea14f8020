"""By which names Clew may be called: a request for any other is refused.

A page on the web can let its own name point to this machine (DNS rebinding) and then read answers
as if they were its own. Its requests have its name in the header ``Host``. The names that count are
those of ``CLEW_HOSTS``, of ``CLEW_PUBLIC_URL`` and of ``--host``, the loopback names, and the
address that the connection came in on.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.refusal import refusal
from engine.settings import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MISDIRECTED = (
    "This is no name of this server. Its operator can add the name to the setting CLEW_HOSTS."
)


class HostCheck:
    """Middleware that refuses requests for names that are not ours."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._names = LOOPBACK | settings.host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_ours(scope):
            response = refusal(421, "BAD_REQUEST", MISDIRECTED)
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1:
            return False
        name = host_name(hosts[0])
        server = scope.get("server")
        return name in self._names or bool(server and name == server[0].lower())


def host_name(host: str) -> str:
    """The name or address in a ``Host``, in lower case, without brackets and port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")

"""All of signing in, put together: by link always, by an identity provider if one is named."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.routing import Route

from api.signin.oidc import OpenIdConnect
from api.signin.provider import Provider
from api.signin.renewal import Renewal
from api.signin.route import LinkSignIn
from api.signin.seal import Seal
from api.traffic.gate import Gate
from engine.caller import Caller
from engine.engine import Engine


@dataclass(frozen=True)
class SigningIn:
    """What an application needs of signing in."""

    routes: list[Route] = field(default_factory=list)
    check: Callable[[Caller], Caller] = lambda caller: caller
    """Asks the identity provider of a caller's session again, where it is time to."""


def signing_in(engine: Engine, gate: Gate) -> SigningIn:
    """The routes of signing in; raises BadInput where the settings of a provider do not fit."""
    provider = Provider.of(engine.settings)
    renewal = Renewal(engine, provider, Seal(engine, "oidc tokens"))
    name = provider.name if provider is not None else None
    routes = LinkSignIn(engine, gate, name).routes()
    if provider is not None:
        routes += OpenIdConnect(engine, gate, provider, renewal).routes()
    return SigningIn(routes, renewal.checked)

"""The address of the client behind a request: the one place that reads ``X-Forwarded-For``.

Anybody can write that header, so it counts only where a trusted proxy (``CLEW_TRUSTED_PROXIES``)
sent the request. Each proxy adds the address that it was called from at the right. The client is
the rightmost address that is no trusted proxy. uvicorn's own reading of the header is off
(``cli/serving.py``), because it trusts every program on this machine.
"""

from ipaddress import IPv4Address
from typing import Any

from starlette.datastructures import Headers

from engine.network import Address, Network, address_of, is_within

LOOPBACK = IPv4Address("127.0.0.1")
FORWARDED = ("x-forwarded-for", "forwarded")
"""Headers that a proxy sets; only the first is read."""
KEPT = "clew.client"


def client_address(scope: Any, proxies: tuple[Network, ...]) -> Address:
    """The address of the client of an ASGI scope; worked out once for each request.

    A peer without an address (a Unix socket, a test's client) is on this machine.
    """
    if KEPT not in scope:
        scope[KEPT] = _client_address(scope, proxies)
    address: Address = scope[KEPT]
    return address


def is_forwarded(scope: Any) -> bool:
    """Whether a proxy, trusted or not, says that it passes the request on for another."""
    headers = Headers(scope=scope)
    return any(name in headers for name in FORWARDED)


def _client_address(scope: Any, proxies: tuple[Network, ...]) -> Address:
    peer = scope.get("client")
    address = (address_of(peer[0]) if peer else None) or LOOPBACK
    if not is_within(address, proxies):
        return address
    entries = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    for entry in reversed(entries):
        before = address_of(entry)
        if before is None:  # not written by a proxy: what is left of it counts no more
            return address
        address = before
        if not is_within(address, proxies):
            return address
    return address

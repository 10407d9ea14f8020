"""Addresses of the network: read from text, and the networks that they lie in. Pure values."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from engine.errors import BadInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
OWN_IPV6 = 64
"""The first bits of an IPv6 address that name one caller: its provider gives away whole /64s."""


def address_of(text: str) -> Address | None:
    """The address that a text names, with or without a port; None where it is no address.

    An IPv4 address that is written as IPv6 (``::ffff:192.0.2.1``) is the IPv4 address.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def network_of(text: str) -> Network:
    """The network that a text names (``192.0.2.0/24``, or one address); raises BadInput."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise BadInput(
            f"{text[:60]!r} is no network: write an address or, for many, 192.0.2.0/24"
        ) from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= 96:
        return IPv4Network((mapped, network.prefixlen - 96), strict=False)
    return network


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks of a list that commas or spaces divide; raises BadInput."""
    return tuple(network_of(part) for part in text.replace(",", " ").split())


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of some networks."""
    return any(address.version == network.version and address in network for network in networks)


def caller_network(address: Address) -> str:
    """What counts as one anonymous caller: an IPv4 address, or the /64 of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, OWN_IPV6), strict=False))

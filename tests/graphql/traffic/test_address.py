"""Who is the client: ``X-Forwarded-For`` counts from trusted proxies only, from right to left."""

import pytest

from api.traffic.address import client_address, is_forwarded
from engine.errors import BadInput
from engine.network import address_of, caller_network, network_of, networks_of

PROXIES = networks_of("10.0.0.0/8, 2001:db8:f::/48 127.0.0.1")


def client(peer: str | None, *forwarded: str, proxies: bool = True) -> str:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": (peer, 1) if peer else None, "headers": headers}
    assert is_forwarded(scope) == bool(forwarded)
    found = client_address(scope, PROXIES if proxies else ())
    assert client_address(scope, ()) == found  # it is kept
    return str(found)


@pytest.mark.parametrize(
    ("peer", "forwarded", "wanted"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.7",), "192.0.2.1"),  # anybody can write the header
        ("10.0.0.1", ("198.51.100.7",), "198.51.100.7"),
        ("::ffff:10.0.0.1", ("198.51.100.7",), "198.51.100.7"),
        ("10.0.0.1", ("1.1.1.1, 198.51.100.7",), "198.51.100.7"),  # the left one is the client's
        ("10.0.0.1", ("1.1.1.1", "198.51.100.7, 10.9.9.9"), "198.51.100.7"),
        ("10.0.0.1", ("1.1.1.1, 198.51.100.7:4711",), "198.51.100.7"),
        ("10.0.0.1", ("[2001:db8::1]:4711",), "2001:db8::1"),
        ("2001:db8:f::1", ("2001:db8::1",), "2001:db8::1"),
        ("10.0.0.1", ("::ffff:198.51.100.7",), "198.51.100.7"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.7, unknown",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.7, unknown, 10.0.0.2",), "10.0.0.2"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        (None, ("198.51.100.7",), "198.51.100.7"),
        ("testclient", (), "127.0.0.1"),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_trusted_proxy(
    peer: str | None, forwarded: tuple[str, ...], wanted: str
) -> None:
    assert client(peer, *forwarded) == wanted


def test_without_trusted_proxies_the_header_says_nothing() -> None:
    assert client("127.0.0.1", "198.51.100.7", proxies=False) == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_one_caller_is_an_ipv4_address_or_a_64(text: str, wanted: str) -> None:
    address = address_of(text)
    assert address is not None
    assert caller_network(address) == wanted


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "1.2.3.4.5", "::1]", "٣.1.1.1"])
def test_other_texts_are_no_addresses(text: str) -> None:
    assert address_of(text) is None


def test_networks_are_read_or_refused() -> None:
    assert str(network_of("192.0.2.77/24")) == "192.0.2.0/24"
    assert str(network_of("::ffff:192.0.2.0/120")) == "192.0.2.0/24"
    with pytest.raises(BadInput, match=r"'300\.1\.1\.1' is no network"):
        networks_of("10.0.0.1, 300.1.1.1")

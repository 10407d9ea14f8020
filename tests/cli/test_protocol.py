"""The bounds of HTTP: heads that are too large, clients that are too slow, connections too many."""

import logging
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.http.failure import Failure
from api.http.metric import Metrics
from cli import protocol
from cli.protocol import Crowd
from engine.network import networks_of
from engine.settings import Settings
from tests.keyvalue import until
from tests.serving import PATIENCE, connect, exchange, rest, serving

GET = b"GET / HTTP/1.1\r\nhost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nhost: localhost\r\n"
CLOSE = b"connection: close\r\n\r\n"


def application() -> Starlette:
    async def answer(request: Request) -> Response:
        if request.query_params.get("early"):
            return PlainTextResponse("early")
        return PlainTextResponse(f"{len(await request.body())} bytes")

    async def large(_: Request) -> Response:
        return Response(b"x" * 20_000_000)

    app = Starlette(
        routes=[Route("/", answer, methods=["GET", "POST"]), Route("/large", large)],
        middleware=[Middleware(Failure)],
    )
    app.state.metrics = Metrics()
    return app


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HEAD_SECONDS", "STALL_SECONDS"):
            patch.setattr(protocol, name, 1.0)
        patch.setattr(protocol, "LINGER_SECONDS", 0.3)
        with serving(application()) as address:
            yield address


def test_a_request_is_answered_and_the_connection_kept(url: str) -> None:
    with connect(url) as connection:
        for _ in range(2):
            connection.sendall(POST + b"content-length: 3\r\n\r\nabc")
            assert connection.recv(1000).endswith(b"3 bytes")


def test_the_answer_does_not_name_the_server(url: str) -> None:
    assert b"server:" not in exchange(url, GET + CLOSE).lower()


@pytest.mark.parametrize(
    "head",
    [
        GET + b"x-big: " + b"a" * 5_000_000 + b"\r\n\r\n",
        GET + b"x-big: " + b"a" * 33_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 5_000_000 + b" HTTP/1.1\r\n\r\n",
        GET + b"".join(b"x-%d: a\r\n" % number for number in range(101)) + b"\r\n",
        POST + b"transfer-encoding: chunked\r\n\r\n0\r\nx-big: " + b"a" * 5_000_000,
        POST + b"transfer-encoding: chunked\r\n\r\n3;" + b"a" * 5_000_000,
    ],
    ids=["5 MB", "33 kB", "address", "101 headers", "trailer", "chunk"],
)
def test_a_head_that_is_too_large_is_refused(url: str, head: bytes) -> None:
    try:
        answer = exchange(url, head)
    except ConnectionError:  # it was closed while we were sending
        return
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 ")) or not answer


def test_a_head_of_usual_size_is_taken(url: str) -> None:
    headers = b"".join(b"x-%d: a\r\n" % number for number in range(90))
    assert exchange(url, GET + headers + b"x-big: " + b"a" * 20_000 + b"\r\n" + CLOSE).endswith(
        b"0 bytes"
    )


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (GET + b"x-ha", b"HTTP/1.1 408 "),
        (POST + b"content-length: 9\r\n\r\nabc", b"HTTP/1.1 408 "),
        (b"", b""),
        (b"\r\n", b""),
    ],
    ids=["head", "body", "nothing", "noise"],
)
def test_half_a_request_is_not_waited_for(url: str, sent: bytes, answer: bytes) -> None:
    received = exchange(url, sent)  # which itself waits for a minute, and no longer
    assert received.startswith(answer)
    assert bool(received) == bool(answer)


def test_bytes_one_by_one_do_not_prolong_a_head(url: str) -> None:
    start = time.monotonic()
    with connect(url) as connection, pytest.raises(OSError):  # noqa: PT012, PT011  any of them
        connection.sendall(GET + b"x: ")
        while time.monotonic() - start < PATIENCE:
            connection.sendall(b"a")
            time.sleep(0.05)


def test_an_answer_that_comes_early_leaves_time_for_the_rest_of_the_request(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LINGER_SECONDS", PATIENCE)
    early = POST.replace(b"/ ", b"/?early=1 ") + b"content-length: 6\r\n\r\nabc"
    with connect(url) as connection:
        connection.sendall(early)
        assert connection.recv(1000).endswith(b"early")
        connection.sendall(b"def" + GET + b"\r\n")
        assert connection.recv(1000).endswith(b"0 bytes")
        monkeypatch.setattr(protocol, "LINGER_SECONDS", 0.3)
        connection.sendall(early)
        assert rest(connection).endswith(b"early")


def test_a_client_that_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "READING_SECONDS", 0.4)
    app = application()
    with serving(app) as url, connect(url) as connection:
        until(lambda: b"clew_connections 1.0" in app.state.metrics.text())
        connection.sendall(GET.replace(b"/ ", b"/large ") + b"\r\n")
        until(lambda: b"clew_connections 0.0" in app.state.metrics.text())


def test_who_breaks_off_costs_at_most_a_line(url: str, caplog: pytest.LogCaptureFixture) -> None:
    for sent in (POST + b"content-length: 9\r\n\r\nabc", GET + b"x-ha", b"\x16\x03\x01\xff"):
        caplog.clear()
        with connect(url) as connection:
            connection.sendall(sent)
        time.sleep(0.1)
        assert len(caplog.records) <= 1
        assert all(record.exc_info is None for record in caplog.records)
        assert all(record.levelno <= logging.WARNING for record in caplog.records)


def test_connections_are_counted_for_each_address() -> None:
    with serving(application(), Settings(connections_each=3)) as url:
        held = [connect(url) for _ in range(3)]
        for connection in held:
            connection.sendall(GET + b"\r\n")
            assert connection.recv(1000)
        assert exchange(url, GET + CLOSE).startswith(b"HTTP/1.1 503 ")
        held.pop().close()
        until(lambda: exchange(url, GET + CLOSE).startswith(b"HTTP/1.1 200 "))
        for connection in held:
            connection.close()


def test_a_crowd_counts_an_ipv6_network_as_one_caller_and_spares_proxies() -> None:
    crowd = Crowd(most=5, most_each=1, exempt=networks_of("10.0.0.1"))
    assert [crowd.enter("2001:db8::1"), crowd.enter("2001:db8::2")] == [True, False]
    assert [crowd.enter("10.0.0.1"), crowd.enter("10.0.0.1")] == [True, True]
    assert [crowd.enter("192.0.2.1"), crowd.enter("192.0.2.2")] == [True, False]
    crowd.leave("2001:db8::2")
    crowd.leave("192.0.2.2")
    assert crowd.total == 4

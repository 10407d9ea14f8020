"""A web server in a thread, set up as ``clew up`` sets it up, and raw bytes sent to it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from cli.web import web_config
from engine.settings import Settings

PATIENCE = 60.0
"""Seconds that a test waits for what happens at once where nothing else runs."""


@contextmanager
def serving(app: Starlette, settings: Settings | None = None, port: int = 0) -> Iterator[str]:
    """Serve on loopback until the block ends; yields the address."""
    server = uvicorn.Server(web_config(app, settings or Settings(), port))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def connect(url: str) -> socket.socket:
    """An open connection to a server."""
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def exchange(url: str, sent: bytes) -> bytes:
    """All that the server answers to some bytes until it closes."""
    with connect(url) as connection:
        connection.sendall(sent)
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """All that comes until the other end closes, or resets."""
    received = bytearray()
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionError:
        pass
    return bytes(received)

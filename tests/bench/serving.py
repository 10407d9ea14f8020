"""Serves an app on loopback in a thread, for a bench that asks it over one open connection."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import uvicorn


@contextmanager
def serving(config: uvicorn.Config) -> Iterator[str]:
    """Run a server until the block ends; yields its address."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def asking(url: str) -> Iterator[Callable[[str, dict[str, Any]], Any]]:
    """A function that sends a GraphQL operation with variables, and returns the parsed answer.

    The client does as little as possible, as its time is part of what is measured.
    """
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port)) as connection:

        def ask(operation: str, variables: dict[str, Any]) -> Any:
            body = orjson.dumps({"query": operation, "variables": variables})
            connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            return orjson.loads(connection.getresponse().read())

        yield ask

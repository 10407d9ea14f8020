"""Serve an app on loopback in a thread while a bench asks it, over one connection that is kept."""

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
    """The address of a server that runs until the block ends."""
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
    """Asks a GraphQL document with variables; the answer as parsed. As little of a client as there can be."""
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.hostname or "", address.port)) as connection:

        def ask(document: str, variables: dict[str, Any]) -> Any:
            body = orjson.dumps({"query": document, "variables": variables})
            connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            return orjson.loads(connection.getresponse().read())

        yield ask

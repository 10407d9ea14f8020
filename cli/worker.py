"""One of several API processes: ``python -m cli.worker FD HOST PORT``, as the supervisor runs it.

It joins the Neo4j of the process that started it, reads the index that that one keeps, and ends
with it.
"""

import signal
import socket
import sys

import uvicorn

from api.http.log import configure
from cli.serving import application, beside, look_for_changes, note_keys, warm_matching
from cli.terminal import note
from cli.web import web_config
from engine.engine import Engine
from engine.errors import ClewError
from engine.settings import Settings


def main(descriptor: int, host: str, port: int) -> None:
    """Answer requests from the socket with this descriptor until a signal."""
    settings = Settings.from_environment().model_copy(update={"host": host, "port": port})
    configure(settings.log)
    with (
        socket.socket(fileno=descriptor) as listening,
        Engine.open(settings, lambda _: None, resume=False) as engine,
    ):
        server = uvicorn.Server(web_config(application(engine), settings))
        with beside(engine, look_for_changes, note_keys, warm_matching):
            server.run([listening])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    except ClewError as error:
        note(f"clew: {error}")
        sys.exit(1)

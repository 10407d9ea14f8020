"""``clew up``: starts Neo4j if it must, and serves the API until Ctrl-C."""

import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import click
import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from cli.terminal import note
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.settings import Settings
from loaders.crawl.schedule import Scheduler
from loaders.demo.sample import load_demo

FOLLOW_EVERY = 1.0
"""Seconds between two looks for what other processes wrote."""
RESUME_EVERY = 60.0
"""Seconds between two looks for deletions that were cut short."""
GRACE = 5
"""Seconds that requests have to end when the server does."""


@click.command("up")
@click.option("--demo", is_flag=True, help="Load the demo collection first.")
@click.option("--host", help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port to listen on; 0 takes a free one."
)
def up_command(demo: bool, host: str | None, port: int | None) -> None:
    """Start Neo4j if it must, and serve the API until Ctrl-C."""
    settings = Settings.from_environment()
    try:
        listening = listen(
            settings.host if host is None else host, settings.port if port is None else port
        )
        with listening, Engine.open(settings, progress=note, join=False, resume=False) as engine:
            if demo:
                load_demo(engine, note)
            serve(engine, listening)
    except KeyboardInterrupt:
        note("Stopped.")
    except SystemExit as leaving:
        if leaving.code != 128 + signal.SIGTERM:
            raise
        note("Stopped.")


def listen(host: str, port: int) -> socket.socket:
    """The socket that the API will answer on, taken before anything is started; raises BadInput."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {host} port {port}: {error.strerror}; try --port 0"
        ) from None
    return found


def serve(engine: Engine, listening: socket.socket) -> None:
    """Answer requests until a signal, while the index follows what other processes write."""
    config = uvicorn.Config(
        application(engine), log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE
    )
    crawls = Scheduler(engine, note)
    stop = threading.Event()
    threads = [
        threading.Thread(target=follow, args=(engine, stop), name="follow"),
        threading.Thread(target=resume, args=(engine, stop), name="resume"),
        threading.Thread(
            target=announce, args=(address_of(listening), stop), name="announce", daemon=True
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        crawls.start()
        uvicorn.Server(config).run([listening])
    finally:
        crawls.stop()
        stop.set()
        for thread in threads:
            if not thread.daemon:
                thread.join()


def application(engine: Engine) -> Starlette:
    """The web application; while it makes its types, Neo4j is asked what readers will ask first."""
    with ThreadPoolExecutor(1, "warm") as pool:
        warming = pool.submit(engine.warm)
        app = create_app(engine)
        warming.result()
    return app


def address_of(listening: socket.socket) -> str:
    """The address that a person opens in a browser."""
    host, port = listening.getsockname()[:2]
    known = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return f"http://{known.get(host, f'[{host}]' if ':' in host else host)}:{port}"


def follow(engine: Engine, stop: threading.Event) -> None:
    """Keep the index up to date until told to stop."""
    with suppress(ClewError):  # it would be told below
        engine.warm_paths()
    again(stop, FOLLOW_EVERY, engine.follow, "the index cannot follow the graph")


def resume(engine: Engine, stop: threading.Event) -> None:
    """Go on with deletions that were cut short, now and whenever there are any, until told to stop."""

    def say(text: str) -> None:
        if stop.is_set():
            raise SystemExit  # the thread's own; what is left of the deletion is done by the next start
        note(text)

    again(stop, RESUME_EVERY, lambda: engine.resume(say), "a deletion cannot go on")


def again(stop: threading.Event, seconds: float, do: Callable[[], object], trouble: str) -> None:
    """Do something now and again until told to stop; a trouble is told once, and tried again."""
    told = ""
    while not stop.is_set():
        try:
            do()
            told = ""
        except ClewError as error:
            if str(error) != told:
                note(f"clew: {trouble}: {error}")
            told = str(error)
        stop.wait(seconds)


def announce(address: str, stop: threading.Event) -> None:
    """Print the address once it answers."""
    while not stop.wait(0.02):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                click.echo(f"Clew is at {address}/graphql")
                return
        except OSError:
            time.sleep(0.05)

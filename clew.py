"""The door: the ``clew`` command, made of what each room offers."""

import asyncio
import json
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import FrameType
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from api.execution import Execution, Parameters
from door.backup import backup_command, restore_command
from door.export import export_command
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.settings import Settings
from loaders.command import load_command, note
from loaders.crawl import crawl_command
from loaders.dataset import dataset_group
from loaders.mapping.command import mapping_command
from loaders.sample import load_demo
from loaders.schedule import Scheduler

FOLLOW_EVERY = 1.0
"""Seconds between two looks for what other processes wrote."""
RESUME_EVERY = 60.0
"""Seconds between two looks for deletions that were cut short."""
GRACE = 5
"""Seconds that requests have to end when the server does."""


class Door(click.Group):
    """A group of commands that tells people what is wrong, without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a ClewError is its message and exit code 1."""
        signal.signal(signal.SIGTERM, end)
        try:
            return super().invoke(ctx)
        except ClewError as error:
            note(f"clew: {error}")
            raise SystemExit(1) from None


def end(number: int, frame: FrameType | None) -> None:
    """Leave as on Ctrl-C, so that everything opened is closed."""
    raise SystemExit(128 + number)


@click.group(cls=Door)
@click.version_option(package_name="clew")
def main() -> None:
    """Clew: a knowledge engine for people who follow money."""


main.add_command(load_command)
main.add_command(dataset_group)
main.add_command(crawl_command)
main.add_command(export_command)
main.add_command(backup_command)
main.add_command(restore_command)
main.add_command(mapping_command)


@main.command()
@click.option("--demo", is_flag=True, help="Load the demo collection first.")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on; 0 takes a free one.")
def up(demo: bool, host: str | None, port: int | None) -> None:
    """Start Neo4j if it must, and serve the API until Ctrl-C."""
    settings = Settings.from_environment()
    try:
        listening = listen(settings.host if host is None else host, settings.port if port is None else port)
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
        raise BadInput(f"cannot listen on {host} port {port}: {error.strerror}; try --port 0") from None
    return found


def serve(engine: Engine, listening: socket.socket) -> None:
    """Answer requests until a signal, while the index follows what other processes write."""
    config = uvicorn.Config(application(engine), log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE)
    crawls = Scheduler(engine, note)
    stop = threading.Event()
    threads = [
        threading.Thread(target=follow, args=(engine, stop), name="follow"),
        threading.Thread(target=resume, args=(engine, stop), name="resume"),
        threading.Thread(target=announce, args=(address_of(listening), stop), name="announce", daemon=True),
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


@main.command()
def status() -> None:
    """Show the server, its memory, the datasets, and how far graph and index are."""
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        click.echo(f"data      {engine.settings.data.resolve()}")
        if engine.server is not None:
            memory = ", ".join(f"{name} {value}" for name, value in engine.server.memory.items())
            click.echo(f"server    {engine.server.uri} (process {engine.server.pid}; {memory})")
        else:
            click.echo(f"server    {engine.settings.neo4j_uri}")
        for part, state in engine.health().items():
            click.echo(f"{part:<9} {state}")
        click.echo(f"revision  graph {engine.reader.revision()}, index {engine.index.revision}")
        for dataset in engine.datasets(engine.everybody()):
            click.echo(f"dataset   {dataset.name}: {dataset.entity_count:,} entities, {dataset.title}")
            for count in dataset.schemata:
                click.echo(f"          {count.count:>9,} {count.schema}")


@main.command()
def reindex() -> None:
    """Throw the index away and make it anew from the graph."""
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        click.echo(f"Indexed {engine.reindex(note):,} records")


@main.command()
def migrate() -> None:
    """Bring the database up to date; every other command does so too."""
    with Engine.open(Settings.from_environment(), progress=note):
        click.echo("The database is up to date")


@main.command()
def check() -> None:
    """Prove that graph and index agree, or say where they differ."""
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        found = engine.check()
    for difference in found:
        click.echo(difference)
    if found:
        raise SystemExit(1)
    click.echo("Graph and index agree")


@main.command()
@click.argument("file", default="-", type=click.File("r", encoding="utf-8"))
@click.option("--variables", default="{}", metavar="JSON", help="The document's variables.")
def query(file: Any, variables: str) -> None:
    """Answer a GraphQL document from FILE or stdin, as JSON."""
    values = variables_of(variables)
    try:
        document = file.read()
    except UnicodeDecodeError:
        raise BadInput(f"{file.name} is not UTF-8") from None
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        answer = asyncio.run(Execution(engine).answer(Parameters(document, values))).body
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    if answer.get("errors"):
        raise SystemExit(1)


def variables_of(text: str) -> dict[str, Any]:
    """The variables of a query; raises BadInput."""
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BadInput(f"--variables is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise BadInput("--variables is not a JSON object")
    return values


if __name__ == "__main__":
    main()

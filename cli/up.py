"""``clew up``: starts Neo4j unless a server is named, and serves the API until Ctrl-C."""

import signal

import click

from cli.address import noted_address
from cli.occupant import is_clew
from cli.serving import listen, serve
from cli.supervisor import check_workers
from cli.terminal import note, paced, show_interrupted
from engine.engine import Engine
from engine.errors import EngineInUse
from engine.settings import Settings
from loaders.demo.sample import load_demo


@click.command("up")
@click.option("--demo", is_flag=True, help="Load the demo collection first.")
@click.option("--host", help="The address to listen on. Without it, CLEW_HOST.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port to listen on; 0 takes a free one. Without it, CLEW_PORT.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer requests; more than one need CLEW_REDIS_URL.",
)
def up_command(demo: bool, host: str | None, port: int | None, workers: int) -> None:
    """Start Neo4j, unless CLEW_NEO4J_URI names a server, and serve the API until Ctrl-C.

    It prints a link by which the owner of the data folder signs in. The last line is the address.
    While it runs, crawls start when they are due.
    """
    settings = Settings.from_environment()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=given)
    check_workers(settings, workers)
    try:
        listening = listen(settings.host, settings.port)
        with listening, Engine.open(settings, progress=paced(), join=False, resume=False) as engine:
            if demo:
                load_demo(engine, paced())
            show_interrupted(engine.interrupted())
            serve(engine, listening, workers)
    except EngineInUse as error:
        address = noted_address(settings)
        where = f" It answers at {address}" if address and is_clew(address) else ""
        raise EngineInUse(f"{error}{where}") from None
    except KeyboardInterrupt:
        note("Stopped.")
    except SystemExit as leaving:
        if leaving.code != 128 + signal.SIGTERM:  # SIGTERM is a normal stop, as Ctrl-C is
            raise
        note("Stopped.")

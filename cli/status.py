"""``clew status``: shows what runs, how much memory it has, and what is in the database."""

import click

from cli.terminal import interruption, paced
from engine.engine import Engine
from engine.settings import Settings


@click.command("status")
def status_command() -> None:
    """Show the server and its memory, the datasets, and the revisions of graph and index."""
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        click.echo(f"data      {engine.settings.data.resolve()}")
        if (server := engine.server()) is not None:
            memory = server.memory
            sizes = f"heap {memory['heap_mb']:,} MiB, page cache {memory['pagecache_mb']:,} MiB"
            click.echo(f"server    {server.uri} (process {server.pid}; {sizes})")
        else:
            click.echo(f"server    {engine.settings.neo4j_uri}")
        for part, state in engine.health().items():
            click.echo(f"{part:<9} {state}")
        click.echo(f"revision  graph {engine.revision()}, index {engine.index_revision()}")
        interrupted = engine.interrupted()
        for dataset in engine.datasets(engine.owner_access()):
            click.echo(
                f"dataset   {dataset.name}: {dataset.entity_count:,} entities, {dataset.title}, "
                f"{dataset.visibility}"
            )
            if dataset.name in interrupted:
                click.echo(f"          {interruption(interrupted[dataset.name])}")
            for count in dataset.schemata:
                click.echo(f"          {count.count:>9,} {count.schema}")

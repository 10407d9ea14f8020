"""Sees that Java has its cache of Neo4j's classes: one server is started for nothing else, in a folder of its own."""

import tempfile
from dataclasses import replace
from pathlib import Path

from engine.errors import ClewError
from engine.graph import aot
from engine.graph.connection import Connection
from engine.graph.jar import Progress, alone, fetch
from engine.graph.migration import migrate
from engine.graph.server import Server, held, home_of
from engine.settings import Settings


def train(settings: Settings, progress: Progress) -> None:
    """Make the cache if it is missing; one process at a time, and not again soon if it fails."""
    file = aot.place(aot.classpath())
    if not file.parent.is_dir():
        fetch(progress, Path(settings.data) / "neo4j" / "jars.json")
    if not aot.wanted(file):
        return
    with alone(file.parent, ".clew-aot.lock"):
        if not aot.wanted(file):
            return
        progress("Preparing quick starts of Neo4j: once, half a minute …")
        draft = file.with_suffix(".draft")
        try:
            record(settings, draft)
        except ClewError as error:
            progress(f"Neo4j could not be prepared, it starts without: {error}")
        if draft.exists():
            draft.replace(file)
        else:
            file.touch()


def record(settings: Settings, draft: Path) -> None:
    """Run a server in a folder of its own, so that Java writes down in ``draft`` what it needed."""
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        own = replace(settings, data=Path(folder))
        home = home_of(own)
        with (
            held(home.lock),
            Server.run(home, own, lambda _: None, options=aot.recording(draft)) as server,
            Connection.open(server.uri, server.user, server.password) as connection,
        ):
            migrate(connection)

"""Sees that Java has its caches of Neo4j's classes: one server and one import are run for nothing else, once."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.entity import make_entity
from engine.errors import ClewError, EngineInUse
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.graph.record.column import BROKEN, header, page
from engine.progress import Progress, timed
from engine.server import aot
from engine.server.importer import Importer
from engine.server.jar import alone, fetch
from engine.server.memory import Memory, machine_mb
from engine.server.server import ADMIN, MAIN, Server, held, home_of
from engine.settings import Settings

SAMPLE = (
    ("a", "Person", {"name": ["A"], "notes": ["of two\nlines"]}),
    ("b", "Company", {"name": ["B", "Bee"], "parent": ["c"]}),
    ("c", "Company", {"name": ["C"]}),
    (
        "d",
        "Ownership",
        {"owner": ["a"], "asset": ["b"], "percentage": ["25"], "role": ["one", "two\nlines"]},
    ),
    ("e", "Ownership", {"owner": ["b"], "asset": ["c"], "startDate": ["2019"]}),
)
"""Something of all that an import meets."""
SAMPLE_COUNTS = (3, 3)
"""How many nodes and relationships that is."""


def train(settings: Settings, progress: Progress) -> None:
    """Make the caches that are missing; one process at a time, and not again soon where it fails."""
    jars = fetch(progress, Path(settings.data) / "neo4j" / "jars.json")
    makers = {aot.place(jars, ADMIN): record_import, aot.place(jars, MAIN): record_server}
    aot.clear(makers)
    folder = next(iter(makers)).parent
    if not any(map(aot.wanted, makers)):
        return
    with alone(folder, ".clew-aot.lock"):
        missing = [file for file in makers if aot.wanted(file)]
        if not missing:
            return
        aot.sign(folder)
        with timed("Preparing quick starts of Neo4j: once, half a minute …", progress):
            for file in missing:
                draft = file.with_suffix(".draft")
                try:
                    makers[file](settings, jars, draft)
                    draft.replace(file)
                except (ClewError, OSError) as error:
                    progress(f"Neo4j could not be prepared, it starts without: {error}")
                    draft.unlink(missing_ok=True)
                    file.touch()


def ready_server(settings: Settings, progress: Progress, join: bool) -> Server:
    """The data folder's own server: started, or joined where another process runs it (which then ends it).

    Raises EngineInUse where it is not to ``join``, and ServerUnavailable.
    """
    try:
        train(settings, progress)
        return Server.start(settings, progress)
    except EngineInUse:
        if not join:
            raise
        return Server.join(settings)


def record_server(settings: Settings, jars: Sequence[Path], draft: Path) -> None:
    """Run a server in a folder of its own, so that Java writes down in ``draft`` what it needed."""
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        own = settings.model_copy(update={"data": Path(folder)})
        home = home_of(own)
        with (
            held(home.lock),
            Server.run(home, own, lambda _: None, options=aot.recording(draft)) as server,
            Connection.open(server.uri, server.user, server.password) as connection,
        ):
            migrate(connection)


def record_import(settings: Settings, jars: Sequence[Path], draft: Path) -> None:
    """Import a few records into a folder of its own: Java needs the same classes for many."""
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        files = Path(folder) / "files"
        importer = Importer(
            Path(folder), files, jars, Memory.fit(settings, machine_mb()), aot.recording(draft)
        )
        importer.start(write_sample(files))
        try:
            importer.wait(lambda _: None, SAMPLE_COUNTS)
        finally:
            importer.stop()


def write_sample(files: Path) -> list[str]:
    """Write a few records into a folder as files to import; their names."""
    files.mkdir()
    made = page((make_entity("d", *each) for each in SAMPLE), 1)
    for name, lines in made.lines.items():
        (files / f"{name}.csv").write_bytes(lines)
        (files / f"{name.removesuffix(BROKEN)}.header").write_text(
            f"{header(name)}\n", encoding="utf-8"
        )
    return list(made.lines)

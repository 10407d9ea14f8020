"""Builds Java's class caches, on the first start of Clew on a machine.

The first start builds them (200 MB, 30 s); later starts take half the time. Java writes a cache
while a program runs, so one server and one import are run for nothing else, each in a temporary
folder.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from engine.entity import make_entity
from engine.errors import ClewError
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.graph.record.column import BROKEN, header, page
from engine.progress import Progress, timed
from engine.server import class_cache
from engine.server.home import held, home_of
from engine.server.importer import Importer
from engine.server.jar import fetch
from engine.server.java import ADMIN, SERVER
from engine.server.memory import Memory, machine_mb
from engine.server.server import Server
from engine.settings import Settings

BUILD_TIMEOUT = 600.0
"""Seconds that a stopping server may take: Java writes the cache then, slowly on a busy machine."""
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
"""Records that make an import load every class that it ever needs."""
SAMPLE_COUNTS = (3, 3)
"""How many nodes and relationships they are."""


def build_caches(settings: Settings, progress: Progress) -> None:
    """Build the caches that are missing; where that fails, Neo4j starts without, only slower."""
    jars = fetch(progress, Path(settings.data) / "neo4j" / "jars.json")
    builders = {
        class_cache.cache_path(jars, ADMIN): build_for_import,
        class_cache.cache_path(jars, SERVER): build_for_server,
    }
    class_cache.remove_unused(builders)
    folder = next(iter(builders)).parent
    if not any(map(class_cache.should_build, builders)):
        return
    with FileLock(folder / ".clew-aot.lock"):
        # another process may have built them while we waited for the lock
        missing = [file for file in builders if class_cache.should_build(file)]
        if not missing:
            return
        class_cache.link_java(folder)
        with timed("Preparing quick starts of Neo4j: once, half a minute …", progress):
            for file in missing:
                draft = file.with_suffix(".draft")
                try:
                    builders[file](settings, jars, draft)
                    draft.replace(file)
                except (ClewError, OSError) as error:
                    progress(f"Neo4j could not be prepared, it starts without: {error}")
                    draft.unlink(missing_ok=True)
                    file.touch()  # an empty file: not to be tried again for an hour


def build_for_server(settings: Settings, jars: Sequence[Path], draft: Path) -> None:
    """Run a server in a temporary folder, and let Java write its cache into ``draft``."""
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        temporary = settings.model_copy(update={"data": Path(folder)})
        home, options = home_of(temporary), class_cache.build_options(draft)
        with (
            held(home.lock),
            Server.run(home, temporary, lambda _: None, options, BUILD_TIMEOUT) as server,
            Connection.open(server.uri, server.user, server.password) as connection,
        ):
            migrate(connection)  # some queries, as the classes that they need are loaded late


def build_for_import(settings: Settings, jars: Sequence[Path], draft: Path) -> None:
    """Import the sample into a temporary folder, and let Java write its cache into ``draft``."""
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        files = Path(folder) / "files"
        memory = Memory.fit(settings, machine_mb())
        options = class_cache.build_options(draft)
        importer = Importer(Path(folder), files, jars, memory, options)
        importer.start(write_sample(files))
        try:
            importer.wait(lambda _: None, SAMPLE_COUNTS)
        finally:
            importer.stop()


def write_sample(files: Path) -> list[str]:
    """Write the sample into a folder as files to import; returns their names."""
    files.mkdir()
    made = page((make_entity("d", *each) for each in SAMPLE), 1)
    for name, lines in made.lines.items():
        (files / f"{name}.csv").write_bytes(lines)
        (files / f"{name.removesuffix(BROKEN)}.header").write_text(
            f"{header(name)}\n", encoding="utf-8"
        )
    return list(made.lines)

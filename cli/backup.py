"""``clew backup``: writes everything into one file, from which ``clew restore`` makes it again.

The file is a .zip: the graph's nodes and relationships as JSON lines, the catalog of sources with
the mappings beside it, the archive of documents if there is one, and last the manifest. A file
without a manifest is not complete.
"""

import io
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import orjson

from cli.terminal import paced
from engine.account import OWNER
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.progress import Progress, Ticker
from engine.settings import Settings
from loaders.crawl.catalog import read_catalog

MANIFEST, NODES, RELATIONSHIPS = "manifest.json", "nodes.jsonl", "relationships.jsonl"
ARCHIVE, SOURCES = "archive/", "sources/"
CATALOG = f"{SOURCES}catalog.yml"
SECRET = {"neo4j_password", "redis_url", "neo4j_uri", "data"}
"""Settings that a backup does not hold: they are secret, or belong to one machine."""


@click.command("backup")
@click.argument(
    "file", type=click.Path(dir_okay=False, path_type=Path), help="The .zip file to write."
)
def backup_command(file: Path) -> None:
    """Write everything into one file. Loads wait until it is done, readers do not.

    It holds the graph, the catalog of sources, and the mappings beside the catalog; not the files
    that are crawled, and no passwords.
    """
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        manifest = backup(engine, file, paced())
        engine.audit.note(OWNER, "backed up", "everything", revision=manifest["revision"])
    counts = f"{manifest['nodes']:,} nodes, {manifest['relationships']:,} relationships"
    click.echo(f"{file}: {counts}, {file.stat().st_size:,} bytes")


def backup(engine: Engine, file: Path, say: Progress) -> dict[str, Any]:
    """Write a backup, completely or not at all, and return its manifest. Raises ClewError."""
    part = file.with_name(file.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            with engine.snapshot() as snapshot:
                nodes = write(archive, NODES, snapshot.nodes(), say)
                relationships = write(archive, RELATIONSHIPS, snapshot.relationships(), say)
            add_files(archive, engine.settings, say)
            # last: a file without a manifest is not complete
            manifest = {
                "clew": version("clew"),
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": snapshot.revision,
                "nodes": nodes,
                "relationships": relationships,
                "settings": kept_settings(engine.settings),
            }
            archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        part.replace(file)
    except OSError as error:
        raise ClewError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return manifest


def kept_settings(settings: Settings) -> dict[str, str]:
    """The settings that a backup holds, as text."""
    return {name: str(value) for name, value in settings if name not in SECRET}


def write(archive: zipfile.ZipFile, name: str, rows: Iterable[Any], say: Progress) -> int:
    """Write rows as JSON lines into a member of the archive, and return how many."""
    count, ticker = 0, Ticker()
    with (
        archive.open(name, "w", force_zip64=True) as out,
        io.BufferedWriter(out, 1024 * 1024) as lines,
    ):
        for row in rows:
            lines.write(orjson.dumps(row) + b"\n")
            count += 1
            if ticker.due():
                say(f"{name}: {count:,} written")
    return count


def add_files(archive: zipfile.ZipFile, settings: Settings, say: Progress) -> None:
    """Add the catalog of sources with its mappings, and the documents."""
    if settings.catalog.is_file():
        archive.write(settings.catalog, CATALOG)
        folder = settings.catalog.parent.resolve()
        for path in mappings(settings.catalog, say):
            archive.write(path, SOURCES + path.relative_to(folder).as_posix())
    folder = settings.data / ARCHIVE
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        archive.write(path, ARCHIVE + path.relative_to(folder).as_posix())


def mappings(catalog: Path, say: Progress) -> list[Path]:
    """The mappings beside a catalog that it names, in order; it is said which others it names."""
    try:
        entries = read_catalog(catalog).entries
    except BadInput as error:
        say(f"The mappings are not in the backup: {error}")
        return []
    named = {
        (entry.folder / entry.source.mapping).resolve()
        for entry in entries
        if entry.source.mapping is not None
    }
    folder = catalog.parent.resolve()
    beside = {path for path in named if path.is_file() and path.is_relative_to(folder)}
    for path in sorted(named - beside):
        say(f"{path} is not in the backup: it does not lie beside {catalog}")
    return sorted(beside)

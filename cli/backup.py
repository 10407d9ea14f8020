"""``clew backup`` and ``clew restore``: everything in one file, and an engine of the same answers out of it.

The file is a .zip: the graph's nodes and relationships as JSON lines, the catalog of sources with the mappings that
lie beside it, the archive of documents where there is one, and last the manifest, without which it is not whole.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import orjson

from cli.terminal import note
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.progress import Progress, Ticker
from engine.settings import Settings
from loaders.crawl.catalog import read_catalog

MANIFEST, NODES, RELATIONSHIPS = "manifest.json", "nodes.jsonl", "relationships.jsonl"
ARCHIVE, SOURCES = "archive/", "sources/"
CATALOG = f"{SOURCES}catalog.yml"
COUNTED = ("revision", "nodes", "relationships")
NEEDED = {
    NODES: {"key", "labels", "properties"},
    RELATIONSHIPS: {"source", "target", "type", "properties"},
}
"""What each row has."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, orjson.JSONDecodeError)
"""What reading a file fails with that is no .zip, or a broken one."""
SECRET = {"neo4j_password", "redis_url", "neo4j_uri", "data"}
"""Settings that are not written down: they are secret, or of one machine."""


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file: Path) -> None:
    """Write everything into one FILE (.zip); loads wait meanwhile, readers don't."""
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        manifest = backup(engine, file, note)
    size = file.stat().st_size
    click.echo(
        f"{file}: {manifest['nodes']:,} nodes, {manifest['relationships']:,} relationships, {size:,} bytes"
    )


def backup(engine: Engine, file: Path, say: Progress) -> dict[str, Any]:
    """Write a backup, whole or not at all; its manifest. Raises ClewError."""
    part = file.with_name(file.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            with engine.snapshot() as snapshot:
                nodes = write(archive, NODES, snapshot.nodes(), say)
                relationships = write(archive, RELATIONSHIPS, snapshot.relationships(), say)
            add_files(archive, engine.settings, say)
            manifest = {
                "clew": version("clew"),
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": snapshot.revision,
                "nodes": nodes,
                "relationships": relationships,
                "settings": {
                    name: str(value) for name, value in engine.settings if name not in SECRET
                },
            }
            archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        part.replace(file)
    except OSError as error:
        raise ClewError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return manifest


def write(archive: zipfile.ZipFile, name: str, rows: Iterable[Any], say: Progress) -> int:
    """Write rows as JSON lines into a member; how many."""
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
    """The catalog of sources with its mappings, and the documents."""
    if settings.catalog.is_file():
        archive.write(settings.catalog, CATALOG)
        for path in mappings(settings.catalog, say):
            archive.write(
                path, SOURCES + path.relative_to(settings.catalog.parent.resolve()).as_posix()
            )
    folder = settings.data / ARCHIVE
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        archive.write(path, ARCHIVE + path.relative_to(folder).as_posix())


def mappings(catalog: Path, say: Progress) -> list[Path]:
    """The mappings that a catalog names, in order; those that lie elsewhere than beside it are told."""
    try:
        entries = read_catalog(catalog).entries
    except BadInput as error:
        say(f"The mappings are not in the backup: {error}")
        return []
    found = {
        (entry.folder / entry.source.mapping).resolve()
        for entry in entries
        if entry.source.mapping is not None
    }
    beside = {
        path for path in found if path.is_file() and path.is_relative_to(catalog.parent.resolve())
    }
    for path in sorted(found - beside):
        say(f"{path} is not in the backup: it does not lie beside {catalog}")
    return sorted(beside)

"""``clew backup`` and ``clew restore``: everything in one file, and an engine of the same answers out of it.

The file is a .zip: the graph's nodes and relationships as JSON lines, the catalog of sources, the archive of
documents where there is one, and last the manifest, without which it is not whole.
"""

import io
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import orjson

from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.settings import Settings
from loaders.command import note

MANIFEST, NODES, RELATIONSHIPS, CATALOG = "manifest.json", "nodes.jsonl", "relationships.jsonl", "catalog.yml"
ARCHIVE = "archive/"
SECRET = {"neo4j_password", "redis_url", "neo4j_uri", "data"}
"""Settings that are not written down: they are secret, or of one machine."""
TOLD = 2.0
"""Seconds between two words about how far it is."""
Say = Callable[[str], None]


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file: Path) -> None:
    """Write everything into one FILE (.zip); loads wait meanwhile, readers don't."""
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        manifest = backup(engine, file, note)
    size = file.stat().st_size
    click.echo(f"{file}: {manifest['nodes']:,} nodes, {manifest['relationships']:,} relationships, {size:,} bytes")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Make an empty data folder, or an empty database, what a backup holds."""
    settings = Settings.from_environment()
    manifest = restore(settings, file, note)
    told = f"{manifest['nodes']:,} nodes, {manifest['relationships']:,} relationships, revision {manifest['revision']}"
    click.echo(f"Restored {told} into {settings.neo4j_uri or settings.data.resolve()}")


def backup(engine: Engine, file: Path, say: Say) -> dict[str, Any]:
    """Write a backup, whole or not at all; its manifest. Raises ClewError."""
    part = file.with_name(file.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            with engine.dump.still() as revision:
                nodes = write(archive, NODES, engine.dump.nodes(), say)
                relationships = write(archive, RELATIONSHIPS, engine.dump.relationships(), say)
            add_files(archive, engine.settings)
            manifest = {
                "clew": version("clew"),
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": revision,
                "nodes": nodes,
                "relationships": relationships,
                "settings": {
                    f.name: str(getattr(engine.settings, f.name)) for f in fields(Settings) if f.name not in SECRET
                },
            }
            archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        part.replace(file)
    except OSError as error:
        raise ClewError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


def write(archive: zipfile.ZipFile, name: str, rows: Iterable[Any], say: Say) -> int:
    """Write rows as JSON lines into a member; how many."""
    count, told = 0, time.monotonic()
    with archive.open(name, "w", force_zip64=True) as out, io.BufferedWriter(out, 1024 * 1024) as lines:
        for row in rows:
            lines.write(orjson.dumps(row) + b"\n")
            count += 1
            if time.monotonic() - told > TOLD:
                told = time.monotonic()
                say(f"{name}: {count:,} written")
    return count


def add_files(archive: zipfile.ZipFile, settings: Settings) -> None:
    """The catalog of sources, and the documents."""
    if settings.catalog.is_file():
        archive.write(settings.catalog, CATALOG)
    folder = settings.data / ARCHIVE
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        archive.write(path, ARCHIVE + path.relative_to(folder).as_posix())


def restore(settings: Settings, file: Path, say: Say) -> dict[str, Any]:
    """Restore a backup; its manifest. Raises BadInput for a file that is none, and where something is already.

    With a Neo4j of its own all is made in a folder beside the data folder, which then takes its name: what is
    killed in between leaves nothing that looks whole.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = check(archive, file)
            if settings.neo4j_uri:
                fill(settings, archive, manifest, say)
                return manifest
            if settings.data.is_dir() and any(settings.data.iterdir()):
                raise BadInput(f"{settings.data} is not empty: name another folder by CLEW_DATA")
            folder = settings.data.with_name(settings.data.name + ".restoring")
            shutil.rmtree(folder, ignore_errors=True)
            fill(replace(settings, data=folder), archive, manifest, say)
            with suppress(FileNotFoundError):
                settings.data.rmdir()
            folder.replace(settings.data)
    except (zipfile.BadZipFile, EOFError, orjson.JSONDecodeError) as error:
        raise BadInput(f"{file} is not a backup, or a broken one: {error}") from None
    return manifest


def check(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole; raises BadInput."""
    if MANIFEST not in archive.namelist():
        raise BadInput(f"{file} is not a backup of Clew, or not a whole one: it has no {MANIFEST}")
    manifest: dict[str, Any] = orjson.loads(archive.read(MANIFEST))
    return manifest


def fill(settings: Settings, archive: zipfile.ZipFile, manifest: dict[str, Any], say: Say) -> None:
    """Make an empty engine what a backup holds."""
    with Engine.open(settings, progress=say, join=False) as engine:
        counts = engine.dump.restore(rows(archive, NODES, say), rows(archive, RELATIONSHIPS, say))
        if counts != (manifest["nodes"], manifest["relationships"]):
            raise BadInput(f"the backup is broken: {counts[0]:,} nodes and {counts[1]:,} relationships came out of it")
        say("Making the index")
        engine.index.delete_all()
        engine.follow(say)
        for member in archive.infolist():
            if member.filename == CATALOG or member.filename.startswith(ARCHIVE):
                archive.extract(member, settings.data)


def rows(archive: zipfile.ZipFile, name: str, say: Say) -> Iterator[Any]:
    """The rows of a member."""
    told = time.monotonic()
    with archive.open(name) as lines:
        for count, line in enumerate(lines, start=1):
            yield orjson.loads(line)
            if time.monotonic() - told > TOLD:
                told = time.monotonic()
                say(f"{name}: {count:,} read")

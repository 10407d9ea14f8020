"""``clew backup`` and ``clew restore``: everything in one file, and an engine of the same answers out of it.

The file is a .zip: the graph's nodes and relationships as JSON lines, the catalog of sources with the mappings that
lie beside it, the archive of documents where there is one, and last the manifest, without which it is not whole.
"""

import io
import time
import zipfile
import zlib
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
from engine.graph.server import end_orphans, held, home_of
from engine.graph.staging import Staging
from engine.graph.training import telling
from engine.settings import Settings
from loaders.catalog import read_catalog
from loaders.command import note

MANIFEST, NODES, RELATIONSHIPS = "manifest.json", "nodes.jsonl", "relationships.jsonl"
ARCHIVE, SOURCES = "archive/", "sources/"
CATALOG = f"{SOURCES}catalog.yml"
COUNTED = ("revision", "nodes", "relationships")
NEEDED = {NODES: {"key", "labels", "properties"}, RELATIONSHIPS: {"source", "target", "type", "properties"}}
"""What each row has."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, orjson.JSONDecodeError)
"""What reading a file fails with that is no .zip, or a broken one."""
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
    if (settings.data / CATALOG).exists():
        note(f"Its catalog of sources is {settings.data / CATALOG}: name it by CLEW_CATALOG")
    if others := other_settings(settings, manifest):
        note(f"It was made with {', '.join(others)}: set them where that is to hold here too")


def other_settings(settings: Settings, manifest: dict[str, Any]) -> list[str]:
    """The settings that a backup was made with and that are others here."""
    kept = manifest.get("settings") or {}
    names = [f.name for f in fields(Settings) if f.name in kept and f.name != "catalog"]
    return [f"CLEW_{name.upper()}={kept[name]}" for name in names if str(getattr(settings, name)) != kept[name]]


def backup(engine: Engine, file: Path, say: Say) -> dict[str, Any]:
    """Write a backup, whole or not at all; its manifest. Raises ClewError."""
    part = file.with_name(file.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            with engine.dump.still() as revision:
                nodes = write(archive, NODES, engine.dump.nodes(), say)
                relationships = write(archive, RELATIONSHIPS, engine.dump.relationships(), say)
            add_files(archive, engine.settings, say)
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
        with suppress(OSError):
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


def add_files(archive: zipfile.ZipFile, settings: Settings, say: Say) -> None:
    """The catalog of sources with its mappings, and the documents."""
    if settings.catalog.is_file():
        archive.write(settings.catalog, CATALOG)
        for path in mappings(settings.catalog, say):
            archive.write(path, SOURCES + path.relative_to(settings.catalog.parent.resolve()).as_posix())
    folder = settings.data / ARCHIVE
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        archive.write(path, ARCHIVE + path.relative_to(folder).as_posix())


def mappings(catalog: Path, say: Say) -> list[Path]:
    """The mappings that a catalog names, in order; those that lie elsewhere than beside it are told."""
    try:
        entries = read_catalog(catalog).entries
    except BadInput as error:
        say(f"The mappings are not in the backup: {error}")
        return []
    found = {(entry.folder / entry.source.mapping).resolve() for entry in entries if entry.source.mapping is not None}
    beside = {path for path in found if path.is_file() and path.is_relative_to(catalog.parent.resolve())}
    for path in sorted(found - beside):
        say(f"{path} is not in the backup: it does not lie beside {catalog}")
    return sorted(beside)


def restore(settings: Settings, file: Path, say: Say) -> dict[str, Any]:
    """Restore a backup; its manifest. Raises BadInput for a file that is none, and where something is already.

    Raises EngineInUse where another process works in the data folder, ClewError where it cannot be written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = check(archive, file, say)
            if settings.neo4j_uri:
                fill(settings, archive, manifest, say)
            else:
                make(settings, archive, manifest, say)
    except BROKEN as error:
        raise BadInput(f"{file} is not a backup, or a broken one: {error}") from None
    except OSError as error:
        raise ClewError(f"{error.filename or settings.data} cannot be written: {error.strerror}") from None
    return manifest


def make(settings: Settings, archive: zipfile.ZipFile, manifest: dict[str, Any], say: Say) -> None:
    """Make all of it in a folder inside the empty data folder, and put it in its place when it is whole."""
    home = home_of(settings)
    staging = Staging(home.data)
    with held(home.lock):
        end_orphans(home, say)
        staging.adopt()
        if any(path != home.lock for path in home.data.iterdir()):
            raise BadInput(f"{settings.data} is not empty: name another folder by CLEW_DATA")
        try:
            staging.begin()
            fill(replace(settings, data=staging.path), archive, manifest, say)
            staging.seal(sorted(path.name for path in staging.path.iterdir() if path.name != home.lock.name))
            staging.adopt()
        finally:
            staging.clear()


def check(archive: zipfile.ZipFile, file: Path, say: Say) -> dict[str, Any]:
    """The manifest of a backup that is whole; raises BadInput, and what is in BROKEN."""
    names = archive.namelist()
    if any(info.flag_bits & 1 for info in archive.infolist()):
        raise BadInput(f"{file} is locked with a password: unlock it first")
    if MANIFEST not in names:
        raise BadInput(f"{file} is not a backup of Clew, or not a whole one: it has no {MANIFEST}")
    manifest = orjson.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or not all(type(manifest.get(name)) is int for name in COUNTED):
        raise BadInput(f"{file} is a broken backup: its {MANIFEST} does not say what is in it")
    if missing := NEEDED.keys() - set(names):
        raise BadInput(f"{file} is a broken backup: it has no {min(missing)}")
    with telling(f"Checking {file} …", say, at_once=False):
        if broken := archive.testzip():
            raise BadInput(f"{file} is a broken backup: {broken} is not as it was written")
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
            if member.filename.startswith((ARCHIVE, SOURCES)):
                archive.extract(member, settings.data)


def rows(archive: zipfile.ZipFile, name: str, say: Say) -> Iterator[Any]:
    """The rows of a member; raises BadInput for one that is none."""
    told = time.monotonic()
    with archive.open(name) as lines:
        for count, line in enumerate(lines, start=1):
            row = orjson.loads(line)
            if not isinstance(row, dict) or NEEDED[name] - row.keys():
                raise BadInput(f"the backup is broken: line {count:,} of {name} does not hold what it should")
            yield row
            if time.monotonic() - told > TOLD:
                told = time.monotonic()
                say(f"{name}: {count:,} read")

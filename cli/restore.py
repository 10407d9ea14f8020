"""``clew restore``: fills an empty data folder, or an empty database, from a backup."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from cli.backup import ARCHIVE, CATALOG, MANIFEST, NODES, RELATIONSHIPS, SOURCES
from cli.terminal import note, paced
from engine.backup import staged
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.progress import Progress, Ticker, timed
from engine.settings import Settings, variable

COUNTED = ("revision", "nodes", "relationships")
NEEDED = {
    NODES: {"key", "labels", "properties"},
    RELATIONSHIPS: {"source", "target", "type", "properties"},
}
"""The keys that each row of a member has."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, orjson.JSONDecodeError)
"""The errors of reading a file that is not a .zip, or a broken one."""


@click.command("restore")
@click.argument(
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that `clew backup` wrote.",
)
def restore_command(file: Path) -> None:
    """Fill an empty data folder from a backup, completely or not at all.

    With CLEW_NEO4J_URI it fills the empty database of that server. It says where the catalog of
    sources is then, and which settings were different when the backup was made.
    """
    settings = Settings.from_environment()
    manifest = restore(settings, file, paced())
    counts = f"{manifest['nodes']:,} nodes, {manifest['relationships']:,} relationships"
    place = settings.neo4j_uri or settings.data.resolve()
    click.echo(f"Restored {counts}, revision {manifest['revision']} into {place}")
    if (settings.data / CATALOG).exists():
        note(f"Its catalog of sources is {settings.data / CATALOG}: name it by CLEW_CATALOG")
    if others := other_settings(settings, manifest):
        note(f"It was made with {', '.join(others)}: set them if that is to hold here too")


def other_settings(settings: Settings, manifest: dict[str, Any]) -> list[str]:
    """The settings that were different when a backup was made, as the backup has them."""
    kept = manifest.get("settings") or {}
    names = [name for name in Settings.model_fields if name in kept and name != "catalog"]
    return [
        f"{variable(name)}={kept[name]}"
        for name in names
        if str(getattr(settings, name)) != kept[name]
    ]


def restore(settings: Settings, file: Path, say: Progress) -> dict[str, Any]:
    """Restore a backup and return its manifest.

    Raises BadInput for a file that is not a backup, and where there is data already; EngineInUse
    where another process works in the data folder; ClewError where the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = check(archive, file, say)
            if settings.neo4j_uri:
                fill(settings, archive, manifest, say)
            else:
                with staged(settings, say) as inside:
                    fill(inside, archive, manifest, say)
    except BROKEN as error:
        raise BadInput(f"{file} is not a backup, or a broken one: {error}") from None
    except OSError as error:
        raise ClewError(
            f"{error.filename or settings.data} cannot be written: {error.strerror}"
        ) from None
    return manifest


def check(archive: zipfile.ZipFile, file: Path, say: Progress) -> dict[str, Any]:
    """The manifest of a complete backup; raises BadInput, and the errors in BROKEN."""
    names = archive.namelist()
    if any(info.flag_bits & 1 for info in archive.infolist()):
        raise BadInput(f"{file} is locked with a password: unlock it first")
    if MANIFEST not in names:
        raise BadInput(f"{file} is not a complete backup of Clew: it has no {MANIFEST}")
    manifest = orjson.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or not all(
        type(manifest.get(name)) is int for name in COUNTED
    ):
        raise BadInput(f"{file} is a broken backup: its {MANIFEST} does not say what is in it")
    if missing := NEEDED.keys() - set(names):
        raise BadInput(f"{file} is a broken backup: it has no {min(missing)}")
    with timed(f"Checking {file} …", say, at_once=False):
        if broken := archive.testzip():
            raise BadInput(f"{file} is a broken backup: {broken} is not as it was written")
    return manifest


def fill(
    settings: Settings, archive: zipfile.ZipFile, manifest: dict[str, Any], say: Progress
) -> None:
    """Restore the graph and the files, and make the index."""
    with Engine.open(settings, progress=say, join=False) as engine:
        counts = engine.restore(rows(archive, NODES, say), rows(archive, RELATIONSHIPS, say))
        if counts != (manifest["nodes"], manifest["relationships"]):
            restored = f"{counts[0]:,} nodes and {counts[1]:,} relationships"
            raise BadInput(f"the backup is broken: {restored} came out of it")
        say("Making the index")
        engine.follow(say)
        for member in archive.infolist():
            if member.filename.startswith((ARCHIVE, SOURCES)):
                archive.extract(member, settings.data)


def rows(archive: zipfile.ZipFile, name: str, say: Progress) -> Iterator[Any]:
    """The rows of a member; raises BadInput for a line that is not a row."""
    ticker = Ticker()
    with archive.open(name) as lines:
        for count, line in enumerate(lines, start=1):
            row = orjson.loads(line)
            if not isinstance(row, dict) or NEEDED[name] - row.keys():
                raise BadInput(
                    f"the backup is broken: line {count:,} of {name} does not hold what it should"
                )
            yield row
            if ticker.due():
                say(f"{name}: {count:,} read")

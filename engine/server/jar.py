"""Which jars make up Neo4j, and are they the pinned ones? Nothing runs before its checksum was proved.

The lock file names every jar by its coordinates, so no dependency is resolved at run time: what is not
in the local Maven repository is fetched, a few at a time, and a file that is not the pinned one (as an
interrupted download leaves it) is fetched once more before it is refused.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jgo
from jgo.maven import Artifact, MavenContext

from engine.errors import ChecksumMismatch, ServerUnavailable
from engine.progress import Progress, Ticker
from engine.resource import neo4j_folder

VERSION = "2026.04.0"
ENDPOINT = f"org.neo4j:neo4j:{VERSION}+org.neo4j.app:neo4j-server:{VERSION}"
HEAD = f"# The jars of Neo4j {VERSION}: coordinates, sha256, file name. Made by `make jars`.\n"
DOWNLOADS = 6
"""How many jars are fetched at a time."""
"""Seconds between two lines of progress."""

Stamps = dict[str, list[int | str]]


@dataclass(frozen=True)
class Jar:
    """One line of the lock file."""

    coordinate: str
    """group:artifact:version, and a classifier where there is one."""
    sha256: str
    filename: str

    def artifact(self, context: MavenContext) -> Artifact:
        """Where Maven keeps it, and how it is fetched."""
        group, name, version, *classifier = self.coordinate.split(":")
        return context.project(group, name).at_version(version).artifact(*classifier)

    def path(self, context: MavenContext) -> Path:
        """Its place in the local repository, whether it is there or not."""
        path = self.artifact(context).cached_path
        assert path is not None
        return path


def lock_path() -> Path:
    """Where the lock file is."""
    return neo4j_folder() / "jars.lock"


def locked(path: Path | None = None) -> list[Jar]:
    """The jars that the lock file pins, in the order of the class path."""
    lines = (path or lock_path()).read_text(encoding="utf-8").splitlines()
    return [Jar(*line.split()) for line in lines if line and not line.startswith("#")]


def write_lock(path: Path) -> None:
    """Write the lock file from what jgo resolves: for a new version of Neo4j."""
    environment = jgo.build(ENDPOINT)
    assert environment.lockfile is not None
    found = {jar.name: jar for jar in environment.all_jars}
    lines = []
    for dependency in environment.lockfile.dependencies:
        classifier = [dependency.classifier] if dependency.classifier else []
        filename = "-".join([dependency.artifactId, dependency.version, *classifier]) + ".jar"
        coordinate = ":".join(
            [dependency.groupId, dependency.artifactId, dependency.version, *classifier]
        )
        lines.append(f"{coordinate} {digest(found.pop(filename))} {filename}\n")
    if found:
        raise ChecksumMismatch(
            f"jgo put jars on the class path that it did not name: {sorted(found)}"
        )
    path.write_text(HEAD + "".join(sorted(lines)), encoding="utf-8")


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(
    progress: Progress, remembered: Path, *, context: MavenContext | None = None
) -> list[Path]:
    """The class path, every jar fetched and proved; `remembered` spares the proof of unchanged files."""
    context = context or MavenContext()
    jars = locked()
    before = recall(remembered)
    stamps = dict(before)
    missing = [jar for jar in jars if not proved(jar, jar.path(context), stamps)]
    if missing:
        download(missing, context, progress)
        for jar in missing:
            if not proved(jar, jar.path(context), stamps):
                raise mismatch(jar, jar.path(context))
    if stamps != before:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps(stamps), encoding="utf-8")
    return [jar.path(context) for jar in jars]


def recall(remembered: Path) -> Stamps:
    """What was proved before; nothing where that file is missing or broken."""
    try:
        stamps = json.loads(remembered.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def proved(jar: Jar, path: Path, stamps: Stamps) -> bool:
    """Is this file the pinned one? A proof holds as long as size and time of change stay the same."""
    try:
        status = path.stat()
        stamp: list[int | str] = [status.st_size, status.st_mtime_ns, jar.sha256]
        if stamps.get(str(path)) == stamp:
            return True
        if digest(path) != jar.sha256:
            return False
    except FileNotFoundError:
        return False
    stamps[str(path)] = stamp
    return True


def mismatch(jar: Jar, path: Path) -> ChecksumMismatch:
    """The error for a jar that was fetched and still is another one."""
    actual = digest(path) if path.exists() else "missing"
    return ChecksumMismatch(
        f"{path} is not the pinned {jar.coordinate}: its sha256 is {actual}, not {jar.sha256}. "
        f"It was fetched twice; ask whoever runs your Maven mirror or proxy."
    )


def download(jars: Sequence[Jar], context: MavenContext, progress: Progress) -> None:
    """Fetch these jars, replacing what is there under their names; one process at a time."""
    progress(f"Fetching Neo4j {VERSION} ({len(jars)} jars) …")
    ticker = Ticker()
    with alone(context.repo_cache):
        pool = ThreadPoolExecutor(DOWNLOADS)
        try:
            futures = [pool.submit(replace, jar, context) for jar in jars]
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if ticker.due():
                    progress(f"Fetching Neo4j {VERSION} … {done} of {len(jars)} jars")
        except (OSError, RuntimeError) as error:
            raise ServerUnavailable(
                f"Neo4j's jars could not be fetched: {error}. Is the network there? Start again to go on."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def replace(jar: Jar, context: MavenContext) -> None:
    """Fetch one jar, unless another process has just done so."""
    path = jar.path(context)
    if path.exists():
        if digest(path) == jar.sha256:
            return
        path.unlink()
    jar.artifact(context).resolve()
    if digest(path) != jar.sha256:
        path.unlink()
        jar.artifact(context).resolve()


@contextmanager
def alone(folder: Path, name: str = ".clew.lock") -> Iterator[None]:
    """Hold the repository: jgo writes a download under its final name, so two at a time would clash."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    write_lock(lock_path())

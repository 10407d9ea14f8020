"""Where the files for Neo4j are that come with Clew: in this package, or in the checkout."""

from pathlib import Path


def neo4j_folder() -> Path:
    """The folder with Neo4j's configuration, its migrations and the locked list of its jars."""
    # a wheel has no folder beside its packages, so they are packed into this one
    packed = Path(__file__).parent / "neo4j"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "neo4j"

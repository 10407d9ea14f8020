"""What can be set, from where, and its default: the one reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput


@dataclass(frozen=True)
class Settings:
    """Every setting is ``CLEW_`` and the field's name in capitals in the environment."""

    data: Path = Path("data")
    """The data folder: Neo4j's files, the index, the generated password."""
    neo4j_uri: str = ""
    """Use this server (bolt://, neo4j://, neo4j+s://) rather than starting one."""
    neo4j_user: str = "neo4j"
    """The user on that server."""
    neo4j_password: str = ""
    """The password on that server."""
    host: str = "127.0.0.1"
    """The address that the API listens on."""
    port: int = 8000
    """The port that the API listens on; 0 takes a free one."""
    deadline: float = 10.0
    """Seconds that one query may take."""
    heap_mb: int = 0
    """Neo4j's heap in MiB; 0 fits the machine."""
    pagecache_mb: int = 0
    """Neo4j's page cache in MiB; 0 fits the machine."""
    catalog: Path = Path("catalog.yml")
    """The file that names the sources to crawl."""
    redis_url: str = ""
    """Where jobs wait (redis://…); without it, in the data folder."""

    @property
    def downloads(self) -> Path:
        """Where what is crawled arrives, each dataset's in a folder of its own."""
        return self.data / "crawl"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read ``CLEW_…``; raises BadInput where a number is none."""
        source = os.environ if environment is None else environment
        values: dict[str, object] = {}
        for name, annotation in cls.__annotations__.items():
            text = source.get(f"CLEW_{name.upper()}")
            if text is None:
                continue
            try:
                values[name] = annotation(text)
            except ValueError:
                raise BadInput(f"CLEW_{name.upper()}={text!r} is not a number") from None
        return cls(**values)  # type: ignore[arg-type]  # each value was made by its own annotation

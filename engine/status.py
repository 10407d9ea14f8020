"""What is known of the server behind an engine, for people who look after it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerState:
    """The Neo4j that this process started or joined."""

    uri: str
    pid: int
    memory: Mapping[str, int]
    """Megabytes by what they are for."""

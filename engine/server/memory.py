"""How much memory Neo4j may take of this machine, or of the container that we run in."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.settings import Settings


@dataclass(frozen=True)
class Memory:
    """MiB of the machine, and of Neo4j's heap and page cache."""

    total_mb: int
    heap_mb: int
    pagecache_mb: int

    @classmethod
    def fit(cls, settings: Settings, total_mb: int) -> "Memory":
        """A sixth each for heap and page cache, within bounds, unless they are set."""
        sixth = total_mb // 6
        return cls(
            total_mb,
            settings.heap_mb or min(max(sixth, 512), 4096),
            settings.pagecache_mb or min(max(sixth, 256), 8192),
        )


def machine_mb() -> int:
    """The MiB of this machine, or of the container that we run in."""
    total = int(psutil.virtual_memory().total)
    # a container sees the memory of its whole machine; Linux ends it when it takes more than this
    with suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return total >> 20

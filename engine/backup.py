"""The port of backup and restore: the graph as rows, and a data folder filled all at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput
from engine.progress import Progress
from engine.server.home import held, home_of
from engine.server.orphan import end_orphans
from engine.server.replacement import Replacement
from engine.settings import Settings

Row = Mapping[str, Any]
"""A node with its key, labels and properties; or a relationship, with its ends' keys and type."""


@dataclass(frozen=True)
class Snapshot:
    """The whole graph while nobody writes to it; each call reads all of it anew."""

    revision: int
    nodes: Callable[[], Iterable[Row]]
    relationships: Callable[[], Iterable[Row]]


@contextmanager
def staged(settings: Settings, progress: Progress) -> Iterator[Settings]:
    """Settings of a folder inside an empty data folder, which it replaces when the block is done.

    After an error, or if the process is killed, the data folder is as empty as before. Raises
    BadInput where it is not empty, EngineInUse where another process works in it.
    """
    home = home_of(settings)
    replacement = Replacement(home.data)
    with held(home.lock):
        end_orphans(home, progress)
        replacement.install()
        if any(path != home.lock for path in home.data.iterdir()):
            raise BadInput(f"{settings.data} is not empty: name another folder by CLEW_DATA")
        try:
            replacement.begin()
            yield settings.model_copy(update={"data": replacement.path})
            replacement.commit(
                sorted(
                    path.name for path in replacement.path.iterdir() if path.name != home.lock.name
                )
            )
            replacement.install()
        finally:
            replacement.discard()

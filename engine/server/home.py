"""One data folder: where its files are, who holds it, and Neo4j's configuration and password."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from engine.errors import BadInput, EngineInUse, ServerUnavailable
from engine.lock import Locked, locked
from engine.resource import neo4j_folder
from engine.server.memory import Memory
from engine.settings import Settings

IMPORTED = "imported"
FOLDERS = ("conf", "data", "logs", "run", "plugins", "import", "lib")
"""What Neo4j expects in its home folder."""


@dataclass(frozen=True)
class Home:
    """Where everything is inside one data folder."""

    data: Path

    @property
    def path(self) -> Path:
        """Neo4j's own home folder."""
        return self.data / "neo4j"

    @property
    def password(self) -> Path:
        """The generated password; only its owner may read it."""
        return self.data / "neo4j-password"

    @property
    def lock(self) -> Path:
        """Held by the process that runs the server, with its process id as the note."""
        return self.data / "clew.lock"

    @property
    def record(self) -> Path:
        """How a second process finds the running server; there from its start to its stop."""
        return self.path / "server.json"

    @property
    def log(self) -> Path:
        """Neo4j's log for people."""
        return self.path / "logs" / "neo4j.log"

    @property
    def console(self) -> Path:
        """What Java printed since the last start."""
        return self.path / "logs" / "console.log"

    @property
    def first_start(self) -> Path:
        """There during the first start: killed then, Neo4j leaves a store that it cannot open."""
        return self.path / "first-start"

    @property
    def imported(self) -> Path:
        """There until the first start of a database that was imported."""
        return self.path / "data" / IMPORTED

    def prepare(self, port: int, memory: Memory) -> None:
        """Make the folders and write the configuration; remove what a broken first start left."""
        if self.first_start.exists():
            self._remove_broken_start()
        for name in FOLDERS:
            (self.path / name).mkdir(parents=True, exist_ok=True)
        template = Template((neo4j_folder() / "neo4j.conf").read_text(encoding="utf-8"))
        text = template.substitute(port=port, heap=memory.heap_mb, pagecache=memory.pagecache_mb)
        (self.path / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")

    def _remove_broken_start(self) -> None:
        """Remove what the server wrote: no records can be in it, as nobody could connect yet."""
        names = ["."]
        if self.imported.exists():
            # the import ended before this start: its store is complete, the rest is the server's
            names = ["databases/system", "transactions/system", "dbms"]
        for name in names:
            shutil.rmtree(self.path / "data" / name, ignore_errors=True)

    def started_before(self) -> bool:
        """Whether a server was ever started here: from then on, Neo4j itself keeps the password."""
        return (self.path / "data" / "databases" / "system").exists()

    def has_database(self) -> bool:
        """Whether there is a database, perhaps an empty one."""
        return self.started_before() or self.imported.exists()

    def read_password(self) -> str:
        """The password, generated now if no server has one yet; raises ServerUnavailable."""
        if not self.password.exists():
            if self.started_before():
                raise ServerUnavailable(
                    f"The database in {self.path} is there but its password, {self.password}, "
                    f"is gone. Put that file back; or move {self.data} away and load the data "
                    "again."
                )
            write_secret(self.password, secrets.token_hex(24))
        return self.password.read_text(encoding="utf-8").strip()


def home_of(settings: Settings) -> Home:
    """The data folder of these settings, made if it is missing; raises BadInput."""
    data = settings.data.expanduser().resolve()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"CLEW_DATA={settings.data} cannot be a folder: {error.strerror}") from error
    return Home(data)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, completely or not at all."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a data folder by its lock for a block; raises EngineInUse with the holder's pid."""
    try:
        with locked(path, str(os.getpid())):
            yield
    except Locked as other:
        raise EngineInUse(
            f"{path.parent} is in use by another Clew, process {other.note or 'unknown'}. "
            "End that one first, or set CLEW_DATA to another folder."
        ) from None

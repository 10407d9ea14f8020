"""A graph and its index made anew, of files beside the empty data folder, without a transaction.

Records come in as pages of lines, page after page; what only all of them together tell is worked out at the end:
which ends never came, and which values two or more records share. Then Neo4j's own import makes the store, while
another process makes the index. Both take their places when they are whole; killed before, nothing has happened.
"""

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadInput, ClewError
from engine.graph.connection import Connection
from engine.graph.record.column import (
    BROKEN,
    DELIMITER,
    Page,
    argument,
    dataset_line,
    header,
    shared_lines,
    stub_line,
)
from engine.graph.record.dump import Dump
from engine.graph.record.reader import Reader
from engine.index.filler import Part, begin, drop, fill, finish
from engine.process.worker import KILLED, Workers
from engine.progress import Progress
from engine.server import jar
from engine.server.home import IMPORTED, Home, held, home_of
from engine.server.importer import Importer
from engine.server.memory import Memory, machine_mb
from engine.server.orphan import end_orphans
from engine.server.replacement import Replacement
from engine.server.server import Server
from engine.settings import Settings
from engine.spool import Spool, SpoolError
from engine.sync.follower import LITERAL_CAP

STUBS = "SELECT DISTINCT id FROM named WHERE id NOT IN (SELECT id FROM node) ORDER BY id"
SHARED = """
    SELECT key, record FROM held WHERE key IN (SELECT key FROM held GROUP BY key HAVING count(*) BETWEEN 2 AND ?)
    ORDER BY key, record
"""
AT_ONCE = 10_000


class Bulk:
    """One graph while it is made."""

    def __init__(
        self,
        staging: Replacement,
        crew: Workers,
        since: int,
        classpath: Sequence[Path],
        memory: Memory,
    ) -> None:
        """Begin in an empty folder; ``since`` is the revision that the empty graph has."""
        self._classpath = classpath
        self._memory = memory
        self.since = since
        self.revision = since
        self.counts: Counter[str] = Counter()
        """Lines by file."""
        self._staging = staging
        self._crew = crew
        self.folder = str(staging.path)
        """Where those who make pages put down what is not in them."""
        self._files = staging.path / "files"
        self._files.mkdir()
        self._open: dict[str, BinaryIO] = {}
        self._indexing: deque[Future[int]] = deque()
        self._indexed = 0
        # beside the data, as that disk has room for all of it, and the temporary files' may not
        self._ledger = Spool(staging.path / "ledger", cache_mb=64)
        self._nodes = self._ledger.table("node", "id TEXT")
        self._named = self._ledger.table("named", "id TEXT")
        self._keys = self._ledger.table("held", "key TEXT, record TEXT")
        crew.indexing.submit(begin, str(staging.path / "index")).result()

    def next_revision(self) -> int:
        """A revision for the page that comes next."""
        self.revision += 1
        return self.revision

    def add(self, page: Page, entries: Part) -> None:
        """Take a page, and where the index finds its records; raises ClewError where the disk is full."""
        for name, lines in page.lines.items():
            self._put(name, lines, page.counts[name])
        self._nodes.extend((id_,) for id_ in page.ids)
        self._named.extend((id_,) for id_ in page.named)
        self._keys.extend(page.keys)
        self._indexing.append(self._crew.indexing.submit(fill, entries))
        while self._indexing[0].done() and len(self._indexing) > 1:
            self._indexed += self._indexing.popleft().result()

    def _put(self, name: str, lines: bytes, count: int) -> None:
        if name not in self._open:
            self._open[name] = (self._files / f"{name}.csv").open("wb")
        self._open[name].write(lines)
        self.counts[name] += count

    def _put_lines(self, name: str, lines: Iterable[str]) -> None:
        found = list(lines)
        self._put(name, "".join(f"{line}\n" for line in found).encode(), len(found))

    def complete(self, dataset: str, title: str | None, updated: datetime | None) -> None:
        """Put down what only all pages together tell, and the dataset with its title and when it was as it is."""
        self._ledger.query("CREATE INDEX held_key ON held (key)")
        self._ledger.query("CREATE INDEX node_id ON node (id)")
        stubs = self._ledger.query(STUBS)
        while rows := stubs.fetchmany(AT_ONCE):
            self._put_lines("stub", (stub_line(id_) for (id_,) in rows))
        found = self._ledger.query(SHARED, (LITERAL_CAP,))
        for key, holders in groupby(found, key=lambda row: str(row[0])):
            for name, lines in shared_lines(key, [record for _, record in holders]).items():
                self._put_lines(name, lines)
        purged = [self.since] if self.since else []
        self._put_lines(
            "clew", [DELIMITER.join(map(str, (1, self.revision, self.revision, *purged)))]
        )
        self._put_lines("dataset", [dataset_line(dataset, title, updated)])
        for name in self._open:
            (self._files / f"{name.removesuffix(BROKEN)}.header").write_text(
                f"{header(name)}\n", encoding="utf-8"
            )
            self._open[name].close()

    def make(self, say: Progress) -> None:
        """Make store and index of what was put down, and put both in their places; raises ClewError."""
        importer = Importer(self._staging.path, self._files, self._classpath, self._memory)
        with ExitStack() as stack:
            importer.check_room()
            stack.callback(importer.stop)
            importer.start(self._open)
            finishing = self._crew.indexing.submit(finish, self.revision)
            say("Importing")
            importer.wait(say, self._expected())
            while not finishing.done():
                self._count(say)
                time.sleep(0.05)
            finishing.result()
        (self._staging.path / "neo4j" / "data" / IMPORTED).touch()
        self._staging.commit(["neo4j/data", "index"])
        self._staging.install()

    def _expected(self) -> tuple[int, int]:
        """How many nodes and relationships there will be."""
        nodes = sum(
            count for name, count in self.counts.items() if argument(name.removesuffix(BROKEN))[0]
        )
        return nodes, sum(self.counts.values()) - nodes

    def _count(self, say: Progress) -> None:
        """Tell how much is indexed."""
        before = self._indexed
        while self._indexing and self._indexing[0].done():
            self._indexed += self._indexing.popleft().result()
        if self._indexed != before:
            say(f"Indexed {self._indexed:,} records")

    def close(self) -> None:
        """Let go of what is open, and clear away what did not take its place."""
        for future in self._indexing:
            future.cancel()
        with suppress(BrokenProcessPool):
            self._crew.indexing.submit(drop).result()
        self._ledger.close()
        for file in self._open.values():
            with suppress(
                OSError
            ):  # on a full disk: what is left to be written is not wanted any more
                file.close()
        self._staging.discard()


@contextmanager
def begun(settings: Settings, crew: Workers, progress: Progress) -> Iterator[Bulk]:
    """A new graph for a data folder that holds none, which is ours for this block.

    Raises EngineInUse where it is somebody else's, and BadInput where there is a graph already.
    """
    if settings.neo4j_uri:
        raise BadInput(
            "CLEW_NEO4J_URI names a server: --offline fills the one of the data folder; load without it"
        )
    home = home_of(settings)
    staging = Replacement(home.data)
    with ExitStack() as stack:
        stack.enter_context(held(home.lock))
        end_orphans(home, progress)
        staging.install()
        since = vacant(home, settings, progress)
        classpath = jar.fetch(progress, home.path / "jars.json")
        try:
            staging.begin()
            bulk = Bulk(staging, crew, since, classpath, Memory.fit(settings, machine_mb()))
            stack.callback(bulk.close)
            yield bulk
        except (OSError, SpoolError) as error:
            raise ClewError(
                f"{staging.path} cannot be written: {error}. Nothing has changed: make room and start again"
            ) from error
        except BrokenProcessPool:
            raise ClewError(KILLED) from None


def vacant(home: Home, settings: Settings, progress: Progress) -> int:
    """The revision of a graph that holds nothing; raises BadInput where it holds something."""
    if not home.has_database():
        return 0
    with (
        Server.run(home, settings, progress) as server,
        Connection.open(server.uri, server.user, server.password) as connection,
    ):
        revision = Reader(connection, settings.deadline).revision()
        if not Dump(connection).is_empty():
            held = "is not empty" if revision else "holds no records, but what was said of datasets"
            raise BadInput(
                f"the database in {home.data} {held}: load without --offline, or set CLEW_DATA to a new folder"
            )
        return revision

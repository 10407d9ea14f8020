"""Builds a new graph and its index in files, beside an empty data folder and without transactions.

Records come in as pages of lines. What only all of them together show is worked out at the end:
which ends of relationships never came, and which values two or more records share. Then Neo4j's own
import builds the store from the files, while another process builds the index. Both take their
places once they are complete: if the process is killed before, the data folder is as it was.
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

from engine.dataset import Visibility
from engine.errors import BadInput, ClewError
from engine.graph import visibility
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

STUBS = "SELECT DISTINCT id FROM named WHERE id NOT IN (SELECT id FROM node) ORDER BY id"
SHARED = """
    SELECT key, record FROM held
    WHERE key IN (SELECT key FROM held GROUP BY key HAVING count(*) BETWEEN 2 AND ?)
    ORDER BY key, record
"""
PAGES = "node-Page"
"""The file of the records that are pages of documents."""
BATCH = 10_000
"""Stubs that are in memory at a time."""
POLL_INTERVAL = 0.05
"""Seconds between two looks at how far the index is."""


class Bulk:
    """One graph while it is built; ``new_graph`` makes one."""

    def __init__(
        self,
        replacement: Replacement,
        workers: Workers,
        first_revision: int,
        classpath: Sequence[Path],
        memory: Memory,
    ) -> None:
        """Begin in an empty folder; ``first_revision`` is the one that the empty graph has."""
        self._classpath = classpath
        self._memory = memory
        self._first_revision = first_revision
        self._revision = first_revision
        self.counts: Counter[str] = Counter()
        """Lines by file."""
        self._replacement = replacement
        self._workers = workers
        self.folder = str(replacement.path)
        """Where pages are encoded: their index entries go into files here."""
        self._files = replacement.path / "files"
        self._files.mkdir()
        self._open: dict[str, BinaryIO] = {}
        self._indexing: deque[Future[int]] = deque()
        self._indexed = 0
        # Beside the data, not among the temporary files, whose disk may be too small for all ids.
        self._ledger = Spool(replacement.path / "ledger", cache_mb=64)
        self._nodes = self._ledger.table("node", "id TEXT")
        self._named = self._ledger.table("named", "id TEXT")
        self._keys = self._ledger.table("held", "key TEXT, record TEXT")
        workers.indexing.submit(begin, str(replacement.path / "index")).result()

    def next_revision(self) -> int:
        """The revision of the page that comes next."""
        self._revision += 1
        return self._revision

    def add(self, page: Page, entries: Part) -> None:
        """Take a page, and where its index entries are; raises ClewError where the disk is full."""
        for name, lines in page.lines.items():
            self._put(name, lines, page.counts[name])
        self._nodes.extend((id_,) for id_ in page.ids)
        self._named.extend((id_,) for id_ in page.named)
        self._keys.extend(page.keys)
        self._indexing.append(self._workers.indexing.submit(fill, entries))
        # Results are taken early, so that an index that fails ends the load at once.
        while self._indexing[0].done() and len(self._indexing) > 1:
            self._indexed += self._indexing.popleft().result()

    def _put(self, name: str, lines: bytes, count: int) -> None:
        if name not in self._open:
            self._open[name] = (self._files / f"{name}.csv").open("wb")
        self._open[name].write(lines)
        self.counts[name] += count

    def _put_lines(self, name: str, lines: Iterable[str]) -> None:
        texts = [f"{line}\n" for line in lines]
        self._put(name, "".join(texts).encode(), len(texts))

    def complete(
        self, dataset: str, title: str | None, visibility: Visibility, updated: datetime | None
    ) -> None:
        """Write what only all pages together show, and the dataset; ``updated`` is its date."""
        self._put_stubs()
        self._put_shared_values()
        # An index of before may lack what happened up to the first revision: it is made anew.
        purged = [self._first_revision] if self._first_revision else []
        if self._has_pages():
            purged = [self._revision]
        state = (1, self._revision, self._revision, *purged)
        self._put_lines("clew", [DELIMITER.join(map(str, state))])
        self._put_lines("moment", [DELIMITER.join(map(str, (int(time.time()), self._revision)))])
        self._put_lines("dataset", [dataset_line(dataset, title, visibility, updated)])
        for name, file in self._open.items():
            header_file = self._files / f"{name.removesuffix(BROKEN)}.header"
            header_file.write_text(f"{header(name)}\n", encoding="utf-8")
            file.close()

    def _put_stubs(self) -> None:
        """A stub for each id that is referred to and never came."""
        self._ledger.query("CREATE INDEX node_id ON node (id)")
        stubs = self._ledger.query(STUBS)
        while rows := stubs.fetchmany(BATCH):
            self._put_lines("stub", (stub_line(id_) for (id_,) in rows))

    def _put_shared_values(self) -> None:
        """A node for each value that two or more records hold, unless they are too many.

        All are of one dataset, so that no value with more is shared with a record of another.
        """
        self._ledger.query("CREATE INDEX held_key ON held (key)")
        rows = self._ledger.query(SHARED, (visibility.LITERAL_CAP,))
        for key, holders in groupby(rows, key=lambda row: str(row[0])):
            for name, lines in shared_lines(key, [record for _, record in holders]).items():
                self._put_lines(name, lines)

    def build(self, progress: Progress) -> None:
        """Build the store and the index of all that was written, and install both.

        Raises ClewError where the disk has no room, or the import fails.
        """
        importer = Importer(self._replacement.path, self._files, self._classpath, self._memory)
        with ExitStack() as stack:
            importer.check_room()
            stack.callback(importer.stop)
            importer.start(self._open)
            # Which words are on the pages of a document is known when all of them are there: such
            # an index is older than the graph, and is made anew by whoever opens both.
            upto = self._revision - 1 if self._has_pages() else self._revision
            finishing = self._workers.indexing.submit(finish, upto)
            progress("Importing")
            importer.wait(progress, self._expected())
            while not finishing.done():
                self._show_indexed(progress)
                time.sleep(POLL_INTERVAL)
            finishing.result()
        (self._replacement.path / "neo4j" / "data" / IMPORTED).touch()
        self._replacement.commit(["neo4j/data", "index"])
        self._replacement.install()

    def _has_pages(self) -> bool:
        """Whether there are pages of documents."""
        return any(name.removesuffix(BROKEN) == PAGES for name in self.counts)

    def _expected(self) -> tuple[int, int]:
        """How many nodes and relationships there will be: one a line."""
        nodes = sum(
            count for name, count in self.counts.items() if argument(name.removesuffix(BROKEN))[0]
        )
        return nodes, sum(self.counts.values()) - nodes

    def _show_indexed(self, progress: Progress) -> None:
        """Show how many records are indexed, if they are more than before."""
        before = self._indexed
        while self._indexing and self._indexing[0].done():
            self._indexed += self._indexing.popleft().result()
        if self._indexed != before:
            progress(f"Indexed {self._indexed:,} records")

    def close(self) -> None:
        """Close everything, and remove what was not installed."""
        for future in self._indexing:
            future.cancel()
        with suppress(BrokenProcessPool):
            self._workers.indexing.submit(drop).result()
        self._ledger.close()
        for file in self._open.values():
            # On a full disk closing fails, as it writes what is left; that is not wanted any more.
            with suppress(OSError):
                file.close()
        self._replacement.discard()


@contextmanager
def new_graph(settings: Settings, workers: Workers, progress: Progress) -> Iterator[Bulk]:
    """Build a graph in an empty data folder, which nobody else may use until the block ends.

    Raises EngineInUse where somebody does, and BadInput where there is a graph already.
    """
    if settings.neo4j_uri:
        raise BadInput(
            "CLEW_NEO4J_URI names a server: --offline fills the one of the data folder; "
            "load without it"
        )
    home = home_of(settings)
    replacement = Replacement(home.data)
    with ExitStack() as stack:
        stack.enter_context(held(home.lock))
        end_orphans(home, progress)
        replacement.install()
        revision = revision_of_empty(home, settings, progress)
        classpath = jar.fetch(progress, home.path / "jars.json")
        memory = Memory.fit(settings, machine_mb())
        try:
            replacement.begin()
            bulk = Bulk(replacement, workers, revision, classpath, memory)
            stack.callback(bulk.close)
            yield bulk
        except (OSError, SpoolError) as error:
            raise ClewError(
                f"{replacement.path} cannot be written: {error}. Nothing has changed: "
                "make room and start again"
            ) from error
        except BrokenProcessPool:
            raise ClewError(KILLED) from None


def revision_of_empty(home: Home, settings: Settings, progress: Progress) -> int:
    """The revision of an empty graph, 0 where there is none; raises BadInput for one with content.

    A graph that was emptied keeps its revision, and the new one goes on from there, so that an
    index of before knows that it is out of date.
    """
    if not home.has_database():
        return 0
    with (
        Server.run(home, settings, progress) as server,
        Connection.open(server.uri, server.user, server.password) as connection,
    ):
        revision = Reader(connection, settings.deadline).revision()
        if not Dump(connection).is_empty():
            content = "is not empty" if revision else "holds no records, but facts about datasets"
            raise BadInput(
                f"the database in {home.data} {content}: load without --offline, "
                "or set CLEW_DATA to a new folder"
            )
        return revision

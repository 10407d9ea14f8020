"""The one handle: opens what is known under one data folder, for readers, loaders and operators.

``Engine`` is ``Reading`` (``engine.reading``: all that readers may ask, such as ``paths``) plus
opening and closing, writing, crawls, the index, and backup. Loaders and the command line use all of
it; a request of the API has the readers' side, and the ports through which callers make changes
(``directory``, ``credentials``, ``investigations``), which ask who makes them.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import partial
from threading import Event
from types import TracebackType
from typing import Any

from engine.access import Access
from engine.account import OWNER, Actor
from engine.archive.folder import FolderArchive
from engine.backup import Row, Snapshot
from engine.crossings import Crossings
from engine.diagrams import Diagrams
from engine.documents import Documents
from engine.errors import ClewError, QueryTimeout
from engine.graph.dataset.claim import claimed, is_claimed
from engine.graph.dataset.diagram import DiagramNodes
from engine.graph.dataset.investigation import InvestigationNodes
from engine.graph.document.file import FileNodes
from engine.graph.document.page import PageNodes
from engine.graph.document.revision import RevisionNodes
from engine.graph.judgement.candidate import Candidates
from engine.graph.judgement.ledger import Ledger
from engine.graph.judgement.reader import JudgementReader
from engine.graph.judgement.run import RunNodes
from engine.graph.record.dump import Dump
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.investigations import Investigations
from engine.judgements import Judgements
from engine.loading import Loading
from engine.match.crossing import Station
from engine.match.runner import Runner
from engine.mentions import mentions_of
from engine.pages import Pages
from engine.progress import Progress
from engine.question import ExpandQuestion, PathQuestion
from engine.rate import Rates
from engine.reading import Reading
from engine.reviews import Reviews
from engine.run import Run
from engine.server.guard import guard
from engine.settings import Settings
from engine.status import ServerState
from engine.store import Stores
from engine.sync.check import differences
from engine.sync.deletion import Deletion
from engine.sync.keeper import Keeper


class Engine(Reading):
    """Everything known under one data folder; a context manager. ``Engine.open`` makes one."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        super().__init__(settings, stores)
        self._stores = stores
        self._server = stores.server
        self._writer = Writer(stores.patient)
        self._dump = Dump(stores.connection)
        patient_reader = Reader(stores.patient, settings.deadline)
        self._keeper = Keeper(patient_reader, self._writer, stores.index, PageNodes(stores.patient))
        self._deletion = Deletion(
            self._catalog, patient_reader, self._writer, self.follow, self.claim, self._clear
        )
        self.documents = self._documents(stores)
        self.investigations = self._investigations(stores)
        self.diagrams = Diagrams(
            DiagramNodes(stores.connection, settings.deadline), self.investigations, self._reader
        )
        self._ledger = Ledger(stores.connection)
        self.judgements = Judgements(
            self._ledger,
            JudgementReader(stores.connection, settings.deadline),
            self._reader,
            self.directory,
            self.investigations.named,
        )
        self.crossings = self._crossings(stores)
        self.pages = self._pages(stores)
        self.mentions = mentions_of(
            stores, settings.deadline, self._reader, self.owner_access, self.claim
        )
        self.reviews = Reviews(
            Candidates(stores.connection, settings.deadline),
            self.crossings,
            self.judgements,
            self.directory,
            self.secret,
        )

    def _investigations(self, stores: Stores) -> Investigations:
        return Investigations(
            InvestigationNodes(stores.connection, self.settings.deadline),
            self.directory,
            self.audit,
            self._reader,
            Writer(stores.connection),  # for people, who are not to wait
            self._keeper,
            self._delete_claimed,
        )

    def _documents(self, stores: Stores) -> Documents:
        return Documents(
            FileNodes(stores.connection, self.settings.deadline),  # for readers, not to wait
            FileNodes(stores.patient, self.settings.deadline),
            FolderArchive(self.settings.archive),
            self.settings.data / "reading",
        )

    def _pages(self, stores: Stores) -> Pages:
        return Pages(
            self.documents,
            PageNodes(stores.connection),
            RevisionNodes(stores.connection, self.settings.deadline),
            Writer(stores.connection),  # for people, who are not to wait
            self._keeper,
            self.directory,
            self.audit,
        )

    def _crossings(self, stores: Stores) -> Crossings:
        held = partial(is_claimed, self.settings.data, shared=stores.shared_connection)
        nodes = RunNodes(stores.patient, self.settings.deadline, lambda key: held(f"xref_{key}"))
        pairs = Candidates(stores.connection, self.settings.deadline)
        station = Station(*stores.address, self.settings.data / "index")
        return Crossings(
            nodes,
            pairs,
            Runner(nodes, pairs, station),
            self.directory,
            self.audit,
            self._reader,
            self._keeper,
            self.claim,
        )

    # --- opening and closing ------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        settings: Settings,
        progress: Progress = print,
        *,
        join: bool = True,
        resume: bool = True,
    ) -> "Engine":
        """Start, join or reach Neo4j, open the index and bring it up to date.

        With ``join`` an engine that another process runs on the data folder is shared; that process
        keeps the index. With ``resume`` deletions that were interrupted are finished first;
        otherwise ``Engine.resume`` does that. Raises EngineInUse without ``join``,
        ServerUnavailable, MigrationError.
        """
        Rates.read(settings.rates)  # what is wrong with it is said before Neo4j is started
        with ExitStack() as on_error:
            stores = Stores.open(settings, progress, join=join)
            on_error.callback(stores.close)
            engine = cls(settings, stores)
            if engine._keeper.behind:
                engine.follow(progress)
            if resume and stores.index.writable:
                engine.resume(progress)
            on_error.pop_all()
        return engine

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and the connection, and stop the server if this engine started it."""
        self._comparer.close()
        self._stores.close()

    def guard_server(self, stop: Event, progress: Progress) -> None:
        """Start Neo4j again when it dies, until ``stop`` is set; loads go on then.

        Raises ServerUnavailable where it dies again and again. Does nothing where another process
        started it.
        """
        if self._server is not None:
            guard(self._server, stop, progress)

    def give_up(self) -> None:
        """Wait for a Neo4j that is gone no more, in any thread: this process ends."""
        self._writer.give_up()

    def warm(self) -> None:
        """Ask what readers ask first, so that Neo4j has planned these queries before they come."""
        with suppress(QueryTimeout):
            access, nobody = self.caller().access, "clew:nobody"
            self.entities([nobody], access)
            self._reader.expand(ExpandQuestion(nobody), access)  # that nobody is there is no error
            self.edge_counts([nobody], access)
            self._connection.end([nobody])

    def warm_paths(self) -> None:
        """Let Neo4j plan a search for paths: it takes seconds, so do it beside first answers."""
        self._paths.paths(PathQuestion(("clew:nobody",), ("clew:somebody",)), self.caller().access)

    def warm_matching(self) -> None:
        """Have the process started that ``match`` needs, in seconds."""
        self._comparer.prepare()

    def wait_for_matching(self, seconds: float) -> None:
        """Wait until records can be compared; raises NotReady where that takes longer."""
        self._comparer.wait(seconds)

    # --- changing datasets --------------------------------------------------------------------

    def claim(self, name: str, doing: str) -> AbstractContextManager[None]:
        """Keep others from a dataset while it is ``doing`` (``loaded``, say).

        Entering raises EngineInUse if somebody else has claimed it.
        """
        return claimed(self.settings.data, name, doing, self._stores.shared_connection)

    @contextmanager
    def loading(self, dataset: str, *, claimed: bool = False) -> Iterator[Loading]:
        """Write to a dataset, which nobody else may do meanwhile; raises EngineInUse, BadInput.

        With ``claimed`` the caller holds the dataset already (``claim``).
        """
        claim = nullcontext() if claimed else self.claim(dataset, "loaded")
        with claim, Loading(dataset, self._writer, self._keeper) as loading:
            yield loading

    def set_dataset(self, name: str, changes: Mapping[str, Any]) -> bool:
        """Change a dataset's metadata, or make a dataset. Returns whether it existed before.

        Raises BadInput for a value that is none.

        ``changes`` has the fields of ``metadata.FIELDS``; None or "" removes a value.
        """
        return self._catalog.set(name, changes)

    def mark_updated(self, name: str, at: datetime | None = None) -> int:
        """Note that a dataset is as of now (or ``at``). Returns how many loads into it have begun.

        Raises BadInput if the dataset has been deleted meanwhile.
        """
        return self._writer.dataset_updated(name, at)

    def delete_dataset(self, name: str, progress: Progress = print, *, by: Actor = OWNER) -> int:
        """Delete a dataset and what only it tells. Returns the number of records. Raises BadInput.

        The caller has claimed the dataset. Readers stop seeing it at once (in other processes: half
        a second later). If this is interrupted they still do not see it, and calling it again, or
        the next start, finishes it.
        """
        counts = self._index.schema_counts(Access(frozenset({name})))
        total = sum(schema.count for schema in counts.get(name, []))
        self._catalog.mark(name)
        self.audit.note(by, "dataset deleted", name, records=total)
        return self._deletion.finish(name, total, progress)

    def _delete_claimed(self, name: str) -> int:
        with self.claim(name, "deleted"):
            return self.delete_dataset(name, lambda _: None)

    def deleting(self) -> list[str]:
        """The names of the datasets that are being deleted."""
        return self._catalog.deleting()

    def resume(self, progress: Progress = print) -> None:
        """Finish the deletions that were interrupted and that no other process is doing."""
        self._deletion.resume(progress)

    def interrupted(self) -> dict[str, datetime]:
        """The datasets into which a load began that neither ended nor goes on, and when it began.

        They may hold a part of its version: loading it again finishes it.
        """
        return {
            each.name: each.load_began
            for each in self._catalog.datasets()
            if each.load_began is not None
            and not is_claimed(self.settings.data, each.name, self._stores.shared_connection)
        }

    def _clear(self, name: str) -> None:
        """Remove what was judged in a dataset, and what it has in the data folder."""
        self._ledger.clear(name)
        for folder in (self.settings.downloads, self.settings.ocr_cache, self.settings.proofs):
            shutil.rmtree(folder / name, ignore_errors=True)
        self.documents.clear(name)
        (self.settings.lists / f"{name}.yml").unlink(missing_ok=True)

    # --- crawls -------------------------------------------------------------------------------

    def note_run(self, run: Run) -> None:
        """Keep what is known of a crawl by now; it replaces what was noted of it before."""
        self._journal.note(run)

    def runs(self, dataset: str, first: int) -> list[Run]:
        """The latest crawls of a dataset, newest first."""
        return self._journal.runs(dataset, first)

    def last_success(self, dataset: str) -> Run | None:
        """The last crawl that proved a dataset up to date; None if a load has begun since."""
        return self._journal.last_success(dataset)

    # --- the index ----------------------------------------------------------------------------

    def follow(self, progress: Progress | None = None) -> int:
        """Bring the index up to the graph's revision; the number of changes taken.

        Where another process keeps the index, waits until that one has; then the number is 0.
        """
        return self._keeper.follow(progress)

    def reindex(self, progress: Progress = print) -> int:
        """Build the index anew from the graph; the number of changes taken. Raises EngineInUse."""
        return self._keeper.rebuild(progress)

    def check(self, progress: Progress | None = None) -> list[str]:
        """Where graph and index differ: nothing, if all is well.

        Waits until the index has caught up, as long as it comes nearer.
        """
        follow = partial(self.follow, progress)
        return list(differences(self._reader, self._writer, self._index, follow))

    # --- the state of the stores, and backups -------------------------------------------------

    def revision(self) -> int:
        """The revision of the graph: every transaction that writes records has a higher one."""
        return self._reader.revision()

    def index_revision(self) -> int:
        """The revision of the graph that the index holds; lower while it has to catch up."""
        return self._index.revision

    def graph_id(self) -> str:
        """What tells this graph from all others, whichever process opens it."""
        return self._reader.graph_id()

    def server(self) -> ServerState | None:
        """The Neo4j of the data folder; None where the settings name a server."""
        if self._server is None:
            return None
        return ServerState(self._server.uri, self._server.pid, self._server.memory)

    def health(self) -> dict[str, str]:
        """The state of each part, for monitors: "ok", or what is wrong with it."""
        try:
            revision = self._reader.revision(self.settings.deadline)
        except ClewError as error:
            problem = str(error).splitlines()[0].rstrip(":")
            return {"neo4j": problem, "index": f"revision {self._index.revision}"}
        behind = revision - self._index.revision
        return {"neo4j": "ok", "index": "ok" if behind <= 0 else f"{behind} revisions behind"}

    def lag(self) -> int | None:
        """How many revisions the index has to catch up; None where Neo4j does not answer."""
        try:
            return max(self._reader.revision(self.settings.deadline) - self._index.revision, 0)
        except ClewError:
            return None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The whole graph as rows, for a backup; loads wait until the block ends."""
        with self._dump.still() as revision:
            yield Snapshot(revision, self._dump.nodes, self._dump.relationships)

    def restore(self, nodes: Iterable[Row], relationships: Iterable[Row]) -> tuple[int, int]:
        """Fill an empty database with a snapshot. Returns its numbers of nodes and relationships.

        The index is empty afterwards: ``follow`` brings it up to date. Raises BadInput where the
        database is not empty.
        """
        counts = self._dump.restore(nodes, relationships)
        self._index.delete_all()
        self.audit.note(OWNER, "restored", "everything", nodes=counts[0], relationships=counts[1])
        return counts

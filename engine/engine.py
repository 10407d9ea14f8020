"""The one handle: opens Neo4j and the index, and answers every read for the eyes it is given."""

import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.access import Access
from engine.answer import (
    EdgeCount,
    Facet,
    Holding,
    Page,
    PathResult,
    SearchPage,
    Step,
    Subgraph,
)
from engine.backup import Row, Snapshot
from engine.dataset import Dataset
from engine.entity import Entity, Node
from engine.errors import BadInput, ClewError, EngineInUse, QueryTimeout
from engine.excerpt import Selection, Whole, neighbourhood
from engine.graph.connection import Connection
from engine.graph.dataset.catalog import Catalog
from engine.graph.dataset.claim import claimed, is_claimed
from engine.graph.dataset.journal import Journal
from engine.graph.migration import migrate
from engine.graph.record.change import Written
from engine.graph.record.dump import Dump
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.graph.walk.ownership import Ownership
from engine.graph.walk.path import Pathfinder
from engine.index.index import Index
from engine.loading import Loading
from engine.progress import Progress, timed
from engine.question import (
    ExpandQuestion,
    FacetQuestion,
    OwnershipQuestion,
    PathQuestion,
    SearchQuestion,
)
from engine.run import Place, Run
from engine.server.launch import launch
from engine.server.server import Server
from engine.settings import Settings
from engine.status import ServerState
from engine.sync.check import differences
from engine.sync.deletion import Deletion
from engine.sync.follower import Follower

DATASETS_KEPT = 0.5
"""Seconds for which the list of datasets is kept."""
NOBODY = (-DATASETS_KEPT, Access(frozenset()))
"""When the list of datasets was read, and what it allows: never."""
PATIENCE = 3600.0
"""Seconds to wait for another process to bring the index up to date."""


class Engine:
    """Everything known under one data folder; a context manager. ``Engine.open`` makes one."""

    def __init__(
        self, settings: Settings, connection: Connection, index: Index, server: Server | None
    ) -> None:
        self.settings = settings
        self._server = server
        self._index = index
        self._connection = connection
        self._writer = Writer(connection)
        self._reader = Reader(connection, settings.deadline)
        self._dump = Dump(connection)
        self._shared = connection if server is None else None
        self._journal = Journal(
            connection, settings.deadline, partial(is_claimed, settings.data, shared=self._shared)
        )
        self._catalog = Catalog(connection, settings.deadline)
        self._following = threading.RLock()
        self._follower = Follower(self._reader, self._writer, index)
        self._deletion = Deletion(
            self._catalog, self._reader, self._writer, self.follow, self.claim, self._forget
        )
        self._paths = Pathfinder(connection, settings.deadline)
        self._ownership = Ownership(connection, settings.deadline)
        self._everybody = NOBODY
        self._closing = ExitStack()
        if server is not None:
            self._closing.callback(server.stop)
        self._closing.callback(connection.close)
        self._closing.callback(index.close)

    @classmethod
    def open(
        cls,
        settings: Settings,
        progress: Progress = print,
        *,
        join: bool = True,
        resume: bool = True,
    ) -> "Engine":
        """Start (or join, or reach) Neo4j, migrate it, open the index and bring it up to date.

        With ``join`` an engine that already runs on the data folder is shared: it keeps the index. With ``resume``
        deletions that were cut short are finished first; otherwise ``Engine.resume`` does that.
        Raises EngineInUse without it, ServerUnavailable, MigrationError.
        """
        settings.data.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:  # whatever was opened is closed again, should a later step fail
            server = None if settings.neo4j_uri else launch(settings, progress, join)
            if server is not None:
                opened.callback(server.stop)
                connection = Connection.open(server.uri, server.user, server.password)
            else:
                connection = Connection.open(
                    settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password
                )
            opened.callback(connection.close)
            with timed("Making the indexes of the graph …", progress, at_once=False):
                migrate(connection)
            index = _open_index(settings.data / "index", join)
            opened.callback(index.close)
            engine = cls(settings, connection, index, server)
            if index.writable:
                if engine._follower.behind():
                    engine.follow(progress)
                if resume:
                    engine.resume(progress)
            opened.pop_all()
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
        self._closing.close()

    def warm(self) -> None:
        """Ask once what readers ask first: Neo4j has then planned it before anybody waits."""
        with suppress(QueryTimeout):
            access, nobody = self.everybody(), "clew:nobody"
            self.entities([nobody], access)
            self.expand(ExpandQuestion(nobody), access)
            self.edge_counts([nobody], access)

    def warm_paths(self) -> None:
        """Let Neo4j plan a search for paths: it takes so long that it is better done beside the first answers."""
        self.paths(PathQuestion(("clew:nobody",), ("clew:somebody",)), self.everybody())

    # --- whose eyes ---------------------------------------------------------------------------------

    def everybody(self) -> Access:
        """What anybody may read: for now every dataset."""
        found = self.remembered()
        if found is None:
            now = time.monotonic()
            found = Access(frozenset(self._reader.titles()))
            self._everybody = (now, found)
        return found

    def remembered(self) -> Access | None:
        """What ``everybody`` answered a moment ago, None if that is too long ago; never waits."""
        since, found = self._everybody
        return found if time.monotonic() - since < DATASETS_KEPT else None

    # --- entities and walks -------------------------------------------------------------------------

    def entities(self, ids: Sequence[str], access: Access) -> list[Node | None]:
        """The records with these ids, in order; None where there is none, or none for this reader."""
        return self._reader.entities(ids, access)

    def expand(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """The relationships of one entity with the nodes at their other ends, a page at a time."""
        return self._reader.expand(question, access)

    def expand_count(self, question: ExpandQuestion, access: Access) -> int:
        """How many relationships ``expand`` has on all pages."""
        return self._reader.expand_count(question, access)

    def edge_counts(self, ids: Sequence[str], access: Access) -> dict[str, list[EdgeCount]]:
        """How many relationships of each type and direction each entity has."""
        return self._reader.edge_counts(ids, access)

    def referrers(
        self, ids: Sequence[str], access: Access, schema: str, prop: str, first: int
    ) -> dict[str, list[Entity]]:
        """The entities of an FtM schema whose property ``prop`` names each id: FtM's reverse properties."""
        if self._reader.refers_by_graph(schema, prop):
            return self._reader.referrers(ids, schema, prop, access, first)
        named = {id_: self._index.referrers(prop, id_, access, first) for id_ in ids}
        wanted = list(dict.fromkeys(name for names in named.values() for name in names))
        nodes = {
            node.id: node
            for node in self._reader.entities(wanted, access)
            if isinstance(node, Entity)
        }
        return {
            id_: [nodes[name] for name in names if name in nodes] for id_, names in named.items()
        }

    def subgraph(self, ids: Sequence[str], access: Access) -> Subgraph:
        """The relationships among a set of at most 500 entities."""
        return self._reader.subgraph(ids, access)

    def paths(self, question: PathQuestion, access: Access) -> PathResult:
        """The paths from any of some entities to any of some others."""
        return self._paths.paths(question, access)

    def owners(self, question: OwnershipQuestion, access: Access) -> list[Holding]:
        """Who holds it up the chain, through what, and how much."""
        return self._ownership.owners(question, access)

    def holdings(self, question: OwnershipQuestion, access: Access) -> list[Holding]:
        """What it holds down the chain, through what, and how much."""
        return self._ownership.holdings(question, access)

    # --- bulk out -----------------------------------------------------------------------------------

    def records(self, access: Access, dataset: str | None = None) -> Iterator[Entity]:
        """Every record (of a dataset), edges included, in code point order of the ids."""
        return self.whole(access, None if dataset is None else [dataset]).records()

    def whole(self, access: Access, datasets: Iterable[str] | None = None) -> Whole:
        """All that some datasets (or all) tell, to be exported; raises BadInput for one there is not."""
        names = access.datasets if datasets is None else frozenset(datasets)
        for name in sorted(names - access.datasets):
            raise BadInput(f"there is no dataset {name[:100]!r}; `clew status` names them")
        return Whole(self._reader.stream(sorted(names)), names)

    def found(self, question: SearchQuestion, access: Access, *, edges: bool = False) -> Selection:
        """All that a search finds, to be exported; with ``edges`` the relationships among it too."""
        return Selection(self._reader, access, self._index.matching(question, access), edges=edges)

    def neighbourhood(self, id: str, access: Access, hops: int = 1) -> Selection:
        """All that is near an entity, to be exported; raises BadInput where it would be too much."""
        return neighbourhood(self._reader, access, id, hops)

    # --- search -------------------------------------------------------------------------------------

    def search(self, question: SearchQuestion, access: Access) -> SearchPage:
        """A page of hits; raises BadInput for a text that is too long, or for a bad cursor."""
        return self._index.search(question, access)

    def count(self, question: SearchQuestion, access: Access) -> int:
        """How many entities a search finds."""
        return self._index.count(question, access)

    def facets(self, question: FacetQuestion, access: Access) -> list[Facet]:
        """The most frequent values of some fields among all that a search finds."""
        return self._index.facets(question, access)

    # --- datasets -----------------------------------------------------------------------------------

    def datasets(self, access: Access, overdue: bool | None = None) -> list[Dataset]:
        """The datasets that this reader may see, by name, with what they hold; only those (not) overdue, if asked."""
        counts, now = self._index.schema_counts(access), datetime.now(UTC)
        found = []
        for dataset in self._catalog.datasets():
            if dataset.name in access.datasets and overdue in (None, dataset.overdue(now)):
                schemata = counts.get(dataset.name, [])
                found.append(
                    replace(dataset, entity_count=sum(c.count for c in schemata), schemata=schemata)
                )
        return found

    def dataset(self, name: str, access: Access) -> Dataset | None:
        """One dataset by name, None if there is none or none for this reader."""
        found = self.datasets(Access(access.datasets & {name}))
        return found[0] if found else None

    def set_dataset(self, name: str, changes: Mapping[str, Any]) -> bool:
        """Change what is known of a dataset (the fields of ``metadata.FIELDS``; None or "" takes one away).

        One that is not there is made. Whether it was there; raises BadInput.
        """
        there = self._catalog.set(name, changes)
        self._everybody = NOBODY
        return there

    def claim(self, name: str, doing: str) -> AbstractContextManager[None]:
        """Hold a dataset while it is ``doing`` (``loaded``, say); entered, raises EngineInUse if somebody else does."""
        return claimed(self.settings.data, name, doing, self._shared)

    # --- writing, and what goes with it: loaders and the command line, nobody else ----------------

    @contextmanager
    def loading(self, dataset: str, *, claimed: bool = False) -> Iterator[Loading]:
        """Write to a dataset, which nobody else may do meanwhile; raises EngineInUse, BadInput.

        With ``claimed`` the caller holds the dataset already (``claim``).
        """
        claim = nullcontext() if claimed else self.claim(dataset, "loaded")
        with claim, Loading(dataset, self._writer, self._index_written, self.follow) as loading:
            yield loading

    def mark_updated(self, name: str, at: datetime | None = None) -> int:
        """Note that a dataset is as of now (or ``at``); how many loads into it have begun so far.

        Raises BadInput if the dataset has been deleted meanwhile.
        """
        return self._writer.dataset_updated(name, at)

    def note_run(self, run: Run) -> None:
        """Keep what is known of a crawl by now; it replaces what was noted of it before."""
        self._journal.note(run)

    def runs(self, dataset: str, first: int) -> list[Run]:
        """The latest crawls of a dataset, newest first."""
        return self._journal.runs(dataset, first)

    def last_proof(self, dataset: str) -> Run | None:
        """The last crawl that proved a dataset up to date; None if a load has begun since."""
        return self._journal.standing(dataset)

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

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The whole graph as rows, for a backup; loads wait until the block ends."""
        with self._dump.still() as revision:
            yield Snapshot(revision, self._dump.nodes, self._dump.relationships)

    def restore(self, nodes: Iterable[Row], relationships: Iterable[Row]) -> tuple[int, int]:
        """Fill an empty database with a snapshot's rows; how many nodes and relationships there are.

        The index is empty afterwards: ``follow`` brings it up to date. Raises BadInput where the
        database is not empty.
        """
        counts = self._dump.restore(nodes, relationships)
        self._index.delete_all()
        return counts

    def delete_dataset(self, name: str, progress: Progress = print) -> int:
        """Delete a dataset with all that is known through it alone; how many records went. Raises BadInput.

        Whoever calls this holds the dataset. No reader sees it from the first moment on (in other processes: half a
        second later). Killed in between, it is gone for them all the same, and this call, or the next start, goes on.
        """
        total = sum(
            c.count for c in self._index.schema_counts(Access(frozenset({name}))).get(name, [])
        )
        self._catalog.mark(name)
        self._everybody = NOBODY
        return self._deletion.finish(name, total, progress)

    def resume(self, progress: Progress = print) -> None:
        """Go on with every deletion that was cut short and that nobody is at."""
        self._deletion.resume(progress)

    def _forget(self, name: str) -> None:
        """Remove what a dataset has in the data folder."""
        shutil.rmtree(self.settings.downloads / name, ignore_errors=True)

    def histories(
        self, names: Sequence[str], access: Access, first: int, after: Place | None = None
    ) -> dict[str, list[Run]]:
        """The latest crawls of each dataset, newest first; ``after`` one with this start and id, if given."""
        return self._journal.histories(
            [name for name in names if name in access.datasets], first, after
        )

    def crawl_counts(self, names: Sequence[str], access: Access) -> dict[str, int]:
        """How many crawls of each dataset there were."""
        return self._journal.counts([name for name in names if name in access.datasets])

    def deleting(self) -> list[str]:
        """The names of the datasets that are being deleted."""
        return self._catalog.deleting()

    # --- the index follows --------------------------------------------------------------------------

    def follow(self, progress: Progress | None = None) -> int:
        """Bring the index up to the graph's revision, or wait for who keeps it; the number of changes taken."""
        if self._index.writable:
            with self._following:
                if progress is None:
                    return self._follower.follow()
                return self._follower.follow(lambda count: progress(f"Indexed {count:,} changes"))
        goal, end = self._reader.revision(), time.monotonic() + PATIENCE
        while min(self._index.revision, self._reader.literal_revision()) < goal:
            if time.monotonic() > end:
                raise ClewError("the process that keeps the index does not bring it up to date")
            time.sleep(0.1)
            self._index.reload()
        return 0

    def _index_written(self, written: Written) -> None:
        """Let the index take one transaction, if this process keeps it; ``follow`` commits it."""
        if self._index.writable:
            with self._following:
                self._follower.tell(written)

    def reindex(self, progress: Progress = print) -> int:
        """Throw the index away and make it anew from the graph; the number of changes taken."""
        if not self._index.writable:
            raise EngineInUse("another process keeps the index: stop `clew up` first")
        self._follower.anew()
        return self.follow(progress)

    def check(self) -> list[str]:
        """Where graph and index differ: nothing, if all is well."""
        return list(differences(self._reader, self._index))

    def health(self) -> dict[str, str]:
        """What is up, for monitors: each part and "ok", or what is wrong with it."""
        try:
            revision = self._reader.revision(self.settings.deadline)
        except ClewError as error:
            return {
                "neo4j": str(error).splitlines()[0].rstrip(":"),
                "index": f"revision {self._index.revision}",
            }
        behind = (
            "ok"
            if self._index.revision >= revision
            else f"{revision - self._index.revision} revisions behind"
        )
        return {"neo4j": "ok", "index": behind}


def _open_index(path: Path, join: bool) -> Index:
    try:
        return Index.open(path, write=True)
    except EngineInUse:
        if not join:
            raise
        return Index.open(path, write=False)

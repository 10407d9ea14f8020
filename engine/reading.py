"""The interface for readers: each read takes a question and an access, and answers values.

What is asked for comes first, the access second, and options after them. The access is required
everywhere, so that no read can forget it; a test holds that. Where it is checked: see
``engine.access``.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from engine.access import Access
from engine.admission import Admission
from engine.answer import (
    EdgeCount,
    Facet,
    HoldingPage,
    Match,
    Page,
    PageHits,
    PathResult,
    SearchPage,
    Step,
    Subgraph,
)
from engine.caller import Caller
from engine.cluster import MOST_AROUND, Cluster, ClusterQuestion, Overlap, OverlapQuestion
from engine.dataset import Dataset
from engine.degree import Degrees
from engine.document import Word
from engine.entity import Entity, Node
from engine.errors import BadInput
from engine.excerpt import MOST_STEPS, DatasetExcerpt, RecordExcerpt, neighbourhood
from engine.graph.access.audit import AuditLog
from engine.graph.access.block import Blocks
from engine.graph.access.credential import Credentials
from engine.graph.access.directory import Directory
from engine.graph.access.user_request import UserRequests
from engine.graph.dataset.catalog import Catalog
from engine.graph.dataset.claim import is_claimed
from engine.graph.dataset.journal import Journal
from engine.graph.record.history import History
from engine.graph.record.reader import Reader
from engine.graph.walk.hub import HubWalk
from engine.graph.walk.neighbour import NeighbourWalk
from engine.graph.walk.overlap import Sets
from engine.graph.walk.ownership import Ownership
from engine.graph.walk.path import Pathfinder
from engine.history import ChangeQuestion, Changes, RecordChange
from engine.hub import Hubs
from engine.match.comparer import Comparer
from engine.match.matcher import Matcher
from engine.neighbour import Neighbours
from engine.network import Address
from engine.presence import Presence, among
from engine.question import (
    ExpandQuestion,
    FacetQuestion,
    HopFilter,
    MatchQuestion,
    OwnershipQuestion,
    PageQuestion,
    PathQuestion,
    SearchQuestion,
)
from engine.rate import Rates
from engine.run import Place, Run
from engine.settings import Settings
from engine.store import Stores
from engine.tally import AggregateQuestion, NeighbourQuestion, Tallied
from engine.terms import Terms
from engine.vocabulary import chosen_datasets


class Reading:
    """Everything that readers may ask of one engine; ``Engine`` is one of these."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self.settings = settings
        self._connection = stores.connection
        self._index = stores.index
        self._reader = Reader(stores.connection, settings.deadline)
        self._presence = Presence(self._reader)
        self._comparer = Comparer(settings.deadline)
        self._matcher = Matcher(self._reader, stores.index, self._comparer)
        self._paths = Pathfinder(stores.connection, settings.deadline)
        walk = NeighbourWalk(stores.connection, settings.deadline)
        self.rates = Rates.read(settings.rates)
        self._neighbours = Neighbours(walk, stores.index, self._presence, self.rates)
        hubs = HubWalk(stores.connection, settings.deadline)
        self._hubs = Hubs(hubs, stores.index)
        self._degrees = Degrees(hubs, stores.index)
        self._sets = Sets(stores.connection, settings.deadline)
        history = History(stores.connection, settings.deadline)
        self._changes = Changes(history, self._reader, stores.index)
        self._ownership = Ownership(stores.connection, settings.deadline)
        self._catalog = Catalog(stores.connection, settings.deadline)
        claimed = partial(is_claimed, settings.data, shared=stores.shared_connection)
        self._journal = Journal(stores.connection, settings.deadline, claimed)
        self._password = stores.password.encode()
        self._secrets: dict[str, bytes] = {}
        self.directory = Directory(stores.connection, settings.deadline)
        self.credentials = Credentials(stores.connection, settings.deadline)
        self.requests = UserRequests(stores.connection, settings.deadline, self.directory)
        self.audit = AuditLog(stores.connection, settings.deadline)
        self.blocks = Blocks(stores.connection, settings.deadline)
        self.terms = Terms.read(settings.terms)
        self._admission = Admission(self.directory, self.credentials, self.blocks, settings.contact)

    # --- who calls ----------------------------------------------------------------------------

    def caller(
        self, key: str | None = None, session: str | None = None, address: Address | None = None
    ) -> Caller:
        """Who makes a request, by an API key, by the token of a session, or by neither.

        Raises NotSignedIn for a key or a session that is not valid, Blocked for who is kept out.
        """
        if key is not None:
            return self._admission.by_key(key, address)
        if session:
            return self._admission.by_session(session, address)
        return self._admission.anonymous(address)

    def secret(self, purpose: str) -> bytes:
        """32 bytes to sign or encrypt with, for this purpose alone.

        They are the same in each process that works on the graph, and no backup holds them: they
        come of Neo4j's password and of the id of its database. Another password, or a restored
        backup, ends what was signed before.
        """
        if purpose not in self._secrets:
            text = f"{self._reader.graph_id()}:{purpose}".encode()
            self._secrets[purpose] = hmac.digest(self._password, text, "sha256")
        return self._secrets[purpose]

    def owner(self) -> Caller:
        """The owner of the data folder: the command line, whose user may do everything."""
        return Caller(self.owner_access(), is_owner=True)

    def owner_access(self) -> Access:
        """What the owner of the data folder may read and write: all that there is."""
        return self.directory.owner_access()

    # --- who is the same ----------------------------------------------------------------------

    def match(self, question: MatchQuestion, access: Access) -> list[Match]:
        """The records that may be the thing that is described, the likeliest first.

        Raises NotReady in the first seconds.
        """
        return self._matcher.matches(question, access)

    # --- entities and what is around them -----------------------------------------------------

    def entities(self, ids: Sequence[str], access: Access) -> list[Node | None]:
        """The records and shared values with these ids, in order.

        None for an id that does not exist or that this reader may not see.
        """
        return self._reader.entities(ids, access)

    def expand(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """The relationships of one entity and the nodes at their other ends, a page at a time.

        Raises NotFound for an id that is not there, or not for this reader.
        """
        if self._degrees.is_hub(question, access):
            return self._hubs.page(question, access)
        page = self._reader.expand(question, access)
        if not page.items and question.after is None:
            self._presence.check(question.id, access)
        return page

    def expand_count(self, question: ExpandQuestion, access: Access) -> int:
        """How many relationships ``expand`` has on all pages."""
        number = self._degrees.total(question, access)
        return self._reader.expand_count(question, access) if number is None else number

    def neighbours(self, question: NeighbourQuestion, access: Access) -> Tallied[str]:
        """The neighbours of one entity by their ids, a row for each, with counts and sums.

        Raises NotFound for an id that is not there, or not for this reader.
        """
        return self._neighbours.page(question, access)

    def neighbour_count(self, question: NeighbourQuestion, access: Access) -> int | None:
        """How many neighbours there are on all pages; None for more than can be counted."""
        return self._neighbours.count(question, access)

    def spellings(self, ids: Sequence[str], access: Access) -> dict[str, str]:
        """Shared values by id, each as its first holder that the reader may see writes it."""
        return self._reader.spellings(ids, access)

    def edge_counts(self, ids: Sequence[str], access: Access) -> dict[str, list[EdgeCount]]:
        """How many relationships of each type and direction each entity has."""
        known = self._degrees.of_hubs(ids, access)
        return known | self._reader.edge_counts([id_ for id_ in ids if id_ not in known], access)

    def referrers(
        self, ids: Sequence[str], access: Access, schema: str, prop: str, first: int
    ) -> dict[str, list[Entity]]:
        """For each id the first entities of a schema that name it in the property ``prop``."""
        if self._reader.refers_by_graph(schema, prop):
            return self._reader.referrers(ids, schema, prop, access, first)
        # Properties of edges, such as ``proof``, are no relationships: only the index knows who
        # names what in them.
        referring = {id_: self._index.referrers(prop, id_, access, first, schema) for id_ in ids}
        unique = dict.fromkeys(other for others in referring.values() for other in others)
        nodes = self._reader.entities(list(unique), access)
        entities = {node.id: node for node in nodes if isinstance(node, Entity)}
        return {
            id_: [entities[other] for other in others if other in entities]
            for id_, others in referring.items()
        }

    def referrer_counts(
        self, ids: Sequence[str], access: Access, schema: str, prop: str
    ) -> dict[str, int]:
        """For each id how many entities of a schema name it in the property ``prop``."""
        if self._reader.refers_by_graph(schema, prop):
            return self._reader.referrer_counts(ids, schema, prop, access)
        return {id_: self._index.referrer_count(prop, id_, access, schema) for id_ in ids}

    def subgraph(self, ids: Sequence[str], access: Access, *, whole: bool = True) -> Subgraph:
        """The relationships among a set of at most 5,000 entities.

        Only a ``whole`` relationship has its ``entity``. Warns of ids that are not there, or not
        for this reader; raises NotFound where none is, BadInput for no ids.
        """
        if not ids:
            raise BadInput("`ids` has no ids: say among which entities")
        subgraph = self._reader.subgraph(ids, access, whole=whole)
        there = {node.id: node for node in subgraph.nodes}
        self._presence.check_found(ids, map(there.get, ids), access)
        return subgraph

    def surroundings(
        self, ids: Sequence[str], access: Access, hops: int, wanted: HopFilter, size: int
    ) -> Subgraph:
        """What is at most so many hops from some entities, and the relationships among them.

        Warns of ids that are not there; raises BadInput for no ids, or out of range.
        """
        if not ids or not 1 <= hops <= MOST_STEPS or not 1 <= size <= MOST_AROUND:
            raise BadInput(
                f"neighbourhood: some ids, hops from 1 to {MOST_STEPS}, "
                f"size from 1 to {MOST_AROUND:,}"
            )
        found, is_cut = self._sets.around(ids, hops, among(access, wanted), size, access)
        nodes = self._reader.entities(ids, access)
        self._presence.check_found(ids, nodes, access)
        subgraph = self._reader.subgraph(found, access)
        reason = f"more than {size:,} entities" if is_cut else subgraph.truncated
        return replace(subgraph, truncated=reason)

    def overlap(self, question: OverlapQuestion, access: Access) -> Page[Overlap]:
        """Who is in more than one of some datasets; raises BadInput where none is readable."""
        chosen = chosen_datasets(question.datasets, access.datasets) or ()
        return self._sets.overlap(replace(question, datasets=chosen), access)

    def clusters(self, question: ClusterQuestion, access: Access) -> list[Cluster]:
        """What the most of a reader's records share, the most shared first."""
        time = question.filter.changed_since
        if time is not None:
            found = replace(question.filter, since=self._changes.revision(time))
            question = replace(question, filter=found)
        return self._index.clusters(question, access)

    # --- walks --------------------------------------------------------------------------------

    def paths(self, question: PathQuestion, access: Access) -> PathResult:
        """The shortest paths from any of some entities to any of some others.

        Warns of ids and datasets that are not there, or not for this reader; raises NotFound or
        BadInput where no other is named.
        """
        filters = [among(access, each) for each in (question.filter, *question.hops)]
        question = replace(question, filter=filters[0], hops=tuple(filters[1:]))
        result = self._paths.paths(question, access)
        self._presence.check_ends(question, result, access)
        return result

    def owners(self, question: OwnershipQuestion, access: Access) -> HoldingPage:
        """Who owns an entity, through any chain: the largest share first, unknown ones last."""
        self._presence.check_company(question.id, access)
        return self._ownership.owners(question, access)

    def holdings(self, question: OwnershipQuestion, access: Access) -> HoldingPage:
        """What an entity owns, through any chain: the largest share first, unknown ones last."""
        self._presence.check_company(question.id, access)
        return self._ownership.holdings(question, access)

    # --- search -------------------------------------------------------------------------------

    def search(self, question: SearchQuestion, access: Access) -> SearchPage:
        """A page of hits; raises BadInput for a text that is too long, or for a bad cursor."""
        return self._index.search(self._timed(question), access)

    def count(self, question: SearchQuestion, access: Access) -> int:
        """How many entities a search finds on all pages."""
        return self._index.count(self._timed(question), access)

    def suggestions(self, question: SearchQuestion, access: Access) -> list[str]:
        """Names that were probably meant by a search that finds nothing, the likeliest first."""
        return self._index.suggestions(question, access)

    def page_hits(self, question: PageQuestion, access: Access) -> PageHits:
        """Pages of a document with the words of a text, or all of them; raises BadInput."""
        return self._index.pages(question, access)

    def page_count(self, question: PageQuestion, access: Access) -> int:
        """How many pages of a document ``page_hits`` finds on all pages."""
        return self._index.page_count(question, access)

    def found_words(self, words: Sequence[Word], access: Access, text: str) -> list[Word]:
        """Those of the words of a page that a text in the search language looks for."""
        return self._index.marked_words(words, text, access)

    def facets(self, question: FacetQuestion, access: Access) -> list[Facet]:
        """The most frequent values of some fields among all that a search finds."""
        timed = replace(question, search=self._timed(question.search))
        return self._index.facets(timed, access)

    def groups(self, question: AggregateQuestion, access: Access) -> Tallied[str]:
        """How much there is of what a search finds, by the values of a field; raises BadInput."""
        timed = replace(question, search=self._timed(question.search))
        return self._index.groups(timed, access, self.rates)

    def _timed(self, question: SearchQuestion) -> SearchQuestion:
        """The question with the revision of the time that its filter names, if any."""
        time = question.filter.changed_since
        if time is None:
            return question
        found = replace(question.filter, since=self._changes.revision(time))
        return replace(question, filter=found)

    # --- what is new --------------------------------------------------------------------------

    def changes(self, question: ChangeQuestion, access: Access) -> Page[RecordChange]:
        """What was added, changed and removed since a time, the oldest first."""
        return self._changes.page(question, access)

    def change_count(self, question: ChangeQuestion, access: Access) -> int:
        """How many changes there are on all pages."""
        return self._changes.count(question, access)

    # --- datasets and their crawls ------------------------------------------------------------

    def datasets(self, access: Access, overdue: bool | None = None) -> list[Dataset]:
        """The datasets by name, with what they hold: all, or only those that are (not) overdue."""
        counts, now = self._index.schema_counts(access), datetime.now(UTC)
        datasets = []
        for dataset in self._catalog.datasets():
            if dataset.name in access.datasets and overdue in (None, dataset.overdue(now)):
                schemata = counts.get(dataset.name, [])
                total = sum(schema.count for schema in schemata)
                datasets.append(replace(dataset, entity_count=total, schemata=schemata))
        return datasets

    def dataset(self, name: str, access: Access) -> Dataset | None:
        """One dataset by name; None if there is none, or none for this reader."""
        datasets = self.datasets(access.narrowed([name]))
        return datasets[0] if datasets else None

    def histories(
        self, names: Sequence[str], access: Access, first: int, after: Place | None = None
    ) -> dict[str, list[Run]]:
        """The latest crawls of each dataset, the newest first; or those that come after a place."""
        visible = [name for name in names if name in access.datasets]
        return self._journal.histories(visible, first, after)

    def crawl_counts(self, names: Sequence[str], access: Access) -> dict[str, int]:
        """How many crawls of each dataset there have been."""
        return self._journal.counts([name for name in names if name in access.datasets])

    # --- exports ------------------------------------------------------------------------------

    def dataset_excerpt(
        self, access: Access, datasets: Iterable[str] | None = None
    ) -> DatasetExcerpt:
        """Everything in some datasets, or in all; raises BadInput for one that does not exist."""
        names = access.datasets if datasets is None else frozenset(datasets)
        for name in sorted(names - access.datasets):
            raise BadInput(f"there is no dataset {name[:100]!r}; `clew status` names them")
        return DatasetExcerpt(self._reader.stream(sorted(names)), names)

    def search_excerpt(
        self, question: SearchQuestion, access: Access, *, edges: bool = False
    ) -> RecordExcerpt:
        """All hits of a search, whatever its page; with ``edges`` also those between hits."""
        ids = self._index.matching(question, access)
        return RecordExcerpt(self._reader, access, ids, edges=edges)

    def neighbourhood(self, id: str, access: Access, hops: int = 1) -> RecordExcerpt:
        """What is at most so many hops from an entity; raises BadInput where that is too much."""
        return neighbourhood(self._reader, access, id, hops)

"""The full-text index in a folder: opened, written, and searched by words, values and dates."""

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import tantivy
from tantivy import Occur, Order, Query

from engine.access import Access
from engine.answer import Facet, PageHits, SearchPage
from engine.cluster import Cluster, ClusterQuestion
from engine.dataset import SchemaCount
from engine.document import Word
from engine.entity import Entity, literal_ids
from engine.errors import BadInput, ClewError, EngineInUse
from engine.index import clause, facet
from engine.index.candidate import Candidates, Counts
from engine.index.cluster import clusters
from engine.index.entry import entry
from engine.index.field import ANALYZER, LAYOUT, REVISION_ID, analyzer, layout
from engine.index.folding import clean
from engine.index.held import hits_of, with_held
from engine.index.holder import holders_of
from engine.index.known import Known
from engine.index.leaflet import Leaflet
from engine.index.mark import marked_words
from engine.index.page import search_page
from engine.index.parser import parse
from engine.index.passage import PageSearch, on_page
from engine.index.reached import text_count, text_ids, texts_with
from engine.index.suggestion import suggested
from engine.index.tally import Tallies, checked
from engine.index.term import every, one_of
from engine.index.walk import entity_id, shown_values
from engine.question import (
    FacetQuestion,
    PageQuestion,
    SearchFilter,
    SearchQuestion,
)
from engine.rate import Rates
from engine.tally import AggregateQuestion, Tallied

HEAP = 64_000_000
"""Bytes of new entries that wait in memory before Tantivy writes them down."""


@contextmanager
def _refusals() -> Iterator[None]:
    """Turns ValueError, which Tantivy raises for every query that it cannot run, into BadInput."""
    try:
        yield
    except ValueError as error:
        raise BadInput(f"This search cannot be answered: {error}"[:300]) from error


class Index:
    """The index in one folder; many processes may read it, one may write; a context manager."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter | None) -> None:
        self._index = index
        self._writer = writer
        index.register_tokenizer(ANALYZER, analyzer())
        index.config_reader("manual")
        self.reload()

    @classmethod
    def open(cls, path: Path, *, write: bool) -> "Index":
        """Opens or creates the index; raises EngineInUse if another process writes it."""
        folder = path / f"layout{LAYOUT}"
        folder.mkdir(parents=True, exist_ok=True)
        index = _opened(folder, write)
        if not write:
            return cls(index, None)
        try:
            writer = index.writer(HEAP, 1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise ClewError(f"The index in {folder} cannot be written: {error}") from error
            raise EngineInUse(
                f"Another clew process writes the index in {folder}; stop it, or let it finish"
            ) from None
        for other in path.glob("layout*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return cls(index, writer)

    def __enter__(self) -> "Index":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends writing: what was not committed is dropped, and the lock is released."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.rollback()
            writer.wait_merging_threads()

    # writing

    @property
    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise ClewError("The index was opened for reading, or is closed")
        return self._writer

    @property
    def writable(self) -> bool:
        """Whether this process writes the index."""
        return self._writer is not None

    def add(self, entities: Iterable[Entity], *, revision: int = 0, new: bool = False) -> int:
        """Adds or replaces entities, to be seen after the next commit; returns how many.

        ``revision`` is that under which they became what they are. With ``new`` none of them may
        be in the index yet: then there is nothing to replace.
        """
        count = 0
        for entity in entities:
            if not new:
                self._writing.delete_documents_by_term("id", entity.id)
            self._writing.add_json(entry(entity, literal_ids(entity), revision).decode())
            count += 1
        return count

    def add_document(self, document: Entity, pages: Leaflet, revision: int) -> None:
        """Adds or replaces a document, with the words of its pages; ``revision`` is its own."""
        self._writing.delete_documents_by_term("id", document.id)
        self._writing.add_json(entry(document, literal_ids(document), revision, pages).decode())

    def add_entries(self, lines: bytes) -> int:
        """Adds entries as ``entry`` makes them, a line each, all of them new; returns how many."""
        entries = lines.splitlines()
        for line in entries:
            self._writing.add_json(line.decode())
        return len(entries)

    def remove(self, ids: Iterable[str]) -> None:
        """Removes entities by id, to be seen after the next commit."""
        for id_ in ids:
            self._writing.delete_documents_by_term("id", clean(id_))

    def delete_all(self) -> None:
        """Removes everything and goes back to revision 0, at once."""
        self._writing.delete_all_documents()
        self.commit(0)

    def commit(self, revision: int) -> None:
        """Makes all changes seen and durable, with the graph's revision that they lead to."""
        self._writing.delete_documents_by_term("id", REVISION_ID)
        marker = {"id": REVISION_ID, "revision": revision}
        self._writing.add_document(tantivy.Document.from_dict(marker, layout()))
        self._writing.commit()
        self.reload()

    def reload(self) -> None:
        """Reads the latest commit, by whichever process."""
        self._index.reload()
        searcher = self._index.searcher()
        marker = searcher.search(Query.term_query(layout(), "id", REVISION_ID), 1, count=False).hits
        value = searcher.doc(marker[0][1]).get_first("revision") if marker else 0
        self._searcher, self._revision = searcher, int(value or 0)
        self._counts = Counts()

    @property
    def revision(self) -> int:
        """The graph's revision in the commit that is read; 0 for an empty index."""
        return self._revision

    # reading

    @_refusals()
    def search(self, question: SearchQuestion, access: Access) -> SearchPage:
        """A page of hits, in order; raises BadInput for a cursor of another search."""
        return search_page(self._index, self._searcher, question, access, self._known(access))

    def _known(self, access: Access) -> Known:
        """What this reader's searches may name."""

        def holds(field: str, value: str) -> bool:
            query = every([one_of(field, [value]), clause.allowed(access)])
            return bool(self._searcher.search(query, 1, count=False).hits)

        return Known(access.datasets, holds)

    def _query(self, question: SearchQuestion, access: Access) -> Query:
        known, readable = self._known(access), clause.allowed(access)
        known.check_filter(question.filter)
        expression = with_held(parse(question.text, known), self._searcher, readable)
        allowed = clause.allowed(access, question.filter)
        hits = hits_of(expression, allowed, question.filter)
        return every([clause.tiers(expression)[-1], hits])

    @_refusals()
    def pages(self, question: PageQuestion, access: Access) -> PageHits:
        """Pages of a document with the words of a text; raises BadInput for a wrong cursor."""
        return self._in_pages(question, access).hits(self._index)

    @_refusals()
    def page_count(self, question: PageQuestion, access: Access) -> int:
        """How many pages of a document have the words of a text."""
        return self._in_pages(question, access).count()

    @_refusals()
    def marked_words(self, words: Sequence[Word], text: str, access: Access) -> list[Word]:
        """Those of the words of a page that a text in the search language looks for."""
        return marked_words(words, on_page(parse(text, self._known(access))))

    def _in_pages(self, question: PageQuestion, access: Access) -> PageSearch:
        expression = parse(question.text, self._known(access))
        return PageSearch(self._searcher, question, expression, access)

    @_refusals()
    def count(self, question: SearchQuestion, access: Access) -> int:
        """How many hits a search has on all pages."""
        return facet.number_of_hits(self._searcher, self._query(question, access))

    @_refusals()
    def suggestions(self, question: SearchQuestion, access: Access) -> list[str]:
        """Names that were probably meant by a search without hits; none where it has any."""
        if self.count(question, access):
            return []
        expression = parse(question.text, self._known(access))
        allowed = clause.allowed(access, question.filter)
        allowed = hits_of(expression, allowed, question.filter)
        return suggested(
            self._searcher, expression, allowed, lambda at: shown_values(self._searcher.doc(at))
        )

    @_refusals()
    def matching(self, question: SearchQuestion, access: Access) -> list[str]:
        """The ids of all hits of a search, in order of the ids."""
        return self._ids(self._query(question, access), self.count(question, access))

    @_refusals()
    def facets(self, question: FacetQuestion, access: Access) -> list[Facet]:
        """The most frequent values of fields among the hits of a search."""
        if not question.fields:
            return []
        query = self._query(question.search, access)
        return facet.facets(self._searcher, query, question.fields, question.size)

    @property
    def searcher(self) -> tantivy.Searcher:
        """The commit that is read, for what counts and orders entries."""
        return self._searcher

    @_refusals()
    def clusters(self, question: ClusterQuestion, access: Access) -> list[Cluster]:
        """The values that the most of a reader's records share, the most shared first."""
        self._known(access).check_filter(question.filter)
        return clusters(self._searcher, question, access)

    @_refusals()
    def groups(
        self, question: AggregateQuestion, access: Access, rates: Rates | None = None
    ) -> Tallied[str]:
        """The groups of a search's hits by a field; raises BadInput for one that is unknown."""
        query = self._query(question.search, access)
        return Tallies(self._searcher, access, rates).groups(checked(question), query)

    @_refusals()
    def candidates(
        self, entity: Entity, access: Access, scope: SearchFilter, most: int
    ) -> list[str]:
        """The ids of the records that may be the same thing as this one, the likeliest first."""
        return Candidates(self._searcher, self._counts, access, scope).ids(entity, most)

    def known(self, field: str, keys: Iterable[str]) -> dict[str, int]:
        """Which of these terms a field has, with the number of records that have each.

        Of every dataset, and deleted ones too: it only tells which are worth looking up.
        """
        frequency = self._searcher.doc_freq
        return {key: count for key in keys if (count := int(frequency(field, clean(key))))}

    def holding(self, field: str, keys: Mapping[str, int], access: Access, most: int) -> list[str]:
        """The ids of records that have one of these terms, in order; see ``holders_of``."""
        return holders_of(self._searcher, field, keys, access, most)

    def frequency(self, field: str, key: str, access: Access) -> int:
        """How many of the records that the reader may see have a term."""
        query = every([one_of(field, [key]), clause.allowed(access)])
        return facet.number_of_hits(self._searcher, query)

    def texts_with(self, entity: Entity) -> set[str]:
        """The ids of the texts, of every dataset, that may name a record."""
        return texts_with(self._searcher, entity)

    def texts(self, after: str, most: int) -> list[str]:
        """The ids of the records with a text that come after an id, in order."""
        place = self._index.parse_query(f"id:{{{after} TO *}}", ["id"]) if after else None
        return text_ids(self._searcher, place or Query.all_query(), most)

    def text_count(self) -> int:
        """How many records have a text, at least."""
        return text_count(self._searcher)

    def schema_counts(self, access: Access) -> dict[str, list[SchemaCount]]:
        """How many entities of each schema each dataset holds, most frequent first."""
        return facet.schema_counts(self._searcher, clause.allowed(access))

    def holders(self, literal_id: str, most: int) -> tuple[list[str], list[str]]:
        """The ids of the records that hold a shared value, in order; of every dataset.

        Datasets that have more than ``most`` such records are left out, and named second.
        """
        held = Query.term_query(layout(), "literal", clean(literal_id))
        records = self._ids(held, most + 1)
        if len(records) <= most:
            return records, []
        counts = facet.dataset_counts(self._searcher, held)
        few = {name: count for name, count in counts.items() if count <= most}
        query = every([held, one_of("dataset", sorted(few))])
        return self._ids(query, sum(few.values())), sorted(counts.keys() - few.keys())

    def literal_frequency(self, literal_id: str) -> int:
        """How many records hold a shared value, at most.

        Deleted ones count until their segment is merged.
        """
        return int(self._searcher.doc_freq("literal", clean(literal_id)))

    def referrers(
        self, prop: str, id: str, access: Access, first: int, schema: str | None = None
    ) -> list[str]:
        """The ids of entities (of a schema) whose property refers to this one, in order."""
        return self._ids(_referring(prop, id, access, schema), first)

    def referrer_count(self, prop: str, id: str, access: Access, schema: str) -> int:
        """How many entities of a schema have a property that refers to this one."""
        return facet.number_of_hits(self._searcher, _referring(prop, id, access, schema))

    def _ids(self, query: Query, limit: int) -> list[str]:
        if limit <= 0:
            return []
        result = self._searcher.search(
            query, limit, count=False, order_by_field="id", order=Order.Asc
        )
        return [str(id_) for id_, _ in result.hits]

    def identities(
        self, after: str = "", upto: str = "", most: int | None = None
    ) -> set[tuple[str, str]]:
        """The id and checksum of entities between two ids, the second included, at most so many.

        Empty ids stand for the ends, and no number for all.
        """
        low, high = f"{{{after}" if after else "[*", f"{upto}]" if upto else "*}"
        # the Python bindings have ranges of texts only in Tantivy's own query language
        between = self._index.parse_query(f"id:{low} TO {high}", ["id"])
        return self._identities(between if after or upto else Query.all_query(), most)

    def identities_of(self, ids: Collection[str]) -> set[tuple[str, str]]:
        """The id and checksum of those of these entities that are there."""
        return self._identities(one_of("id", sorted(ids)), None)

    def _identities(self, query: Query, most: int | None) -> set[tuple[str, str]]:
        searcher = self._searcher
        limit = searcher.num_docs + 1 if most is None else most
        marker = Query.term_query(layout(), "id", REVISION_ID)
        entities = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, marker)])
        stored = [
            searcher.doc(each) for _, each in searcher.search(entities, limit, count=False).hits
        ]
        return {
            (entity_id(each), bytes(each.get_first("checksum") or b"").hex()) for each in stored
        }


def _referring(prop: str, id: str, access: Access, schema: str | None) -> Query:
    refers = Query.term_query(layout(), "reference", clean(f"{prop}:{id}"))
    wanted = SearchFilter(schemata=None if schema is None else (schema,))
    return every([refers, clause.allowed(access, wanted)])


def _opened(folder: Path, write: bool) -> tantivy.Index:
    """The index of a folder; whoever may write replaces a broken one by an empty one."""
    try:
        return tantivy.Index(layout(), str(folder), reuse=True)
    except ValueError as error:
        if not write:
            raise ClewError(
                f"The index in {folder} cannot be read, run `clew reindex`: {error}"
            ) from error
    # nothing is lost: the index is derived from the graph, and follows it again
    shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return tantivy.Index(layout(), str(folder), reuse=True)

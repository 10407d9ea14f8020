"""The full-text index: what is found by words, values and dates.

Relevance is by tier, not by corpus statistics: first names that are just what was asked, then names that
hold it, then anything that holds it; in each tier short captions first, then by their first letters. Statistics change
with every commit and would move hits from page to page; so would Tantivy's own order of equal hits.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import tantivy
from tantivy import Occur, Order, Query

from engine.access import Access
from engine.answer import Facet, FacetValue, Hit, SearchPage
from engine.dataset import SchemaCount
from engine.entity import Entity, literal_ids
from engine.errors import BadInput, ClewError, EngineInUse
from engine.index import clause, cursor
from engine.index.document import document
from engine.index.field import ANALYZER, LAYOUT, PLACES, REVISION_ID, analyzer, layout
from engine.index.folding import clean
from engine.index.highlight import Highlighter
from engine.index.query import parse
from engine.question import FacetQuestion, SearchQuestion, SearchSort

HEAP = 64_000_000
BUCKETS = 10_000
BATCH = 50_000
ORDERS = {
    SearchSort.RELEVANCE: ("rank", Order.Asc),
    SearchSort.CAPTION: ("sort", Order.Asc),
    SearchSort.DATE_ASC: ("earliest", Order.Asc),
    SearchSort.DATE_DESC: ("latest", Order.Desc),
}


@contextmanager
def _understood() -> Iterator[None]:
    """Tantivy's word for a query that it cannot run is ValueError, for all reasons alike."""
    try:
        yield
    except ValueError as error:
        raise BadInput(f"This search cannot be answered: {error}"[:300]) from error


class Index:
    """The index in one folder; many may read it, one may write."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter | None) -> None:
        self._index = index
        self._writer = writer
        index.register_tokenizer(ANALYZER, analyzer())
        index.config_reader("manual")
        self.reload()

    @classmethod
    def open(cls, path: Path, *, write: bool) -> "Index":
        """Open or make the index; raises EngineInUse if another process writes it."""
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
        """End writing: what was not committed is dropped, the lock is free."""
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
        """Whether this process keeps the index."""
        return self._writer is not None

    def add(self, entities: Iterable[Entity], *, new: bool = False) -> int:
        """Add or replace entities, none of which is there if they are ``new``; seen after the next commit.

        Answers how many they were.
        """
        count = 0
        for entity in entities:
            if not new:
                self._writing.delete_documents_by_term("id", entity.id)
            self._writing.add_json(document(entity, literal_ids(entity)).decode())
            count += 1
        return count

    def add_documents(self, lines: bytes) -> int:
        """Add documents that ``document`` made, a line each, none of which is there; how many they were."""
        found = lines.splitlines()
        for line in found:
            self._writing.add_json(line.decode())
        return len(found)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove entities by id; seen after the next commit."""
        for each in ids:
            self._writing.delete_documents_by_term("id", clean(each))

    def delete_all(self) -> None:
        """Remove everything and be at revision 0, at once."""
        self._writing.delete_all_documents()
        self.commit(0)

    def commit(self, revision: int) -> None:
        """Make all changes seen and lasting, together with the graph's revision that they lead to."""
        self._writing.delete_documents_by_term("id", REVISION_ID)
        marker = {"id": REVISION_ID, "revision": revision}
        self._writing.add_document(tantivy.Document.from_dict(marker, layout()))
        self._writing.commit()
        self.reload()

    def reload(self) -> None:
        """See what was committed last, by whichever process."""
        self._index.reload()
        searcher = self._index.searcher()
        marker = searcher.search(Query.term_query(layout(), "id", REVISION_ID), 1, count=False).hits
        value = searcher.doc(marker[0][1]).get_first("revision") if marker else 0
        self._searcher, self._revision = searcher, int(value or 0)

    @property
    def revision(self) -> int:
        """The graph's revision that the commit being read holds; 0 for an empty index."""
        return self._revision

    # reading

    @_understood()
    def search(self, question: SearchQuestion, access: Access) -> SearchPage:
        """A page of hits, best first or as sorted; raises BadInput for a cursor of another search."""
        found = parse(question.text)
        asked, sort, first = cursor.fingerprint(question), question.sort, max(question.first, 0)
        if found is None and sort is SearchSort.RELEVANCE:
            sort = SearchSort.CAPTION
        field, order = ORDERS[sort]
        kind = int if field in PLACES else str
        place = cursor.read(asked, question.after, kind) if question.after else None
        tiers = clause.tiers(found) if sort is SearchSort.RELEVANCE else clause.tiers(found)[-1:]
        searcher, allowed = self._searcher, clause.allowed(access, question.filter)
        rows = list(self._walk(searcher, tiers, allowed, field, order, first + 1, place))
        marker = Highlighter(found)
        hits = []
        for each, address in rows[:first]:
            stored = searcher.doc(address)
            snippet = marker.snippet(_shown(stored)) if marker.whole else None
            hits.append(
                Hit(_id(stored), cursor.write(asked, each), float(len(tiers) - each.tier), snippet)
            )
        return SearchPage(hits, len(rows) > len(hits))

    def _walk(
        self,
        searcher: tantivy.Searcher,
        tiers: Sequence[Query],
        allowed: Query,
        field: str,
        order: Order,
        wanted: int,
        place: cursor.Place | None,
    ) -> Iterator[tuple[cursor.Place, tantivy.DocAddress]]:
        for tier in range(place.tier if place else 0, len(tiers)):
            parts = [(Occur.Must, tiers[tier]), (Occur.Must, allowed)]
            parts += [(Occur.MustNot, better) for better in tiers[:tier]]
            last, number = (place.key, place.number) if place and place.tier == tier else (None, 0)
            if last is not None:
                parts.append((Occur.Must, self._from(field, last, order == Order.Asc)))
            found = searcher.search(
                Query.boolean_query(parts),
                wanted,
                count=False,
                order_by_field=field,
                order=order,
                offset=number,
            ).hits
            for key, address in found:
                number = number + 1 if key == last else 1
                last = key
                yield cursor.Place(tier, key, number), address
            wanted -= len(found)
            if wanted <= 0:
                return

    def _from(self, field: str, key: str | int, up: bool) -> Query:
        """Documents at a key, and after it; texts can only be compared by Tantivy's own language of queries."""
        if isinstance(key, int):
            return clause.from_number(field, key, up)
        return self._index.parse_query(
            f"{field}:[{key} TO *]" if up else f"{field}:[* TO {key}]", [field]
        )

    def _query(self, question: SearchQuestion, access: Access) -> Query:
        text = clause.tiers(parse(question.text))[-1]
        return clause.every([text, clause.allowed(access, question.filter)])

    @_understood()
    def count(self, question: SearchQuestion, access: Access) -> int:
        """How many hits a search has on all pages."""
        result = self._searcher.search(self._query(question, access), 1, count=True)
        return int(result.count or 0)  # type: ignore[attr-defined]  # tantivy's stub forgets it

    @_understood()
    def matching(self, question: SearchQuestion, access: Access) -> list[str]:
        """The ids of all that a search finds on all pages, in order of the ids."""
        return self._ids(self._query(question, access), self.count(question, access))

    @_understood()
    def facets(self, question: FacetQuestion, access: Access) -> list[Facet]:
        """The most frequent values of fields among the hits of a search."""
        fields, size = question.fields, question.size
        if not fields:
            return []
        found = self._aggregated(
            self._query(question.search, access),
            {field: _terms(field) for field in dict.fromkeys(fields)},
        )
        return [
            Facet(
                field, [FacetValue(value, count) for value, count in _counts(found[field])][:size]
            )
            for field in fields
        ]

    def _aggregated(self, query: Query, asked: dict[str, Any]) -> dict[str, Any]:
        return self._searcher.aggregate(query, asked)

    def literal_records(self, literal_id: str, limit: int) -> list[str]:
        """The ids of records that hold a shared value, in order; of every dataset."""
        return self._ids(Query.term_query(layout(), "literal", clean(literal_id)), limit)

    def literal_frequency(self, literal_id: str) -> int:
        """How many records hold a shared value at most: deleted ones count until their segment is merged."""
        return int(self._searcher.doc_freq("literal", clean(literal_id)))

    def referrers(self, prop: str, id: str, access: Access, first: int) -> list[str]:
        """The ids of entities whose property refers to this one, in order."""
        asked = Query.term_query(layout(), "reference", clean(f"{prop}:{id}"))
        return self._ids(clause.every([asked, clause.allowed(access)]), first)

    def _ids(self, query: Query, limit: int) -> list[str]:
        if limit <= 0:
            return []
        found = self._searcher.search(
            query, limit, count=False, order_by_field="id", order=Order.Asc
        )
        return [str(id) for id, _ in found.hits]

    def schema_counts(self, access: Access) -> dict[str, list[SchemaCount]]:
        """How many entities of each schema each dataset holds, most frequent first."""
        asked = {"dataset": {**_terms("dataset"), "aggs": {"schema": _terms("schema")}}}
        found = self._aggregated(clause.allowed(access), asked)
        return {
            bucket["key"]: [
                SchemaCount(schema, count) for schema, count in _counts(bucket["schema"])
            ]
            for bucket in found["dataset"]["buckets"]
        }

    def identities(self) -> Iterator[tuple[str, str]]:
        """Every entity's id and checksum, in no order."""
        searcher = self._searcher
        entities = Query.boolean_query(
            [
                (Occur.Must, Query.all_query()),
                (Occur.MustNot, Query.term_query(layout(), "id", REVISION_ID)),
            ]
        )
        for offset in range(0, searcher.num_docs, BATCH):
            for _, address in searcher.search(entities, BATCH, count=False, offset=offset).hits:
                stored = searcher.doc(address)
                yield _id(stored), bytes(stored.get_first("checksum") or b"").hex()


def _opened(folder: Path, write: bool) -> tantivy.Index:
    """The index of a folder; a broken one starts empty where it is written: it is only derived."""
    try:
        return tantivy.Index(layout(), str(folder), reuse=True)
    except ValueError as error:
        if not write:
            raise ClewError(
                f"The index in {folder} cannot be read, run `clew reindex`: {error}"
            ) from error
    shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return tantivy.Index(layout(), str(folder), reuse=True)


def _terms(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": BUCKETS, "segment_size": BUCKETS}}


def _counts(found: dict[str, Any]) -> list[tuple[str, int]]:
    pairs = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _id(stored: tantivy.Document) -> str:
    return str(stored.get_first("id"))


def _shown(stored: tantivy.Document) -> list[str]:
    found: list[str] = orjson.loads(bytes(stored.get_first("shown") or b"[]"))
    return found

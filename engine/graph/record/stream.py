"""All that some datasets hold, in the order of the ids: records, shared values, relationships.

Every page is a transaction of its own, so that a slow caller holds none open and memory stays flat.
The next page is read while the caller works on one. What is written in the meantime is seen by the
pages that are read later.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import Any

from followthemoney import model
from neo4j import Record

from engine.access import Access
from engine.entity import (
    Entity,
    Literal,
    Relationship,
    edge_schemata,
    link_properties,
    relationship_type,
)
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.convert import LITERAL, entity_of
from engine.graph.cypher import alternatives, quoted
from engine.graph.record.identity import LAST, span

PAGE = 2_000
"""Records that one page holds; more than the pairs of ends that one edge may have."""
TYPES = tuple(sorted(edge_schemata()))
LINK_TYPES = alternatives(
    sorted(
        {
            relationship_type(p.name)
            for schema in model
            if not schema.edge
            for p in link_properties(schema.name)
        }
    )
)


def in_order(datasets: Iterable[str]) -> list[str]:
    """Datasets in the order in which the ids of their records stand."""
    return sorted(datasets, key=lambda name: f"{name}:")


class Stream:
    """Everything of some datasets, in code point order of the ids.

    Each method reads from the beginning, so that it may be called as often as needed.
    """

    def __init__(self, connection: Connection, datasets: Iterable[str]) -> None:
        self._connection = connection
        self._datasets = in_order(set(datasets))
        self._visible = visibility.parameters(Access(frozenset(self._datasets)))

    def records(self, after: str = "") -> Iterator[Entity]:
        """Every record and every edge, each once; only those that come after an id."""
        for name in self._datasets:
            if after >= span(name)[1]:
                continue
            kinds = [self._entities("node_records", name, after)]
            kinds += [
                self._entities("edge_records", name, after, type=quoted(kind)) for kind in TYPES
            ]
            yield from once(heapq.merge(*kinds, key=attrgetter("id")))

    def nodes(self) -> Iterator[Entity | Literal]:
        """Every record that is no edge, and every value that two of them share."""
        # The ids of shared values sort among those of the datasets: ``literal:`` is like a name.
        early = [name for name in self._datasets if f"{name}:" < LITERAL]
        for name in early:
            yield from self._entities("node_records", name)
        for value, _ in self._shared():
            yield value
        for name in self._datasets[len(early) :]:
            yield from self._entities("node_records", name)

    def relationships(self) -> Iterator[Relationship]:
        """Every relationship: edges by id, then by their ends links and those to shared values."""
        for name in self._datasets:
            kinds = [self._edges(name, kind) for kind in TYPES]
            yield from heapq.merge(*kinds, key=attrgetter("id", "source", "target"))
        for name in self._datasets:
            yield from self._links(name)
        for value, holders in self._shared():
            for source, kind, dataset in holders:
                yield Relationship(f"{source}|{kind}|{value.id}", kind, dataset, source, value.id)

    def _entities(
        self, query: str, dataset: str, after: str = "", **parts: str
    ) -> Iterator[Entity]:
        start, end = span(dataset)
        for rows in self._pages(query, max(after, start), end, **parts):
            for row in rows:
                yield entity_of(row["properties"])

    def _edges(self, dataset: str, kind: str) -> Iterator[Relationship]:
        """Edges of one type; an edge with several ends is never cut between two pages."""
        for rows in self._pages("edge_relationships", *span(dataset), type=quoted(kind)):
            rows.sort(key=lambda row: (row["id"], row["source"], row["target"]))
            for row in rows:
                entity = entity_of(row["properties"])
                yield Relationship(
                    entity.id, kind, entity.dataset, row["source"], row["target"], entity
                )

    def _links(self, dataset: str) -> Iterator[Relationship]:
        for rows in self._pages("link_relationships", *span(dataset), types=LINK_TYPES):
            for row in rows:
                source = row["id"]
                for kind, target in sorted(row["links"]):
                    yield Relationship(
                        f"{source}|{kind}|{target}", kind, row["dataset"], source, target
                    )

    def _shared(self) -> Iterator[tuple[Literal, list[list[str]]]]:
        """The values that two records share, each with its [record, type, dataset]."""
        for rows in self._pages("shared_values", LITERAL, f"{LITERAL}{LAST}"):
            for row in rows:
                holders = sorted(row["holders"])
                if row["visible"] and holders:
                    value = row["properties"]
                    yield Literal(row["id"], value["type"], value["value"], holders[0][2]), holders

    def _pages(self, query: str, after: str, end: str, **parts: str) -> Iterator[list[Record]]:
        def read(after: str) -> list[Record]:
            parameters: dict[str, Any] = {
                "after": after,
                "end": end,
                "limit": PAGE,
                **self._visible,
            }
            return self._connection.read(query, parameters, timeout=LONG_TIMEOUT, **parts)

        # An edge with several ends is several rows, which must not be cut between two pages: the
        # next page begins after an id, not in the middle of one.
        return pages(read, after, PAGE, keeps_ids=query == "edge_relationships")


def pages(
    read: Callable[[str], list[Record]], after: str, size: int, *, keeps_ids: bool
) -> Iterator[list[Record]]:
    """Page after page, the next one read ahead; with ``keeps_ids`` an id is on one page only."""
    with ThreadPoolExecutor(1, "page") as pool:
        coming = pool.submit(read, after)
        while True:
            rows = coming.result()
            more = len(rows) == size
            if more and keeps_ids:
                rows = without_last(rows)
            if more:
                coming = pool.submit(read, rows[-1]["id"])
            yield rows
            if not more:
                return


def without_last(rows: Sequence[Record]) -> list[Record]:
    """The rows without those of the last id: there may be more of them on the next page."""
    last = rows[-1]["id"]
    return [row for row in rows if row["id"] != last]


def once(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Each entity of an ordered stream once."""
    last = ""
    for entity in entities:
        if entity.id != last:
            yield entity
            last = entity.id

"""Which records are in the graph, with their checksums, in the order of their ids."""

import heapq
from collections.abc import Iterator

from engine.entity import edge_schemata
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.cypher import quoted

PAGE = 10_000
LAST = "\U0010ffff"
"""Sorts after every id."""
Identity = tuple[str, str]


def span(dataset: str | None) -> tuple[str, str]:
    """The bounds, both excluded, between which the ids of a dataset (or of all) lie."""
    # `;` is the character after `:`, so that no id of another dataset lies between them
    return (f"{dataset}:", f"{dataset};") if dataset is not None else ("", LAST)


def pages(
    connection: Connection, name: str, dataset: str | None, **parts: str
) -> Iterator[Identity]:
    """(id, checksum) of the records that a query answers, in order of the ids, page by page.

    Each page is a transaction of its own, so that a slow caller holds none open.
    """
    after, end = span(dataset)
    while True:
        parameters = {"after": after, "end": end, "limit": PAGE}
        rows = connection.read(name, parameters, timeout=LONG_TIMEOUT, **parts)
        for row in rows:
            yield row["id"], row["checksum"]
        if len(rows) < PAGE:
            return
        after = rows[-1]["id"]


def identities(connection: Connection, dataset: str | None = None) -> Iterator[Identity]:
    """(id, checksum) of every record, each once, in code point order of the ids."""
    kinds = [pages(connection, "node_identities", dataset)]
    kinds += [
        pages(connection, "edge_identities", dataset, type=quoted(kind))
        for kind in sorted(edge_schemata())
    ]
    last = ""
    for id_, checksum in heapq.merge(*kinds):
        if id_ != last:
            yield id_, checksum
            last = id_

"""Compares the index with the graph, record by record."""

import heapq
from collections.abc import Iterator
from itertools import groupby

from engine.graph.record.reader import Reader
from engine.index.index import Index

LISTED = 100
"""Differences that are listed; more need no list, but a new index."""


def differences(reader: Reader, index: Index) -> Iterator[str]:
    """One sentence for each record on which graph and index differ, in the order of the ids."""
    revision = reader.revision()
    if index.revision != revision:
        yield f"the index holds revision {index.revision}, the graph {revision}: start Clew again"
    # Both sides are sorted by id and read side by side, so that neither has to be in memory.
    in_graph = ((id_, "graph", checksum) for id_, checksum in reader.identities())
    in_index = ((id_, "index", checksum) for id_, checksum in sorted(index.identities()))
    count = 0
    for id_, group in groupby(heapq.merge(in_graph, in_index), key=lambda row: row[0]):
        versions = {(side, checksum) for _, side, checksum in group}
        message = difference(id_, versions)
        if message is None:
            continue
        count += 1
        if count > LISTED:
            yield f"more than {LISTED} differences: `clew reindex` makes the index anew"
            return
        yield message


def difference(id_: str, versions: set[tuple[str, str]]) -> str | None:
    """What is wrong with a record of which these (side, checksum) were met; None if nothing is."""
    sides = {side for side, _ in versions}
    if sides == {"graph"}:
        return f"{id_} is in the graph, not in the index"
    if sides == {"index"}:
        return f"{id_} is in the index, not in the graph"
    if len({checksum for _, checksum in versions}) > 1:
        return f"{id_} is older in the index than in the graph"
    return None

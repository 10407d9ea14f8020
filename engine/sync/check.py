"""Do graph and index agree, and where do they not?"""

import heapq
from collections.abc import Iterator
from itertools import groupby

from engine.graph.record.reader import Reader
from engine.index.index import Index

SHOWN = 100


def differences(reader: Reader, index: Index) -> Iterator[str]:
    """One sentence for each record that graph and index tell differently, in id order, at most SHOWN."""
    if index.revision != reader.revision():
        yield f"the index holds revision {index.revision}, the graph {reader.revision()}: start Clew again"
    graph = ((id_, 0, checksum) for id_, checksum in reader.identities())
    held = ((id_, 1, checksum) for id_, checksum in sorted(index.identities()))
    shown = 0
    for id_, sides in groupby(heapq.merge(graph, held), key=lambda row: row[0]):
        told = {(side, checksum) for _, side, checksum in sides}
        where = {side for side, _ in told}
        if where == {0}:
            message = f"{id_} is in the graph, not in the index"
        elif where == {1}:
            message = f"{id_} is in the index, not in the graph"
        elif len({checksum for _, checksum in told}) > 1:
            message = f"{id_} is older in the index than in the graph"
        else:
            continue
        shown += 1
        if shown > SHOWN:
            yield f"more than {SHOWN} differences: `clew reindex` makes the index anew"
            return
        yield message

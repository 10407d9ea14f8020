"""Compares the index with the graph, record by record.

Both sides are read in the order of the ids, a page at a time, so that memory stays flat. What
differs is looked at again once the index has caught up: while a load runs, it lags behind.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby, islice

from engine.graph.record.identity import Identity
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.index.index import Index

LISTED = 100
"""Differences that are listed; more need no list, but a new index."""
PAGE = 10_000
"""Records that are compared at a time."""
SPARE = 10_000
"""Entries that the index may have on a page which the graph lacks; more are not looked at."""
TRIES = 10
"""How often records are looked at that differ while something writes."""


def differences(
    reader: Reader, writer: Writer, index: Index, follow: Callable[[], object]
) -> Iterator[str]:
    """One sentence for each record on which graph and index differ, in the order of the ids.

    ``follow`` brings the index up to date, or waits until it is.
    """
    follow()
    count = 0
    for ids in suspects(reader, index):
        for message in confirmed(ids, reader, writer, index, follow):
            count += 1
            if count > LISTED:
                yield f"more than {LISTED} differences: `clew reindex` makes the index anew"
                return
            yield message


def suspects(reader: Reader, index: Index) -> Iterator[list[str]]:
    """The ids of records that seem to differ, page by page."""
    in_graph, after = reader.identities(), ""
    while page := list(islice(in_graph, PAGE)):
        upto = page[-1][0] if len(page) == PAGE else ""
        differing = index.identities(after, upto, PAGE + SPARE).symmetric_difference(page)
        yield sorted({id_ for id_, _ in differing})
        after = upto
        if not upto:
            return
    yield sorted({id_ for id_, _ in index.identities(after, "", SPARE)})


def confirmed(
    ids: Collection[str],
    reader: Reader,
    writer: Writer,
    index: Index,
    follow: Callable[[], object],
) -> list[str]:
    """What is wrong with those of these records that differ when graph and index hold the same."""
    messages: list[str] = []
    for _ in range(TRIES):
        if not ids:
            return []
        follow()
        before = reader.revision()
        in_graph, in_index = graph_checksums(writer, ids), by_id(index.identities_of(ids))
        found = {id_: difference(id_, in_graph[id_], in_index[id_]) for id_ in ids}
        ids = [id_ for id_, message in found.items() if message]
        messages = [message for message in found.values() if message]
        if reader.revision() == before:
            break
    return messages


def graph_checksums(writer: Writer, ids: Collection[str]) -> dict[str, set[str]]:
    """The checksum of each of these records, sorted by id, that the graph has."""
    pairs: list[Identity] = []
    for dataset, of_dataset in groupby(ids, key=lambda id_: id_.partition(":")[0]):
        pairs += writer.checksums(dataset, list(of_dataset)).items()
    return by_id(pairs)


def by_id(pairs: Iterable[Identity]) -> dict[str, set[str]]:
    """The checksums by id, none for an id that is not among them."""
    checksums: defaultdict[str, set[str]] = defaultdict(set)
    for id_, checksum in pairs:
        checksums[id_].add(checksum)
    return checksums


def difference(id_: str, in_graph: Collection[str], in_index: Collection[str]) -> str | None:
    """What is wrong with a record of these checksums; None if nothing is."""
    if in_graph == in_index:
        return None
    if not in_index:
        return f"{id_} is in the graph, not in the index"
    if not in_graph:
        return f"{id_} is in the index, not in the graph"
    return f"{id_} is older in the index than in the graph"

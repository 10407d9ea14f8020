"""The different values that entries have in some fast fields, in order, from a place on.

Tantivy keeps only as many groups as are asked for, so a page costs one look at the entries.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import tantivy
from tantivy import Query

MOST = 5_000
"""Groups that are asked for together where all are wanted."""


def groups(
    searcher: tantivy.Searcher,
    query: Query,
    fields: Sequence[str],
    after: Sequence[str],
    size: int,
) -> list[dict[str, str]]:
    """The next groups after a place; empty texts stand for the beginning."""
    wanted: dict[str, Any] = {
        "size": size,
        "sources": [{name: {"terms": {"field": name}}} for name in fields],
    }
    if any(after):
        wanted["after"] = {name: f"str:{value}" for name, value in zip(fields, after, strict=True)}
    found = searcher.aggregate(query, {"groups": {"composite": wanted}})
    return [each["key"] for each in found["groups"]["buckets"]]


def ids_after(searcher: tantivy.Searcher, query: Query, after: str, wanted: int) -> Iterator[str]:
    """The ids of a query's entries after one, in order; so many, and then more, together."""
    while True:
        ids = [each["id"] for each in groups(searcher, query, ("id",), (after,), wanted)]
        yield from ids
        if len(ids) < wanted:
            return
        after, wanted = ids[-1], min(wanted * 4, max(wanted, MOST))


def first_values(searcher: tantivy.Searcher, query: Query, field: str, wanted: int) -> list[str]:
    """The first values of a field, in order."""
    # the first of all are among the first of each segment
    terms = {"field": field, "size": wanted, "segment_size": wanted, "order": {"_key": "asc"}}
    found = searcher.aggregate(query, {"groups": {"terms": terms}})["groups"]
    return [str(each["key"]) for each in found["buckets"]]

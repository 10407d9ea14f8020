"""How many entries a query matches, and how many of them have each value of a field."""

from collections.abc import Sequence
from typing import Any

import tantivy
from tantivy import Query

from engine.answer import Facet, FacetValue
from engine.dataset import SchemaCount

MAX_VALUES = 10_000
"""Distinct values that are counted exactly: there are fewer datasets, schemata and countries."""


def number_of_hits(searcher: tantivy.Searcher, query: Query) -> int:
    """How many entries a query matches."""
    result = searcher.search(query, 1, count=True)
    return int(result.count or 0)  # type: ignore[attr-defined]  # tantivy's stub lacks it


def facets(
    searcher: tantivy.Searcher, query: Query, fields: Sequence[str], size: int
) -> list[Facet]:
    """The most frequent values of each field among the entries that match."""
    buckets = searcher.aggregate(query, {field: _terms(field) for field in dict.fromkeys(fields)})
    return [
        Facet(field, [FacetValue(value, count) for value, count in _counts(buckets[field])][:size])
        for field in fields
    ]


def schema_counts(searcher: tantivy.Searcher, query: Query) -> dict[str, list[SchemaCount]]:
    """How many entries of each schema each dataset has, most frequent first."""
    by_schema = {**_terms("dataset"), "aggs": {"schema": _terms("schema")}}
    result = searcher.aggregate(query, {"dataset": by_schema})
    return {
        bucket["key"]: [SchemaCount(schema, count) for schema, count in _counts(bucket["schema"])]
        for bucket in result["dataset"]["buckets"]
    }


def dataset_counts(searcher: tantivy.Searcher, query: Query) -> dict[str, int]:
    """How many entries of each dataset match."""
    return dict(_counts(searcher.aggregate(query, {"dataset": _terms("dataset")})["dataset"]))


def counted(searcher: tantivy.Searcher, query: Query, field: str, most: int) -> dict[str, int]:
    """How many entries that match have each value of a field, for at most so many values."""
    return dict(_counts(searcher.aggregate(query, {field: _terms(field, most)})[field]))


def _terms(field: str, most: int = MAX_VALUES) -> dict[str, Any]:
    return {"terms": {"field": field, "size": most, "segment_size": most}}


def _counts(aggregated: dict[str, Any]) -> list[tuple[str, int]]:
    pairs = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in aggregated["buckets"]]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

"""What the public data sets say, worked out from their JSON lines alone: by networkx and counting.

Nothing here is Clew's own, so that Clew's answers can be compared with it.
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import networkx
import orjson
from followthemoney import model
from followthemoney.schema import Schema
from normality import ascii_text

from engine.question import DateRange, SearchFilter
from tests.conftest import DATA

FILES = {
    "zala": "zala.ftm.json",
    "parteispenden": "parteispenden.ftm.json",
    "openoil": "openoil_bp_ownership.ftm.json.gz",
    "denmark": "denmark_elite_2017.ftm.json.gz",
    "ofac": "ofac_sdn_2019-01.ftm.json.gz",
    "everypolitician": "everypolitician_11.ftm.json.gz",
    "gleif": "gleif_50k.ftm.json.gz",
}
HUB = 50
"""Values that more records than this hold are not shared values."""
SHARED = frozenset({"phone", "email", "identifier", "address", "ip", "url", "checksum"})
UNSEARCHED = frozenset(
    {"entity", "date", "country", "topic", "gender", "language", "mimetype", "json", "number"}
)
"""The types of properties whose values are not searched as text."""
DATE = re.compile(r"(\d{4})(-\d\d(-\d\d)?)?(?=$|T)")
Row = dict[str, Any]
Span = tuple[str, str]
Graph = Any
"""A graph of networkx, which is generic only in its stubs."""


def rows_of(dataset: str) -> Iterator[Row]:
    """The entities of a file, as they stand there."""
    path = DATA / FILES[dataset]
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        yield from map(orjson.loads, lines)


def schema_of(name: str) -> Schema:
    schema = model.get(name)
    assert schema is not None
    return schema


def relationships(dataset: str, row: Row) -> Iterator[tuple[str, str]]:
    """The ends of the relationships that one entity is, or has by its properties."""
    schema, properties = schema_of(row["schema"]), row["properties"]
    if schema.edge:
        sources, targets = (
            properties[str(end)] for end in (schema.edge_source, schema.edge_target)
        )
        ends = [(source, target) for source in sources for target in targets]
    else:
        ends = [
            (row["id"], target)
            for name, targets in properties.items()
            if schema.properties[name].type.name == "entity"
            for target in targets
        ]
    for source, target in ends:
        yield f"{dataset}:{source}", f"{dataset}:{target}"


def plain_graph(datasets: Iterable[str]) -> Graph:
    """The records and relationships of some files, without shared values and without stubs."""
    graph, known = networkx.Graph(), set()
    for name in datasets:
        for row in rows_of(name):
            graph.add_edges_from(relationships(name, row))
            known.add(f"{name}:{row['id']}")
    graph.remove_nodes_from(set(graph) - known)
    return graph


def shareable_values(dataset: str, row: Row) -> Iterator[tuple[str, str]]:
    """(value's id, record's id) for each value of an entity that others may share."""
    schema = schema_of(row["schema"])
    for name, values in row["properties"].items():
        kind = schema.properties[name].type
        if kind.name in SHARED and not schema.edge:
            for node in filter(None, map(kind.node_id_safe, values)):
                yield f"literal:{kind.name}:{node.split(':', 1)[1]}", f"{dataset}:{row['id']}"


def shared_values() -> list[tuple[str, str]]:
    """(value's id, record's id) for all values that two records hold, and not too many."""
    holders = defaultdict(set)
    for name in FILES:
        for row in rows_of(name):
            for value, record in shareable_values(name, row):
                holders[value].add(record)
    return [
        (value, record)
        for value, records in holders.items()
        if 2 <= len(records) <= HUB
        for record in sorted(records)
    ]


def words(text: str) -> set[str]:
    """The words of a text, in Latin letters."""
    plain = text if text.isascii() else ascii_text(text)
    return set(re.findall("[a-z0-9]+", plain.lower()))


def span(date: str) -> Span | None:
    """The first and last day of a partial date."""
    match = DATE.match(date)
    if match is None:
        return None
    length = len(match[0]) - len("2019")
    return match[0] + "-01-01"[length:], match[0] + "-12-31"[length:]


def spans(dates: Iterable[str]) -> list[Span]:
    return [found for found in map(span, dates) if found is not None]


AUTHORS = ("author", "from")
"""Who wrote a document."""


class Searched:
    """What of one entity is searched, filtered and counted."""

    def __init__(self, dataset: str, row: Row) -> None:
        self.schema, self.dataset = schema_of(row["schema"]), dataset
        properties = row["properties"]
        by_type: defaultdict[str, list[str]] = defaultdict(list)
        for name, values in properties.items():
            by_type[self.schema.properties[name].type.name] += values
        self.spans = spans(by_type["date"])
        authors = AUTHORS if "mimeType" in self.schema.properties else ()
        self.values = {
            "schema": {self.schema.name},
            "dataset": {dataset},
            "country": set(by_type["country"]),
            "topic": set(by_type["topic"]),
            "year": {first[:4] for first, _ in self.spans},
            "mimetype": {value.lower() for value in by_type["mimetype"]},
            "language": {value.lower() for value in by_type["language"]},
            "author": {each for name in authors for each in properties.get(name, ())},
        }
        starts, ends = (spans(properties.get(name, ())) for name in ("startDate", "endDate"))
        if starts or ends:
            first = min(starts, default=("", ""))[0]
            self.spans.append((first, max((last for _, last in ends), default="~")))
        self.words = self._words(properties, by_type)

    def _words(self, properties: Row, by_type: dict[str, list[str]]) -> set[str]:
        caption = [value for name in self.schema.caption for value in properties.get(name, ())]
        texts = [v for kind, values in by_type.items() if kind not in UNSEARCHED for v in values]
        texts += caption or [self.schema.label]
        return {word for text in texts for word in words(text)}

    def fits(self, filter: SearchFilter) -> bool:
        """Whether a filter lets it pass."""
        if filter.schemata is not None and self.schema.names.isdisjoint(filter.schemata):
            return False
        if filter.datasets is not None and self.dataset not in filter.datasets:
            return False
        countries = None if filter.countries is None else map(str.lower, filter.countries)
        if countries is not None and self.values["country"].isdisjoint(countries):
            return False
        if filter.topics is not None and self.values["topic"].isdisjoint(filter.topics):
            return False
        return filter.during is None or self.is_during(filter.during)

    def is_during(self, period: DateRange) -> bool:
        """Whether any of its dates, or the time between its start and its end, is in a period."""
        first = (span(period.start) or ("",))[0] if period.start else ""
        last = (span(period.end) or ("", "~"))[1] if period.end else "~"
        return any(low <= last and high >= first for low, high in self.spans)

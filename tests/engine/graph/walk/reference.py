"""Paths as plain Python finds them, one step after the other: what the engine is compared with."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from followthemoney import model, registry

from engine.access import Access
from engine.question import DateRange, Direction, HopFilter, PathQuestion

SHARES = {
    None: None,
    "40": 0.4,
    "12,5 %": 0.125,
    "25-50": 0.25,
    "more than 75 %": 0.75,
    "plenty": None,
    "100": 1.0,
}
"""Texts of an ownership's percentage, and the known share that each has."""
EDGES = {
    "Ownership": ("owner", "asset", "OWNERSHIP"),
    "Directorship": ("director", "organization", "DIRECTORSHIP"),
    "Associate": ("person", "associate", "ASSOCIATE"),
    "UnknownLink": ("subject", "object", "UNKNOWN_LINK"),
    "Payment": ("payer", "beneficiary", "PAYMENT"),
}
"""The properties that are the ends of each edge schema, and its relationship type."""
VALUES = {
    "phone": (registry.phone, ("+4520102030", "+4520102031", "+4520102032")),
    "email": (registry.email, ("a@example.org", "b@example.org")),
}
"""The properties whose values records share, with FtM's type and the values."""
Row = dict[str, Any]
"""An entity as FtM writes it in JSON."""


@dataclass(frozen=True)
class Tie:
    """One relationship."""

    id: str
    type: str
    dataset: str
    source: str
    target: str
    share: float | None = None
    first: str = ""
    last: str = "~"
    amount: float | None = None
    currency: str | None = None


@dataclass
class Web:
    """A graph: the schema of each node (None for shared values), and the ties at each node."""

    nodes: dict[str, str | None] = field(default_factory=dict)
    ties: dict[str, list[Tie]] = field(default_factory=lambda: defaultdict(list))
    marks: dict[str, set[str]] = field(default_factory=dict)
    """The topics and countries of each record."""

    def add(self, tie: Tie) -> None:
        """Add a tie, once at each end."""
        for end in {tie.source, tie.target}:
            self.ties[end].append(tie)

    def shows(self, node: str, access: Access) -> bool:
        """Whether a reader may see a node: a shared value needs two holders that they may see."""
        if node in self.nodes and self.nodes[node] is None:
            return sum(tie.dataset in access.datasets for tie in self.ties[node]) > 1
        return node in self.nodes and node.split(":")[0] in access.datasets

    def degree(self, node: str, access: Access) -> int:
        """How many ties a reader sees at a node; those to records that they may not see count."""
        return sum(
            tie.dataset in access.datasets
            and (self.nodes.get(tie.target, "") is not None or self.shows(tie.target, access))
            for tie in self.ties[node]
        )


@dataclass(frozen=True)
class Asked:
    """A question about paths, asked for one reader."""

    access: Access
    question: PathQuestion

    def filters(self, place: int) -> list[HopFilter]:
        """The filters of the hop at a place."""
        return [self.question.filter, *self.question.hops[place : place + 1]]

    def most_hops(self) -> int:
        """How many hops a path may have."""
        return len(self.question.hops) or self.question.max_hops


def last_day(date: str) -> str:
    """The last day of a partial date; some months get more days than they have."""
    return date + "-12-31"[len(date) - 4 :]


def web_of(rows: Sequence[tuple[str, Row]]) -> Web:
    """The graph of some entities, each with its dataset."""
    web = Web()
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for dataset, row in rows:
        if row["schema"] in EDGES:
            add_edge(web, dataset, row)
        else:
            add_node(web, dataset, row)
            for value in values(row["properties"]):
                holders[value].add(f"{dataset}:{row['id']}")
    for value, records in holders.items():
        if len(records) > 1:
            web.nodes[value] = None
            type_ = value.split(":")[1].upper()
            for record in records:
                dataset = record.split(":")[0]
                web.add(Tie(f"{record}|{type_}|{value}", type_, dataset, record, value))
    return web


def values(properties: Row) -> Iterator[str]:
    """The ids of the values that a record may share with others."""
    for prop, (type_, _) in VALUES.items():
        for node in map(type_.node_id_safe, properties.get(prop, ())):
            assert node is not None
            yield f"literal:{prop}:{node.split(':', 1)[1]}"


def add_node(web: Web, dataset: str, row: Row) -> None:
    """Add a record and the ties that its properties are."""
    id_ = f"{dataset}:{row['id']}"
    web.nodes[id_] = row["schema"]
    properties = row["properties"]
    web.marks[id_] = {*properties.get("topics", ()), *properties.get("country", ())}
    for parent in row["properties"].get("parent", ()):
        web.add(Tie(f"{id_}|PARENT|{parent}", "PARENT", dataset, id_, parent))


def add_edge(web: Web, dataset: str, row: Row) -> None:
    """Add the ties of an edge, one for each pair of its ends."""
    properties = row["properties"]
    source, target, type_ = EDGES[row["schema"]]
    share = SHARES[properties.get("percentage", [None])[0]]
    days = properties.get("date", [])
    first = min([*properties.get("startDate", []), *days], default="")
    last = max(map(last_day, properties.get("endDate", days)), default="~")
    money = (
        float(properties["amount"][0]) if "amount" in properties else None,
        properties.get("currency", [None])[0],
    )
    for a in properties[source]:
        for b in properties[target]:
            id_ = f"{dataset}:{row['id']}"
            web.add(Tie(id_, type_, dataset, a, b, share, first, last, *money))


def overlaps(tie: Tie, during: DateRange) -> bool:
    """Whether a tie held at some time of a range."""
    return (during.start is None or tie.last >= during.start) and (
        during.end is None or tie.first <= last_day(during.end)
    )


def has_share(tie: Tie, least: float | None) -> bool:
    """Whether a tie is no ownership, or one of at least a share."""
    return (
        least is None or tie.type != "OWNERSHIP" or (tie.share is not None and tie.share >= least)
    )


def crosses(tie: Tie, here: str, filter: HopFilter) -> bool:
    """Whether a filter lets a path cross a tie from here."""
    direction = Direction.OUT if tie.source == here else Direction.IN
    return (
        (filter.types is None or tie.type in filter.types)
        and (filter.datasets is None or tie.dataset in filter.datasets)
        and filter.direction in (Direction.BOTH, direction)
        and overlaps(tie, filter.during or DateRange())
        and has_share(tie, filter.min_share)
        and (tie.type != "PAYMENT" or has_amount(tie, filter))
    )


def has_amount(tie: Tie, filter: HopFilter) -> bool:
    """Whether a payment has an amount, in a currency, that a filter lets pass."""
    if filter.currency is not None and tie.currency != filter.currency.upper():
        return False
    if filter.min_amount is None and filter.max_amount is None:
        return True
    least = -1e9 if filter.min_amount is None else filter.min_amount
    return tie.amount is not None and least <= tie.amount <= (filter.max_amount or 1e9)


def admits(web: Web, node: str, filter: HopFilter, access: Access) -> bool:
    """Whether a filter lets a path pass through a node."""
    schema = web.nodes[node]
    if filter.max_degree is not None and web.degree(node, access) > filter.max_degree:
        return False
    if schema is None:
        return filter.shared and filter.topics is None and filter.countries is None
    if not has_marks(web.marks[node], filter):
        return False
    names = {ancestor.name for ancestor in model[schema].schemata}
    in_dataset = filter.datasets is None or node.split(":")[0] in filter.datasets
    return in_dataset and (filter.schemata is None or not names.isdisjoint(filter.schemata))


def has_marks(marks: set[str], filter: HopFilter) -> bool:
    """Whether a record has one of the topics, and one of the countries, of a filter."""
    wanted = (filter.topics, filter.countries)
    return all(values is None or not marks.isdisjoint(values) for values in wanted)


def steps(web: Web, asked: Asked, here: str, place: int) -> dict[str, str]:
    """Where the hop at a place leads from a node, with the first tie by id that leads there."""
    filters, ids = asked.filters(place), defaultdict(list)
    for tie in web.ties[here]:
        if tie.dataset not in asked.access.datasets:
            continue
        if all(crosses(tie, here, filter) for filter in filters):
            ids[tie.target if tie.source == here else tie.source].append(tie.id)
    return {there: min(of_there) for there, of_there in ids.items()}


def walks(
    web: Web, asked: Asked, end: str, path: list[str], edges: list[str]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """All simple paths that continue a beginning to an end, as ids of nodes and of ties."""
    filters, is_last = asked.filters(len(edges)), len(edges) == asked.most_hops() - 1
    for there, edge in steps(web, asked, path[-1], len(edges)).items():
        if there in path or not web.shows(there, asked.access):
            continue
        if there == end:
            if is_last or not asked.question.hops:
                yield (*path, there), (*edges, edge)
        elif is_last or there in asked.question.avoid:
            continue
        elif there in asked.question.via or all(
            admits(web, there, filter, asked.access) for filter in filters
        ):
            yield from walks(web, asked, end, [*path, there], [*edges, edge])


def paths_between(
    web: Web, asked: Asked, start: str, end: str
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Every path between two nodes: the ids of its ties by those of its nodes."""
    if not (web.shows(start, asked.access) and web.shows(end, asked.access)):
        return {}
    if start == end:
        return {} if asked.question.hops or asked.question.via else {(start,): ()}
    return {
        nodes: edges
        for nodes, edges in walks(web, asked, end, [start], [])
        if set(asked.question.via) <= set(nodes)
    }

"""Every filter, mode and limit of paths against all simple paths, walked one by one in plain Python."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path as File
from typing import Any

import pytest
from followthemoney import model, registry

from engine.access import Access
from engine.answer import PathResult
from engine.engine import Engine
from engine.graph.walk import path as pathfinding
from engine.question import DateRange, Direction, HopFilter, PathMode, PathQuestion
from loaders.load.load import load

DATASETS = ("t", "u", "v")
QUESTIONS = 75
SHARES = {
    None: None,
    "40": 0.4,
    "12,5 %": 0.125,
    "25-50": 0.25,
    "more than 75 %": 0.75,
    "plenty": None,
    "100": 1.0,
}
EDGES = {
    "Ownership": ("owner", "asset", "OWNERSHIP"),
    "Directorship": ("director", "organization", "DIRECTORSHIP"),
    "Associate": ("person", "associate", "ASSOCIATE"),
    "UnknownLink": ("subject", "object", "UNKNOWN_LINK"),
    "Payment": ("payer", "beneficiary", "PAYMENT"),
}
TYPES = (
    "OWNERSHIP",
    "DIRECTORSHIP",
    "ASSOCIATE",
    "UNKNOWN_LINK",
    "PAYMENT",
    "PARENT",
    "PHONE",
    "EMAIL",
)
DAYS = ("2009", "2010-02", "2010-11-30", "2011", "2012-06-15", "2013-01")
VALUES = {
    "phone": (registry.phone, ("+4520102030", "+4520102031", "+4520102032")),
    "email": (registry.email, ("a@example.org", "b@example.org")),
}
Row = dict[str, Any]


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


@dataclass
class Web:
    """A graph as plain Python has it: schemata of nodes (None for shared values), and ties by node."""

    nodes: dict[str, str | None] = field(default_factory=dict)
    ties: dict[str, list[Tie]] = field(default_factory=lambda: defaultdict(list))

    def add(self, tie: Tie) -> None:
        """Take in a tie, once at each end."""
        for end in {tie.source, tie.target}:
            self.ties[end].append(tie)

    def seen(self, node: str, access: Access) -> bool:
        """Whether a node is there for this reader."""
        return node in self.nodes and (
            self.nodes[node] is None or node.split(":")[0] in access.datasets
        )


def last_day(date: str) -> str:
    """The last day of a partial date; no month is told too short by it."""
    return date + "-12-31"[len(date) - 4 :]


def invented(chosen: random.Random) -> list[tuple[str, Row]]:
    """(dataset, entity) of a small multigraph: edges across datasets, parallel, with several ends, with none."""
    rows: list[tuple[str, Row]] = []
    names = [f"{chosen.choice('ttuv')}:n{number}" for number in range(15)]
    for name in names:
        dataset, key = name.split(":")
        properties: Row = {"name": [key]}
        for prop, (_, held) in VALUES.items():
            if chosen.random() < 0.3:
                properties[prop] = [chosen.choice(held)]
        schema = chosen.choice(["Person", "Company", "Organization", "PublicBody"])
        if schema == "Company" and chosen.random() < 0.5:
            properties["parent"] = [chosen.choice(names)]
        rows.append((dataset, {"id": key, "schema": schema, "properties": properties}))
    for number in range(36):
        schema, (source, target, _) = chosen.choice(sorted(EDGES.items()))
        properties = {
            source: chosen.sample([*names, "t:ghost"], chosen.choice([1, 1, 1, 2])),
            target: [chosen.choice(names)],
        }
        if schema == "Ownership" and (share := chosen.choice(list(SHARES))) is not None:
            properties["percentage"] = [share]
        if schema == "Payment":
            properties["date"] = [chosen.choice(DAYS)]
        elif chosen.random() < 0.6:
            properties |= dict(
                zip(
                    ("startDate", "endDate"),
                    ([d] for d in sorted(chosen.sample(DAYS, 2))),
                    strict=True,
                )
            )
            properties.pop(chosen.choice(["startDate", "endDate", "name"]), None)
        rows.append(
            (
                chosen.choice("ttuv"),
                {"id": f"e{number}", "schema": schema, "properties": properties},
            )
        )
    return rows


def web_of(rows: Sequence[tuple[str, Row]]) -> Web:
    """The graph that some entities make."""
    web, holders = Web(), defaultdict(set)
    for dataset, row in rows:
        id_, properties = f"{dataset}:{row['id']}", row["properties"]
        if row["schema"] not in EDGES:
            web.nodes[id_] = row["schema"]
            for parent in properties.get("parent", ()):
                web.add(Tie(f"{id_}|PARENT|{parent}", "PARENT", dataset, id_, parent))
            for prop, (kind, _) in VALUES.items():
                for node in map(kind.node_id_safe, properties.get(prop, ())):
                    assert node is not None
                    holders[f"literal:{prop}:{node.split(':', 1)[1]}"].add(id_)
            continue
        source, target, type_ = EDGES[row["schema"]]
        share = SHARES[properties.get("percentage", [None])[0]]
        days = properties.get("date", [])
        first = min([*properties.get("startDate", []), *days], default="")
        last = max(map(last_day, properties.get("endDate", days)), default="~")
        for a in properties[source]:
            for b in properties[target]:
                web.add(Tie(id_, type_, dataset, a, b, share, first, last))
    for value, records in holders.items():
        if len(records) > 1:
            web.nodes[value] = None
            type_ = value.split(":")[1].upper()
            for record in records:
                web.add(
                    Tie(f"{record}|{type_}|{value}", type_, record.split(":")[0], record, value)
                )
    return web


@dataclass(frozen=True)
class Question:
    """What is asked."""

    access: Access
    paths: PathQuestion

    def filters(self, place: int) -> list[HopFilter]:
        """The filters of one hop."""
        return [self.paths.filter, *self.paths.hops[place : place + 1]]


def random_filter(chosen: random.Random, most: int) -> HopFilter:
    """A filter that asks for at most so many things."""
    days = sorted(chosen.sample([*DAYS, "2010-05-05", "2012"], 2))
    during = chosen.choice([DateRange(*days), DateRange(None, days[0]), DateRange(days[1], None)])
    schemata = chosen.sample(
        ["Person", "Company", "LegalEntity", "Organization", "Asset", "PublicBody"], 2
    )
    whole = HopFilter(
        types=tuple(chosen.sample(TYPES, chosen.choice([4, 6]))),
        schemata=tuple(schemata),
        datasets=tuple(chosen.sample(DATASETS, 2)),
        direction=chosen.choice([Direction.OUT, Direction.IN]),
        during=during,
        min_share=chosen.choice([0.0, 0.125, 0.3, 0.75]),
        max_degree=chosen.choice([3, 5, 7]),
        shared=False,
    )
    dropped = chosen.sample(fields(HopFilter), len(fields(HopFilter)) - chosen.randint(0, most))
    return replace(whole, **{one.name: one.default for one in dropped})


def asked(chosen: random.Random, web: Web) -> Question:
    """A random question."""
    names = [*sorted(web.nodes) * 2, "t:ghost", "t:nobody"]
    hops = [random_filter(chosen, 1) for _ in range(chosen.choice([2, 2, 3, 4]))]
    return Question(
        Access(frozenset(chosen.choice([DATASETS, DATASETS, DATASETS, ("t", "u")]))),
        PathQuestion(
            tuple(chosen.sample(names, chosen.choice([1, 1, 2, 3]))),
            tuple(chosen.sample(names, chosen.choice([1, 1, 2, 3]))),
            chosen.choice(list(PathMode)),
            chosen.choice([1, 3, 10]),
            chosen.choice([1, 2, 4, 6]),
            random_filter(chosen, 2),
            tuple(chosen.choice([(), (), (), hops])),
            tuple(chosen.sample(names, chosen.choice([0, 0, 1, 3]))),
        ),
    )


def crosses(tie: Tie, here: str, one: HopFilter) -> bool:
    """Whether a filter lets a tie be crossed from here."""
    during = one.during or DateRange()
    direction = Direction.OUT if tie.source == here else Direction.IN
    return (
        (one.types is None or tie.type in one.types)
        and (one.datasets is None or tie.dataset in one.datasets)
        and one.direction in (Direction.BOTH, direction)
        and (during.start is None or tie.last >= during.start)
        and (during.end is None or tie.first <= last_day(during.end))
        and (
            one.min_share is None
            or tie.type != "OWNERSHIP"
            or (tie.share is not None and tie.share >= one.min_share)
        )
    )


def admits(web: Web, node: str, one: HopFilter, access: Access) -> bool:
    """Whether a filter lets a node be passed through."""
    schema = web.nodes[node]
    degree = sum(tie.dataset in access.datasets for tie in web.ties[node])
    if one.max_degree is not None and degree > one.max_degree:
        return False
    if schema is None:
        return one.shared
    names = {found.name for found in model[schema].schemata}
    in_dataset = one.datasets is None or node.split(":")[0] in one.datasets
    return in_dataset and (one.schemata is None or not names.isdisjoint(one.schemata))


def walks(
    web: Web, asked: Question, end: str, path: list[str], edges: list[str]
) -> Iterator[tuple[tuple[str, ...], ...]]:
    """All simple paths that go on from a beginning to an end, by nodes and relationships."""
    here, filters = path[-1], asked.filters(len(edges))
    onward = defaultdict(list)
    for tie in web.ties[here]:
        if tie.dataset in asked.access.datasets and all(crosses(tie, here, one) for one in filters):
            onward[tie.target if tie.source == here else tie.source].append(tie.id)
    most = len(asked.paths.hops) if asked.paths.hops else asked.paths.max_hops
    for there, ids in onward.items():
        if there in path or not web.seen(there, asked.access):
            continue
        if there == end:
            if not asked.paths.hops or len(edges) == most - 1:
                yield (*path, there), (*edges, min(ids))
        elif len(edges) == most - 1 or there in asked.paths.avoid:
            continue
        elif all(admits(web, there, one, asked.access) for one in filters):
            yield from walks(web, asked, end, [*path, there], [*edges, min(ids)])


def expected(
    web: Web, asked: Question, start: str, end: str
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Every path there is between two nodes."""
    if not (web.seen(start, asked.access) and web.seen(end, asked.access)):
        return {}
    if start == end:
        visible = web.nodes[start] is not None or any(
            t.dataset in asked.access.datasets for t in web.ties[start]
        )
        return {(start,): ()} if visible and not asked.paths.hops else {}
    return dict(walks(web, asked, end, [start], []))


def check(web: Web, asked: Question, found: PathResult) -> int:
    """See that an answer is what was expected; how many paths it has."""
    assert found.truncated is None
    assert found.paths == sorted(found.paths, key=lambda path: (len(path.edge_ids), path.node_ids))
    told = {path.node_ids: path.edge_ids for path in found.paths}
    assert len(told) == len(found.paths)
    assert {node.id for node in found.nodes} == {id_ for path in told for id_ in path}
    ends = {(edge.id, *sorted((edge.source, edge.target))) for edge in found.edges}
    assert ends == {
        (e, *sorted(pair))
        for path, ids in told.items()
        for e, pair in zip(ids, pairwise(path), strict=True)
    }
    for start in asked.paths.from_ids:
        for end in asked.paths.to_ids:
            every = expected(web, asked, start, end)
            mine = {
                path: edges for path, edges in told.items() if (path[0], path[-1]) == (start, end)
            }
            assert mine.items() <= every.items()
            lengths = sorted(len(edges) for edges in every.values())
            wanted = {
                PathMode.SHORTEST: lengths[:1],
                PathMode.ALL_SHORTEST: [length for length in lengths if length == lengths[0]],
                PathMode.K_SHORTEST: lengths[: asked.paths.k if start != end else 1],
            }
            assert sorted(len(edges) for edges in mine.values()) == wanted[asked.paths.mode]
    return len(told)


@pytest.mark.parametrize("way", ["the server's way first", "layer by layer"])
@pytest.mark.parametrize("seed", range(4))
def test_random_questions_on_a_small_multigraph(
    fresh_engine: Engine, tmp_path: File, monkeypatch: pytest.MonkeyPatch, seed: int, way: str
) -> None:
    if way == "layer by layer":
        monkeypatch.setattr(pathfinding, "FIRST_TRY", 0.0)
    chosen = random.Random(seed)
    rows = invented(chosen)
    for name in DATASETS:
        file = tmp_path / f"{name}.json"
        file.write_text("".join(json.dumps(row) + "\n" for dataset, row in rows if dataset == name))
        assert load(fresh_engine, [str(file)], name).refused_count == 0
    web, counts = web_of(rows), []
    for question in (asked(chosen, web) for _ in range(QUESTIONS)):
        found = fresh_engine.paths(question.paths, question.access)
        counts.append(check(web, question, found))
    assert sum(count > 0 for count in counts) > QUESTIONS / 3
    assert sum(count > 3 for count in counts) > QUESTIONS / 10

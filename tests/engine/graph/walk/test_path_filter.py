"""Every filter, mode and limit of paths, on random graphs, against all paths of plain Python."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path as File

import pytest

from engine.access import Access
from engine.answer import Path, PathResult
from engine.engine import Engine
from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.walk import search as searching
from engine.question import DateRange, Direction, HopFilter, PathMode, PathQuestion
from loaders.load.load import load
from tests.conftest import Bolt, on
from tests.engine.graph.walk.reference import (
    EDGES,
    SHARES,
    VALUES,
    Asked,
    Row,
    Web,
    paths_between,
    web_of,
)

DATASETS = ("t", "u", "v")
QUESTIONS = 40
"""Of each graph: Neo4j plans each of them for half a second, as no two are alike."""
PATIENCE = 600.0
"""Seconds that an answer may take."""
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


def random_record(chosen: random.Random, key: str, names: Sequence[str]) -> Row:
    """A person, company or the like, with values that others may share."""
    properties: Row = {"name": [key]}
    for prop, (_, held) in VALUES.items():
        if chosen.random() < 0.3:
            properties[prop] = [chosen.choice(held)]
    properties["topics"] = [chosen.choice(["sanction", "role.pep"])]
    properties["country"] = [chosen.choice(["de", "mt"])]
    schema = chosen.choice(["Person", "Company", "Organization", "PublicBody"])
    if schema == "Company" and chosen.random() < 0.5:
        properties["parent"] = [chosen.choice(names)]
    return {"id": key, "schema": schema, "properties": properties}


def random_edge(chosen: random.Random, key: str, names: Sequence[str]) -> Row:
    """An edge with one or two sources, one of which may not exist."""
    schema, (source, target, _) = chosen.choice(sorted(EDGES.items()))
    properties: Row = {
        source: chosen.sample([*names, "t:ghost"], chosen.choice([1, 1, 1, 2])),
        target: [chosen.choice(names)],
    }
    if schema == "Ownership" and (share := chosen.choice(list(SHARES))) is not None:
        properties["percentage"] = [share]
    if schema == "Payment":
        properties["date"] = [chosen.choice(DAYS)]
        if chosen.random() < 0.8:
            properties["amount"] = [chosen.choice(["5", "70.5", "900"])]
            properties["currency"] = [chosen.choice(["EUR", "USD"])]
    elif chosen.random() < 0.6:
        start, end = sorted(chosen.sample(DAYS, 2))
        properties |= {"startDate": [start], "endDate": [end]}
        properties.pop(chosen.choice(["startDate", "endDate", "name"]), None)
    return {"id": key, "schema": schema, "properties": properties}


def random_graph(chosen: random.Random) -> list[tuple[str, Row]]:
    """(dataset, entity) of a small graph, with edges across datasets and parallel ones."""
    names = [f"{chosen.choice('ttuv')}:n{number}" for number in range(15)]
    rows = []
    for name in names:
        dataset, key = name.split(":")
        rows.append((dataset, random_record(chosen, key, names)))
    for number in range(36):
        edge = random_edge(chosen, f"e{number}", names)
        rows.append((chosen.choice("ttuv"), edge))
    return rows


def random_filter(chosen: random.Random, most: int) -> HopFilter:
    """A filter that asks for at most so many things."""
    days = sorted(chosen.sample([*DAYS, "2010-05-05", "2012"], 2))
    during = chosen.choice([DateRange(*days), DateRange(None, days[0]), DateRange(days[1], None)])
    schemata = chosen.sample(
        ["Person", "Company", "LegalEntity", "Organization", "Asset", "PublicBody"], 2
    )
    full = HopFilter(
        types=tuple(chosen.sample(TYPES, chosen.choice([4, 6]))),
        schemata=tuple(schemata),
        datasets=tuple(chosen.sample(DATASETS, 2)),
        direction=chosen.choice([Direction.OUT, Direction.IN]),
        during=during,
        min_share=chosen.choice([0.0, 0.125, 0.3, 0.75]),
        min_amount=chosen.choice([5, 70.5]),
        max_amount=chosen.choice([70.5, 900]),
        currency=chosen.choice(["EUR", "usd"]),
        topics=("sanction",),
        countries=(chosen.choice(["de", "mt"]),),
        max_degree=chosen.choice([3, 5, 7]),
        shared=False,
    )
    dropped = chosen.sample(fields(HopFilter), len(fields(HopFilter)) - chosen.randint(0, most))
    return replace(full, **{one.name: one.default for one in dropped})


def random_question(chosen: random.Random, web: Web) -> Asked:
    """A random question, some of whose ends do not exist."""
    names = [*sorted(web.nodes) * 2, "t:ghost", "t:nobody"]
    hops = [random_filter(chosen, 1) for _ in range(chosen.choice([2, 2, 3, 4]))]
    hops = chosen.choice([[], [], [], hops])
    via = [] if hops else chosen.sample(sorted(web.nodes), chosen.choice([0, 0, 0, 1, 2]))
    return Asked(
        Access(frozenset(chosen.choice([DATASETS, DATASETS, DATASETS, ("t", "u")]))),
        PathQuestion(
            tuple(chosen.sample(names, chosen.choice([1, 1, 2, 3]))),
            tuple(chosen.sample(names, chosen.choice([1, 1, 2, 3]))),
            chosen.choice(list(PathMode)),
            chosen.choice([1, 3, 10]),
            chosen.choice([1, 2, 4, 6]),
            random_filter(chosen, 2),
            tuple(hops),
            tuple(set(chosen.sample(names, chosen.choice([0, 0, 1, 3]))) - set(via)),
            via=tuple(via),
        ),
    )


def crossings(paths: Sequence[Path]) -> set[tuple[str, ...]]:
    """The id and both ends of each relationship that paths cross."""
    return {
        (edge, *sorted(pair))
        for path in paths
        for edge, pair in zip(path.edge_ids, pairwise(path.node_ids), strict=True)
    }


def wanted_lengths(asked: Asked, lengths: list[int], is_single: bool) -> list[int]:
    """Of the lengths of all paths between two ends, in order, those that the mode answers."""
    return {
        PathMode.SHORTEST: lengths[:1],
        PathMode.ALL_SHORTEST: [length for length in lengths if length == lengths[0]],
        PathMode.K_SHORTEST: lengths[: 1 if is_single else asked.question.k],
    }[asked.question.mode]


def pairs_of(question: PathQuestion) -> list[tuple[str, str]]:
    return [(start, end) for start in question.from_ids for end in question.to_ids]


def check_some(web: Web, asked: Asked, result: PathResult) -> int:
    """Check an answer that has not all paths, as more ways were possible than were tried."""
    every = [paths_between(web, asked, *pair) for pair in pairs_of(asked.question)]
    assert all(any(path.node_ids in some for some in every) for path in result.paths)
    return len(result.paths)


def check(web: Web, asked: Asked, result: PathResult) -> int:
    """Check that an answer is right; how many paths it has."""
    if asked.question.via and result.truncated:
        return check_some(web, asked, result)
    assert result.truncated is None
    in_order = sorted(result.paths, key=lambda path: (len(path.edge_ids), path.node_ids))
    assert result.paths == in_order
    paths = {path.node_ids: path.edge_ids for path in result.paths}
    assert len(paths) == len(result.paths)
    assert {node.id for node in result.nodes} == {id_ for path in paths for id_ in path}
    ends = {(edge.id, *sorted((edge.source, edge.target))) for edge in result.edges}
    assert ends == crossings(result.paths)
    for start in asked.question.from_ids:
        for end in asked.question.to_ids:
            between = {
                path: edges for path, edges in paths.items() if (path[0], path[-1]) == (start, end)
            }
            every = paths_between(web, asked, start, end)
            assert between.items() <= every.items()
            lengths = sorted(map(len, every.values()))
            wanted = wanted_lengths(asked, lengths, start == end)
            assert sorted(map(len, between.values())) == wanted
    return len(paths)


@pytest.fixture
def patient_engine(graph: Connection, bolt: Bolt, tmp_path: File) -> Iterator[Engine]:
    """An engine whose answers are never cut because the machine is slow."""
    settings = on(bolt, tmp_path / "data").model_copy(update={"deadline": PATIENCE})
    with Engine.open(settings, progress=lambda _: None) as engine:
        yield engine


@pytest.mark.parametrize(
    ("seed", "method"),
    [(seed, ("the server's search first", "layer by layer")[seed % 2]) for seed in range(4)],
)
def test_random_questions_on_a_small_multigraph(
    patient_engine: Engine, tmp_path: File, monkeypatch: pytest.MonkeyPatch, seed: int, method: str
) -> None:
    seconds = 0.0 if method == "layer by layer" else 1.0
    monkeypatch.setattr(searching, "FIRST_TRY", seconds / PATIENCE)
    chosen = random.Random(seed)
    rows = random_graph(chosen)
    for name in DATASETS:
        file = tmp_path / f"{name}.json"
        file.write_text("".join(json.dumps(row) + "\n" for dataset, row in rows if dataset == name))
        assert load(patient_engine, [str(file)], name).refused_count == 0
    web, counts = web_of(rows), []
    for asked in (random_question(chosen, web) for _ in range(QUESTIONS)):
        try:
            result = patient_engine.paths(asked.question, asked.access)
        except BadInput:  # all ends of one side, or all datasets, are hidden from this reader
            result = PathResult()
        counts.append(check(web, asked, result))
    assert sum(count > 0 for count in counts) > QUESTIONS / 3
    assert sum(count > 3 for count in counts) > QUESTIONS / 20

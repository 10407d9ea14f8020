"""Nothing leaks: a reader gets what they would get if all that they may not read were not there.

Random worlds are asked random questions of every kind, by somebody who may read a part. Then the
graph is emptied and filled with that part alone, and asked the same. `--examples` says how many
worlds.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from engine import hub
from engine.account import OWNER, Level
from engine.caller import Caller
from engine.engine import Engine
from engine.graph import visibility
from engine.graph.connection import Connection
from engine.graph.judgement.ledger import put
from engine.graph.judgement.row import node_row
from engine.graph.record import reader as reading
from engine.judgement import Judgement, Verdict
from engine.run import Outcome, Run
from tests.access import asking
from tests.access.asking import Question
from tests.access.world import ACCOUNTS, LETTERS, READERS, World, summary, worlds
from tests.conftest import Bolt, on

EMPTY = "MATCH (n:Entity|Literal|Tombstone|Dataset|Run|Judgement) DETACH DELETE n"
PATIENCE = 120.0
"""Seconds that a question may take: none of them fails because a machine is busy."""
CAP = 2
"""The most holders of a shared value in these worlds, so that few records are too many."""


@pytest.fixture
def filled(
    graph: Connection, bolt: Bolt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[World], Engine]]:
    """A function that empties graph and index, and fills them with a world."""
    monkeypatch.setattr(visibility, "LITERAL_CAP", CAP)
    monkeypatch.setattr(hub, "HUB", CAP)
    monkeypatch.setattr(reading, "FEW", CAP)
    rates = tmp_path / "rates.csv"
    rates.write_text(asking.RATES)
    changes = {"deadline": PATIENCE, "rates": str(rates)}
    patient = on(bolt, tmp_path / "data").model_copy(update=changes)
    with Engine.open(patient, progress=lambda _: None) as engine:
        yield filling(engine, graph)


def filling(engine: Engine, graph: Connection) -> Callable[[World], Engine]:
    """The function of ``filled``, for an engine."""
    directory = engine.directory
    directory.add_group(OWNER, "newsroom")
    for name, groups in ACCOUNTS.items():
        directory.add_account(OWNER, name)
        for group in groups:
            directory.join_group(OWNER, name, group)

    indexed: list[str] = []

    def fill(world: World) -> Engine:
        graph.declare(EMPTY)
        engine._index.remove(indexed)
        put_datasets(graph, world)
        for name in world.runs:
            start = datetime(2020, 1, 1, tzinfo=UTC)
            run = Run(f"{name}-1", name, "x", start, start, Outcome.FAILED, f"{name} broke")
            engine.note_run(run)
        indexed[:] = [record.id for record in world.records]
        if indexed:
            engine._keeper.take(engine._writer.write(world.records, ()))
        else:
            engine._index.commit(engine.revision())
        engine.follow()
        put_judgements(graph, world.judgements)
        engine.mentions.work()
        assert engine._index.revision == engine.revision()
        return engine

    return fill


def put_datasets(graph: Connection, world: World) -> None:
    """Make the datasets of a world with their grants, in one transaction: there are thousands."""
    with graph.transaction() as tx:
        for name, how in world.visibility.items():
            tx.run("dataset_set", {"name": name, "changes": {"title": name.title()}})
            tx.run("visibility_set", {"name": name, "visibility": how})
        for dataset, to in world.grants:
            rule = {"dataset": dataset, "to": to, "level": Level.READ, "by": "test"}
            assert tx.run("grant_set", rule)


def put_judgements(graph: Connection, judgements: Sequence[Judgement]) -> None:
    """Let these judgements hold, also where they contradict each other: hidden ones may."""
    with graph.transaction() as tx:
        tx.run("judgement_note", {"rows": [node_row(each, 0) for each in judgements]})
        put(tx, judgements)
        for each in judgements:
            if each.verdict is Verdict.POSITIVE:
                tx.run("judgement_first", {"collection": each.collection})


def caller_of(engine: Engine, reader: str | None) -> Caller:
    """Somebody with what they may read by now."""
    account = engine.directory.account(reader) if reader else None
    return Caller(engine.directory.access(account), account)


@st.composite
def searches(draw: st.DrawFn) -> list[Question]:
    """Two searches for entities, and one that counts and sums."""
    where, asked = st.sampled_from(asking.WHERE), []
    for text in draw(st.lists(st.sampled_from(asking.TEXTS), min_size=2, max_size=2)):
        variables = {
            "text": text,
            "filter": draw(where),
            "sort": draw(st.sampled_from(asking.SORTS)),
            "by": draw(st.sampled_from(asking.ORDERS)),
        }
        asked.append(Question(asking.SEARCH, variables))
    text = draw(st.sampled_from(asking.TEXTS[:1] * 3 + asking.TEXTS))
    variables = {"text": text, "filter": draw(where), "by": draw(st.sampled_from(asking.BY))}
    return [*asked, Question(asking.GROUPS, variables)]


@st.composite
def question_lists(draw: st.DrawFn, world: World) -> list[Question]:
    """Eight questions about a world, of every kind in the end; the first is about all entities."""
    ids, nodes = world.ids(), world.nodes()
    node, name = st.sampled_from(nodes), st.sampled_from([*world.visibility, "nowhere"])
    starts = [id_ for id_ in nodes if not id_.startswith("literal:")]
    ends = st.lists(node, min_size=1, max_size=3, unique=True)
    parts = (asking.ALL, *asking.REFERRERS)
    asked = [Question(asking.ENTITIES % part, {"ids": ids}) for part in parts]
    for part in asking.EXPANSIONS:
        near = st.lists(st.sampled_from(ids), min_size=3, max_size=3)
        asked.append(Question(asking.ENTITIES % part, {"ids": draw(near)}))
    asked.append(Question(asking.HOLDINGS, {"id": draw(node)}))
    asked.append(Question(asking.SUBGRAPH, {"ids": ids}))
    asked.append(Question(asking.DATASETS, {"name": draw(name)}))
    asked.append(Question(asking.JUDGED, {"ids": ids, "collection": draw(st.none() | name)}))
    asked.append(Question(asking.MENTIONED, {"ids": ids, "text": draw(st.sampled_from(LETTERS))}))
    asked.append(Question(asking.NAMED, {"id": draw(node)}))
    text = draw(st.sampled_from(("", "berg ferry", '"ferry of anna"')))
    asked.append(Question(asking.DOCUMENT, {"id": draw(node), "text": text}))
    asked += draw(searches())
    near = st.lists(node, min_size=1, max_size=2, unique=True)
    sets = {"ids": draw(near), "type": draw(st.sampled_from(asking.CLUSTERS))}
    asked.append(Question(asking.SETS, sets))
    asked.append(Question(asking.CHANGES, {"dataset": draw(st.none() | name)}))
    for order in asking.TALLIES:
        variables = {"id": draw(node), "order": order, "hops": draw(st.sampled_from([1, 1, 2]))}
        asked.append(Question(asking.NEIGHBOURS, variables))
    for mode in asking.MODES:
        variables = {
            "from": draw(st.lists(st.sampled_from(starts), min_size=1, max_size=2)),
            "to": draw(ends),
            "mode": mode,
            "avoid": [draw(node)],
            **draw(st.sampled_from(asking.SHAPES)),
        }
        asked.append(Question(asking.PATHS, variables))
    rest = st.sampled_from(range(1, len(asked)))
    chosen = draw(st.lists(rest, min_size=7, max_size=7, unique=True))
    return [asked[0], *(asked[at] for at in chosen)]


def next_pages(asked: Sequence[Question], bodies: Sequence[Any]) -> list[Question]:
    """The questions for the second pages of searches, datasets and owners."""
    pages = []
    for question, body in zip(asked, bodies, strict=True):
        for field in ("search", "datasets", "owners", "neighbours"):
            found = (body.get("data") or {}).get(field)
            if found and (found.get("pageInfo") or {}).get("hasNextPage"):
                after = {"after": found["pageInfo"]["endCursor"]}
                pages.append(Question(question.text, {**question.variables, **after}))
    return pages


def examples(request: pytest.FixtureRequest) -> int:
    """How many worlds are tried."""
    return int(request.config.getoption("--examples"))


def test_a_reader_gets_what_there_would_be_without_the_rest(
    filled: Callable[[World], Engine], request: pytest.FixtureRequest
) -> None:
    """Nodes, edges, counts, sums, facets, paths, holdings, highlights, mentions, errors."""

    @settings(
        max_examples=examples(request),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        world = data.draw(worlds())
        reader = data.draw(st.sampled_from(READERS))
        asked = data.draw(question_lists(world))
        export = data.draw(st.sampled_from([*asking.EXPORTS, *world.nodes()]))
        engine = filled(world)
        caller = caller_of(engine, reader)
        note(str((reader, sorted(caller.access.datasets), summary(world))))
        first = asking.answers(engine, caller, asked)
        pages = next_pages(asked, first)
        full = [*first, *asking.answers(engine, caller, pages)]
        files = asking.taken(engine, caller, export)

        engine = filled(world.without_unreadable(caller.access))
        assert caller_of(engine, reader).access == caller.access
        rest = asking.answers(engine, caller, [*asked, *pages])
        assert all("data" in body for body in rest), [b for b in rest if "data" not in b][:1]
        there = {node["id"] for node in rest[0]["data"]["entities"] if node}
        for question, one, other in zip([*asked, *pages], full, rest, strict=True):
            pair = asking.comparable(question, one), asking.comparable(question, other)
            found = asking.difference(*pair)
            assert found is None, f"{found}\n{question}"
            hidden = asking.named(one) - there
            assert not hidden, f"{hidden} must not be seen\n{question}\n{one}"
        assert files == asking.taken(engine, caller, export)

    check()

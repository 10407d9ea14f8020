"""Runs of cross-referencing over HTTP: who may start one, and who sees which of its pairs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.account import OWNER, Level, Role, Scope
from engine.dataset import Visibility
from engine.engine import Engine
from tests.crossing import ARCHIVE, LIST, put

pytestmark = pytest.mark.usefixtures("in_this_process")
RUN = """{ id state total done compared secondsLeft by minScore inside schemata
  source { name } collection { name }"""
PAIRS = """pairs(first: 2, filter: {minScore: 0.6}) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { score verdict left { id } right { id caption } explanation { feature score } } }
  statistics { pairs judged records bands { least below pairs judged } } }"""


@pytest.fixture
def client(fresh_engine: Engine) -> Iterator[TestClient]:
    """The API with a public archive, a dataset that only ``ada`` reads, and a reader ``bob``."""
    put(fresh_engine, "list", *LIST)
    put(fresh_engine, "a", *ARCHIVE)
    put(fresh_engine, "b", ("x", "Person", {"name": "Viktor Morozov", "birthDate": "1961-03-12"}))
    for name in ("list", "a"):
        fresh_engine.directory.publish(OWNER, name, Visibility.PUBLIC)
    for name in ("ada", "bob"):
        fresh_engine.directory.add_account(OWNER, name, roles=[Role.JOURNALIST])
    fresh_engine.directory.grant(OWNER, "b", "ada", Level.READ)
    with TestClient(create_app(fresh_engine)) as opened:
        yield opened


@pytest.fixture
def ask(client: TestClient, fresh_engine: Engine) -> Callable[[str | None, str], Any]:
    """A function that asks as ``ada``, as ``bob`` or as nobody."""
    keys = {
        name: fresh_engine.credentials.make_key(OWNER, name, scopes=tuple(Scope))[0]
        for name in ("ada", "bob")
    }

    def asked(name: str | None, query: str) -> Any:
        headers = {"Authorization": f"Bearer {keys[name]}"} if name else {}
        return client.post("/graphql", json={"query": query}, headers=headers).json()

    return asked


def test_who_reads_both_records_sees_a_pair(
    ask: Callable[[str | None, str], Any], fresh_engine: Engine
) -> None:
    opened = ask("ada", 'mutation { openInvestigation(title: "Ferries") { name } }')
    name = opened["data"]["openInvestigation"]["name"]
    start = f'mutation {{ xref(source: "list", collection: "{name}", inside: false) {RUN} }} }}'
    run = ask("ada", start)["data"]["xref"]
    assert (run["state"], run["source"], run["by"]) == ("QUEUED", {"name": "list"}, "ada")
    assert ask("ada", f'mutation {{ stopXref(id: "{run["id"]}") {{ state }} }}')["data"] == {
        "stopXref": {"state": "STOPPED"}
    }
    resumed = ask("ada", f'mutation {{ resumeXref(id: "{run["id"]}") {{ state }} }}')
    assert resumed["data"]["resumeXref"]["state"] == "QUEUED"
    fresh_engine.crossings.work(lambda text: pytest.fail(text))

    wanted = f'{{ xrefRun(id: "{run["id"]}") {RUN} {PAIRS} }}'
    done = ask("ada", wanted)["data"]["xrefRun"]
    assert (done["state"], done["total"], done["done"]) == ("FINISHED", 4, 4)
    assert done["pairs"]["totalCount"] == 4
    assert done["pairs"]["pageInfo"]["hasNextPage"]
    assert done["statistics"]["records"] == 3
    assert ask("bob", wanted)["data"] == {"xrefRun": None}

    fresh_engine.directory.grant(OWNER, name, "bob", Level.READ)
    seen = ask("bob", wanted)["data"]["xrefRun"]
    assert seen["pairs"]["totalCount"] == seen["statistics"]["pairs"] == 3
    assert (seen["total"], seen["compared"]) == (None, None)
    assert ask("bob", "{ xrefRuns { nodes { id } } }")["data"]["xrefRuns"]["nodes"]
    assert not ask(None, "{ xrefRuns { nodes { id } } }")["data"]["xrefRuns"]["nodes"]


def test_who_may_not_is_told_why(ask: Callable[[str | None, str], Any]) -> None:
    for name, arguments, code, told in (
        (None, 'source: "list"', "UNAUTHENTICATED", "sign in"),
        ("bob", 'source: "list"', "FORBIDDEN", "name an investigation of yours"),
        ("bob", 'source: "b"', "BAD_USER_INPUT", "there is no dataset 'b'"),
        ("bob", 'source: "list", scope: {datasets: ["b"]}', "BAD_USER_INPUT", "no dataset 'b'"),
        ("bob", 'source: "list", scope: {countries: ["xq"]}', "BAD_USER_INPUT", "no"),
    ):
        answer = ask(name, f"mutation {{ xref({arguments}) {{ id }} }}")
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == code
        assert told in error["message"]


def test_many_pairs_are_judged_after_a_sample(
    ask: Callable[[str | None, str], Any], fresh_engine: Engine
) -> None:
    name = ask("ada", 'mutation { openInvestigation(title: "Ferries") { name } }')["data"]
    collection = name["openInvestigation"]["name"]
    start = (
        f'mutation {{ xref(source: "list", collection: "{collection}", inside: false) {{ id }} }}'
    )
    run = ask("ada", start)["data"]["xref"]["id"]
    fresh_engine.crossings.work(lambda text: pytest.fail(text))
    wanted = f'run: "{run}", filter: {{minScore: 0.6, schemata: ["LegalEntity"]}}'
    sample = ask("ada", f"{{ xrefSample({wanted}, size: 2) {{ count token pairs {{ id }} }} }}")
    shown = sample["data"]["xrefSample"]
    assert (shown["count"], len(shown["pairs"])) == (4, 2)
    told = "{ operation judged refusedCount refused { reason } }"
    judge = f'mutation {{ judgeXref({wanted}, verdict: POSITIVE, token: "TOKEN") {told} }}'
    (error,) = ask("ada", judge)["errors"]
    assert "look at a new sample" in error["message"]
    assert ask(None, judge)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    judged = ask("ada", judge.replace("TOKEN", shown["token"]))["data"]["judgeXref"]
    assert (judged["judged"], judged["refusedCount"]) == (4, 0)
    told = "statistics { positive agreement } pairs(order: HELP) { totalCount }"
    done = ask("ada", f'{{ xrefRun(id: "{run}") {{ {told} }} }}')["data"]["xrefRun"]
    assert (done["statistics"]["positive"], done["statistics"]["agreement"]) == (4, 1.0)
    undo = f'collection: "{collection}", operation: "{judged["operation"]}"'
    undone = ask("ada", f"mutation {{ undoJudgements({undo}) {{ id }} }}")["data"]
    assert len(undone["undoJudgements"]) == 4

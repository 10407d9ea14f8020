"""Judgements and profiles, as their users work with them by GraphQL."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from api.execution import Execution, Parameters
from engine.account import OWNER, Level, Role
from engine.dataset import Visibility
from engine.engine import Engine
from engine.entity import make_entity

Ask = Callable[..., Any]
JUDGE = """mutation($into: String!, $left: ID!, $right: ID!, $verdict: Verdict!, $note: String) {
  judge(collection: $into, left: $left, right: $right, verdict: $verdict, note: $note) {
    id verdict by note collection { name } left { id } right { caption } history { id } } }"""
OPEN = "mutation($title: String!) { openInvestigation(title: $title) { name } }"
PROFILE = """query($id: ID!) { entity(id: $id) { profile { schema caption records { id } truncated
  judgements { by note } contradictions { by collection { name } }
  properties { name type values { value recordIds datasets { name } } } } } }"""


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    """A public register and a leak that tell of one person, and an investigation of ada's."""
    told: dict[str, dict[str, list[str]]] = {
        "register": {"name": ["Ann Berg"], "country": ["dk"], "addressEntity": ["home"]},
        "leak": {"name": ["Ann Berg", "A. Berg"], "birthDate": ["1970"]},
    }
    for name, properties in told.items():
        with fresh_engine.loading(name) as loading:
            loading.begin(name.title())
            home = make_entity(name, "home", "Address", {"full": ["Main Street 1"]})
            loading.add([make_entity(name, "ann", "Person", properties), home])
            loading.finish(None)
    directory = fresh_engine.directory
    directory.publish(OWNER, "register", Visibility.PUBLIC)
    for name in ("ada", "ben"):
        directory.add_account(OWNER, name, roles=[Role.JOURNALIST])
    directory.grant(OWNER, "leak", "ada", Level.READ)
    return fresh_engine


@pytest.fixture
def ask(engine: Engine) -> Ask:
    """Asks as a user; an error is its extensions and message."""
    execution = Execution(engine)

    def asked(who: str, query: str, **variables: Any) -> Any:
        account = engine.directory.account(who)
        assert account is not None
        token = engine.credentials.sign_in(account, "test")
        parameters = Parameters(query, variables)
        answer = asyncio.run(execution.answer(parameters, lambda: engine.caller(session=token)))
        if "errors" in answer.body:
            error = answer.body["errors"][0]
            return error["extensions"], error["message"]
        (value,) = answer.body["data"].values()
        return value

    return asked


def judge(ask: Ask, into: str, verdict: str, left: str = "leak:ann", note: str = "") -> Any:
    variables = {"into": into, "left": left, "right": "register:ann", "verdict": verdict}
    return ask("ada", JUDGE, **variables, note=note)


def test_a_pair_is_judged_seen_and_undone(ask: Ask) -> None:
    into = ask("ada", OPEN, title="Bergs")["name"]
    made = judge(ask, into, "POSITIVE", note="the same address")
    assert made == {
        "id": made["id"],
        "verdict": "POSITIVE",
        "by": "ada",
        "note": "the same address",
        "collection": {"name": into},
        "left": {"id": "leak:ann"},
        "right": {"caption": "Ann Berg"},
        "history": [{"id": made["id"]}],
    }
    profile = ask("ada", PROFILE, id="register:ann")["profile"]
    assert [record["id"] for record in profile["records"]] == ["register:ann", "leak:ann"]
    assert (profile["schema"], profile["caption"]) == ("Person", "Ann Berg")
    assert profile["judgements"] == [{"by": "ada", "note": "the same address"}]
    told = {prop["name"]: prop["values"] for prop in profile["properties"]}
    assert [
        (value["value"], [dataset["name"] for dataset in value["datasets"]])
        for value in told["name"]
    ] == [("Ann Berg", ["register", "leak"]), ("A. Berg", ["leak"])]
    assert told["birthDate"][0]["recordIds"] == ["leak:ann"]
    assert told["addressEntity"][0]["value"] == "register:home"

    alone = ask("ben", PROFILE, id="register:ann")["profile"]
    assert [record["id"] for record in alone["records"]] == ["register:ann"]
    assert (alone["judgements"], "birthDate" in str(alone)) == ([], False)
    listed = "{ judgements { totalCount nodes { id } edges { cursor } } }"
    assert ask("ben", listed)["totalCount"] == 0
    assert [each["id"] for each in ask("ada", listed)["nodes"]] == [made["id"]]
    of_record = '{ entity(id: "leak:ann") { judgements(verdict: POSITIVE) { totalCount } } }'
    assert ask("ada", of_record) == {"judgements": {"totalCount": 1}}
    undo = "mutation($id: ID!) { undoJudgement(id: $id) { undoneBy } }"
    assert ask("ben", undo, id=made["id"])[0]["code"] == "BAD_USER_INPUT"
    assert ask("ada", undo, id=made["id"]) == {"undoneBy": "ada"}
    assert ask("ada", listed)["totalCount"] == 0


def test_a_contradiction_is_shown_with_its_chain(ask: Ask) -> None:
    one, other = (ask("ada", OPEN, title=title)["name"] for title in ("One", "Other"))
    made = judge(ask, one, "POSITIVE")
    extensions, message = judge(ask, other, "NEGATIVE")
    assert extensions["code"] == "CONTRADICTION"
    assert [each["id"] for each in extensions["chain"]] == [made["id"]]
    assert "Ann Berg (leak:ann) is the same as Ann Berg (register:ann) (ada, " in message
    pairs = """mutation($into: String!, $pairs: [JudgementInput!]!) {
      judgePairs(collection: $into, pairs: $pairs, each: true) { operation judgements { verdict }
        refused { leftId reason chain { id } } } }"""
    rows = [
        {"left": "leak:ann", "right": "register:ann", "verdict": "NEGATIVE"},
        {"left": "leak:home", "right": "register:home", "verdict": "UNSURE", "score": 0.5},
        {"left": "leak:home", "right": "register:nobody", "verdict": "POSITIVE"},
    ]
    done = ask("ada", pairs, into=other, pairs=rows)
    assert done["judgements"] == [{"verdict": "UNSURE"}]
    assert [(each["leftId"], len(each["chain"])) for each in done["refused"]] == [
        ("leak:ann", 1),
        ("leak:home", 0),
    ]
    undo = """mutation($into: String!, $operation: String!) {
      undoJudgements(collection: $into, operation: $operation) { verdict } }"""
    assert ask("ada", undo, into=other, operation=done["operation"]) == [{"verdict": "UNSURE"}]


def test_who_reads_two_collections_is_shown_where_they_disagree(engine: Engine, ask: Ask) -> None:
    one = ask("ada", OPEN, title="One")["name"]
    judge(ask, one, "POSITIVE")
    engine.directory.grant(OWNER, "leak", "ben", Level.WRITE)
    negative = {"left": "leak:ann", "right": "register:ann", "verdict": "NEGATIVE"}
    assert ask("ben", JUDGE, into="leak", **negative)["verdict"] == "NEGATIVE"
    profile = ask("ada", PROFILE, id="leak:ann")["profile"]
    assert profile["contradictions"] == [{"by": "ben", "collection": {"name": "leak"}}]

"""Investigations, as their users work with them by GraphQL: each sees what they may see."""

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
OPEN = 'mutation { openInvestigation(title: "Cement") { name title level archived createdBy } }'
PUT = """mutation($name: String!, $schema: String!, $properties: [PropertyInput!]!, $id: ID) {
  putEntity(investigation: $name, schema: $schema, properties: $properties, id: $id) { id caption }
}"""


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    """A public and a restricted dataset of one company each, and four users."""
    for name in ("register", "leak"):
        with fresh_engine.loading(name) as loading:
            loading.begin(name.title())
            properties = {"name": [f"{name.title()} Cement"], "phone": ["+49301234567"]}
            boss = make_entity(name, "boss", "Person", {"name": ["The Boss"]})
            loading.add([make_entity(name, "cement", "Company", properties), boss])
            loading.finish(None)
    fresh_engine.directory.publish(OWNER, "register", Visibility.PUBLIC)
    for name, roles in (
        ("ada", [Role.JOURNALIST]),
        ("ben", [Role.JOURNALIST]),
        ("eve", []),
        ("boss", [Role.ADMINISTRATOR]),
        ("team", [Role.DATA_TEAM]),
    ):
        fresh_engine.directory.add_account(OWNER, name, roles=roles)
    fresh_engine.directory.add_group(OWNER, "newsroom")
    fresh_engine.directory.join_group(OWNER, "ben", "newsroom")
    fresh_engine.directory.grant(OWNER, "leak", "ada", Level.READ)
    return fresh_engine


@pytest.fixture
def ask(engine: Engine) -> Ask:
    """Asks as a user; an error is its code and message."""
    execution, tokens = Execution(engine), dict[str, str]()

    def asked(who: str | None, query: str, **variables: Any) -> Any:
        def find() -> Any:
            if who is None:
                return engine.caller()
            if who not in tokens:
                account = engine.directory.account(who)
                assert account is not None
                tokens[who] = engine.credentials.sign_in(account, "test")
            return engine.caller(session=tokens[who])

        answer = asyncio.run(execution.answer(Parameters(query, variables), find)).body
        if "errors" in answer:
            error = answer["errors"][0]
            return error["extensions"]["code"], error["message"]
        (value,) = answer["data"].values()
        return value

    return asked


def put(ask: Ask, who: str, into: str, kind: str, /, id: str | None = None, **values: str) -> Any:
    properties = [{"name": key, "values": [value]} for key, value in values.items()]
    return ask(who, PUT, name=into, schema=kind, properties=properties, id=id)


def opened(ask: Ask, who: str = "ada") -> str:
    name = ask(who, OPEN)["name"]
    assert isinstance(name, str)
    return name


def test_a_journalist_opens_one_and_nobody_else_sees_it(ask: Ask) -> None:
    made = ask("ada", OPEN)
    assert made["name"].startswith("inv_")
    assert made == {
        "name": made["name"],
        "title": "Cement",
        "level": "MANAGE",
        "archived": False,
        "createdBy": "ada",
    }
    one = f'{{ investigation(name: "{made["name"]}") {{ title }} }}'
    listed = "{ investigations { totalCount nodes { name } } }"
    for who, sees in (("ada", 1), ("team", 1), ("ben", 0), ("boss", 0), ("eve", 0), (None, 0)):
        assert (ask(who, one) is not None) == bool(sees), who
        assert ask(who, listed)["totalCount"] == sees, who
    assert ask("ada", "{ datasets { nodes { name } } }")["nodes"] == [
        {"name": "leak"},
        {"name": "register"},
    ]


@pytest.mark.parametrize("who", ["eve", "boss", None])
def test_who_has_no_role_for_it_opens_none(ask: Ask, who: str | None) -> None:
    code, _ = ask(who, OPEN)
    assert code == ("UNAUTHENTICATED" if who is None else "FORBIDDEN")


def test_a_person_is_added_and_is_found_at_once_by_those_who_may(ask: Ask) -> None:
    name = opened(ask)
    person = put(ask, "ada", name, "Person", name="Magda Oderfeld", birthDate="1971-05")
    assert person["id"].startswith(f"{name}:")
    link = put(
        ask, "ada", name, "Ownership", owner=person["id"], asset="register:cement", percentage="60"
    )
    found = '{ search(query: "oderfeld") { totalCount } }'
    expanded = f'{{ entity(id: "{person["id"]}") {{ expand {{ nodes {{ id }} }} }} }}'
    path = f"""{{ paths(from: ["{person["id"]}"], to: ["register:cement"]) {{
        paths {{ edgeIds }} }} }}"""
    owners = '{ owners(id: "register:cement") { nodes { share entity { id } } } }'
    for who in ("ada", "team"):
        assert ask(who, found)["totalCount"] == 1
        assert ask(who, expanded)["expand"]["nodes"] == [{"id": "register:cement"}]
        assert ask(who, path)["paths"] == [{"edgeIds": [link["id"]]}]
        assert ask(who, owners)["nodes"] == [{"share": 0.6, "entity": {"id": person["id"]}}]
    for who in ("ben", "boss", None):
        assert ask(who, found)["totalCount"] == 0
        assert ask(who, expanded) is None
        assert ask(who, path)[0] == "NOT_FOUND"
        assert ask(who, owners)["nodes"] == []


def test_shared_to_read_then_to_write_then_no_more(ask: Ask) -> None:
    name = opened(ask)
    share = f'mutation {{ shareInvestigation(name: "{name}", to: "ben", level: %s) {{ level }} }}'
    readers = f'{{ investigation(name: "{name}") {{ level readers {{ to level by }} }} }}'
    assert put(ask, "ben", name, "Person", name="Ben's friend")[0] == "BAD_USER_INPUT"
    assert ask("ben", share % "READ")[0] == "BAD_USER_INPUT"  # it is not there for ben
    ask("ada", share % "READ")
    assert ask("ben", readers) == {
        "level": "READ",
        "readers": [
            {"to": "ada", "level": "MANAGE", "by": "ada"},
            {"to": "ben", "level": "READ", "by": "ada"},
        ],
    }
    assert put(ask, "ben", name, "Person", name="Ben's friend")[0] == "FORBIDDEN"
    ask("ada", share % "WRITE")
    assert "id" in put(ask, "ben", name, "Person", name="Ben's friend")
    assert ask("ben", share % "MANAGE")[0] == "FORBIDDEN"
    assert ask("ben", f'mutation {{ leaveInvestigation(name: "{name}") }}') is True
    assert ask("ben", readers) is None
    ask("ada", f'mutation {{ shareInvestigation(name: "{name}", to: "newsroom") {{ level }} }}')
    assert ask("ben", readers)["level"] == "READ"
    code, message = ask("ben", f'mutation {{ leaveInvestigation(name: "{name}") }}')
    assert (code, "member of a group" in message) == ("BAD_USER_INPUT", True)
    assert ask("ada", f'mutation {{ unshareInvestigation(name: "{name}", to: "newsroom") }}')
    assert ask("ben", readers) is None


def test_the_last_manager_stays(ask: Ask) -> None:
    name = opened(ask)
    for change in (
        f'leaveInvestigation(name: "{name}")',
        f'unshareInvestigation(name: "{name}", to: "ada")',
        f'shareInvestigation(name: "{name}", to: "ada", level: READ) {{ level }}',
    ):
        code, message = ask("ada", f"mutation {{ {change} }}")
        assert (code, "the last who manages it" in message) == ("BAD_USER_INPUT", True)


def test_records_of_datasets_are_included_for_those_who_may_see_them(ask: Ask) -> None:
    name = opened(ask)
    include = """mutation($name: String!, $ids: [ID!]!) {
        includeEntities(investigation: $name, ids: $ids) }"""
    included = f"""{{ investigation(name: "{name}") {{
        included {{ totalCount nodes {{ by entity {{ id }} }} }} }} }}"""
    assert ask("ada", include, name=name, ids=["register:cement", "leak:cement"]) == 2
    assert ask("ada", include, name=name, ids=["register:cement"]) == 1
    ask("ada", f'mutation {{ shareInvestigation(name: "{name}", to: "ben") {{ level }} }}')
    register = {"by": "ada", "entity": {"id": "register:cement"}}
    leak = {"by": "ada", "entity": {"id": "leak:cement"}}
    assert ask("ada", included)["included"] == {"totalCount": 2, "nodes": [leak, register]}
    assert ask("ben", included)["included"] == {"totalCount": 1, "nodes": [register]}
    with_it = '{ investigationsWith(record: "%s") { name } }'
    for who, sees in (("ada", (1, 1)), ("ben", (1, 0)), ("eve", (0, 0)), (None, (0, 0))):
        for record, count in zip(("register:cement", "leak:cement"), sees, strict=True):
            assert len(ask(who, with_it % record)) == count, (who, record)
    own = opened(ask, "ben")
    hidden = ask("ben", include, name=own, ids=["leak:cement"])
    missing = ask("ben", include, name=own, ids=["leak:nobody"])
    assert hidden[0] == "BAD_USER_INPUT"
    assert hidden[1].replace("cement", "nobody") == missing[1]
    exclude = f'mutation {{ excludeEntities(investigation: "{name}", ids: ["leak:cement"]) }}'
    assert ask("ada", exclude) == 1
    assert ask("ada", included)["included"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("schema", "values", "message"),
    [
        ("Persn", {"name": "x"}, "schema 'Persn' is not known"),
        ("Thing", {"name": "x"}, "abstract"),
        ("Person", {"surname": "x"}, "no property 'surname'"),
        ("Person", {"birthDate": "yesterday"}, "'yesterday' is no date: write it like 2019"),
        ("Person", {"nationality": "Atlantis"}, "is no country: write it like de, or Germany"),
        ("Ownership", {"owner": "register:cement"}, "an edge needs both its ends"),
        ("Ownership", {"owner": "ghost", "asset": "register:cement"}, "owner: there is no record"),
        (
            "Ownership",
            {"owner": "register:cement", "asset": "register:boss"},
            "must be of the schema Asset",
        ),
        ("Person", {}, "says nothing"),
        ("Person", {"addressEntity": "not an id!"}, "which cannot be an id"),
    ],
)
def test_what_the_model_does_not_know_is_said(
    ask: Ask, schema: str, values: dict[str, str], message: str
) -> None:
    code, said = put(ask, "ada", opened(ask), schema, **values)
    assert code == "BAD_USER_INPUT"
    assert message in said


def test_values_are_written_as_ftm_writes_them(ask: Ask) -> None:
    name = opened(ask)
    person = put(ask, "ada", name, "Person", name="  Magda   O. ", nationality="Germany")
    read = f'{{ entity(id: "{person["id"]}") {{ properties {{ name values }} }} }}'
    assert ask("ada", read)["properties"] == [
        {"name": "nationality", "values": ["de"]},
        {"name": "name", "values": ["Magda O."]},
    ]


def test_a_record_is_replaced_and_removed_with_its_relationships(ask: Ask) -> None:
    name = opened(ask)
    first = put(ask, "ada", name, "Person", id="magda", name="Magda")
    assert first["id"] == f"{name}:magda"
    assert put(ask, "ada", name, "Company", id=first["id"], name="Magda Ltd")["id"] == first["id"]
    code, said = put(ask, "ada", name, "Person", id="register:cement", name="x")
    assert (code, "cannot be one of this investigation" in said) == ("BAD_USER_INPUT", True)
    put(ask, "ada", name, "Ownership", id="o", owner="magda", asset="register:cement")
    code, said = put(ask, "ada", name, "Person", id="o", name="x")
    assert (code, "cannot become a Person" in said) == ("BAD_USER_INPUT", True)
    entities = f'{{ investigation(name: "{name}") {{ entities {{ totalCount }} }} }}'
    assert ask("ada", entities)["entities"]["totalCount"] == 2
    assert ask("ada", f'mutation {{ removeEntity(id: "{first["id"]}") }}') == 2
    assert ask("ada", entities)["entities"]["totalCount"] == 0
    for id_ in (first["id"], "register:cement"):
        assert ask("ada", f'mutation {{ removeEntity(id: "{id_}") }}')[0] == "BAD_USER_INPUT"


def test_a_note_is_a_record_that_names_what_it_is_about(ask: Ask) -> None:
    name = opened(ask)
    person = put(ask, "ada", name, "Person", name="Magda")
    put(ask, "ada", name, "Note", description="Call her lawyer", entity=person["id"])
    notes = f"""{{ investigation(name: "{name}") {{
        entities(query: "lawyer", filter: {{schemata: ["Note"]}}) {{ nodes {{ caption }} }} }} }}"""
    assert ask("ada", notes)["entities"]["nodes"] == [{"caption": "Call her lawyer"}]


def test_renamed_archived_reopened_and_deleted(ask: Ask, engine: Engine) -> None:
    name = opened(ask)
    change = f'mutation {{ changeInvestigation(name: "{name}", %s) {{ title summary archived }} }}'
    assert ask("ada", change % 'title: " Big  Cement ", summary: "Who owns it?"') == {
        "title": "Big Cement",
        "summary": "Who owns it?",
        "archived": False,
    }
    assert ask("ada", change % 'title: " "')[0] == "BAD_USER_INPUT"
    assert ask("ada", change % "archived: true")["archived"] is True
    code, message = put(ask, "ada", name, "Person", name="x")
    assert (code, "archived" in message) == ("BAD_USER_INPUT", True)
    assert ask("ada", "{ investigations { totalCount } }")["totalCount"] == 0
    assert ask("ada", "{ investigations(archived: null) { totalCount } }")["totalCount"] == 1
    assert ask("ada", change % 'archived: false, summary: ""')["summary"] is None
    put(ask, "ada", name, "Person", name="Magda Oderfeld")
    delete = f'mutation {{ deleteInvestigation(name: "{name}") }}'
    assert ask("ben", delete)[0] == "BAD_USER_INPUT"
    assert ask("ada", delete) == 1
    assert ask("ada", delete)[0] == "BAD_USER_INPUT"
    assert ask("ada", '{ search(query: "oderfeld") { totalCount } }')["totalCount"] == 0
    actions = [event.action for event in engine.audit.events(OWNER, subject=name)]
    assert actions[0] == "investigation deleted"
    assert actions[-1] == "investigation opened"
    assert engine.check() == []


def test_it_is_never_public(ask: Ask) -> None:
    name = opened(ask)
    code, message = ask("ada", f'mutation {{ publishDataset(name: "{name}") }}')
    assert (code, "never public" in message) == ("BAD_USER_INPUT", True)


def test_an_administrator_opens_one_by_a_grant_that_is_logged(ask: Ask, engine: Engine) -> None:
    name = opened(ask)
    one = f'{{ investigation(name: "{name}") {{ title }} }}'
    assert ask("boss", one) is None
    ask("boss", f'mutation {{ grant(dataset: "{name}", to: "boss") {{ level }} }}')
    assert ask("boss", one) == {"title": "Cement"}
    (event,) = engine.audit.events(OWNER, actor="boss", action="granted")
    assert event.subject == name

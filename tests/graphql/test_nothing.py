"""Never a silent nothing: what is unknown is an error, or a warning beside what is known."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.access import Access
from engine.engine import Engine
from engine.errors import BadInput, NotFound
from engine.question import ExpandQuestion, OwnershipQuestion, PathQuestion

KITE, OTHER = "demo_registry:kite-one", "demo_registry:kite-two"
EDGE = "demo_registry:own-kite-one-lighthouse-energy"
HIDDEN, MISSING = "demo_registry:lena-marsh", "demo_registry:nobody"


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine)) as opened:
        yield opened


def asked(client: TestClient, query: str) -> tuple[Any, list[tuple[str, str]], list[str]]:
    """An answer's data, the codes and messages of its errors, and its warnings."""
    answer = client.post("/graphql", json={"query": query}).json()
    errors = [(e["extensions"]["code"], e["message"]) for e in answer.get("errors", ())]
    told = answer.get("extensions", {}).get("warnings", ())
    return answer["data"], errors, [warning["message"] for warning in told]


@pytest.mark.parametrize(
    ("field", "code", "told"),
    [
        ('owners(id: "nope:x") { totalCount }', "NOT_FOUND", "nope:x"),
        ('holdings(id: "demo_registri:kite-one") { totalCount }', "NOT_FOUND", f"mean {KITE}"),
        (f'owners(id: "{EDGE}") {{ totalCount }}', "BAD_USER_INPUT", "relationship (Ownership)"),
        (f'paths(from: ["x"], to: ["{KITE}"]) {{ paths {{ length }} }}', "NOT_FOUND", "'x'"),
        (f'paths(from: ["{KITE}"], to: ["a:b"]) {{ paths {{ length }} }}', "NOT_FOUND", "a:b"),
        (f'paths(from: [], to: ["{KITE}"]) {{ paths {{ length }} }}', "BAD_USER_INPUT", "from"),
        (f'paths(from: ["{EDGE}"], to: ["{KITE}"]) {{ paths {{ length }} }}', "NOT_FOUND", EDGE),
        ("subgraph(ids: []) { nodes { id } }", "BAD_USER_INPUT", "ids"),
        ('subgraph(ids: ["a:b", "c:d"]) { nodes { id } }', "NOT_FOUND", "c:d"),
        ('search(query: "amont:221") { totalCount }', "BAD_USER_INPUT", "mean amount"),
        ('search(query: "kite schema:Nope") { nodes { id } }', "BAD_USER_INPUT", "'Nope'"),
        ('search(query: "\\"kite") { totalCount }', "BAD_USER_INPUT", "not closed"),
        (
            'search(filter: {countries: ["Malta"]}) { totalCount }',
            "BAD_USER_INPUT",
            "Did you mean mt",
        ),
        (
            'search(filter: {topics: ["sanctioned"]}) { totalCount }',
            "BAD_USER_INPUT",
            "Did you mean sanction",
        ),
        (
            'search(filter: {datasets: ["demo_registrie"]}) { totalCount }',
            "BAD_USER_INPUT",
            "Did you mean demo_registry",
        ),
        (
            'search(filter: {schemata: ["Compnay"]}) { totalCount }',
            "BAD_USER_INPUT",
            "Did you mean Company",
        ),
        (
            f'paths(from: ["{KITE}"], to: ["{OTHER}"], filter: {{types: ["OWNERSHIPS"]}}) '
            "{ paths { length } }",
            "BAD_USER_INPUT",
            "mean OWNERSHIP",
        ),
        (
            f'paths(from: ["{KITE}"], to: ["{OTHER}"], hops: [{{datasets: ["demo_offshor"]}}]) '
            "{ paths { length } }",
            "BAD_USER_INPUT",
            "mean demo_offshore",
        ),
        ('search { facets(fields: ["countries"]) { field } }', "BAD_USER_INPUT", "mean country"),
    ],
)
def test_what_is_unknown_is_an_error(client: TestClient, field: str, code: str, told: str) -> None:
    data, errors, warnings = asked(client, f"{{ {field} }}")
    assert list(data.values()) == [None]
    assert [(known, told in message) for known, message in errors] == [(code, True)]
    assert not warnings


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (f'paths(from: ["{KITE}", "a:b"], to: ["{OTHER}"]) {{ paths {{ length }} }}', ["a:b"]),
        (
            f'paths(from: ["{KITE}"], to: ["{OTHER}", "c:d"], avoid: ["e:f"]) '
            "{ paths { length } }",
            ["c:d", "e:f"],
        ),
        (f'subgraph(ids: ["{KITE}", "a:b"]) {{ nodes {{ id }} }}', ["a:b"]),
        (f'entities(ids: ["a:b", "{KITE}"]) {{ id }}', ["a:b"]),
        ('entity(id: "a:b") { id }', ["a:b"]),
        ('dataset(name: "demo_registri") { name }', ["Did you mean demo_registry"]),
        (
            'search(filter: {countries: ["mt", "Malta"], schemata: ["Company", "Compnay"]}) '
            "{ totalCount nodes { id } }",
            ["Compnay", "Malta"],
        ),
        (
            f'entity(id: "{KITE}") {{ expand(types: ["OWNERSHIP", "OWNS"]) {{ totalCount }} }}',
            ["OWNS"],
        ),
        (f'entity(id: "{KITE}") {{ properties(names: ["nmae"]) {{ values }} }}', ["mean name"]),
        ('search(query: "kite^2 Re: AND") { totalCount }', ["^2", "'Re:'", "AND"]),
    ],
)
def test_what_is_known_is_answered_with_a_warning(
    client: TestClient, field: str, told: list[str]
) -> None:
    data, errors, warnings = asked(client, f"{{ {field} }}")
    assert not errors
    assert 'entity(id: "a:b")' in field or "dataset(" in field or all(data.values())
    for part in told:
        assert [part in warning for warning in warnings].count(True) == 1
    assert len(warnings) == len(told)


def test_an_id_that_is_hidden_gets_the_answer_of_one_that_is_missing(engine: Engine) -> None:
    access = Access(frozenset({"demo_sanctions"}))
    known = "demo_sanctions:viktor-drozdan"

    def refusals(id_: str) -> list[str]:
        asks = (
            lambda: engine.owners(OwnershipQuestion(id_), access),
            lambda: engine.holdings(OwnershipQuestion(id_), access),
            lambda: engine.paths(PathQuestion((id_,), (known,)), access),
            lambda: engine.paths(PathQuestion((known,), (id_,)), access),
            lambda: engine.expand(ExpandQuestion(id_), access),
            lambda: engine.subgraph([id_], access),
        )
        messages = []
        for ask in asks:
            with pytest.raises(NotFound) as refused:
                ask()
            messages.append(str(refused.value).replace(id_, "ID"))
        return messages

    assert refusals(HIDDEN) == refusals(MISSING)


def test_nobody_owns_a_shared_value(engine: Engine) -> None:
    question = OwnershipQuestion("literal:phone:+35952555142")
    with pytest.raises(BadInput, match="a shared value"):
        engine.owners(question, engine.owner_access())


def test_shared_values_are_written_as_their_holders_write_them(client: TestClient) -> None:
    data, errors, _ = asked(
        client,
        """{ search(query: "3 Kiln Road") { nodes { id expand(types: ["ADDRESS"]) {
        nodes { id caption ... on Literal { value } } } } } }""",
    )
    assert not errors
    values = {
        (node["caption"], node["value"])
        for hit in data["search"]["nodes"]
        for node in hit["expand"]["nodes"]
    }
    assert values == {("3 Kiln Road, Elaiona Harbour", "3-kiln-rd-elaiona-hbr")}


def test_suggestions_come_with_a_search_that_finds_nothing(client: TestClient) -> None:
    data, _, _ = asked(
        client,
        """{ no: search(query: "Pelivan Tradimg") { suggestions totalCount }
        some: search(query: "pelican") { suggestions } }""",
    )
    assert data["no"] == {"suggestions": ["Pelican Trading Ltd"], "totalCount": 0}
    assert data["some"] == {"suggestions": []}

"""GraphQL over HTTP: methods, media types and statuses; what errors say, and what they hide."""

import time
from collections.abc import Sequence
from typing import Any, NoReturn
from urllib.parse import quote

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.transport import GRAPHQL, JSON, BadRequest, media_type
from engine.access import Access
from engine.caller import Caller
from engine.errors import QueryTimeout
from engine.settings import Settings

TYPENAME = "{ __typename }"


class Broken:
    """Stands where an engine does, and fails in three ways."""

    settings = Settings(deadline=0.2, rate_limit="off")

    terms = None

    def caller(self, *_: object) -> Caller:
        return Caller(Access(frozenset()))

    def entities(self, ids: Sequence[str], access: Access) -> NoReturn:
        raise RuntimeError("secret at bolt://neo4j")

    def dataset(self, name: str, access: Access) -> None:
        time.sleep(3)

    def subgraph(self, ids: Sequence[str], access: Access, *, whole: bool) -> NoReturn:
        assert not whole
        raise QueryTimeout("too slow")

    def health(self) -> dict[str, str]:
        return {"neo4j": "not answering", "index": "ok"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Broken()))  # type: ignore[arg-type]  # only what these tests ask


def post(client: TestClient, body: Any, accept: str = GRAPHQL) -> httpx2.Response:
    return client.post("/graphql", json=body, headers={"accept": accept})


def test_post_and_get_answer(client: TestClient) -> None:
    for accept, wanted in ((GRAPHQL, GRAPHQL), (JSON, JSON), ("*/*", JSON)):
        answer = post(client, {"query": TYPENAME}, accept)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"{wanted}; charset=utf-8"
        assert answer.json() == {"data": {"__typename": "Query"}}
    assert client.get(f"/graphql?query={quote(TYPENAME)}").json() == {
        "data": {"__typename": "Query"}
    }


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON}", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
def test_accept_chooses_the_media_type(accept: str | None, wanted: str) -> None:
    assert media_type(accept) == wanted


@pytest.mark.parametrize("accept", ["text/csv", f"{JSON};q=0", f"{JSON};q=x"])
def test_nothing_acceptable_is_406(accept: str) -> None:
    with pytest.raises(BadRequest):
        media_type(accept)


BODIES = [
    b"",
    b"{",
    b"[]",
    b"[" + b"{}," * 9 + b"{}]",
    b'"a"',
    b"{}",
    b'{"query": 1}',
    b'{"query": " "}',
]
BODIES += [b'{"query": "{a}", "variables": []}', b'{"query": "{a}", "operationName": 1}', b"\xff"]
BODIES += [b'{"query": "{a}", "extensions": 1}', b'{"query": "{a}", "variables": {"a": NaN}}']
BODIES += [b'{"query": "\\ud800"}', b'{"variables": {"a":' + b"[" * 100_000]


@pytest.mark.parametrize("body", BODIES)
def test_what_is_no_request_is_400(client: TestClient, body: bytes) -> None:
    answer = client.post("/graphql", content=body, headers={"content-type": JSON})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_other_requests_are_refused(client: TestClient) -> None:
    body = b'{"query": "{ __typename }"}'
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        f"{JSON}; charset=utf-16",
    ):
        answer = client.post("/graphql", content=body, headers={"content-type": content_type})
        assert answer.status_code == 415
    assert (
        client.post(
            "/graphql", content=b" " * 1_100_000, headers={"content-type": JSON}
        ).status_code
        == 413
    )
    assert client.put("/graphql").status_code == 405
    assert client.get("/graphql").status_code == 400
    assert client.get("/graphql?query=%7Ba%7D&variables=%7B").status_code == 400


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ entitie }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ entity }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { a }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { __typename } query b { __typename }", "BAD_USER_INPUT"),
        ("{ search(first: 101) { totalCount } }", "BAD_USER_INPUT"),
        ("query($n: Int!) { search(first: $n) { totalCount } }", "BAD_USER_INPUT"),
        ("{" + " __typename" * 301 + "}", "LIMIT_EXCEEDED"),
    ],
)
def test_what_cannot_run_is_400_in_graphqls_own_media_type(
    client: TestClient, query: str, code: str
) -> None:
    answer = post(client, {"query": query})
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert post(client, {"query": query}, JSON).status_code == 200


WRONG = [
    ({"query": "{ entitie(id: 1) { id } }"}, "Did you mean 'entities' or 'entity'?"),
    ({"query": "{ search { nodes { captoin } } }"}, "Did you mean 'caption'?"),
    ({"query": "{ search { nodes { ... on Compny { name } } } }"}, "Did you mean 'Company'?"),
    ({"query": "{ search(qury: 1) { totalCount } }"}, "Did you mean 'query'?"),
    ({"query": "{ search(sort: RELEVANC) { totalCount } }"}, "the enum value 'RELEVANCE'?"),
    (
        {
            "query": "query($s: SearchSort) { search(sort: $s) { totalCount } }",
            "variables": {"s": "RELEVANC"},
        },
        "the enum value 'RELEVANCE'?",
    ),
]


@pytest.mark.parametrize(("body", "meant"), WRONG)
def test_a_wrong_name_is_told_what_was_meant(
    client: TestClient, body: dict[str, Any], meant: str
) -> None:
    assert meant in post(client, body).json()["errors"][0]["message"]
    hidden = Broken()
    hidden.settings = Settings(rate_limit="off", explorer="signed-in")
    kept = TestClient(create_app(hidden))  # type: ignore[arg-type]
    message = post(kept, body).json()["errors"][0]["message"]
    assert "Did you mean" not in message, "the schema is not for everybody"
    assert meant not in message


HASH = {"persistedQuery": {"version": 1, "sha256Hash": "ecf4edb46db40b5132295c0291d62fb65d6759a9"}}


def test_a_client_with_only_a_hash_is_asked_for_the_query(client: TestClient) -> None:
    """Apollo's and urql's clients look for this message, and take no status but 200."""
    wanted = {
        "errors": [
            {
                "message": "PersistedQueryNotSupported",
                "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
            }
        ]
    }
    by_get = client.get("/graphql", params={"extensions": orjson.dumps(HASH).decode()})
    bodies = [
        {"operationName": "A", "variables": {}, "extensions": HASH},
        {"query": None, "extensions": HASH},
        {"documentId": "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"},
    ]
    answers = [post(client, body, accept) for body in bodies for accept in (GRAPHQL, JSON)]
    for answer in (by_get, *answers):
        assert (answer.status_code, answer.json()) == (200, wanted)
    answered = post(client, {"query": TYPENAME, "extensions": HASH})
    assert answered.json() == {"data": {"__typename": "Query"}}


def test_at_most_five_errors_are_returned(client: TestClient) -> None:
    answer = post(client, {"query": "{" + " ".join(f"nope{n}" for n in range(300)) + "}"})
    assert len(answer.json()["errors"]) == 5


def test_operation_name_chooses(client: TestClient) -> None:
    query = "query a { a: __typename } query b { b: __typename }"
    answer = post(client, {"query": query, "operationName": "b"})
    assert answer.json() == {"data": {"b": "Query"}}
    assert post(client, {"query": query, "operationName": "c"}).status_code == 400


def test_what_breaks_inside_is_masked_and_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, {"query": '{ entity(id: "a") { id } }'})
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["message"]) == (200, "Internal error")
    assert "secret" not in answer.text
    assert error["extensions"]["id"] in caplog.text


def test_a_slow_query_runs_into_its_deadline(client: TestClient) -> None:
    answer = post(client, {"query": "{ subgraph(ids: []) { nodes { id } } }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
    start = time.perf_counter()
    answer = post(client, {"query": '{ dataset(name: "a") { name } }'})
    assert time.perf_counter() - start < 2.5  # before the query ends
    assert answer.status_code == 504
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"


def test_health_says_what_is_down(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "neo4j": "not answering", "index": "ok"}


def test_a_browser_gets_a_page_of_our_own_files_only(client: TestClient) -> None:
    page = client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 200
    assert "https://" not in page.text
    for name in ("page.css", "plain.js", "graphiql.js"):
        assert client.get(f"/static/graphiql/{name}").status_code == 200
    for name in ("nope.js", "..%2Fgraphiql.py", "%2e%2e%2fapp.py"):
        assert client.get(f"/static/graphiql/{name}").status_code == 404
    offered = client.get("/static/graphiql/operations.json").json()
    assert len(offered) >= 12
    assert all(operation["title"] and operation["text"] for operation in offered)

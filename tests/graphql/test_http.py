"""Names, origins, headers, compression, failures, metrics: what middleware does around routes."""

import re
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.exchange import HEADER
from api.http.host import host_name
from api.operation import operations
from engine.access import Access
from engine.caller import Caller
from engine.settings import Settings

QUERY = {"query": "{ __typename }"}
FRONT = "https://front.example.org"
EVIL = "https://evil.example"


class Broken:
    """Stands where an engine does, and breaks in each route."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    terms = None

    def caller(self, *_: object) -> Caller:
        return Caller(Access(frozenset()))

    def health(self) -> dict[str, str]:
        raise RuntimeError("secret at bolt://neo4j")

    def lag(self) -> int | None:
        return 3


def client(**settings: Any) -> TestClient:
    app = create_app(Broken(Settings(rate_limit="off", **settings)))  # type: ignore[arg-type]
    return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


def ask(asking: TestClient, method: str = "POST", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return asking.request(
        method, "/graphql", headers=named, json=QUERY if method == "POST" else None
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:9", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("clew.example.org", 200),
        ("inside.", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("localhost@evil.example", 421),
        ("", 421),
    ],
)
def test_only_our_names_are_answered(host: str, status: int) -> None:
    asking = client(public_url="https://clew.example.org", hosts="inside")
    answer = ask(asking, host=host)
    assert answer.status_code == status
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)


def test_the_address_of_the_connection_is_a_name_too() -> None:
    app = create_app(Broken(Settings(rate_limit="off")))  # type: ignore[arg-type]
    asking = TestClient(app, base_url="http://192.0.2.7:8000")
    assert ask(asking).status_code == 200
    assert ask(asking, host="192.0.2.8:8000").status_code == 421


def test_a_redirect_never_repeats_what_was_asked() -> None:
    assert client().get("/graphql/", follow_redirects=False).status_code == 404
    assert host_name("[2001:DB8::1]:8000") == "2001:db8::1"


def test_a_page_of_another_origin_is_refused() -> None:
    for method in ("POST", "GET", "OPTIONS"):
        answer = ask(client(origins=FRONT), method, origin=EVIL)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert ask(client(), origin="null").status_code == 403
    assert ask(client(), origin="http://[").status_code == 403


def test_our_own_page_may_ask() -> None:
    asking = client(public_url="https://clew.example.org")
    assert ask(asking, origin="http://localhost:8000").status_code == 200
    assert ask(asking, origin="https://clew.example.org").status_code == 200
    assert ask(asking, origin="http://localhost:8001").status_code == 403


def test_a_named_page_may_ask_with_a_key() -> None:
    asking = client(origins=FRONT)
    preflight = ask(
        asking,
        "OPTIONS",
        origin=FRONT,
        access_control_request_method="POST",
        access_control_request_headers="authorization, content-type",
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == FRONT
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    answer = ask(asking, origin=FRONT, authorization="Bearer clew_x")
    assert answer.headers["access-control-allow-origin"] == FRONT
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert {"RateLimit", "RateLimit-Policy", "Retry-After", HEADER} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )


def test_any_page_may_read_as_anonymous_where_the_setting_says_so() -> None:
    asking = client(origins=f"{FRONT} *")
    answer = ask(asking, origin=EVIL)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert "access-control-allow-credentials" not in answer.headers
    assert ask(asking, origin=EVIL, authorization="Bearer clew_x").status_code == 403
    assert ask(asking, origin=EVIL, cookie="clew_session=x").status_code == 403
    asked = {"access_control_request_method": "POST"}
    preflight = ask(asking, "OPTIONS", origin=EVIL, **asked)
    assert preflight.headers["access-control-allow-origin"] == "*"
    asked["access_control_request_headers"] = "authorization"
    assert ask(asking, "OPTIONS", origin=EVIL, **asked).status_code == 400
    assert ask(asking, origin=FRONT).headers["access-control-allow-origin"] == FRONT


@pytest.mark.parametrize("path", ["/graphql", "/nothing", "/healthz", "/static/graphiql/page.css"])
def test_every_answer_has_the_headers(path: str) -> None:
    answer = client(public_url="https://clew.example.org").get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert len(answer.headers[HEADER]) == 16
    assert "server" not in answer.headers
    assert "strict-transport-security" not in client().get(path).headers


def test_what_breaks_in_any_route_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    answer = client().get("/healthz")
    (error,) = answer.json()["errors"]
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "id": answer.headers[HEADER]}
    assert answer.headers[HEADER] in caplog.text


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_a_large_answer_is_compressed_as_asked(coding: str) -> None:
    asking = client()
    body = {"query": "{ __schema { types { name fields { name } } } }"}
    plain = asking.post("/graphql", json=body, headers={"accept-encoding": "identity"})
    answer = asking.post("/graphql", json=body, headers={"accept-encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) * 4 < len(plain.content)
    assert "content-encoding" not in ask(asking, accept_encoding=coding).headers, "it is small"


STATIC = "/static/graphiql/"


def test_a_browser_keeps_files_by_their_hash_and_asks_again_for_pages() -> None:
    asking = client()
    for path in ("/start", "/graphql", "/signin"):
        page = asking.get(path, headers={"accept": "text/html"}).text
        named = re.findall(r'"(/static/graphiql/[^"]+)"', page)
        assert named
        for name in named:
            answer = asking.get(name)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    wanted = (
        ("/start", "text/html"),
        ("/", "text/html"),
        ("/graphql", "text/html"),
        (f"{STATIC}page.css", "*/*"),
    )
    for path, accept in (
        *wanted,
        (f"{STATIC}operations.json", "*/*"),
        (f"{STATIC}page.css?v=1", "*/*"),
    ):
        first = asking.get(path, headers={"accept": accept})
        assert "no-cache" in first.headers["cache-control"]
        known = {"accept": accept, "if-none-match": f'"other", {first.headers["etag"]}'}
        again = asking.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert asking.get(path, headers={**known, "if-none-match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
@pytest.mark.parametrize(
    "path", ["/", "/start", "/graphql", f"{STATIC}page.css", f"{STATIC}operations.json"]
)
def test_pages_and_files_are_compressed(path: str, coding: str) -> None:
    answer = client().get(path, headers={"accept": "text/html", "accept-encoding": coding})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == coding


def test_the_start_page_leads_on() -> None:
    page = client().get("/start").text
    assert 'href="/graphql"' in page
    assert page.count('href="/graphql#') == len(operations())
    assert 'href="/account"' in page
    kept = client(explorer="signed-in").get("/")
    assert kept.status_code == 200
    assert "/graphql#" not in kept.text
    assert 'href="/signin' in kept.text
    old = client().get("/explore", follow_redirects=False)
    assert (old.status_code, old.headers["location"]) == (308, "/")


def test_without_its_libraries_the_explorer_is_the_start_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.graphiql.explorable", lambda: False)
    page = client().get("/").text
    assert "its libraries could not be" in page
    assert page.count('href="/graphql#') == len(operations())


def test_an_answer_to_a_cookie_is_compressed_for_our_own_pages_only() -> None:
    body = {"query": "{ __schema { types { name fields { name } } } }"}
    cookie = {"cookie": "other=x", "accept-encoding": "gzip"}
    asking = client()
    assert "content-encoding" not in asking.post("/graphql", json=body, headers=cookie).headers
    for site, compressed in (("same-origin", True), ("none", True), ("cross-site", False)):
        cookie["sec-fetch-site"] = site
        answer = asking.post("/graphql", json=body, headers=cookie)
        assert ("content-encoding" in answer.headers) is compressed


def test_metrics_are_for_named_networks_only() -> None:
    assert client().get("/metrics").status_code == 404
    asking = client(metrics="127.0.0.1")
    ask(asking)
    text = asking.get("/metrics").text
    assert 'clew_requests_total{kind="cheap",status="200"} 1.0' in text
    assert "clew_neo4j_up 1.0" in text
    assert "clew_index_behind 3.0" in text


def test_the_schema_and_the_page_can_be_kept_for_who_is_signed_in() -> None:
    asking = client(explorer="signed-in")
    html = {"accept": "text/html"}
    assert client().get("/graphql", headers=html).status_code == 200
    assert asking.get("/graphql", headers=html).status_code == 404
    for query in (
        "{ __schema { types { name } } }",
        '{ __typename __type(name: "Query") { name } }',
    ):
        answer = asking.post("/graphql", json={"query": query}).json()
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "data" not in answer
    assert ask(asking).json()["data"] == {"__typename": "Query"}

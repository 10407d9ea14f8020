"""Whole datasets over HTTP: uploads in one piece and in parts, exports, and who may."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cli.bulk import bulk_load
from engine.account import OWNER, Level, Role, Scope
from engine.dataset import Visibility
from engine.engine import Engine

EVERY = [Scope.READ, Scope.WRITE, Scope.BULK]
ID = "0123456789abcdef"
NDJSON = {"content-type": "application/x-ndjson"}


def person(id_: str, name: str) -> str:
    return json.dumps({"id": id_, "schema": "Person", "properties": {"name": [name]}}) + "\n"


PEOPLE = person("a", "Ada") + person("b", "Ben") + person("c", "Cem")


class Http:
    """Requests in the name of some users; an answer is its status and JSON."""

    def __init__(self, engine: Engine, client: TestClient) -> None:
        self.engine = engine
        self.client = client
        self.keys = {
            name: engine.credentials.make_key(OWNER, name, scopes=EVERY)[0]
            for name in ("ada", "team", "eve")
        }

    def ask(self, who: str | None, method: str, path: str, **options: Any) -> tuple[int, Any]:
        headers = options.pop("headers", {})
        if who is not None:
            headers = {**headers, "authorization": f"Bearer {self.keys.get(who, who)}"}
        answer = self.client.request(method, path, headers=headers, **options)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.status_code, answer.json() if is_json else answer.text

    def post(self, who: str | None, dataset: str, body: str | bytes, query: str = "") -> Any:
        return self.ask(
            who, "POST", f"/datasets/{dataset}/entities{query}", content=body, headers=NDJSON
        )


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    for name, roles in (("ada", [Role.JOURNALIST]), ("team", [Role.DATA_TEAM]), ("eve", [])):
        fresh_engine.directory.add_account(OWNER, name, roles=roles)
    return fresh_engine


@pytest.fixture
def http(engine: Engine) -> Iterator[Http]:
    with TestClient(create_app(engine, bulk_load(engine)), base_url="http://localhost") as client:
        yield Http(engine, client)


def names(http: Http, dataset: str, who: str | None = "team", query: str = "") -> list[str]:
    status, text = http.ask(who, "GET", f"/datasets/{dataset}/entities.ftm.json{query}")
    assert status == 200, text
    return [json.loads(line)["properties"]["name"][0] for line in text.splitlines()]


# --- one piece --------------------------------------------------------------------------------


def test_a_body_is_loaded_and_reported_as_clew_load_does(http: Http, engine: Engine) -> None:
    status, report = http.post("team", "people", PEOPLE + "not json\n", "?title=People")
    assert status == 200
    assert (report["ok"], report["read"], report["added"]) == (False, 4, 3)
    assert report["refused"] == [
        {"source": "entities.json", "line": 4, "reason": report["refused"][0]["reason"]}
    ]
    assert "not JSON" in report["refused"][0]["reason"]
    dataset = engine.dataset("people", engine.owner_access())
    assert dataset is not None
    assert (dataset.title, dataset.visibility) == ("People", Visibility.RESTRICTED)
    status, report = http.post("team", "people", PEOPLE[: PEOPLE.index("\n") + 1])
    assert (status, report["ok"], report["removed"]) == (200, True, 2)
    assert names(http, "people") == ["Ada"]
    assert not list(engine.settings.uploads.glob("*/*"))
    assert [event.action for event in engine.audit.events(OWNER, actor="team", action="uploaded")]


def test_packed_with_gzip_and_kept(http: Http) -> None:
    http.post("team", "people", PEOPLE)
    status, report = http.ask(
        "team",
        "POST",
        "/datasets/people/entities?keep=1",
        content=gzip.compress(person("d", "Dora").encode()),
        headers={**NDJSON, "content-encoding": "gzip"},
    )
    assert (status, report["added"], report["removed"]) == (200, 1, 0)
    assert names(http, "people") == ["Ada", "Ben", "Cem", "Dora"]


def test_broken_gzip_leaves_the_old_version_whole(http: Http) -> None:
    http.post("team", "people", PEOPLE)
    half = gzip.compress(PEOPLE.encode() * 1000)[:60]
    status, report = http.ask(
        "team",
        "POST",
        "/datasets/people/entities",
        content=half,
        headers={**NDJSON, "content-encoding": "gzip"},
    )
    assert (status, report["ok"], report["removed"]) == (200, False, 0)
    assert names(http, "people") == ["Ada", "Ben", "Cem"]


def test_who_may_load(http: Http, engine: Engine) -> None:
    assert http.post("team", "people", PEOPLE)[0] == 200
    for who, status in ((None, 401), ("eve", 403), ("ada", 403), ("clew_" + "x" * 36, 401)):
        assert http.post(who, "people", PEOPLE)[0] == status
        assert http.post(who, "unknown", PEOPLE)[0] == status
    hidden = http.post("eve", "people", PEOPLE)[1]["errors"][0]["message"]
    missing = http.post("eve", "unknown", PEOPLE)[1]["errors"][0]["message"]
    assert hidden.replace("people", "unknown") == missing
    engine.directory.grant(OWNER, "people", "ada", Level.WRITE)
    assert http.post("ada", "people", PEOPLE)[0] == 200
    assert http.post("ada", "people", PEOPLE, "?public=1")[0] == 403
    key, _ = engine.credentials.make_key(OWNER, "ada", scopes=[Scope.READ, Scope.WRITE])
    status, answer = http.post(key, "people", PEOPLE)
    assert (status, "bulk" in answer["errors"][0]["message"]) == (403, True)
    investigation = engine.investigations.open(OWNER, "Case").name
    assert http.post("team", investigation, PEOPLE)[0] == 400


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {"content-type": "text/plain"}, 415),
        ("", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("", {**NDJSON, "content-encoding": "br"}, 415),
        ("?format=word", NDJSON, 400),
        ("?keep=on", NDJSON, 400),
        ("?keeep=1", NDJSON, 400),
        ("?key=clew_" + "x" * 36, NDJSON, 400),
    ],
)
def test_what_is_not_read_is_said(
    http: Http, query: str, headers: dict[str, str], status: int
) -> None:
    path = f"/datasets/people/entities{query}"
    answered, answer = http.ask("team", "POST", path, content=PEOPLE, headers=headers)
    assert answered == status
    assert answer["errors"][0]["message"]


# --- in parts ---------------------------------------------------------------------------------


def test_an_upload_goes_on_where_it_stopped(http: Http) -> None:
    place, body = f"/datasets/people/uploads/{ID}", PEOPLE.encode()
    assert http.ask("team", "GET", place) == (200, {"files": {}})
    part = http.ask("team", "PUT", f"{place}/people.json?offset=0", content=body[:50])
    assert part == (200, {"size": 50})
    assert http.ask("team", "GET", place) == (200, {"files": {"people.json": 50}})
    again = http.client.put(
        f"{place}/people.json?offset=0",
        content=body[:50],
        headers={"authorization": f"Bearer {http.keys['team']}"},
    )
    assert (again.status_code, again.headers["upload-offset"]) == (409, "50")
    http.ask("team", "PUT", f"{place}/people.json?offset=50", content=body[50:])
    status, report = http.ask("team", "POST", f"{place}/load?public=1")
    assert (status, report["added"]) == (200, 3)
    assert names(http, "people", None) == ["Ada", "Ben", "Cem"]
    published = http.engine.audit.events(OWNER, action="visibility changed")[0]
    assert (published.actor, published.subject) == ("team", "people")
    assert http.ask("team", "POST", f"{place}/load") == (200, report)  # its answer was lost
    assert http.ask("team", "GET", place) == (200, {"files": {}})


def test_tables_come_with_their_mapping(http: Http) -> None:
    place = f"/datasets/people/uploads/{ID}"
    mapping = """
people:
  queries:
    - csv_url: people.csv
      entities:
        person:
          schema: Person
          keys: [id]
          properties: {name: {column: name}}
"""
    http.ask("team", "PUT", f"{place}/people.csv?offset=0", content="id,name\n1,Ada\n2,Ben\n")
    http.ask("team", "PUT", f"{place}/people.yml?offset=0", content=mapping)
    status, report = http.ask("team", "POST", f"{place}/load?mapping=people.yml")
    assert (status, report["added"]) == (200, 2), report
    assert sorted(names(http, "people")) == ["Ada", "Ben"]


def test_an_error_shows_no_folder_of_the_server(http: Http, engine: Engine) -> None:
    table = {"content-type": "text/csv"}
    path = "/datasets/people/entities"
    status, answer = http.ask("team", "POST", path, content="name\nAda\n", headers=table)
    message = answer["errors"][0]["message"]
    assert status == 400
    assert message.startswith("entities.csv is a table")
    assert "?mapping=FILE" in message
    assert str(engine.settings.data) not in message


def test_the_names_of_investigations_are_not_for_datasets(http: Http) -> None:
    assert http.post("team", "inv_abcdefghij", PEOPLE)[0] == 400


def test_an_upload_is_its_users_own(http: Http, engine: Engine) -> None:
    http.post("team", "people", PEOPLE)
    engine.directory.grant(OWNER, "people", "ada", Level.WRITE)
    place = f"/datasets/people/uploads/{ID}"
    http.ask("team", "PUT", f"{place}/people.json?offset=0", content=PEOPLE)
    assert http.ask("ada", "GET", place) == (200, {"files": {}})
    assert http.ask("ada", "POST", f"{place}/load")[0] == 404
    assert http.ask("team", "DELETE", place)[0] == 204
    assert http.ask("team", "GET", place) == (200, {"files": {}})


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fx", "a%2fb", ".hidden", "x" * 101])
def test_a_file_stays_in_its_folder(http: Http, name: str, engine: Engine) -> None:
    status, _ = http.ask("team", "PUT", f"/datasets/people/uploads/{ID}/{name}", content="x")
    assert status in (400, 404, 405)
    assert not list(engine.settings.uploads.rglob("*x*"))


# --- exports ----------------------------------------------------------------------------------


def test_an_export_goes_on_after_an_id(http: Http) -> None:
    http.post("team", "people", PEOPLE)
    assert names(http, "people", query="?after=a") == ["Ben", "Cem"]
    assert names(http, "people", query="?after=people:b") == ["Cem"]
    assert names(http, "people", query="?after=c") == []


def test_what_is_exported_can_be_loaded_again(http: Http) -> None:
    http.post("team", "people", PEOPLE)
    _, text = http.ask("team", "GET", "/datasets/people/entities.ftm.json")
    assert http.post("team", "people", text)[1]["unchanged"] == 3


def test_the_export_policy_holds(http: Http, engine: Engine) -> None:
    http.post("team", "people", PEOPLE, "?public=1")
    path = "/datasets/people/entities.ftm.json"
    for policy, statuses in (
        ("everyone", {None: 200, "eve": 200, "ada": 200, "team": 200}),
        ("registered", {None: 401, "eve": 200, "ada": 200, "team": 200}),
        ("members", {None: 401, "eve": 403, "ada": 403, "team": 200}),
        ("nobody", {None: 403, "eve": 403, "ada": 403, "team": 403}),
    ):
        engine.set_dataset("people", {"export_policy": policy})
        assert {who: http.ask(who, "GET", path)[0] for who in statuses} == statuses, policy
    engine.directory.publish(OWNER, "people", Visibility.RESTRICTED)
    missing = http.ask("eve", "GET", "/datasets/nothing/entities.ftm.json")
    hidden = http.ask("eve", "GET", path)
    assert missing[0] == hidden[0] == 404
    key, _ = engine.credentials.make_key(OWNER, "team", scopes=[Scope.READ])
    for policy, status in (("registered", 403), ("everyone", 200)):
        engine.set_dataset("people", {"export_policy": policy})
        assert http.ask(key, "GET", path)[0] == status


def test_an_export_is_asked_for_and_granted(http: Http, engine: Engine) -> None:
    http.post("team", "people", PEOPLE, "?public=1")
    engine.set_dataset("people", {"export_policy": "members"})

    def ask(who: str, query: str) -> Any:
        answer = http.ask(who, "POST", "/graphql", json={"query": query})[1]
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        (value,) = answer["data"].values()
        return value

    wanted = 'mutation { requestExport(dataset: "people", reason: "A story") { id state } }'
    assert ask("eve", wanted) == "FORBIDDEN"
    request = ask("ada", wanted)
    assert request["state"] == "OPEN"
    assert ask("ada", wanted) == "BAD_USER_INPUT"
    answer = 'mutation { answerRequest(id: "%s", granted: %s, answer: "ok") { state answer } }'
    assert ask("ada", answer % (request["id"], "true")) == "BAD_USER_INPUT"
    listed = "{ requests { totalCount nodes { subject by state answer answeredBy } } }"
    assert (ask("eve", listed)["totalCount"], ask("team", listed)["totalCount"]) == (0, 1)
    assert ask("team", answer % (request["id"], "true")) == {"state": "GRANTED", "answer": "ok"}
    assert ask("ada", listed)["nodes"] == [
        {
            "subject": "people",
            "by": "ada",
            "state": "GRANTED",
            "answer": "ok",
            "answeredBy": "team",
        }
    ]
    assert names(http, "people", "ada") == ["Ada", "Ben", "Cem"]
    ask("team", answer % (request["id"], "false"))
    assert http.ask("ada", "GET", "/datasets/people/entities.ftm.json")[0] == 403


def test_a_dataset_is_asked_for(http: Http) -> None:
    query = """mutation { requestDataset(title: "Land register", url: "https://example.org",
        reason: "Who owns the land?") { kind subject state } }"""
    answer = http.ask("eve", "POST", "/graphql", json={"query": query})[1]
    assert answer["data"]["requestDataset"] == {
        "kind": "DATASET",
        "subject": "Land register",
        "state": "OPEN",
    }


def test_bytes_are_limited(engine: Engine) -> None:
    changes = {
        "rate_limit": "on",
        "anonymous_export_bytes": "100/day",
        "upload_bytes": "500/day",
        "anonymous_requests": "",
        "registered_requests": "",
    }
    engine.settings = engine.settings.model_copy(update=changes)
    with TestClient(create_app(engine, bulk_load(engine)), base_url="http://localhost") as client:
        http = Http(engine, client)
        assert http.post("team", "people", PEOPLE, "?public=1")[0] == 200
        status, answer = http.post("team", "people", PEOPLE * 3)
        assert (status, answer["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
        path = "/datasets/people/entities.ftm.json"
        assert http.ask(None, "GET", path)[0] == 429
        assert http.ask("eve", "GET", path)[0] == 200


# --- loads that stop ----------------------------------------------------------------------------


def test_a_load_that_would_remove_most_stops_until_it_may(http: Http, engine: Engine) -> None:
    engine.settings = engine.settings.model_copy(update={"max_removed": 0.5})
    http.post("team", "people", PEOPLE)
    status, report = http.post("team", "people", person("a", "Ada"))
    assert (status, report["ok"], report["would_remove"], report["removed"]) == (200, False, 2, 0)
    assert "would remove 2 of the 3 records of people" in report["stopped"]
    assert names(http, "people") == ["Ada", "Ben", "Cem"]
    upload = f"/datasets/people/uploads/{ID}"
    http.ask("team", "PUT", f"{upload}/one.json", content=person("a", "Ada"))
    assert http.ask("team", "POST", f"{upload}/load")[1]["stopped"] == report["stopped"]
    assert http.ask("team", "POST", f"{upload}/load?accept_removals=1")[1]["removed"] == 2
    assert names(http, "people") == ["Ada"]
    assert list(engine.settings.uploads.glob("*/*")) == []


@pytest.mark.parametrize("body", ["", "\n\n"])
def test_a_body_without_an_entity_is_an_error(http: Http, engine: Engine, body: str) -> None:
    status, answer = http.post("team", "people", body)
    assert status == 400
    assert answer["errors"][0]["message"] == "the sources hold no entity: nothing has changed"
    assert engine.dataset("people", engine.owner_access()) is None


def test_a_body_of_refused_lines_leaves_no_dataset(http: Http, engine: Engine) -> None:
    status, report = http.post("team", "people", "not json\n" * 3, "?public=1")
    assert (status, report["ok"], report["refused_count"]) == (200, False, 3)
    assert report["stopped"].startswith("none of the 3 entities that were read can be loaded")
    assert engine.dataset("people", engine.owner_access()) is None
    assert list(engine.settings.uploads.glob("*")) == []

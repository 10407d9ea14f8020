"""Documents over HTTP: brought in, read, listed with their states, downloaded; and who may."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from cli.bulk import bulk_load
from engine.account import OWNER, Level, Role
from engine.engine import Engine
from loaders.document.box import Box
from loaders.ingest import ingest as ingest_module
from loaders.ingest.ingest import ingest
from tests.graphql.test_bulk import Http
from tests.loaders.document.conftest import box
from tests.loaders.document.test_hostile import LOCKED

__all__ = ["box"]
ID = "0123456789abcdef"
UPLOAD = f"/datasets/leak/uploads/{ID}"
FILES = """query ($states: [FileState!], $reasons: [FileReason!], $after: String) {
  dataset(name: "leak") {
    fileCounts { state reason count }
    files(first: 2, after: $after, states: $states, reasons: $reasons) {
      nodes { id path state reason mediaType fileUrl }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""


@pytest.fixture
def engine(fresh_engine: Engine, box: Box, monkeypatch: pytest.MonkeyPatch) -> Engine:
    @contextmanager
    def boxes(_: int) -> Iterator[list[Box]]:
        yield [box]

    monkeypatch.setattr(ingest_module, "boxes", boxes)
    for name, roles in (("ada", [Role.JOURNALIST]), ("team", [Role.DATA_TEAM]), ("eve", [])):
        fresh_engine.directory.add_account(OWNER, name, roles=roles)
    return fresh_engine


@pytest.fixture
def http(engine: Engine) -> Iterator[Http]:
    with TestClient(create_app(engine, bulk_load(engine)), base_url="http://localhost") as client:
        yield Http(engine, client)


def read(engine: Engine, dataset: str = "leak") -> None:
    """What ``clew up`` does beside its answers."""
    assert engine.documents.queue() == [dataset]
    ingest(engine, (), dataset, progress=lambda _: None)
    assert engine.documents.queue() == []


def ask(http: Http, who: str | None, query: str, **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    return http.ask(who, "POST", "/graphql", json=body)[1]["data"]


def test_a_form_brings_documents_in_that_readers_can_have(http: Http, engine: Engine) -> None:
    files = [
        ("file", ("letters/../a.txt", b"The harbour is sold.")),
        ("file", ("letters/table.csv", b"owner;share\nAna;50\n")),
        ("file", ("page.html", b"<html><script>alert(1)</script>Hello</html>")),
    ]
    status, told = http.ask("team", "POST", "/datasets/leak/documents", files=files)
    assert (status, [file["path"] for file in told["files"]]) == (
        202,
        ["letters/a.txt", "letters/table.csv", "page.html"],
    )
    read(engine)
    found = ask(http, "team", FILES, states=["READ"])["dataset"]
    assert found["fileCounts"] == [{"state": "READ", "reason": None, "count": 3}]
    page, info = found["files"]["nodes"], found["files"]["pageInfo"]
    page += ask(http, "team", FILES, after=info["endCursor"])["dataset"]["files"]["nodes"]
    by_path = {file["path"]: file for file in page}
    assert sorted(by_path) == ["letters/a.txt", "letters/table.csv", "page.html"]
    answer = http.client.get(by_path["page.html"]["fileUrl"], headers=key(http, "team"))
    assert answer.content == files[2][1][1]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''page.html"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    id_ = by_path["letters/table.csv"]["id"]
    table = http.client.get(f"/documents/{id_}/tables/1.csv", headers=key(http, "team"))
    assert table.text.splitlines() == ["owner,share", "Ana,50"]
    url = by_path["letters/a.txt"]["fileUrl"]
    for who, path in ((None, url), ("eve", url), ("team", "/documents/x/file")):
        status, error = http.ask(who, "GET", path)
        assert (status, "no document" in error["errors"][0]["message"]) == (404, True)
    assert ask(http, "eve", FILES) == {"dataset": None}


def key(http: Http, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {http.keys[who]}"}


def test_an_upload_in_parts_keeps_folders_and_goes_on(http: Http, engine: Engine) -> None:
    assert http.ask("team", "PUT", f"{UPLOAD}/1", content=b"The harbour ")[1] == {"size": 12}
    assert http.ask("team", "PUT", f"{UPLOAD}/1", content=b"x")[0] == 409
    assert http.ask("team", "PUT", f"{UPLOAD}/1?offset=12", content=b"is sold.")[1] == {"size": 20}
    http.ask("team", "PUT", f"{UPLOAD}/locked.zip", content=bytes.fromhex(LOCKED))
    bad = http.ask("team", "POST", f"{UPLOAD}/documents", json={"paths": {"2": "x"}})
    assert (bad[0], "no file '2'" in bad[1]["errors"][0]["message"]) == (400, True)
    path = f"{UPLOAD}/documents?language=rus,eng"
    status, told = http.ask("team", "POST", path, json={"paths": {"1": "disk/a.txt"}})
    assert (status, [file["path"] for file in told["files"]]) == (202, ["disk/a.txt", "locked.zip"])
    assert http.ask("team", "POST", path, json={"paths": {"1": "disk/a.txt"}})[1] == told
    read(engine)
    encrypted = ask(http, "team", FILES, reasons=["ENCRYPTED"])["dataset"]["files"]["nodes"]
    assert [file["path"] for file in encrypted] == ["locked.zip"]
    retry = """mutation ($passwords: [String!]) {
      retryFiles(dataset: "leak", reasons: [ENCRYPTED], passwords: $passwords) }"""
    assert ask(http, "eve", retry) == {"retryFiles": None}
    assert ask(http, "team", retry, passwords=["hunter2"]) == {"retryFiles": 1}
    read(engine)
    assert ask(http, "team", FILES, reasons=["ENCRYPTED"])["dataset"]["files"]["nodes"] == []
    assert not [path for path in engine.documents.folder.rglob("*") if path.is_file()]


def test_documents_go_into_an_investigation_of_who_may_write_to_it(
    http: Http, engine: Engine, tmp_path: Path
) -> None:
    account = engine.directory.account("ada")
    assert account is not None
    name = engine.investigations.open(account, "Harbour").name
    files = [("file", ("a.txt", b"The harbour is sold."))]
    path = f"/datasets/{name}/documents"
    assert http.ask("eve", "POST", path, files=files)[0] == 403
    assert http.ask(None, "POST", path, files=files)[0] == 401
    status, told = http.ask("ada", "POST", path, files=files)
    assert status == 202
    read(engine, name)
    (file,) = told["files"]
    answer = http.client.get(f"/documents/{file['id']}/file", headers=key(http, "ada"))
    assert answer.text == "The harbour is sold."
    assert http.ask("eve", "GET", f"/documents/{file['id']}/file")[0] == 404
    engine.directory.grant(OWNER, name, "eve", Level.READ)
    assert http.ask("eve", "GET", f"/documents/{file['id']}/file")[0] == 200
    engine.investigations.delete(account, name)
    assert not list(engine.settings.archive.glob("??/??/*"))


def test_a_form_is_checked_before_it_is_read(http: Http, engine: Engine) -> None:
    path = "/datasets/leak/documents"
    assert http.ask("team", "POST", path, content=b"x")[0] == 415
    assert http.ask("team", "POST", path, data={"language": "rus"}, files=[])[0] == 415
    big = {"content-type": "multipart/form-data; boundary=x", "content-length": "99999999999999"}
    assert http.ask("team", "POST", path, content=b"", headers=big)[0] == 413
    files = [("file", ("../..", b"x"))]
    assert http.ask("team", "POST", path, files=files)[0] == 400
    assert engine.documents.queue() == []

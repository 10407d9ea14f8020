"""Documents page by page: found, proved by images, read again, corrected; and who may see them."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.app import create_app
from api.operation import operations
from cli.bulk import bulk_load
from engine.account import OWNER, Level
from engine.document import PageKind, PageReading, State
from engine.engine import Engine
from engine.entity import make_entity
from engine.question import SearchQuestion
from loaders.document.box import Box, BoxPool
from loaders.document.prover import Prover
from loaders.ingest import again as again_module
from loaders.ingest.again import read_again
from loaders.ingest.ingest import ingest
from loaders.ingest.skimmer import Skimmer
from tests.graphql.test_bulk import Http
from tests.graphql.test_file import ask, box, engine, key, read
from tests.inside import write
from tests.loaders.document.test_reader import zipped
from tests.loaders.ocr.sample import RUSSIAN, PdfPage, picture

__all__ = ["box", "engine"]
MAIL = b"""From: Ana Reyes <ana@example.org>
To: Eve <eve@example.org>
Subject: %b
Message-ID: <%b@example.org>
%bDate: Mon, 1 Feb 2021 10:00:00 +0000
Content-Type: text/plain

The harbour is %b.
"""
PAGE = "number text method languages confidence readText imageUrl revisions { text by note }"
DOCUMENT = f"""query ($id: ID!, $text: String, $number: Int = 1) {{
  document(id: $id) {{
    title fileName size mediaType state confidence fileUrl textUrl searchablePdfUrl pageImageUrl
    text parent {{ title }} ancestors {{ title }}
    pages(query: $text) {{ totalCount nodes {{ {PAGE} highlight order {{ state languages }} }} }}
    page(number: $number) {{ engine rotation words {{ text left confidence }} }}
  }}
}}"""
SEARCH = """query ($text: String) { search(query: $text) {
  totalCount edges { pageCount pageNumber highlight node { id caption } } } }"""
AGAIN = """mutation ($id: ID!) { readPagesAgain(document: $id, pages: [2], languages: ["rus"]) {
  number state by } }"""
CORRECT = """mutation ($id: ID!, $text: String!, $page: Int = 1) {
  correctPage(document: $id, page: $page, text: $text, note: "a dot was a comma") {
    text revisions { replaced } } }"""


@pytest.fixture
def http(engine: Engine, box: Box, monkeypatch: pytest.MonkeyPatch) -> Iterator[Http]:
    class Opened:
        def __enter__(self) -> list[Box]:
            return [box]

        def __exit__(self, *_: object) -> None:
            """It serves other tests, too."""

    monkeypatch.setattr(again_module, "boxes", lambda _: Opened())
    boxes = BoxPool(1, box)
    proof = Prover(engine.documents, engine.settings.proofs, boxes)
    app = create_app(engine, bulk_load(engine), proof, Skimmer(boxes))
    with TestClient(app, base_url="http://localhost") as client:
        yield Http(engine, client)
    boxes.close()


def upload(http: Http, files: dict[str, bytes], **fields: str) -> dict[str, str]:
    """The ids of files that were brought in and read, by their paths."""
    parts = [("file", (path, content)) for path, content in files.items()]
    path = "/datasets/leak/documents"
    _, told = http.ask("team", "POST", path, files=parts, data=fields)
    read(http.engine)
    return {file["path"]: file["id"] for file in told["files"]}


def scan() -> bytes:
    """Two pages: one in English, one in Russian."""
    target = io.BytesIO()
    first, second = picture(), picture(RUSSIAN)
    first.save(target, "TIFF", save_all=True, append_images=[second], dpi=(300, 300))
    return target.getvalue()


def image(http: Http, url: str, who: str = "team") -> Image.Image:
    answer = http.client.get(url, headers=key(http, who))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def is_marked(drawn: Image.Image) -> bool:
    """Whether anything on a page of black on white is coloured."""
    return any(max(colour) - min(colour) > 60 for _, colour in drawn.getcolors(1 << 24) or ())


def test_a_scan_is_read_again_corrected_and_proved(http: Http, engine: Engine) -> None:
    id_ = upload(http, {"disk/scan.tif": scan()}, language="eng")["disk/scan.tif"]
    check_found(http, id_)
    check_read_again(http, id_)
    check_corrected(http, id_)
    parts = [("file", ("disk/scan.tif", scan()))]
    http.ask("team", "POST", "/datasets/leak/documents", files=parts)
    read(engine)  # all of it again, in no language that is given
    check_text(http, id_)
    check_proved(http, id_)
    check_new_page(http, id_)


def check_found(http: Http, id_: str) -> None:
    (edge,) = ask(http, "team", SEARCH, text="meridian ministry")["search"]["edges"]
    assert (edge["node"]["id"], edge["pageCount"], edge["pageNumber"]) == (id_, 1, 1)
    assert "<em>Meridian</em>" in edge["highlight"]
    told = ask(http, "team", DOCUMENT, id=id_, text="ministry")["document"]
    assert [told["title"], told["mediaType"], told["state"]] == ["scan.tif", "image/tiff", "READ"]
    assert told["parent"] == {"title": "disk"}
    assert told["confidence"] > 0.5
    (page,) = told["pages"]["nodes"]
    assert (page["number"], page["method"], page["languages"]) == (1, "SCAN", ["eng"])
    assert "<em>ministry</em>" in page["highlight"]
    assert page["confidence"] > 0.8
    assert told["page"]["words"][0]["text"] == "The"


def check_read_again(http: Http, id_: str) -> None:
    pages = http.engine.pages
    assert ask(http, "eve", AGAIN, id=id_) == {"readPagesAgain": None}
    orders = ask(http, "team", AGAIN, id=id_)["readPagesAgain"]
    assert orders == [{"number": 2, "state": "WAITING", "by": "team"}]
    assert pages.queue() == ["leak"]
    read_again(http.engine, "leak")
    assert pages.queue() == []
    told = ask(http, "team", DOCUMENT, id=id_, text="platezhi odobreny")["document"]
    (page,) = told["pages"]["nodes"]
    assert (page["number"], page["languages"]) == (2, ["rus"])
    assert page["order"] == {"state": "READ", "languages": ["rus"]}
    assert "<em>Платежи</em>" in page["highlight"]


def check_corrected(http: Http, id_: str) -> None:
    assert ask(http, "eve", CORRECT, id=id_, text="x") == {"correctPage": None}
    told = ask(http, "team", CORRECT, id=id_, text="Signed: Orsolya Brightwater")["correctPage"]
    assert told["text"] == "Signed: Orsolya Brightwater"
    assert "Meridian" in told["revisions"][0]["replaced"]
    assert ask(http, "team", CORRECT, id=id_, text="x", page=9) == {"correctPage": None}
    event = http.engine.audit.events(OWNER)[0]
    assert (event.action, event.actor, event.detail["page"]) == ("page corrected", "team", 1)
    check_text(http, id_)


def check_text(http: Http, id_: str) -> None:
    """The corrected text is what is found; what was read is kept beside it."""
    engine = http.engine
    hits = engine.search(SearchQuestion("brightwater"), engine.owner_access()).hits
    assert [(hit.id, hit.page_number) for hit in hits] == [(id_, 1)]
    assert not engine.search(SearchQuestion("ministry"), engine.owner_access()).hits
    first, second = ask(http, "team", DOCUMENT, id=id_)["document"]["pages"]["nodes"]
    assert first["revisions"][0]["by"] == "team"
    assert "ministry" in first["readText"]
    assert second["languages"] == ["rus"]


def check_new_page(http: Http, id_: str) -> None:
    """A page that could not be read at first can be ordered, and is there once it was read."""
    assert ask(http, "team", AGAIN.replace("[2]", "[0]"), id=id_) == {"readPagesAgain": None}
    assert ask(http, "team", AGAIN.replace("[2]", "[3]"), id=id_)["readPagesAgain"]
    (done,) = read_again(http.engine, "leak")  # the file has two pages
    assert (done.number, done.state) == (3, State.FAILED)
    assert "it has 2 pages" in (done.detail or "")
    engine = http.engine
    page = PageReading(3, "The dredger Halvmane", PageKind.SCAN, "an image")
    engine.pages.take(engine.documents.named([id_])[id_], {3: page}, [])
    hits = engine.search(SearchQuestion("halvmane"), engine.owner_access()).hits
    assert [(hit.id, hit.page_number) for hit in hits] == [(id_, 3)]
    told = ask(http, "team", DOCUMENT, id=id_)["document"]["pages"]["nodes"]
    assert [each["number"] for each in told] == [1, 2, 3]
    assert engine.documents.named([id_])[id_].pages == 3
    assert engine.check() == []


def check_proved(http: Http, id_: str) -> None:
    plain = image(http, f"/documents/{id_}/pages/2.png?width=600")
    assert (plain.width, is_marked(plain)) == (600, False)
    assert is_marked(image(http, f"/documents/{id_}/pages/2.png?width=600&highlight=platezhi"))
    assert not is_marked(image(http, f"/documents/{id_}/pages/2.png?highlight=nothing"))
    pdf = http.client.get(told_url(http, id_, "searchablePdfUrl"), headers=key(http, "team"))
    assert pdf.headers["content-type"] == "application/pdf"
    with pdfium.PdfDocument(pdf.content) as opened:
        first = opened[0].get_textpage().get_text_range()
    assert ("Brightwater" in first, "ministry" in first) == (True, False)
    assert is_marked(image(http, f"/documents/{id_}/pages/1.png?highlight=Brightwater"))
    text = http.client.get(f"/documents/{id_}/text", headers=key(http, "team")).text
    assert text.startswith("Signed: Orsolya Brightwater\n\fПлатежи")


def told_url(http: Http, id_: str, name: str) -> str:
    url = ask(http, "team", DOCUMENT, id=id_)["document"][name]
    assert url.startswith("/documents/leak%3A")
    return str(url)


def test_what_has_text_of_its_own(http: Http, engine: Engine, tmp_path: Path) -> None:
    deed = PdfPage().text("Brightwater sold the harbour").save(tmp_path / "deed.pdf")
    reply = b"In-Reply-To: <a@example.org>\n"
    files = {
        "deed.pdf": deed.read_bytes(),
        "a.eml": MAIL % (b"Sale", b"a", b"", b"for sale"),
        "b.eml": MAIL % (b"Re: Sale", b"b", reply, b"sold"),
        "page.html": b"<html><body><p>harbour</p></body></html>",
    }
    ids = upload(http, files)
    check_refused(http, ids)
    query = "query ($id: ID!) { document(id: $id) { authors date thread { title } text } }"
    told = ask(http, "team", query, id=ids["b.eml"])["document"]
    assert told["thread"] == [{"title": "Sale"}, {"title": "Re: Sale"}]
    assert told["text"].strip() == "The harbour is sold."
    headers = {**key(http, "team"), "range": "bytes=4-9"}
    url = f"/documents/{ids['page.html']}/file"
    part = http.client.get(url, headers=headers)
    assert (part.status_code, part.content) == (206, b"l><bod")
    assert part.headers["content-range"] == f"bytes 4-9/{len(files['page.html'])}"
    headers["range"] = "bytes=900-"
    assert http.client.get(url, headers=headers).status_code == 416
    check_access(http, ids["deed.pdf"])


def check_refused(http: Http, ids: dict[str, str]) -> None:
    url = f"/documents/{ids['deed.pdf']}/pages/1.png?width=400&highlight="
    for path, status in (
        (url.replace("width=400", "width=9"), 400),
        (url.replace("1.png", "2.png"), 404),
        (f"/documents/{ids['a.eml']}/pages/1.png", 404),
        (f"/documents/{ids['a.eml']}/searchable.pdf", 404),
    ):
        assert http.ask("team", "GET", path)[0] == status
        assert http.ask("eve", "GET", path)[0] in (400, 404)
    assert http.ask("eve", "GET", url)[0] == 404


def check_access(http: Http, id_: str) -> None:
    """Who may not read a document learns nothing of it; once they may, they do."""
    url = f"/documents/{id_}/pages/1.png?width=400&highlight=harbour"
    assert ask(http, "eve", DOCUMENT, id=id_) == {"document": None}
    assert ask(http, "eve", SEARCH, text="harbour")["search"]["totalCount"] == 0
    http.engine.directory.grant(OWNER, "leak", "eve", Level.READ)
    assert ask(http, "eve", SEARCH, text="harbour")["search"]["totalCount"] == 4
    marked = image(http, url, "eve")
    assert is_marked(marked)
    assert not is_marked(marked.crop((0, marked.height // 2, 400, marked.height)))
    for operation in (each for each in operations() if "document" in each.name):
        values = {"id": id_, "query": "harbour"}
        body = {"query": operation.text, "variables": values}
        answer: Any = http.ask("eve", "POST", "/graphql", json=body)[1]
        assert "errors" not in answer
        assert "<em>harbour</em>" in str(answer["data"])


def test_a_file_is_screened_and_nothing_of_it_is_kept(http: Http, engine: Engine) -> None:
    values = {"name": ["Orsolya Brightwater"]}
    write(engine, "leak", [make_entity("leak", "ob", "Person", values)])
    engine.reindex(lambda _: None)
    letter = PdfPage().text("Brightwater, Orsolya paid office@nowhere.example").save
    box = zipped(**{"in/letter.pdf": letter(engine.settings.data / "a.pdf").read_bytes()})
    parts = [("file", ("x/box.zip", box)), ("file", ("nothing.txt", b""))]
    revision = engine.revision()
    status, told = http.ask("team", "POST", "/screen", files=parts, data={"minScore": "0.6"})
    assert status == 200
    found = [(each["file"], each["page"], each["kind"], each["id"]) for each in told["mentions"]]
    place = "box.zip/in/letter.pdf"
    assert found == [(place, 1, "name", "leak:ob"), (place, 1, "email", "")]
    assert [(each["file"], each["reason"]) for each in told["unread"]] == [("nothing.txt", "empty")]
    assert engine.revision() == revision
    # of whom a reader may not see they are told nothing
    _, told = http.ask("eve", "POST", "/screen", files=parts)
    assert [each["kind"] for each in told["mentions"]] == ["email"]
    answer = http.client.post("/screen", files=parts)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
        401,
        "UNAUTHENTICATED",
    )
    for fields in ({"minScore": "2"}, {"language": "klingonese"}):
        assert http.ask("team", "POST", "/screen", files=parts, data=fields)[0] == 400


def test_languages_of_the_dataset_are_those_of_its_scans(http: Http, engine: Engine) -> None:
    engine.set_dataset("leak", {"languages": ["ru"]})
    target = io.BytesIO()
    picture(RUSSIAN[:3]).save(target, "PNG", dpi=(300, 300))
    id_ = upload(http, {"scan.png": target.getvalue()})["scan.png"]
    pages = ask(http, "team", DOCUMENT, id=id_)["document"]["pages"]["nodes"]
    assert [page["languages"] for page in pages] == [["rus"]]
    ingest(engine, (), "leak", progress=lambda _: None)

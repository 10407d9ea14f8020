"""From a folder to documents: what is written, skipped, tried again, and removed."""

import json
import os
import random
import subprocess
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.access import Access
from engine.document import Reason, State, StoredFile, bundled_page
from engine.documents import Documents
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import NotFound
from engine.settings import variable
from loaders.ingest.ingest import ingest
from loaders.ingest.report import Report
from loaders.load.load import load
from tests.inside import dataset_ids
from tests.loaders.document.test_hostile import LOCKED
from tests.loaders.document.test_reader import mail, zipped
from tests.loaders.document.test_volume import new_rar, old_rar

ALL = Access(frozenset({"leak"}))
NOBODY = Access(frozenset())
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R
/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length 47>>stream
BT /F 12 Tf 20 50 Td (The harbour is sold.) Tj ET
endstream endobj
trailer<</Root 1 0 R>>"""


class Leak:
    """A folder on its way into the dataset ``leak``."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder / "disk"
        self.folder.mkdir()

    def put(self, path: str, content: bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def ingest(self, *paths: Path, **options: Any) -> Report:
        paths = paths or (self.folder,)
        return ingest(self.engine, paths, "leak", progress=lambda _: None, **options)

    def files(self) -> dict[str, StoredFile]:
        listed = self.engine.documents.listed("leak", ALL, first=1000)
        return {file.path.removeprefix("disk/"): file for file in listed}

    def states(self) -> dict[str, str]:
        return {path: str(file.reason or file.state) for path, file in self.files().items()}

    def record(self, path: str) -> Entity:
        (found,) = self.engine.entities([self.files()[path].id], ALL)
        assert isinstance(found, Entity)
        return found

    def names(self, record: Entity, name: str) -> list[str]:
        found = self.engine.entities(record.references(name), ALL)
        return [each.caption if isinstance(each, Entity) else "gone" for each in found]

    def content(self) -> list[str]:
        """Everything that the dataset holds, to be compared."""
        found = self.engine.entities(list(dataset_ids(self.engine, "leak")), ALL)
        files = [(path, str(file.state), file.kept) for path, file in self.files().items()]
        return sorted(map(repr, [*found, *files]))


@pytest.fixture
def leak(fresh_engine: Engine, tmp_path: Path) -> Leak:
    made = Leak(fresh_engine, tmp_path)
    made.put("a.txt", b"The first text")
    made.put("letters/2020/b.pdf", PDF)
    made.put("letters/owners.csv", b"owner,share\nAna,50\n")
    reply = mail("Re: The harbour deal")
    reply.replace_header("Message-ID", "<two@example.org>")
    reply.replace_header("In-Reply-To", "<one@example.org>")
    reply.add_attachment(b"attached", maintype="text", subtype="plain", filename="note.txt")
    inner = zipped(**{"deep/mail.eml": bytes(reply), "locked.zip": bytes.fromhex(LOCKED)})
    made.put("box.zip", inner)
    made.put("one.eml", bytes(mail()))
    made.put("nothing.doc", b"")
    (made.folder / "link.txt").symlink_to(made.folder / "a.txt")
    return made


def test_a_folder_becomes_documents_that_keep_its_shape(leak: Leak) -> None:
    report = leak.ingest()
    assert (report.found, report.new, report.read) == (6, 6, 9)
    assert leak.states() == {
        "a.txt": "read",
        "letters/2020/b.pdf": "read",
        "letters/owners.csv": "read",
        "box.zip": "read",
        "box.zip/deep/mail.eml": "read",
        "box.zip/deep/mail.eml/note.txt": "read",
        "box.zip/locked.zip": "encrypted",
        "one.eml": "read",
        "nothing.doc": "empty",
    }
    note = leak.record("box.zip/deep/mail.eml/note.txt")
    assert note.first("bodyText") == "attached"
    assert leak.names(note, "parent") == ["Re: The harbour deal"]
    assert leak.names(note, "ancestors") == ["disk", "box.zip", "deep", "Re: The harbour deal"]
    answer = leak.record("box.zip/deep/mail.eml")
    assert leak.names(answer, "inReplyToEmail") == ["The harbour deal"]
    assert leak.names(answer, "emitters") == ["Ana Pérez"]
    assert leak.record("one.eml").references("inReplyToEmail") == []  # that one is not here
    table = leak.record("letters/owners.csv")
    assert (table.schema, table.first("rowCount")) == ("Table", "1")
    assert (leak.engine.check(), leak.engine.interrupted()) == ([], {})


def test_pages_are_records_and_the_proof_of_each_is_kept(leak: Leak) -> None:
    leak.ingest()
    file = leak.files()["letters/2020/b.pdf"]
    (page,) = leak.engine.entities([f"{file.id}-p1"], ALL)
    assert isinstance(page, Entity)
    assert (page.schema, page.first("bodyText")) == ("Page", "The harbour is sold.")
    assert page.references("document") == [file.id]
    assert file.bundle is not None
    with leak.engine.documents.path(file.bundle) as path, path.open("rb") as bundle:
        reading = bundled_page(bundle, 1)
    assert reading is not None
    assert (reading.text.strip(), reading.width) == ("The harbour is sold.", 300)


def test_texts_tell_their_language_and_chats_what_they_answer(leak: Leak) -> None:
    leak.put("a.txt", ("Договор о поставке: сторона продаёт, другая покупает. " * 9).encode())
    chat = mail("A chat")
    chat["Message-Context"] = "pager-message"
    chat.replace_header("Message-ID", "<three@example.org>")
    chat.replace_header("In-Reply-To", "<one@example.org>")
    leak.put("chat.eml", bytes(chat))
    leak.ingest()
    assert leak.record("a.txt").properties["detectedLanguage"] == ["rus"]
    assert "detectedLanguage" not in leak.record("one.eml").properties  # too short to say
    answer = leak.record("chat.eml")
    assert (answer.schema, leak.names(answer, "sender")) == ("Message", ["Ana Pérez"])
    assert leak.names(answer, "inReplyToMessage") == ["The harbour deal"]


def test_a_long_text_comes_in_passages(leak: Leak) -> None:
    leak.put("a.txt", b"word " * 30_000)
    leak.ingest()
    file = leak.files()["a.txt"]
    assert file.pages == 3
    parts = leak.engine.entities([f"{file.id}-p{number}" for number in (1, 2, 3, 4)], ALL)
    texts = [part.first("bodyText") or "" for part in parts if isinstance(part, Entity)]
    assert len(texts) == 3
    assert " ".join(texts).split() == ["word"] * 30_000


def test_what_is_there_is_skipped_and_what_changed_is_read_again(leak: Leak) -> None:
    leak.ingest()
    before, revision = leak.content(), leak.engine.revision()
    again = leak.ingest()
    assert (again.found, again.new, again.read) == (6, 0, 0)
    assert (leak.content(), leak.engine.revision()) == (before, revision)
    leak.put("box.zip", zipped(**{"other.txt": b"other"}))
    assert leak.ingest().read == 2
    assert [path for path in leak.states() if path.startswith("box.zip")] == [
        path for path in leak.states() if path in ("box.zip", "box.zip/other.txt")
    ]
    assert "attached" not in "".join(leak.content())
    assert leak.engine.check() == []


def test_a_password_opens_what_was_locked(leak: Leak) -> None:
    leak.ingest()
    report = leak.ingest(retry=[Reason.ENCRYPTED], passwords=["no", "hunter2"])
    assert (report.read, report.failures) == (2, {})
    assert leak.record("box.zip/locked.zip/a.txt").first("bodyText") == "secret"
    assert leak.states()["nothing.doc"] == "empty"


def interrupt(leak: Leak, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """An ingest that is killed before states are written for the ``call``-th time."""
    save, calls = Documents.save, iter(range(1, 1000))

    def interrupted(self: Documents, files: list[StoredFile]) -> None:
        if next(calls) == call:
            raise KeyboardInterrupt
        save(self, files)

    monkeypatch.setattr("loaders.ingest.ingest.FLUSH", 0.0)
    monkeypatch.setattr(Documents, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        leak.ingest()
    assert leak.engine.interrupted()


@pytest.mark.parametrize("call", [2, 3])
def test_whatever_interrupts_it_going_on_ends_the_same(
    leak: Leak, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """The records of a batch are written, and its states are not: the worst moment."""
    leak.ingest()
    clean = leak.content()
    leak.engine.delete_dataset("leak", lambda _: None)
    interrupt(leak, monkeypatch, call)
    leak.ingest()
    assert leak.content() == clean
    assert (leak.engine.check(), leak.engine.interrupted()) == ([], {})


def test_an_ingest_that_is_killed_with_all_its_processes_goes_on(leak: Leak) -> None:
    leak.ingest()
    clean = leak.content()
    leak.engine.delete_dataset("leak", lambda _: None)
    killed_ingest(leak, random.uniform(0.5, 6.0))
    leak.ingest()
    assert leak.content() == clean
    assert archived(leak) == {hash_ for file in leak.files().values() for hash_ in hashes(file)}
    assert (leak.engine.check(), leak.engine.interrupted()) == ([], {})
    assert not [path for path in leak.engine.documents.folder.glob("*") if path.is_dir()]


def killed_ingest(leak: Leak, seconds: float) -> None:
    """Run ``clew ingest``, and kill it with all that it started after so many seconds."""
    given = leak.engine.settings.model_dump(exclude_unset=True, mode="json")
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "ingest", str(leak.folder), "--dataset", "leak"],
        env={**os.environ, **{variable(name): str(value) for name, value in given.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    started = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
    child.kill()
    child.wait()
    _, left = psutil.wait_procs(started, timeout=30)
    assert not left, f"after {seconds:.2f} s: {left}"


def test_after_a_kill_files_may_have_changed_before_it_goes_on(
    leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of the old archive wait to be read while the new one is read, in which they are not."""
    interrupt(leak, monkeypatch, 3)
    for path in ("letters/2020/b.pdf", "letters/owners.csv", "box.zip"):
        leak.put(path, b"It was changed meanwhile")
    leak.ingest()
    assert set(leak.states().values()) == {"read", "empty"}
    assert not [path for path in leak.files() if path.startswith("box.zip/")]
    assert archived(leak) == {hash_ for file in leak.files().values() for hash_ in hashes(file)}
    assert leak.engine.check() == []


def test_the_archive_holds_what_somebody_needs_and_nothing_else(leak: Leak) -> None:
    leak.ingest()
    ingest(leak.engine, [leak.folder / "a.txt"], "other", progress=lambda _: None)
    (other,) = leak.engine.documents.listed("other", Access(frozenset({"other"})))
    assert archived(leak) == {hash_ for file in leak.files().values() for hash_ in hashes(file)}
    leak.engine.delete_dataset("leak", lambda _: None)
    assert archived(leak) == {other.sha256}


def archived(leak: Leak) -> set[str]:
    return {path.name for path in leak.engine.settings.archive.glob("??/??/*") if path.is_file()}


def hashes(file: StoredFile) -> list[str]:
    return [file.sha256, *file.kept, *filter(None, [file.bundle])]


def test_a_load_into_the_dataset_leaves_its_documents(leak: Leak, tmp_path: Path) -> None:
    leak.ingest(leak.folder / "one.eml")
    before = set(dataset_ids(leak.engine, "leak"))
    for name in ("Alpha", "Beta"):
        row = {"id": name, "schema": "Company", "properties": {"name": [name]}}
        (tmp_path / "rows.json").write_text(json.dumps(row))
        load(leak.engine, [str(tmp_path / "rows.json")], "leak", accept_removals=True)
        assert set(dataset_ids(leak.engine, "leak")) == before | {f"leak:{name}"}


def test_a_reader_learns_nothing_of_files_that_they_may_not_see(leak: Leak) -> None:
    leak.ingest()
    documents, file = leak.engine.documents, leak.files()["a.txt"]
    assert documents.readable(file.id, ALL).state is State.READ
    for id_ in (file.id, "leak:none", "none"):
        with pytest.raises(NotFound, match="no document"):
            documents.readable(id_, NOBODY)
    assert documents.files([file.id], NOBODY) == {}
    assert documents.listed("leak", NOBODY) == []
    assert documents.counts(["leak"], NOBODY) == {}


def test_a_file_in_too_many_others_is_not_unpacked(
    leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.ingest.ingest.DEPTH", 1)
    leak.ingest()
    states = leak.states()
    assert states["box.zip/deep/mail.eml"] == "read"
    assert states["box.zip/deep/mail.eml/note.txt"] == "too_large"


def test_an_archive_is_read_again_when_its_missing_volume_comes(leak: Leak) -> None:
    first, second = old_rar(b"a.txt")[:2], old_rar(b"a.txt")[2:]
    for number, content in enumerate(first, 1):
        leak.put(f"x.part{number}.rar", content)
    leak.put(
        "inside.zip",
        zipped(**dict(zip(("y.rar", "y.r00", "y.r01"), new_rar(b"b.txt"), strict=True))),
    )
    leak.ingest(leak.folder)
    states = leak.states()
    assert states["x.part1.rar"] in ("partial", "corrupt")
    assert (leak.files()["x.part1.rar"].detail or "").endswith("x.part3.rar")
    assert states["inside.zip/y.rar/b.txt"] == "read"
    leak.put("x.part3.rar", second[0])
    assert leak.ingest().read == 3
    states = leak.states()
    assert {states[f"x.part{number}.rar"] for number in (1, 2, 3)} == {"read"}
    assert states["x.part1.rar/a.txt"] == "read"
    assert leak.ingest().read == 0


def test_a_message_that_is_none_is_a_reason(leak: Leak) -> None:
    message = EmailMessage()
    message.set_content("no headers but these")
    leak.put("odd.eml", bytes(message))
    leak.put("bad.eml", b"nothing like a mail")
    leak.ingest(leak.folder / "odd.eml", leak.folder / "bad.eml")
    states = {path: str(file.reason) for path, file in leak.files().items()}
    assert states == {"odd.eml": "None", "bad.eml": "corrupt"}

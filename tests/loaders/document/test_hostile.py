"""Files that are made to harm: each costs only itself."""

import io
import os
import signal
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.document import Reason
from loaders.document import sandbox
from loaders.document.box import Box
from loaders.document.part import Asked, Facts, Part, parts_in
from tests.loaders.document.conftest import Read
from tests.loaders.document.test_reader import zipped

LOCKED = """
504b03040a000900000026407d5d8cb2ebe2130000000700000005001c00612e7478745554090003c7db0b6b
c7db0b6b75780b000104000000000400000000b933947614c553e1c5665c9c90c05d9d04c02c504b07088cb2
ebe21300000007000000504b01021e030a000900000026407d5d8cb2ebe21300000007000000050018000000
000001000000a48100000000612e7478745554050003c7db0b6b75780b000104000000000400000000504b05
0600000000010001004b000000620000000000
"""
"""A file a.txt that holds "secret", packed by ``zip -P hunter2``."""


def test_a_bomb_is_not_unpacked(read: Read) -> None:
    bomb = zipped(zeros=bytes(100 * 1024**2))
    answer = read("bomb.zip", bomb)
    assert answer.reason is Reason.TOO_LARGE
    assert answer.members == {}
    assert sum(path.stat().st_size for path in answer.folder.iterdir()) < 1024**2


def test_members_lead_nowhere(read: Read, tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name in ("../../up.txt", "/etc/absolute.txt", "a/./../b\x07.txt", "C:\\x\\y.txt"):
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        device = tarfile.TarInfo("device")
        device.type = tarfile.CHRTYPE
        archive.addfile(device)
    answer = read("x.tar", target.getvalue())
    assert list(answer.members) == ["up.txt", "etc/absolute.txt", "a/b.txt", "x/y.txt"]
    assert (answer.reason, "link.txt, device" in answer.detail) == (Reason.PARTIAL, True)
    assert all(path.parent == answer.folder for path in answer.folder.rglob("*"))


@pytest.mark.parametrize("name", ["x.svg", "x.xml", "x.html"])
def test_entities_of_xml_are_not_followed(read: Read, name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    text = f"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://{secret}">
    <!ENTITY a "{"lol" * 50}"><!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}">]>
    <svg><text>&x; &c;</text></svg>"""
    answer = read(name, text.encode())
    assert "the secret" not in answer.text
    assert len(answer.text) < 10_000


def test_entities_in_office_documents_are_not_followed(read: Read, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>
    <w:document {names}><w:body><w:p><w:r><w:t>a &x; b</w:t></w:r></w:p></w:body></w:document>"""
    answer = read("x.docx", zipped(**{"word/document.xml": document.encode()}))
    assert "the secret" not in answer.text


def test_a_locked_archive_opens_with_the_right_password(read: Read) -> None:
    locked = bytes.fromhex(LOCKED)
    assert read("x.zip", locked).reason is Reason.ENCRYPTED
    assert read("x.zip", locked, "wrong").reason is not None
    assert read("x.zip", locked, "wrong", "hunter2").members == {"a.txt": b"secret\n"}


def test_a_crash_a_hang_and_a_glutton_cost_only_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts_of(asked: Asked) -> Iterator[Part]:
        yield Facts("Document", "text/plain")
        if asked.name == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif asked.name == "glutton":
            bytearray(8 * 1024**3)
        elif asked.name == "hang":
            os.system("sleep 600 &")
            time.sleep(600)  # by itself: a shell may not start within the limit of memory
        elif asked.name == "surprise":
            raise KeyError("no such stream")

    monkeypatch.setattr(sandbox, "parts_of", parts_of)
    monkeypatch.setattr(sandbox, "SECONDS", 2.0)
    reasons = {
        "crash": Reason.CRASHED,
        "hang": Reason.TIMEOUT,
        "glutton": Reason.TOO_LARGE,
        "surprise": Reason.CORRUPT,
        "well": None,
    }
    before = time.monotonic()
    for name, reason in reasons.items():
        folder = tmp_path / name
        folder.mkdir()
        assert sandbox.ending_of(Asked(tmp_path, name, folder)).reason is reason, name
        assert list(parts_in(folder / sandbox.PARTS)) == [Facts("Document", "text/plain")]
    assert time.monotonic() - before < 300  # and not the 600 that one of them sleeps
    assert not [each for each in psutil.process_iter(["cmdline"]) if is_ours(each)]


def is_ours(process: psutil.Process) -> bool:
    return process.info["cmdline"] == ["sleep", "600"] and process.status() != "zombie"


def test_a_lost_sandbox_is_replaced(box: Box, read: Read) -> None:
    assert read("a.txt", b"first").text == "first"
    me = psutil.Process()
    for child in me.children(recursive=True):
        if "loaders.document.sandbox" in child.cmdline():
            child.kill()
    assert read("a.txt", b"second").reason is Reason.CRASHED
    assert read("a.txt", b"third").text == "third"


def test_a_file_is_read_without_network(box: Box) -> None:
    if not box.networkless:
        pytest.skip("this system lets nobody leave its network")
    children = psutil.Process().children(recursive=True)
    alive = [each for each in children if each.status() != psutil.STATUS_ZOMBIE]
    inside = [each for each in alive if "loaders.document.sandbox" in each.cmdline()]
    ours = os.readlink("/proc/self/ns/net")
    assert inside
    assert all(os.readlink(f"/proc/{each.pid}/ns/net") != ours for each in inside)

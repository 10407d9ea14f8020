import hashlib
import io
import threading
from pathlib import Path

import pytest

from engine.archive.folder import FolderArchive
from engine.errors import BadInput, NotFound

LETTER = b"Dear Mr Petrov,\n"


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive")


def test_content_is_kept_once_under_its_hash(archive: FolderArchive) -> None:
    first = archive.put(io.BytesIO(LETTER))
    assert archive.put(io.BytesIO(LETTER)) == first
    assert first.sha256 == hashlib.sha256(LETTER).hexdigest()
    assert first.sha1 == hashlib.sha1(LETTER).hexdigest()
    assert first.size == len(LETTER)
    assert list(archive.hashes()) == [first.sha256]
    with archive.open(first.sha256) as file, archive.path(first.sha256) as path:
        assert file.read() == path.read_bytes() == LETTER


def test_what_is_deleted_is_gone_with_its_folders(archive: FolderArchive, tmp_path: Path) -> None:
    letter, other = (archive.put(io.BytesIO(text)) for text in (LETTER, b"other"))
    with archive.clearing():
        archive.delete([letter.sha256, "0" * 64])
    assert list(archive.hashes()) == [other.sha256]
    assert not (tmp_path / "archive" / letter.sha256[:2]).exists()
    with pytest.raises(NotFound):
        archive.open(letter.sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_a_hash_becomes_a_path(archive: FolderArchive, name: str) -> None:
    with pytest.raises(BadInput):
        archive.has(name)


def test_nothing_is_cleared_while_somebody_holds(archive: FolderArchive) -> None:
    cleared = threading.Event()

    def clear() -> None:
        with archive.clearing():
            cleared.set()

    with archive.holding(), archive.holding():
        thread = threading.Thread(target=clear)
        thread.start()
        assert not cleared.wait(0.2)
    assert cleared.wait(5)
    thread.join()


def test_a_kill_leaves_nothing_behind_after_the_next_clearing(
    archive: FolderArchive, tmp_path: Path
) -> None:
    incoming = tmp_path / "archive" / "incoming"
    archive.put(io.BytesIO(LETTER))
    (incoming / "tmpabc").write_bytes(b"half a file")
    with archive.clearing():
        assert not list(incoming.iterdir())

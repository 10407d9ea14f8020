"""The lock file is what jgo resolves, and only the pinned bytes are put on a class path."""

from pathlib import Path

import pytest
from jgo.maven import Artifact, MavenContext

from engine.errors import ChecksumMismatch, ServerUnavailable
from engine.server import jar


class Repository:
    """Stands in for Maven's: answers each download with the next of these contents."""

    def __init__(self, *contents: bytes) -> None:
        self.contents = list(contents)

    def download(self, artifact: Artifact) -> Path:
        if not self.contents:
            raise ConnectionError("no route")
        path = artifact.cached_path
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.contents.pop(0))
        return path


@pytest.fixture
def one_jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> jar.Jar:
    """A lock file with one jar, whose content is `good`."""
    good = tmp_path / "good"
    good.write_bytes(b"good")
    pinned = jar.Jar("org.example:thread:1.0", jar.digest(good), "thread-1.0.jar")
    lock = tmp_path / "jars.lock"
    lock.write_text(f"# a comment\n{pinned.coordinate} {pinned.sha256} {pinned.filename}\n")
    monkeypatch.setattr(jar, "lock_path", lambda: lock)
    return pinned


def context(tmp_path: Path, *contents: bytes) -> MavenContext:
    return MavenContext(resolver=Repository(*contents), repo_cache=tmp_path / "repository")


def test_lock_is_what_jgo_resolves(tmp_path: Path) -> None:
    jar.fetch(print, tmp_path / "jars.json")
    jar.write_lock(tmp_path / "jars.lock")
    assert (tmp_path / "jars.lock").read_text() == jar.lock_path().read_text()
    assert len(jar.locked()) == 233


def test_fetched_once_and_remembered(tmp_path: Path, one_jar: jar.Jar) -> None:
    said: list[str] = []
    maven = context(tmp_path, b"good")
    paths = jar.fetch(said.append, tmp_path / "jars.json", context=maven)
    assert [path.name for path in paths] == [one_jar.filename]
    assert said == [f"Fetching Neo4j {jar.VERSION} (1 jars) …"]
    assert jar.fetch(said.append, tmp_path / "jars.json", context=maven) == paths
    assert len(said) == 1


def test_an_interrupted_download_is_fetched_again(tmp_path: Path, one_jar: jar.Jar) -> None:
    maven = context(tmp_path, b"good")
    path = one_jar.path(maven)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"go")
    assert jar.fetch(print, tmp_path / "jars.json", context=maven)[0].read_bytes() == b"good"


@pytest.mark.usefixtures("one_jar")
def test_a_changed_jar_is_noticed(tmp_path: Path) -> None:
    path = jar.fetch(print, tmp_path / "jars.json", context=context(tmp_path, b"good"))[0]
    path.write_bytes(b"evil!")
    with pytest.raises(
        ChecksumMismatch, match=r"thread-1\.0\.jar is not the pinned org\.example:thread:1\.0"
    ):
        jar.fetch(print, tmp_path / "jars.json", context=context(tmp_path, b"evil", b"evil"))


@pytest.mark.usefixtures("one_jar")
def test_without_a_network(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match="could not be fetched: no route"):
        jar.fetch(print, tmp_path / "jars.json", context=context(tmp_path))


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00"])
def test_a_broken_memory_is_no_memory(tmp_path: Path, one_jar: jar.Jar, text: str) -> None:
    (tmp_path / "jars.json").write_text(text)
    paths = jar.fetch(print, tmp_path / "jars.json", context=context(tmp_path, b"good"))
    assert [path.name for path in paths] == [one_jar.filename]

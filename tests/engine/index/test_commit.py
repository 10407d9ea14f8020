"""What a commit holds, who may write, and what becomes of a broken index."""

from pathlib import Path

import pytest

from engine.entity import make_entity
from engine.errors import ClewError, EngineInUse
from engine.index.index import Index
from engine.question import SearchQuestion
from tests.engine.index.collection import ALL, entities, hit_ids


def test_commits(tmp_path: Path) -> None:
    """What is not committed is not seen; a commit has a revision; one writes, others read."""
    index = Index.open(tmp_path, write=True)
    assert index.revision == 0
    index.add(entities())
    assert index.count(SearchQuestion(), ALL) == 0
    index.commit(5)
    with pytest.raises(EngineInUse):
        Index.open(tmp_path, write=True)
    reader = Index.open(tmp_path, write=False)
    assert (reader.revision, reader.count(SearchQuestion(), ALL)) == (5, 9)
    with pytest.raises(ClewError):
        reader.add(entities())
    renamed = make_entity("red", "amber", "Company", {"name": ["Opal Ltd"]})
    index.add([renamed, renamed])
    index.remove(["blue:own", "blue:never"])
    index.commit(6)
    assert reader.revision == 5
    reader.reload()
    assert (reader.revision, reader.count(SearchQuestion(), ALL), hit_ids(reader, "opal")) == (
        6,
        8,
        ["amber"],
    )
    index.remove(["red:amber"])
    index.close()
    with Index.open(tmp_path, write=True) as again:
        assert (again.revision, again.count(SearchQuestion(), ALL)) == (6, 8)
        again.delete_all()
        assert (again.revision, again.count(SearchQuestion(), ALL), list(again.identities())) == (
            0,
            0,
            [],
        )


def test_a_broken_or_older_index_starts_empty(tmp_path: Path) -> None:
    """What cannot be read is built again, by whoever may write."""
    (tmp_path / "layout0").mkdir()
    with Index.open(tmp_path, write=True) as index:
        index.add(entities())
        index.commit(5)
    assert not (tmp_path / "layout0").exists()
    (folder,) = tmp_path.iterdir()
    (folder / "meta.json").write_text("{")
    with pytest.raises(ClewError):
        Index.open(tmp_path, write=False)
    with Index.open(tmp_path, write=True) as index:
        assert index.revision == 0

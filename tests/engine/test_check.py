"""The check of graph and index: page by page, and never before the index has caught up."""

import pytest

from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.sync import check
from engine.sync.check import differences
from tests.inside import dataset_ids


def person(id_: str, name: str = "N") -> Entity:
    return make_entity("d", id_, "Person", {"name": [name]})


def owns(id_: str, owner: str, asset: str) -> Entity:
    return make_entity("d", id_, "Ownership", {"owner": [owner], "asset": [asset]})


@pytest.fixture
def loaded(fresh_engine: Engine) -> Engine:
    """Nine records, the last of which is an edge in two relationships."""
    with fresh_engine.loading("d") as loading:
        loading.begin()
        loading.add([person(letter) for letter in "abcdefgh"])
        ends = {"owner": ["a", "b"], "asset": ["c"]}
        loading.add([make_entity("d", "z", "Ownership", ends)])
        loading.finish(None)
    return fresh_engine


@pytest.mark.parametrize("page", [1, 2, 3, 9, 100])
def test_differences_are_found_on_every_page(
    loaded: Engine, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "PAGE", page)
    assert loaded.check() == []
    index = loaded._index
    index.remove(["d:a", "d:z"])
    index.add([person("c", "Other"), person("bb"), person("zz")])
    index.commit(index.revision)
    assert loaded.check() == [
        "d:a is in the graph, not in the index",
        "d:bb is in the index, not in the graph",
        "d:c is older in the index than in the graph",
        "d:z is in the graph, not in the index",
        "d:zz is in the index, not in the graph",
    ]
    assert loaded.reindex(lambda _: None) == len(dataset_ids(loaded, "d"))
    assert loaded.check() == []


def test_more_than_can_be_listed(loaded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LISTED", 3)
    loaded._index.delete_all()
    loaded._index.commit(loaded.revision())
    told = loaded.check()
    assert told[:3] == [f"d:{letter} is in the graph, not in the index" for letter in "abc"]
    assert told[3:] == ["more than 3 differences: `clew reindex` makes the index anew"]


def test_what_the_index_has_not_taken_yet_is_no_difference(
    loaded: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load writes while the check reads."""
    parts = (loaded._reader, loaded._writer, loaded._index)
    late = [person("a", "Anew"), person("cc"), owns("y", "cc", "a")]
    suspects = check.suspects

    def written_meanwhile(*stores: object) -> object:
        loaded._writer.write(late, {"d:a"})
        loaded._writer.remove(["d:h"])
        return suspects(*stores)  # type: ignore[arg-type]

    monkeypatch.setattr(check, "suspects", written_meanwhile)
    assert list(differences(*parts, loaded.follow)) == []
    monkeypatch.undo()
    loaded._writer.write([person("cd")], ())
    assert list(differences(*parts, lambda: None)) == ["d:cd is in the graph, not in the index"]
    assert loaded.check() == []

"""A backup holds everything, and an engine restored from it answers the same."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from door.backup import MANIFEST, NODES, backup, restore
from engine.engine import Engine
from engine.errors import BadInput
from engine.settings import Settings


def silent(text: str) -> None:
    """Nothing is told."""


def told(engine: Engine) -> tuple[list[bytes], list[bytes]]:
    """All nodes and all relationships, without the keys that each database gives them."""
    names = {row["key"]: row["properties"].get("id") for row in engine.dump.nodes()}
    nodes = [plain([row["labels"], row["properties"]]) for row in engine.dump.nodes()]
    relationships = [
        plain([names[row["source"]], row["type"], names[row["target"]], row["properties"]])
        for row in engine.dump.relationships()
    ]
    return sorted(nodes), sorted(relationships)


def plain(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def answers(engine: Engine) -> list[Any]:
    access = engine.everybody()
    ends = ["demo_registry:meridian-cement"], ["demo_sanctions:viktor-drozdan"]
    return [
        engine.datasets(access),
        engine.search("drozdan", access).hits,
        engine.facets("", access, None, ["schema", "dataset", "country"]),
        engine.paths(access, *ends),
        engine.owners(access, "demo_registry:meridian-cement", min_share=0.0),
        engine.check(),
    ]


def test_a_restored_engine_answers_the_same(engine: Engine, tmp_path: Path) -> None:
    catalog = tmp_path / "sources.yml"
    catalog.write_text("datasets: []\n")
    (engine.settings.data / "archive" / "ab").mkdir(parents=True, exist_ok=True)
    (engine.settings.data / "archive" / "ab" / "paper.txt").write_text("a document")
    engine.settings = replace(engine.settings, catalog=catalog)
    file = tmp_path / "all.zip"
    manifest = backup(engine, file, silent)
    assert (manifest["revision"], manifest["nodes"]) == (engine.reader.revision(), len(told(engine)[0]))
    assert not any("password" in name for name in manifest["settings"])
    data = tmp_path / "restored"
    (tmp_path / "restored.restoring").mkdir()
    (tmp_path / "restored.restoring" / "rest of a killed one").touch()
    settings = Settings(data=data, heap_mb=512, pagecache_mb=256)
    assert restore(settings, file, silent) == manifest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "restored", "sources.yml"]
    assert (data / "archive" / "ab" / "paper.txt").read_text() == "a document"
    assert (data / "catalog.yml").read_text() == catalog.read_text()
    with Engine.open(settings, progress=silent) as other:
        assert told(other) == told(engine)
        assert answers(other) == answers(engine)
    with pytest.raises(BadInput, match=r"restored is not empty: name another folder"):
        restore(settings, file, silent)


def without(name: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            members = {one: archive.read(one) for one in archive.namelist() if one != name}
        with zipfile.ZipFile(file, "w") as archive:
            for one, data in members.items():
                archive.writestr(one, data)

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:2000]), "is not a backup, or a broken one"),
        (lambda file: file.write_text("hello"), "is not a backup, or a broken one"),
        (without(MANIFEST), r"it has no manifest\.json"),
    ],
    ids=["cut short", "no zip", "no manifest"],
)
def test_what_is_no_whole_backup_is_refused(
    engine: Engine, tmp_path: Path, change: Callable[[Path], None], reason: str
) -> None:
    file = tmp_path / "all.zip"
    backup(engine, file, silent)
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist()[0] == NODES
    change(file)
    with pytest.raises(BadInput, match=reason):
        restore(Settings(data=tmp_path / "restored"), file, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


def test_a_database_that_holds_something_is_left_alone(engine: Engine) -> None:
    with pytest.raises(BadInput, match="not empty"):
        engine.dump.restore([], [])

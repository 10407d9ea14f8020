"""A backup holds everything, and an engine restored from it answers the same."""

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from cli.backup import MANIFEST, NODES, RELATIONSHIPS, backup
from cli.main import main
from cli.restore import other_settings, restore
from engine.engine import Engine
from engine.errors import BadInput, EngineInUse
from engine.question import FacetQuestion, OwnershipQuestion, PathQuestion, SearchQuestion
from engine.server.home import held
from engine.settings import Settings, variable
from tests.conftest import Bolt, on
from tests.crossing import Record, put
from tests.prepared import ENVIRONMENT, brief

SMALL: tuple[Record, ...] = (
    ("ada", "Person", {"name": "Ada"}),
    ("mill", "Company", {"name": "Mill"}),
    ("half", "Ownership", {"owner": "ada", "asset": "mill", "percentage": "50"}),
)


def silent(text: str) -> None:
    """Print nothing."""


def graph_of(engine: Engine) -> tuple[list[bytes], list[bytes]]:
    """All nodes and all relationships, without the keys that each database gives them."""
    with engine.snapshot() as snapshot:
        nodes, relationships = list(snapshot.nodes()), list(snapshot.relationships())
    names = {row["key"]: row["properties"].get("id") for row in nodes}
    plain_nodes = [
        plain([row["labels"], row["properties"]])
        for row in nodes
        if row["properties"].get("action") != "restored"  # which the audit log says of itself
    ]
    plain_relationships = [
        plain([names[row["source"]], row["type"], names[row["target"]], row["properties"]])
        for row in relationships
    ]
    return sorted(plain_nodes), sorted(plain_relationships)


def plain(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def answers(engine: Engine) -> list[Any]:
    access = engine.owner_access()
    ends = ("demo_registry:meridian-cement",), ("demo_sanctions:viktor-drozdan",)
    return [
        engine.datasets(access),
        engine.search(SearchQuestion("drozdan"), access).hits,
        engine.facets(FacetQuestion(SearchQuestion(), ("schema", "dataset", "country")), access),
        engine.paths(PathQuestion(*ends), access),
        engine.owners(OwnershipQuestion("demo_registry:meridian-cement", min_share=0.0), access),
        engine.check(),
    ]


@pytest.fixture
def small_backup(fresh_engine: Engine, tmp_path: Path) -> Path:
    """A backup of a few records: what restores it writes little."""
    put(fresh_engine, "few", *SMALL)
    backup(fresh_engine, tmp_path / "all.zip", silent)
    return tmp_path / "all.zip"


@pytest.fixture(scope="module")
def whole_backup(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the demo collection."""
    file = tmp_path_factory.mktemp("backup") / "all.zip"
    backup(engine, file, silent)
    return file


@pytest.fixture
def catalog(engine: Engine, tmp_path: Path) -> Path:
    """The engine's catalog: it names a mapping beside it, and one that lies elsewhere."""
    catalog = tmp_path / "own" / "sources.yml"
    (catalog.parent / "maps").mkdir(parents=True)
    (catalog.parent / "maps" / "one.yml").write_text("a mapping")
    (tmp_path / "far.yml").write_text("another")
    catalog.write_text(
        "datasets:\n"
        "  - {name: one, source: {path: one.csv, mapping: maps/one.yml}}\n"
        "  - {name: two, source: {path: two.csv, mapping: ../far.yml}}\n"
    )
    engine.settings = engine.settings.model_copy(update={"catalog": catalog})
    return catalog


def test_a_restored_engine_answers_the_same(engine: Engine, tmp_path: Path, catalog: Path) -> None:
    archive = engine.settings.data / "archive" / "ab"
    archive.mkdir(parents=True, exist_ok=True)
    (archive / "paper.txt").write_text("a document")
    file = tmp_path / "all.zip"
    notes: list[str] = []
    manifest = backup(engine, file, notes.append)
    assert notes == [
        f"{tmp_path / 'far.yml'} is not in the backup: it does not lie beside {catalog}"
    ]
    counts = (manifest["revision"], manifest["nodes"])
    assert counts == (engine.revision(), len(graph_of(engine)[0]))
    assert not any("password" in name for name in manifest["settings"])
    data = tmp_path / "restored"
    (data / "offline" / "neo4j").mkdir(parents=True)  # what a killed restore left
    (tmp_path / "link").symlink_to(data)
    settings = brief(tmp_path / "link")
    in_use = f"in use by another Clew, process {os.getpid()}"
    with held(data / "clew.lock"), pytest.raises(EngineInUse, match=in_use):
        restore(settings, file, silent)
    assert restore(settings, file, silent) == manifest
    check_folder(data, catalog)
    assert "CLEW_HEAP_MB=1" in other_settings(
        settings, {"settings": {"heap_mb": "1", "deadline": "10.0"}}
    )
    with Engine.open(settings, progress=silent) as other:
        assert graph_of(other) == graph_of(engine)
        assert answers(other) == answers(engine)
    with pytest.raises(BadInput, match=r"link is not empty: name another folder"):
        restore(settings, file, silent)


def check_folder(data: Path, catalog: Path) -> None:
    """A restored data folder holds what it should, and nothing else."""
    names = ["archive", "clew.lock", "index", "neo4j", "neo4j-password", "sources"]
    assert sorted(path.name for path in data.iterdir()) == names
    assert (data / "archive" / "ab" / "paper.txt").read_text() == "a document"
    assert (data / "sources" / "catalog.yml").read_text() == catalog.read_text()
    assert (data / "sources" / "maps" / "one.yml").read_text() == "a mapping"


def test_the_commands_say_what_is_to_be_known(
    fresh_engine: Engine, small_backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**ENVIRONMENT, "CLEW_DATA": ".", "CLEW_DEADLINE": "77"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    answer = CliRunner().invoke(main, ["restore", str(small_backup)])
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("Restored ")
    assert "It was made with CLEW_" in answer.stderr
    assert f"CLEW_DEADLINE={fresh_engine.settings.deadline}" in answer.stderr


def test_a_file_that_cannot_be_written_is_named(
    bolt: Bolt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = on(bolt, tmp_path / "data")
    for name in ("data", "neo4j_uri", "neo4j_user", "neo4j_password"):
        monkeypatch.setenv(variable(name), str(getattr(settings, name)))
    (tmp_path / "file").touch()
    answer = CliRunner().invoke(main, ["backup", str(tmp_path / "file" / "all.zip")])
    assert (
        answer.stderr.splitlines()[-1]
        == f"clew: {tmp_path}/file/all.zip cannot be written: Not a directory"
    )


def changed(file: Path, change: Callable[[dict[str, bytes]], Any]) -> None:
    """Write a backup anew with other members."""
    with zipfile.ZipFile(file) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w") as archive:
        for one, data in members.items():
            archive.writestr(one, data)


def flip(file: Path) -> None:
    """Another bit somewhere in the packed nodes."""
    data = bytearray(file.read_bytes())
    data[3000] ^= 4
    file.write_bytes(data)


def shorter(members: dict[str, bytes]) -> None:
    """The graph without its last relationship but one of an end that is not there."""
    *lines, last = members[RELATIONSHIPS].splitlines(keepends=True)
    members[RELATIONSHIPS] = b"".join([*lines, plain({**orjson.loads(last), "source": "nobody"})])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda file: file.write_bytes(file.read_bytes()[:2000]),
            "is not a backup, or a broken one",
        ),
        (lambda file: file.write_text("hello"), "is not a backup, or a broken one"),
        (flip, r"is (not a backup, or )?a broken (one|backup)"),
        (
            lambda file: changed(file, lambda members: members.pop(MANIFEST)),
            r"it has no manifest\.json",
        ),
        (lambda file: changed(file, lambda members: members.pop(NODES)), r"it has no nodes\.jsonl"),
        (
            lambda file: changed(file, lambda members: members.update({MANIFEST: b"[]"})),
            "does not say what is in it",
        ),
        (
            lambda file: changed(file, lambda members: members.update({MANIFEST: b"{}"})),
            "does not say what is in it",
        ),
    ],
    ids=["cut short", "no zip", "a bit", "no manifest", "no nodes", "list", "empty manifest"],
)
def test_what_is_no_whole_backup_is_refused(
    whole_backup: Path, tmp_path: Path, change: Callable[[Path], None], reason: str
) -> None:
    file = Path(shutil.copy(whole_backup, tmp_path))
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist()[0] == NODES
    change(file)
    with pytest.raises(BadInput, match=reason):
        restore(Settings(data=tmp_path / "restored"), file, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


def test_what_turns_out_to_be_broken_leaves_nothing(small_backup: Path, tmp_path: Path) -> None:
    changed(small_backup, shorter)
    reason = r"the backup is broken: [\d,]+ nodes and [\d,]+ relationships came out of it"
    with pytest.raises(BadInput, match=reason):
        restore(brief(tmp_path / "restored"), small_backup, silent)
    assert [path.name for path in (tmp_path / "restored").iterdir()] == ["clew.lock"]


def test_a_line_that_is_no_row_is_named(
    small_backup: Path, bolt: Bolt, wipe: Callable[[], None], tmp_path: Path
) -> None:
    wipe()
    changed(small_backup, lambda members: members.update({NODES: b'{"key": "1"}\n'}))
    with pytest.raises(BadInput, match=r"line 1 of nodes\.jsonl does not hold what"):
        restore(on(bolt, tmp_path / "restored"), small_backup, silent)


def test_a_database_that_holds_something_is_left_alone(engine: Engine) -> None:
    with pytest.raises(BadInput, match="not empty"):
        engine.restore([], [])

"""``clew export``: what it writes and where, what it tells, and with which code it ends."""

import gzip
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import networkx
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from engine.engine import Engine
from engine.entity import Entity
from engine.excerpt import DatasetExcerpt
from loaders.demo.sample import FOLDER, TITLES


@pytest.fixture
def clew(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(engine))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def export(clew: CliRunner, *arguments: str, code: int = 0) -> Result:
    result = clew.invoke(main, ["export", *arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_dataset_to_stdout_and_to_files(clew: CliRunner) -> None:
    result = export(clew, "demo_offshore")
    count = len((FOLDER / "demo_offshore.ftm.json").read_text().splitlines())
    assert len(result.stdout.splitlines()) == count
    assert f"Exported {count} entities (" in result.stderr
    export(clew, "demo_offshore", "-o", "a.ftm.json")
    assert Path("a.ftm.json").read_text() == result.stdout
    export(clew, "demo_offshore", "-o", "a.ftm.json.gz")
    assert gzip.decompress(Path("a.ftm.json.gz").read_bytes()).decode() == result.stdout
    assert sorted(path.name for path in Path().iterdir()) == ["a.ftm.json", "a.ftm.json.gz"]


def test_everything_is_a_file_a_dataset(clew: CliRunner) -> None:
    result = export(clew, "--all", code=1)
    assert (
        result.stderr == "clew: these are 5 datasets, a file each: give -o FILE.zip or -o FOLDER/\n"
    )
    assert result.stdout == ""
    export(clew, "--all", "-o", "all/")
    assert {path.name for path in Path("all").iterdir()} == {f"{name}.ftm.json" for name in TITLES}
    export(clew, "--all", "-o", "all.csv.zip")
    with zipfile.ZipFile("all.csv.zip") as archive:
        assert "Ownership.csv" in archive.namelist()


@pytest.mark.parametrize(
    ("output", "start"),
    [
        ("x.gexf", b"<?xml"),
        ("x.graphml.gz", b"\x1f\x8b"),
        ("x.xlsx", b"PK"),
        ("x.cypher", b"// A graph"),
        ("x.statements.csv", b'"canonical_id"'),
        ("x.csv.zip", b"PK"),
        ("x", b'{"id"'),
    ],
)
def test_a_name_says_the_format(clew: CliRunner, output: str, start: bytes) -> None:
    export(clew, "demo_registry", "-o", output)
    assert Path(output).read_bytes().startswith(start)


def test_a_neighbourhood_and_paths_for_gephi(clew: CliRunner) -> None:
    result = export(
        clew, "--around", "demo_registry:meridian-cement", "--hops", "2", "-o", "near.gexf"
    )
    near = networkx.read_gexf("near.gexf")
    assert near.nodes["demo_registry:meridian-cement"]["label"] == "Meridian Cement S.A."
    assert f"{len(near)} nodes, {near.number_of_edges()} relationships" in result.stderr
    ends = ("demo_registry:meridian-cement", "demo_sanctions:viktor-drozdan")
    export(clew, "--from", ends[0], "--to", ends[1], "-o", "path.graphml")
    path = networkx.read_graphml("path.graphml").to_undirected()
    assert networkx.has_path(path, *ends)


def test_a_search(clew: CliRunner) -> None:
    result = export(clew, "--query", "drozdan", "--format", "ftm")
    assert len(result.stdout.splitlines()) == 3
    wider = export(clew, "--query", "drozdan", "--edges")
    assert len(wider.stdout.splitlines()) > 3
    export(clew, "demo_registry", "--query", "drozdan", "-o", "none.gexf", code=1)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none"], "there is no dataset 'none'; `clew status` names them"),
        (["--query", "xyzzyxyzzy"], "there is nothing to export"),
        (
            ["--around", "demo_registry:none"],
            "there is no entity 'demo_registry:none': ids are dataset:entity-id",
        ),
        (
            ["demo_registry", "-o", "no/such/x.json"],
            "no/such/x.json.part cannot be written: No such file or directory",
        ),
        (
            ["demo_registry", "--format", "csv"],
            "these are 5 schemata, a file each: give -o FILE.zip or -o FOLDER/",
        ),
    ],
)
def test_what_cannot_be_done_is_a_message(
    clew: CliRunner, arguments: list[str], message: str
) -> None:
    result = export(clew, *arguments, code=1)
    assert result.stderr == f"clew: {message}\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--all", "demo_registry"],
        ["--query", "x", "--around", "y"],
        ["--from", "x"],
        ["demo_registry", "--format", "pdf"],
        ["--around", "x", "--hops", "4"],
    ],
)
def test_wrong_usage_ends_with_2(clew: CliRunner, arguments: list[str]) -> None:
    export(clew, *arguments, code=2)


def test_a_change_meanwhile_is_noted(
    clew: CliRunner, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions = iter([1, 2])
    monkeypatch.setattr(engine, "revision", lambda: next(revisions))
    assert "The data changed meanwhile" in export(clew, "demo_offices").stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143)])
def test_ctrl_c_leaves_no_half_file(
    clew: CliRunner, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(whole: DatasetExcerpt) -> Iterator[Entity]:
        yield from list(DatasetExcerpt.nodes(whole))[:5]  # type: ignore[misc]
        raise error

    monkeypatch.setattr(DatasetExcerpt, "records", broken)
    result = clew.invoke(main, ["export", "demo_registry", "-o", "x.json"])
    assert result.exit_code in (1, 143)
    assert list(Path().iterdir()) == []

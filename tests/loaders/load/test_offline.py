"""``clew load --offline`` makes what an ordinary load makes, node by node, or nothing if killed."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from cli.main import main
from engine.access import Access
from engine.engine import Engine
from engine.errors import BadInput, ClewError, EngineInUse
from engine.index.filler import finish
from engine.process.worker import workers
from engine.server import importer
from engine.server.home import held, home_of
from engine.server.replacement import Replacement
from engine.settings import Settings
from loaders.intake.seen import Seen
from loaders.load.load import load
from loaders.load.offline import fill
from loaders.load.report import Report
from tests.inside import graph_identities
from tests.loaders.load.awkward import files, nodes, row
from tests.prepared import ENVIRONMENT, Prepared, brief

CHANGING = ("_revision", "last_updated", "applied", "revision", "literal_revision", "loads")
"""Properties that no two loads leave the same."""

pytestmark = pytest.mark.usefixtures("class_caches")


def content(engine: Engine) -> Counter[str]:
    """Every node and relationship with its properties, but for revisions, times and loads."""
    counts: Counter[str] = Counter()
    with engine.snapshot() as snapshot:
        nodes, relationships = list(snapshot.nodes()), list(snapshot.relationships())
    names = {each["key"]: each["properties"].get("id") for each in nodes}
    nodes = [node for node in nodes if node["labels"] not in (["AccessStamp"], ["Moment"])]
    for each in (*nodes, *relationships):
        values = dict(each["properties"])
        for name in CHANGING:
            values.pop(name, None)
        what = each.get("labels") or [names[each["source"]], each["type"], names[each["target"]]]
        counts[json.dumps([what, values], sort_keys=True)] += 1
    return counts


def check_same(one: Engine, other: Engine) -> None:
    """Both graphs hold the same, and each agrees with its index."""
    assert one.check() == other.check() == []
    left, right = content(one), content(other)
    assert sorted(left - right)[:3] == sorted(right - left)[:3] == []
    access = Access(frozenset({"d", "other"}))
    assert one._index.schema_counts(access) == other._index.schema_counts(access)


def offline(data: Path, sources: Sequence[str], **options: Any) -> Report:
    with workers(2) as processes:
        return fill(
            brief(data, max_removed=1),
            processes,
            sources,
            "d",
            progress=lambda _: None,
            **options,
        )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return files(tmp_path_factory.mktemp("awkward"))


def test_it_makes_what_a_load_makes(
    sources: list[str], fresh_engine: Engine, tmp_path: Path
) -> None:
    report = offline(tmp_path / "filled", sources, title="Dee")
    assert sorted(path.name for path in (tmp_path / "filled").iterdir()) == [
        "clew.lock",
        "index",
        "neo4j",
        "neo4j-password",
    ]
    ordinary = load(fresh_engine, sources, "d", title="Dee")
    assert (report.refused_count, report.repeated, report.truncated) == (7, 2, ordinary.truncated)
    for each in (report, ordinary):
        each.refused.sort(key=lambda refusal: (refusal.source, refusal.line))
    assert replace(report, seconds=0) == replace(ordinary, seconds=0)
    settings = brief(tmp_path / "filled", max_removed=1)
    with Engine.open(settings, progress=lambda _: None) as engine:
        check_same(engine, fresh_engine)
        assert engine.dataset("d", engine.owner_access()) == replace(
            fresh_engine.dataset("d", fresh_engine.owner_access()),
            last_updated=None,  # type: ignore[arg-type]
        )
        revision = engine.revision()
        assert load(engine, sources, "d").unchanged == report.added
        assert engine.revision() == revision
        newer = tmp_path / "newer.ftm.json"
        rows = [*nodes(), row("lost", "Company", name=["Found"], phone=["+359888000003"])]
        newer.write_text("\n".join(json.dumps(each) for each in rows[:-6] + rows[-4:]))
        for each in (engine, fresh_engine):
            update = load(each, [str(newer)], "d")
            assert (update.added, update.changed, update.refused_count) == (1, 0, 0)
            assert update.removed > 100
        check_same(engine, fresh_engine)
        engine.reindex(lambda _: None)
        check_same(engine, fresh_engine)


def killed(data: Path, sources: Sequence[str], word: str, wait: float) -> None:
    """Kill a load some seconds after it prints a line that begins with a word; all of it ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "load", "--offline", *sources, "--dataset", "d"],
        env={**os.environ, **ENVIRONMENT, "CLEW_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    assert any(line.startswith(word) for line in child.stderr), "it never came so far"
    time.sleep(wait)
    offspring = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
    child.kill()
    child.communicate()
    _, left = psutil.wait_procs(offspring, 60)
    assert not left


@pytest.mark.parametrize("word", ["Importing", "Starting Neo4j"])
def test_killed_it_is_all_there_or_not_at_all(
    word: str,
    sources: list[str],
    fresh_engine: Engine,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    wait = random.Random(request.config.getoption("--seed")).uniform(0, 4)
    print(f"{wait:.2f} s after {word!r}")
    killed(tmp_path / "filled", sources, word, wait)
    if word == "Importing":
        with suppress(BadInput):  # it was done before it was killed
            offline(tmp_path / "filled", sources)
    load(fresh_engine, sources, "d")
    settings = brief(tmp_path / "filled", max_removed=1)
    with Engine.open(settings, progress=lambda _: None) as engine:
        assert not (tmp_path / "filled" / "offline").exists()
        assert engine.check() == []
        assert len(graph_identities(engine)) > 200
        again = load(engine, sources, "d")
        counts = (again.added, again.changed, again.removed)
        assert counts in [(0, 0, 0), (10, 0, 0)]  # the leftovers may not be there
        check_same(engine, fresh_engine)


def test_the_next_start_completes_an_installation(tmp_path: Path) -> None:
    data = tmp_path / "filled"
    for name in ("neo4j/data", "index", "offline/neo4j/data", "offline/index"):
        (data / name).mkdir(parents=True)
        (data / name / name.split("/")[0]).touch()
    replacement = Replacement(data)
    replacement.commit(["neo4j/data", "index"])
    shutil.rmtree(data / "neo4j" / "data")  # as if killed here
    Replacement(data).install()
    assert (data / "neo4j" / "data" / "offline").exists()
    assert (data / "index" / "offline").exists()
    assert not replacement.path.exists()


def test_a_folder_that_cannot_be_filled_says_why(
    sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="CLEW_NEO4J_URI names a server"), workers(1) as processes:
        fill(Settings(data=tmp_path, neo4j_uri="bolt://elsewhere"), processes, sources, "d")
    home = home_of(Settings(data=tmp_path / "held"))
    with held(home.lock), pytest.raises(EngineInUse, match="is in use by another Clew, process"):
        offline(tmp_path / "held", sources)
    with pytest.raises(BadInput, match="none cannot be opened"):
        offline(tmp_path / "first", [sources[-1], sources[0]])
    (tmp_path / "changes").write_text('{"op": "DEL", "entity": {"id": "a"}}\n')
    with pytest.raises(
        BadInput, match="changes tells changes to a dataset: load them without --offline"
    ):
        offline(tmp_path / "first", [str(tmp_path / "changes")])
    monkeypatch.setattr(importer, "RESERVE", 1 << 60)
    with pytest.raises(
        ClewError, match=r"the import needs about .* GiB on the disk of .* GiB are free"
    ):
        offline(tmp_path / "full", sources)
    assert not (tmp_path / "full" / "offline").exists()
    assert not (tmp_path / "full" / "neo4j" / "data").exists()


def test_after_a_failure_the_index_is_closed(
    sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "RESERVE", 1 << 60)
    with workers(1) as processes:
        with pytest.raises(ClewError, match="the import needs about"):
            fill(brief(tmp_path), processes, sources, "d")
        with pytest.raises(ClewError, match="no index was begun"):
            processes.indexing.submit(finish, 1).result()
    assert not (tmp_path / "offline").exists()


def test_only_an_empty_database_is_filled(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, file = prepared(tmp_path / "filled"), tmp_path / "one.ftm.json"
    file.write_text(json.dumps(row("a", "Company", name=["Alpha"])) + "\n{}\n")
    for name, value in {**ENVIRONMENT, "CLEW_DATA": str(data)}.items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(main, ["dataset", "set", "d", "--title", "Dee"]).exit_code == 0
    described = CliRunner().invoke(main, ["load", "--offline", str(file), "--dataset", "d"])
    reason = f"the database in {data} holds no records, but facts about datasets: load"
    assert reason in described.stderr
    assert CliRunner().invoke(main, ["dataset", "delete", "d", "--yes"]).exit_code == 0
    first = CliRunner().invoke(main, ["load", "--offline", str(file), "--dataset", "d"])
    assert first.exit_code == 1, first.output
    assert "d: 2 read, 1 added, 0 changed, 0 unchanged, 0 removed, 1 refused (" in first.stdout
    assert f"{file}:2: it has no id" in first.stderr
    again = CliRunner().invoke(main, ["load", "--offline", str(file), "--dataset", "e"])
    assert again.exit_code == 1
    assert again.stderr.splitlines()[-1] == (
        f"clew: the database in {data} is not empty: load without --offline, "
        "or set CLEW_DATA to a new folder"
    )


def test_other_formats_and_nothing_at_all(fresh_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty.json").touch()
    report = offline(tmp_path / "none", [str(tmp_path / "empty.json")])
    assert (report.read, report.added, report.truncated) == (0, 0, None)
    bods = str(Path(__file__).parents[2] / "fixtures" / "bods")
    report = offline(tmp_path / "filled", [bods], title='Bods \' "of", all\nkinds')
    assert not home_of(Settings(data=tmp_path / "filled")).started_before(), (
        "nothing is left that needs Neo4j"
    )
    ordinary = load(fresh_engine, [bods], "d", title='Bods \' "of", all kinds')
    assert replace(report, seconds=0) == replace(ordinary, seconds=0)
    settings = brief(tmp_path / "filled", max_removed=1)
    with Engine.open(settings, progress=lambda _: None) as engine:
        check_same(engine, fresh_engine)
        filled, loaded = (each.dataset("d", each.owner_access()) for each in (engine, fresh_engine))
        assert filled is not None
        assert loaded is not None
        assert filled.last_updated is not None
        assert loaded.last_updated is not None
        assert timedelta(0) < loaded.last_updated - filled.last_updated < timedelta(minutes=10)
        assert replace(filled, last_updated=loaded.last_updated) == loaded


def test_seen_tells_first_ids_from_repeated_ones() -> None:
    with Seen() as seen:
        seen.refused(["b"])
        assert seen.classify([("a", "1"), ("b", "2"), ("a", "1"), ("a", "2")]) == [
            True,
            True,
            None,
            False,
        ]
        assert seen.classify([("c", "3"), ("b", "2"), ("b", "1"), ("c", "3")]) == [
            True,
            None,
            False,
            None,
        ]
        assert seen.checksums(["a", "b", "c", "d"]) == {"a": "1", "b": "2", "c": "3"}

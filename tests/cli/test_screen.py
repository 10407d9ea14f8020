"""``clew screen``: what it prints for programs, and what it says of files that it cannot read."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from engine.engine import Engine
from engine.settings import Settings, variable
from tests.conftest import Bolt, on
from tests.engine.mention.test_mention import COMPANY, LETTER, PERSON, load


def test_files_are_screened(
    fresh_engine: Engine, bolt: Bolt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(fresh_engine, [PERSON, COMPANY])
    settings = on(bolt, tmp_path / "data")
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    for name in ("data", "neo4j_uri", "neo4j_user", "neo4j_password"):
        monkeypatch.setenv(variable(name), str(getattr(settings, name)))
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text(LETTER, encoding="utf-8")
    (folder / "b.txt").write_bytes(b"")
    (folder / "c.csv").write_text("who\n=Viktor Drozdan\n", encoding="utf-8")

    done = CliRunner().invoke(main, ["screen", str(folder), "--format", "json"])
    assert done.exit_code == 1
    assert "files/b.txt: empty" in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(row["file"], row["id"]) for row in rows} >= {
        ("files/a.txt", PERSON.id),
        ("files/a.txt", COMPANY.id),
        ("files/c.csv", PERSON.id),
    }
    asked = ["screen", "-", "--format", "csv", "--dataset", "firms", "--no-values"]
    done = CliRunner().invoke(main, asked, input=LETTER)
    assert done.exit_code == 0
    assert [row["id"] for row in csv.DictReader(io.StringIO(done.stdout))] == [COMPANY.id]

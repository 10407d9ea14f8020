"""``clew load``: what it prints, and with which code it ends."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clew import main
from engine.engine import Engine

PERSON = json.dumps({"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}})


@pytest.fixture
def clew(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return CliRunner()


def load(clew: CliRunner, *arguments: str, given: str | bytes = "") -> Result:
    return clew.invoke(main, ["load", *arguments], input=given)


def test_a_good_load_ends_with_0(clew: CliRunner) -> None:
    result = load(clew, "-", "--dataset", "d", "--title", "Dee", given=PERSON)
    assert result.exit_code == 0, result.output
    assert "d: 1 read, 1 added, 0 changed, 0 unchanged, 0 removed, 0 refused (" in result.stdout
    answer = clew.invoke(main, ["status"])
    assert "d: 1 entities, Dee" in answer.stdout
    assert clew.invoke(main, ["check"]).exit_code == 0


def test_refused_lines_end_with_1_and_are_listed(clew: CliRunner) -> None:
    result = load(clew, "-", "--dataset", "d", given=PERSON + "\n" + "{}\n" * 30)
    assert result.exit_code == 1
    assert "stdin:2: id None is not one of FollowTheMoney's" in result.stderr
    assert "stdin:21:" in result.stderr
    assert "stdin:22:" not in result.stderr
    assert "and 10 more refused lines" in result.stderr
    assert "1 added" in result.stdout


def test_what_cannot_be_done_is_a_message(clew: CliRunner, tmp_path: Path) -> None:
    result = load(clew, str(tmp_path / "none"), "--dataset", "d")
    assert result.exit_code == 1
    assert result.stderr == f"clew: {tmp_path / 'none'} cannot be opened: No such file or directory\n"
    result = load(clew, "-", "--dataset", "No Name")
    assert (result.exit_code, result.stderr[:16]) == (1, "clew: 'No Name' ")


@pytest.mark.parametrize("arguments", [["-"], ["--dataset", "d"], ["-", "--dataset", "d", "--format", "csv"]])
def test_wrong_usage_ends_with_2(clew: CliRunner, arguments: list[str]) -> None:
    assert load(clew, *arguments).exit_code == 2


@pytest.mark.parametrize("variables", ["{", "[]", "1"])
def test_variables_are_an_object(clew: CliRunner, variables: str) -> None:
    result = clew.invoke(main, ["query", "-", "--variables", variables], input="{ __typename }")
    assert result.exit_code == 1
    assert result.stderr.startswith("clew: --variables is not")

"""``clew load``: what it prints, and with which code it ends."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from engine.engine import Engine

PERSON = json.dumps({"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}})


@pytest.fixture
def clew(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return CliRunner()


def load(clew: CliRunner, *arguments: str, stdin: str | bytes = "") -> Result:
    return clew.invoke(main, ["load", *arguments], input=stdin)


def test_a_good_load_ends_with_0(clew: CliRunner) -> None:
    result = load(clew, "-", "--dataset", "d", "--title", "Dee", stdin=PERSON)
    assert result.exit_code == 0, result.output
    assert "d: 1 read, 1 added, 0 changed, 0 unchanged, 0 removed, 0 refused (" in result.stdout
    answer = clew.invoke(main, ["status"])
    assert "d: 1 entities, Dee" in answer.stdout
    assert clew.invoke(main, ["check"]).exit_code == 0


def test_refused_lines_end_with_1_and_are_listed(clew: CliRunner) -> None:
    result = load(clew, "-", "--dataset", "d", stdin=PERSON + "\n" + "{}\n" * 30)
    assert result.exit_code == 1
    assert "stdin:2: it has no id" in result.stderr
    assert "stdin:21:" in result.stderr
    assert "stdin:22:" not in result.stderr
    assert "and 10 more refused lines" in result.stderr
    assert "1 added" in result.stdout


def test_what_cannot_be_done_is_a_message(clew: CliRunner, tmp_path: Path) -> None:
    result = load(clew, str(tmp_path / "none"), "--dataset", "d")
    assert result.exit_code == 1
    assert (
        result.stderr == f"clew: {tmp_path / 'none'} cannot be opened: No such file or directory\n"
    )
    result = load(clew, "-", "--dataset", "No Name")
    assert (result.exit_code, result.stderr[:16]) == (1, "clew: 'No Name' ")


@pytest.mark.parametrize(
    "arguments", [["-"], ["--dataset", "d"], ["-", "--dataset", "d", "--format", "csv"]]
)
def test_wrong_usage_ends_with_2(clew: CliRunner, arguments: list[str]) -> None:
    assert load(clew, *arguments).exit_code == 2


@pytest.mark.parametrize("variables", ["{", "[]", "1"])
def test_variables_are_an_object(clew: CliRunner, variables: str) -> None:
    result = clew.invoke(main, ["query", "-", "--variables", variables], input="{ __typename }")
    assert result.exit_code == 1
    assert result.stderr.startswith("clew: --variables is not")


TABLE = "payer,payee,day\nA,B,2012-01-01\nB,C,2012-02-30\nA,B\n,C,2012-03-01\n"
MAPPING = """
payments:
  query:
    entities:
      payer: {schema: LegalEntity, key: payer, properties: {name: {column: payer}}}
      payee: {schema: LegalEntity, key: payee, properties: {name: {column: payee}}}
      payment:
        schema: Payment
        keys: [$file, $row]
        properties: {payer: {entity: payer}, beneficiary: {entity: payee}, date: {column: day}}
"""


def test_a_table_with_a_mapping(clew: CliRunner, fresh_engine: Engine, tmp_path: Path) -> None:
    table, mapping = tmp_path / "t.csv", tmp_path / "m.yml"
    table.write_text(TABLE)
    mapping.write_text(MAPPING)
    result = load(clew, str(table), "--dataset", "d", "--mapping", str(mapping))
    assert result.exit_code == 1
    assert "d: 6 read, 5 added, 0 changed, 0 unchanged, 0 removed, 1 refused (" in result.stdout
    notes = result.stderr.replace(str(tmp_path), "")
    assert "/t.csv: UTF-8, ',', 3 columns" in notes
    assert "/t.csv:4: 2 cells for 3 columns: it ends before column 'day'" in notes
    lost = "1 value is no date and was left out: '2012-02-30' in /t.csv row 3"
    assert f"payment.date (column day): {lost}" in notes
    assert "1 row made no payment, as its payer is not there in /t.csv row 5" in notes
    dataset = fresh_engine.datasets(fresh_engine.owner_access())[0]
    assert {count.schema: count.count for count in dataset.schemata} == {
        "LegalEntity": 3,
        "Payment": 2,
    }
    assert clew.invoke(main, ["check"]).exit_code == 0
    # without the broken row and with one less: what is gone is removed, what stays is left alone
    table.write_text("payer,payee,day\nA,B,2012-01-01\n")
    result = load(clew, str(table), "--dataset", "d", "--mapping", str(mapping))
    assert "d: 3 read, 0 added, 0 changed, 3 unchanged, 2 removed, 0 refused (" in result.stdout
    assert result.exit_code == 0


def test_a_mapping_is_checked_before_anything_is_loaded(clew: CliRunner, tmp_path: Path) -> None:
    table, mapping = tmp_path / "t.csv", tmp_path / "m.yml"
    table.write_text(TABLE)
    mapping.write_text(MAPPING)
    result = clew.invoke(main, ["mapping", "check", str(mapping), str(table), "--rows", "1"])
    assert result.exit_code == 0, result.output
    assert "t.csv row 2\n" in result.stdout
    assert "    date: 2012-01-01\n" in result.stdout
    assert result.stdout.count("  LegalEntity ") == 2
    assert "UTF-8, ',', 3 columns" in result.stderr
    mapping.write_text(MAPPING.replace("column: day", "column: dya"))
    result = clew.invoke(main, ["mapping", "check", str(mapping), str(table)])
    assert result.exit_code == 1
    assert "has no column 'dya', which " in result.stderr
    assert "did you mean 'day'?" in result.stderr
    mapping.write_text(MAPPING)
    table.write_text("payer,payee,day\n,,\n")
    result = clew.invoke(main, ["mapping", "check", str(mapping), str(table)])
    assert (result.exit_code, "Nothing comes of the first 10 rows." in result.stderr) == (1, True)

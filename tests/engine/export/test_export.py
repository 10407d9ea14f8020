"""Each export format, fed from memory and read back by somebody else's reader."""

import io
import itertools
from pathlib import Path

import pytest
from followthemoney.dataset import Dataset
from followthemoney.statement import CSV, StatementEntity
from followthemoney.statement.serialize import read_statements

from engine.errors import BadInput
from engine.export.registry import FORMATS
from engine.export.target import opened
from loaders.intake.record import parse
from tests.engine.export.crowd import MemoryContent, crowd, person, written


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_data_are_the_same_bytes(name: str, tmp_path: Path) -> None:
    for suffix in ("zip", "gz", "bin"):
        if name == "csv" and suffix != "zip":
            continue
        first = written(FORMATS[name], crowd(), tmp_path / f"a.{suffix}")
        assert first == written(FORMATS[name], crowd(), tmp_path / f"b.{suffix}")
        assert len(first) > 500
        assert not list(tmp_path.glob("*.part"))


def test_ftm_lines_are_what_the_loader_reads(tmp_path: Path) -> None:
    lines = written(FORMATS["ftm"], crowd(), tmp_path / "d.ftm.json").splitlines()
    assert [parse("d", line) for line in lines] == list(crowd().records())


def test_the_order_of_properties_leaves_no_trace(tmp_path: Path) -> None:
    one, other = person("a", name=["x"], notes=["y"]), person("a", notes=["y"], name=["x"])
    for name in ("ftm", "statements", "cypher"):
        assert written(FORMATS[name], MemoryContent([one]), tmp_path / "a") == written(
            FORMATS[name], MemoryContent([other]), tmp_path / "b"
        )


def test_statements_are_followthemoneys(tmp_path: Path) -> None:
    content = written(FORMATS["statements"], crowd(), tmp_path / "d.csv")
    rows = list(read_statements(io.BytesIO(content), CSV))
    assert all(row.id == row.generate_key() for row in rows if row.prop != "id")
    for record, group in zip(
        crowd().records(), itertools.groupby(rows, key=lambda s: s.canonical_id), strict=True
    ):
        statements = list(group[1])
        values: dict[str, list[str]] = {}
        for statement in statements[:-1]:
            values.setdefault(statement.prop, []).append(statement.value)
        assert values == dict(record.properties)
        again = StatementEntity.from_statements(Dataset.make({"name": "d"}), statements)
        assert (again.id, again.schema.name) == (record.id.split(":")[1], record.schema)
        assert list(again.statements)[-1].value == statements[-1].value, "FtM's own checksum"


@pytest.mark.parametrize("name", ["ftm", "statements"])
def test_several_datasets_want_several_files(name: str, tmp_path: Path) -> None:
    two = MemoryContent([person("a", "c", name=["x"]), person("a", "d", name=["y"])])
    with pytest.raises(BadInput, match="2 datasets"):
        written(FORMATS[name], two, tmp_path / "d")
    with opened(f"{tmp_path}/both/") as target:
        FORMATS[name].write(two, target)
    assert {path.name.split(".")[0] for path in (tmp_path / "both").iterdir()} == {"c", "d"}
    with pytest.raises(BadInput, match="not empty"), opened(str(tmp_path / "both")):
        pass

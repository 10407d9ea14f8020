"""A sandbox to load hostile data into, and what of it belongs in the graph afterwards."""

import json
import re
from pathlib import Path
from typing import Any

import neo4j
from click.testing import CliRunner, Result

from cli.main import main
from engine.access import Access
from engine.engine import Engine
from engine.question import SearchQuestion
from tests.conftest import HISTORY
from tests.inside import graph_identities, index_identities

HOSTILE = Path(__file__).parents[4] / "shared" / "data" / "hostile"
"""Hostile collections of the public; what needs them is skipped where they are missing."""
ACCESS = Access(frozenset({"d"}))
MARK = "zzhostile"
"""Is part of whatever must leave no trace."""
PHONE, OTHER = "+35952555001", "+35952555002"
Row = dict[str, Any]


def row(id: Any = MARK, schema: Any = "Company", **properties: Any) -> Row:
    return {"id": id, "schema": schema, "properties": properties}


def line(*values: Any, **properties: Any) -> bytes:
    return json.dumps(row(*values, **properties)).encode()


BEFORE = [
    line("alpha", name=["Alpha"], phone=[PHONE, OTHER]),
    line("ada", "Person", name=["Ada \U0001f9f6 Ωmega"], nationality=["bg"]),
]
AFTER = [
    line("beta", name=["Beta"], phone=[PHONE], parent=["alpha"]),
    line("holds", "Ownership", owner=["ada"], asset=["alpha"], percentage=["25-50"]),
    line("fifty", "Ownership", owner=["ada"] + [f"o{n}" for n in range(49)], asset=["beta"]),
]
GOOD = BEFORE + AFTER
BAD: list[tuple[bytes, str]] = [
    (b"[]", "not a JSON object"),
    (b"null", "not a JSON object"),
    (b"{}", "it has no id"),
    (b'"' + MARK.encode() + b'"', "not a JSON object"),
    (b'{"id": "zzhostile", "schema": "Per', "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b'{"id":' * 50_000, "not JSON"),
    (
        b'{"id": "zzhostile", "schema": "Person", "properties": {"name": '
        + b"[" * 500
        + b"]" * 500
        + b"}}",
        "a list",
    ),
    ('{"id": "zzhostile"}'.encode("utf-16"), "UTF-16"),
    (
        '{"id": "zzhostile", "schema": "Person", "properties": {"name": ["Zoë"]}}'.encode(
            "latin-1"
        ),
        "not UTF-8",
    ),
    (
        b'{"id": "zzhostile", "schema": "Person", "properties": {"name": ["\xed\xa0\x80"]}}',
        "not UTF-8",
    ),
    (b'{"id": "zzhostile", "schema": "Person", "properties": {"name": ["\\ud800"]}}', "not JSON"),
    (b'{"id": "zzhostile", "schema": "Person", "properties": {"name": ["a\\u0000b"]}}', "NUL"),
    (b'{"id": "zzhostile", "schema": "Person", "properties": {"name": ["a\0b"]}}', "NUL"),
    (b'{"id": NaN}', "not JSON"),
    (b'{"id": 1e999, "schema": "Person"}', "number is infinity"),
    (b"\x89PNG\r", "not UTF-8"),
    (line(None), "it has no id"),
    (line(7), "id 7"),
    (line([MARK]), "id a list"),
    (line(""), "id ''"),
    (line(f"{MARK}\n"), "id 'zzhostile\\n'"),
    (line(f"d:{MARK}"), "id 'd:zzhostile'"),
    (line(f"{MARK} '; MATCH (n) DETACH DELETE n //"), "id "),
    (line(MARK * 40), "id "),
    (line(MARK, None), "it has no schema"),
    (line(MARK, 7), "schema 7"),
    (line(MARK, MARK), "schema 'zzhostile' is not known"),
    (line(MARK, "Thing"), "abstract"),
    (line(MARK, "Interval"), "abstract"),
    (json.dumps({**row(), "properties": [MARK]}).encode(), "properties are not an object"),
    (line(zzhostile=["x"]), "no property 'zzhostile'"),
    (line(ownershipOwner=["alpha"]), "no property 'ownershipOwner'"),
    (line(_checksum=["x"], phone=[OTHER]), "no property '_checksum'"),
    (line(name=7), "not a list"),
    (line(name=None), "not a list"),
    (line(name=[MARK, 7], phone=[OTHER]), "holds 7"),
    (line(name=[True]), "holds True"),
    (line(name=[{"id": MARK}]), "holds an object"),
    (line(name=["x" * 1_100_000]), "longer than 1,048,576 characters"),
    (line(name=[MARK], parent=["no such id"], phone=[OTHER]), "refers to 'no such id'"),
    (line(name=[MARK], parent=["literal:x"]), "refers to"),
    (line(MARK, "Ownership", owner=["alpha"]), "without asset"),
    (line(MARK, "Ownership", asset=["alpha"]), "without owner"),
    (line(MARK, "Ownership"), "without owner"),
    (line(MARK, "Ownership", owner=[], asset=["alpha"]), "without owner"),
    (line(MARK, "Ownership", owner=[MARK], asset=["alpha"]), "is its own owner"),
    (line(MARK, "Ownership", owner=["alpha"], asset=[f"d:{MARK}"]), "is its own asset"),
    (
        line(
            MARK,
            "Ownership",
            owner=[f"{MARK}{n}" for n in range(50)],
            asset=[f"{MARK}a{n}" for n in range(50)],
        ),
        "2,500 pairs",
    ),
    (
        line(MARK, "Ownership", owner=[f"{MARK}{n}" for n in range(1001)], asset=["alpha"]),
        "1,001 pairs",
    ),
    (line("alpha", name=[MARK], phone=[OTHER]), "already given with other content"),
    (line("ada", name=[MARK]), "already given with other content"),
    (line("beta", MARK), "schema 'zzhostile' is not known"),
]
"""Lines that are refused, each with a part of the reason."""


def graph_content(bolt: tuple[str, str, str]) -> list[str]:
    """All nodes and relationships, as text: also stubs, shared values and tombstones."""
    nodes = (
        "MATCH (n) WHERE NOT n:Migration|Clew|Moment|AccessStamp "
        "RETURN labels(n) AS what, [] AS ends, properties(n) AS all"
    )
    edges = (
        "MATCH (a)-[r]->(b) RETURN [type(r)] AS what, [a.id, b.id] AS ends, properties(r) AS all"
    )
    uri, user, password = bolt
    with neo4j.GraphDatabase.driver(uri, auth=(user, password)) as driver:
        rows = driver.execute_query(nodes).records + driver.execute_query(edges).records
    return sorted(
        repr((sorted(r["what"]), r["ends"], sorted(repeatable(r["all"]).items()))) for r in rows
    )


def repeatable(properties: Row) -> Row:
    """The properties that are the same each time that something is loaded."""
    return {
        name: value
        for name, value in properties.items()
        if name not in (*HISTORY, "last_updated", "loads")
    }


class Sandbox:
    """An engine that loads files, and what its graph must hold when only good lines are taken."""

    def __init__(
        self, engine: Engine, bolt: tuple[str, str, str], path: Path, clean: list[str]
    ) -> None:
        self.engine = engine
        self.bolt = bolt
        self.path = path
        self.clean = clean

    def write(self, name: str, data: bytes | list[bytes]) -> str:
        path = self.path / name
        path.write_bytes(
            data if isinstance(data, bytes) else b"".join(part + b"\n" for part in data)
        )
        return str(path)

    def load(self, *names: str) -> Result:
        result = CliRunner().invoke(main, ["load", *names, "--dataset", "d"])
        readable(result.output)
        assert isinstance(result.exception, SystemExit | None), result.exception
        return result

    def holds_only_what_is_good(self) -> None:
        assert graph_content(self.bolt) == self.clean
        assert index_identities(self.engine) == graph_identities(self.engine)
        assert self.engine.count(SearchQuestion(MARK), ACCESS) == 0
        assert self.engine.count(SearchQuestion(), ACCESS) == len(GOOD)
        assert self.engine.check() == []


def messages(result: Result) -> list[str]:
    return result.stderr.splitlines()


def readable(text: str) -> None:
    """Check that a text holds nothing for programmers, and nothing that a terminal obeys."""
    assert not re.search(
        r"Traceback|<class|object at 0x|[a-z]Error\b|Exception|orjson|<lambda>|\.py\b", text
    ), text
    assert all(part.isprintable() for part in text.splitlines()), text

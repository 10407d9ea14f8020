"""What nobody should send, through ``clew load`` into the real graph: told, and without a trace of it."""

import asyncio
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import neo4j
import pytest
from click.testing import CliRunner, Result

from api.app import execute
from cli.main import main
from engine.access import Access
from engine.engine import Engine
from engine.graph.connection import Connection
from engine.question import SearchQuestion
from loaders.intake.record import is_id
from tests.conftest import WIPE, on
from tests.inside import graph_identities, index_identities

HOSTILE = Path(__file__).parents[4] / "shared" / "data" / "hostile"
"""Hostile collections of the public; what needs them is skipped where they are missing."""
EYES = Access(frozenset({"d"}))
MARK = "zzhostile"
"""Stands in whatever must leave no trace."""
PHONE, OTHER = "+35952555001", "+35952555002"
Row = dict[str, Any]


def row(id: Any = MARK, schema: Any = "Company", **properties: Any) -> Row:
    return {"id": id, "schema": schema, "properties": properties}


def line(*given: Any, **named: Any) -> bytes:
    return json.dumps(row(*given, **named)).encode()


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
ENDS = {"owner": [MARK], "asset": ["alpha"]}
BAD: list[tuple[bytes, str]] = [
    (b"[]", "not a JSON object"),
    (b"null", "not a JSON object"),
    (b"{}", "id None"),
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
    (line(None), "id None"),
    (line(7), "id 7"),
    (line([MARK]), "id a list"),
    (line(""), "id ''"),
    (line(f"{MARK}\n"), "id 'zzhostile\\n'"),
    (line(f"d:{MARK}"), "id 'd:zzhostile'"),
    (line(f"{MARK} '; MATCH (n) DETACH DELETE n //"), "id "),
    (line(MARK * 40), "id "),
    (line(MARK, None), "schema None"),
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


def picture(bolt: tuple[str, str, str]) -> list[str]:
    """All that the graph holds but its history: nodes, relationships, stubs, shared values, tombstones."""
    nodes = "MATCH (n) WHERE NOT n:Migration AND NOT n:Clew RETURN labels(n) AS what, [] AS ends, properties(n) AS all"
    edges = (
        "MATCH (a)-[r]->(b) RETURN [type(r)] AS what, [a.id, b.id] AS ends, properties(r) AS all"
    )
    uri, user, password = bolt
    with neo4j.GraphDatabase.driver(uri, auth=(user, password)) as driver:
        rows = driver.execute_query(nodes).records + driver.execute_query(edges).records
    return sorted(
        repr((sorted(r["what"]), r["ends"], sorted(told(r["all"]).items()))) for r in rows
    )


def told(properties: Row) -> Row:
    return {
        name: value
        for name, value in properties.items()
        if name not in ("_revision", "last_updated", "loads")
    }


class Yard:
    """Where a load runs, and what it leaves."""

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
        assert picture(self.bolt) == self.clean
        assert index_identities(self.engine) == graph_identities(self.engine)
        assert self.engine.count(SearchQuestion(MARK), EYES) == 0
        assert self.engine.count(SearchQuestion(), EYES) == len(GOOD)
        assert self.engine.check() == []


def readable(text: str) -> None:
    """Nothing that only a programmer reads, and nothing that a terminal obeys."""
    assert not re.search(
        r"Traceback|<class|object at 0x|[a-z]Error\b|Exception|orjson|<lambda>|\.py\b", text
    ), text
    assert all(part.isprintable() for part in text.splitlines()), text


@pytest.fixture(scope="module")
def clean(
    connection: Connection, bolt: tuple[str, str, str], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """The picture of the good lines alone, loaded before anything hostile."""
    for text in WIPE:
        connection.declare(text)
    path = tmp_path_factory.mktemp("clean")
    (path / "good.json").write_bytes(b"\n".join(GOOD))
    with (
        Engine.open(on(bolt, path / "data"), progress=lambda _: None) as engine,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(Engine, "open", lambda *_, **__: nullcontext(engine))
        assert (
            CliRunner().invoke(main, ["load", str(path / "good.json"), "--dataset", "d"]).exit_code
            == 0
        )
        found = picture(bolt)
    assert sum("'_stub'" in part for part in found) == 49
    assert sum("'Literal'" in part for part in found) == 1
    return found


@pytest.fixture
def yard(
    clean: list[str],
    fresh_engine: Engine,
    bolt: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Yard:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return Yard(fresh_engine, bolt, tmp_path, clean)


@pytest.mark.parametrize("start", range(0, len(BAD), 18))
def test_bad_lines_are_told_and_leave_no_trace(yard: Yard, start: int) -> None:
    bad = BAD[start : start + 18]
    path = yard.write("mixed.json", [*BEFORE, *(data for data, _ in bad), *AFTER])
    result = yard.load(path)
    assert result.exit_code == 1
    messages = result.stderr.splitlines()
    for place, (_, reason) in enumerate(bad, len(BEFORE) + 1):
        found = [text for text in messages if text.startswith(f"{path}:{place}: ")]
        assert len(found) == 1, (place, reason, messages)
        assert reason in found[0]
        assert len(found[0]) < len(path) + 300
    assert f"{len(GOOD)} added" in result.stdout
    assert f"{len(bad)} refused" in result.stdout
    yard.holds_only_what_is_good()


def test_a_second_load_with_bad_lines_changes_nothing(yard: Yard) -> None:
    assert yard.load(yard.write("good.json", GOOD)).exit_code == 0
    revision = yard.engine.revision()
    mixed = [part for good, (bad, _) in zip(GOOD * 11, BAD, strict=False) for part in (bad, good)]
    result = yard.load(yard.write("mixed.json", mixed))
    assert result.exit_code == 1
    assert f"0 added, 0 changed, {len(GOOD)} unchanged, 0 removed" in result.stdout
    assert "Nothing was removed, because the id on" in result.stderr
    assert yard.engine.revision() == revision
    yard.holds_only_what_is_good()


def png() -> bytes:
    """A small picture."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))]
    parts += [(b"IDAT", zlib.compress(os.urandom(64 * 193))), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


BULK = b"".join(line(f"{MARK}{n}", name=[os.urandom(40).hex()])[:-3] + b"\n" for n in range(3000))
"""Lines that are cut off, each of them, so that none of them counts."""
FILES: list[tuple[str, bytes, str]] = [
    ("cut.gz", gzip.compress(BULK)[:-2000], "the gzip data ends before its end"),
    ("header.gz", b"\x1f\x8b\xff\x00" + b"x" * 100, "the gzip data is broken"),
    ("tiny.gz", b"\x1f\x8b", "the gzip data ends before its end"),
    (
        "middle.gz",
        gzip.compress(BULK)[:5000] + b"\0" * 100 + gzip.compress(BULK)[5100:],
        "the gzip data is broken",
    ),
    (
        "utf16.json",
        "\n".join(map(bytes.decode, BAD[0][:1] * 3)).encode("utf-16"),
        "not UTF-8 but UTF-16",
    ),
    (
        "utf16le.json",
        json.dumps(row(name=["Zoë"]), ensure_ascii=False).encode("utf-16-le"),
        "not UTF-8 but UTF-16",
    ),
    (
        "latin1.json",
        json.dumps(row(name=["Zoë"]), ensure_ascii=False).encode("latin-1"),
        "not UTF-8",
    ),
    ("picture.json", png(), "not UTF-8"),
    ("nul.json", b"\0" * 10_000, "not UTF-8"),
    ("array.json", json.dumps([row(), row()], indent=1).encode(), "not JSON"),
    ("page.html", b"<!doctype html>\n<title>503</title>\n", "not JSON"),
]


@pytest.mark.parametrize(("name", "data", "reason"), FILES, ids=[name for name, *_ in FILES])
def test_a_bad_file_among_good_ones(yard: Yard, name: str, data: bytes, reason: str) -> None:
    bad = yard.write(name, data)
    result = yard.load(yard.write("before.json", BEFORE), bad, yard.write("after.json", AFTER))
    assert result.exit_code == 1
    assert any(
        text.startswith((f"{bad}:", f"Ended early: {bad}: ")) and reason in text
        for text in told_by(result)
    )
    assert f"{len(GOOD)} added" in result.stdout
    yard.holds_only_what_is_good()


def test_bad_files_alone(yard: Yard) -> None:
    """Whatever format its beginning looks like: told, and nothing of it is in."""
    for name, data, _ in [
        *FILES,
        *((f"line{n}.json", data, reason) for n, (data, reason) in enumerate(BAD)),
    ]:
        if b'"id": "a' in data or b'"id": "beta"' in data:
            continue  # good where no other line has the id
        result = yard.load(yard.write(name, data))
        assert result.exit_code == 1, (name, result.output)
        assert result.stderr, name
        assert "0 added" in result.stdout or not result.stdout, (name, result.output)
    assert not [part for part in picture(yard.bolt) if "Entity" in part or "Literal" in part]
    assert yard.engine.count(SearchQuestion(), EYES) == 0
    assert yard.engine.check() == []


def told_by(result: Result) -> list[str]:
    return result.stderr.splitlines()


def test_a_source_that_cannot_be_opened(yard: Yard) -> None:
    """Alone or first it ends the load before it began; a folder without files too; a later one is told."""
    folder, missing = yard.path / "folder", str(yard.path / "missing.json")
    folder.mkdir()
    before, after = yard.write("before.json", BEFORE), yard.write("after.json", AFTER)
    for names, reason in [
        ([missing], f"{missing} cannot be opened: No such file or directory"),
        ([missing, before, after], f"{missing} cannot be opened: No such file or directory"),
        ([before, str(folder), after], f"{folder} is a folder without files"),
    ]:
        result = yard.load(*names)
        assert (result.exit_code, result.stderr) == (1, f"clew: {reason}\n")
        assert picture(yard.bolt) == []
    result = yard.load(before, missing, after)
    assert result.exit_code == 1
    assert f"Ended early: {missing} cannot be opened: No such file or directory" in told_by(result)
    yard.holds_only_what_is_good()


def test_a_source_that_cannot_be_read(yard: Yard) -> None:
    bad = "/proc/self/mem"  # opens, and fails at the first byte
    if not Path(bad).exists():
        pytest.skip("no such file here")
    result = yard.load(yard.write("before.json", BEFORE), bad, yard.write("after.json", AFTER))
    assert result.exit_code == 1
    assert f"Ended early: {bad}: Input/output error" in told_by(result)
    yard.holds_only_what_is_good()
    assert yard.load(bad).exit_code == 1
    yard.holds_only_what_is_good()


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + b"\n".join(GOOD),
        b"\r\n".join(GOOD) + b"\r\n",
        b"\n\n \t\r\n" + b"\n\n".join(GOOD),
        gzip.compress(b"\n".join(GOOD[:2]) + b"\n") + gzip.compress(b"\n".join(GOOD[2:])),
    ],
    ids=["a byte order mark", "CRLF", "blank lines", "gzip in two members"],
)
def test_odd_but_whole(yard: Yard, data: bytes) -> None:
    result = yard.load(yard.write("empty.json", b""), yard.write("odd", data))
    assert (result.exit_code, result.stderr) == (0, "")
    yard.holds_only_what_is_good()


def test_an_empty_file_removes_nothing(yard: Yard) -> None:
    yard.load(yard.write("good.json", GOOD))
    for data in (b"", b"\n\n", gzip.compress(b"")):
        result = yard.load(yard.write("empty", data))
        assert result.exit_code == 0
        assert "Nothing was removed, because nothing was given." in result.stderr
        yard.holds_only_what_is_good()


def test_endless_lines_take_no_memory(yard: Yard) -> None:
    """A line of 50 MB, and a gzip of a line of 1 GB: told, and read in a few MB."""
    long = yard.path / "long.json"
    with long.open("wb") as file:
        file.write(
            b'{"id": "' + MARK.encode() + b'", "schema": "Person", "properties": {"name": ["'
        )
        for _ in range(50):
            file.write(b"x" * 1024 * 1024)
        file.write(b'"]}}\n')
    member = gzip.compress(b"x" * 16 * 1024 * 1024)
    bomb = yard.write("bomb.gz", member * 64)
    before, after = yard.write("before.json", BEFORE), yard.write("after.json", AFTER)
    least, _ = peak(yard, before, after)
    most, output = peak(yard, before, str(long), bomb, after)
    assert f"{long}:1: longer than 8 MiB" in output
    assert f"{bomb}:1: longer than 8 MiB" in output
    assert f"{len(GOOD)} unchanged" in output
    assert most - least < 64 * 1024
    yard.engine.follow()
    yard.holds_only_what_is_good()


def peak(yard: Yard, *names: str) -> tuple[int, str]:
    """The most KiB that a ``clew load`` of these held, and what it said."""
    uri, user, password = yard.bolt
    data = str(yard.path / "child")
    given = {
        "CLEW_DATA": data,
        "CLEW_NEO4J_URI": uri,
        "CLEW_NEO4J_USER": user,
        "CLEW_NEO4J_PASSWORD": password,
    }
    command = [sys.executable, "-m", "cli", "load", *names, "--dataset", "d"]
    with subprocess.Popen(
        command,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    readable(output)
    return usage.ru_maxrss, output


@pytest.mark.skipif(not HOSTILE.exists(), reason="the shared data is not here")
def test_every_line_of_a_hostile_collection(yard: Yard) -> None:
    """Each file of the JSON test suite, as it stands between two good lines of one file, and as files of its own."""
    bad = [
        part
        for file in sorted((HOSTILE / "json").iterdir())
        for part in file.read_bytes().split(b"\n")
    ]
    bad = [part for part in bad if part and not part.isspace()]
    path = yard.write("all.json", [*BEFORE, *bad, *AFTER])
    result = yard.load(path)
    assert result.exit_code == 1
    assert f"{len(GOOD)} added" in result.stdout
    assert f"{len(bad)} refused" in result.stdout
    assert f"and {len(bad) - 20} more refused lines" in result.stderr
    yard.holds_only_what_is_good()
    files = [str(file) for file in sorted((HOSTILE / "json").iterdir())]
    assert yard.load(*files).exit_code == 1
    yard.holds_only_what_is_good()


OWN = [
    "",
    " ",
    "null",
    "None",
    "-1",
    "1e309",
    "a-b.c",
    "--",
    "..",
    "-.-",
    "' OR 1=1 --",
    "`n`) DETACH DELETE n //",
    "$datasets",
    "\\u0000",
    "\u202egnp.exe\u202c",
    "\ufeff\ufffe\U0010ffff",
    "Ω≈ç√∫˜µ≤≥÷" * 100,
    "\r\n\t\x07\x1b[31m",
    "<script>alert(1)</script>",
    "{{7*7}} %s %n ${HOME}",
    "e\u0301 and é",
]


def naughty() -> list[str]:
    """Strings that break programs: our own, and the public list where it is there."""
    file = HOSTILE / "blns.json"
    return OWN + (json.loads(file.read_text()) if file.exists() else [])


def test_naughty_strings_as_names_come_back_exactly(yard: Yard) -> None:
    texts = [text for text in dict.fromkeys(naughty()) if "\0" not in text]
    result = yard.load(
        yard.write("names.json", [line(f"n{n}", name=[text]) for n, text in enumerate(texts)])
    )
    assert result.exit_code == 0, result.output
    found: dict[str, list[str]] = {}
    for start in range(0, len(texts), 100):
        ids = [f"d:n{n}" for n in range(start, min(start + 100, len(texts)))]
        query = "query($ids: [ID!]!) { entities(ids: $ids) { id ... on Company { name } } }"
        for entity in asked(yard.engine, query, ids=ids)["entities"]:
            found[entity["id"]] = entity["name"]
    assert found == {f"d:n{n}": [text] for n, text in enumerate(texts)}
    for number in range(len(OWN)):
        query = "query($id: ID!) { entity(id: $id) { properties { values } caption } }"
        entity = asked(yard.engine, query, id=f"d:n{number}")["entity"]
        assert entity == {"properties": [{"values": [texts[number]]}], "caption": texts[number]}
    assert yard.engine.check() == []


def test_naughty_strings_as_ids(yard: Yard) -> None:
    """FollowTheMoney's own go in and come back; the others are refused, whatever they hold."""
    texts = list(dict.fromkeys(naughty()))
    good = [text for text in texts if is_id(text)]
    assert {"null", "None", "a-b.c"} <= set(good)
    rows = [line(text, name=[f"Number {n}"]) for n, text in enumerate(texts)]
    result = yard.load(yard.write("ids.json", rows))
    assert result.exit_code == 1
    assert f"{len(good)} added" in result.stdout
    assert f"{len(texts) - len(good)} refused" in result.stdout
    for text in good:
        entity = asked(
            yard.engine, "query($id: ID!) { entity(id: $id) { id caption } }", id=f"d:{text}"
        )["entity"]
        assert entity == {"id": f"d:{text}", "caption": f"Number {texts.index(text)}"}
    assert sorted(id_ for id_, _ in graph_identities(yard.engine)) == sorted(
        f"d:{text}" for text in good
    )
    assert yard.engine.check() == []


def asked(engine: Engine, query: str, **variables: Any) -> dict[str, Any]:
    answer = asyncio.run(execute(engine, query, variables))
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data

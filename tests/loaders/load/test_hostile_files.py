"""Hostile files, through ``clew load`` into the real graph: reported, and gone without a trace."""

import gzip
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from engine.question import SearchQuestion
from tests.loaders.load.sandbox import (
    ACCESS,
    AFTER,
    BAD,
    BEFORE,
    GOOD,
    MARK,
    Sandbox,
    graph_content,
    line,
    messages,
    readable,
    row,
)


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
def test_a_bad_file_among_good_ones(sandbox: Sandbox, name: str, data: bytes, reason: str) -> None:
    bad = sandbox.write(name, data)
    result = sandbox.load(
        sandbox.write("before.json", BEFORE), bad, sandbox.write("after.json", AFTER)
    )
    assert result.exit_code == 1
    assert any(
        text.startswith((f"{bad}:", f"Ended early: {bad}: ")) and reason in text
        for text in messages(result)
    )
    assert f"{len(GOOD)} added" in result.stdout
    sandbox.holds_only_what_is_good()


def test_bad_files_alone(sandbox: Sandbox) -> None:
    """Whatever format they begin like, they are reported, and nothing of them is loaded."""
    files = [(name, data) for name, data, _ in FILES]
    files += [(f"line{number}.json", data) for number, (data, _) in enumerate(BAD)]
    for name, data in files:
        if b'"id": "a' in data or b'"id": "beta"' in data:
            continue  # good where no other line has the id
        result = sandbox.load(sandbox.write(name, data))
        assert result.exit_code == 1, (name, result.output)
        assert result.stderr, name
        assert "0 added" in result.stdout or not result.stdout, (name, result.output)
    content = graph_content(sandbox.bolt)
    assert not [part for part in content if "Entity" in part or "Literal" in part]
    assert sandbox.engine.count(SearchQuestion(), ACCESS) == 0
    assert sandbox.engine.check() == []


def test_a_source_that_cannot_be_opened(sandbox: Sandbox) -> None:
    """Alone or first, it ends the load, as an empty folder does; a later one is reported."""
    folder, missing = sandbox.path / "folder", str(sandbox.path / "missing.json")
    folder.mkdir()
    before, after = sandbox.write("before.json", BEFORE), sandbox.write("after.json", AFTER)
    for names, reason in [
        ([missing], f"{missing} cannot be opened: No such file or directory"),
        ([missing, before, after], f"{missing} cannot be opened: No such file or directory"),
        ([before, str(folder), after], f"{folder} is a folder without files"),
    ]:
        result = sandbox.load(*names)
        assert (result.exit_code, result.stderr) == (1, f"clew: {reason}\n")
        assert graph_content(sandbox.bolt) == []
    result = sandbox.load(before, missing, after)
    assert result.exit_code == 1
    assert f"Ended early: {missing} cannot be opened: No such file or directory" in messages(result)
    sandbox.holds_only_what_is_good()


def test_a_source_that_cannot_be_read(sandbox: Sandbox) -> None:
    bad = "/proc/self/mem"  # opens, and fails at the first byte
    if not Path(bad).exists():
        pytest.skip("no such file here")
    result = sandbox.load(
        sandbox.write("before.json", BEFORE), bad, sandbox.write("after.json", AFTER)
    )
    assert result.exit_code == 1
    assert f"Ended early: {bad}: Input/output error" in messages(result)
    sandbox.holds_only_what_is_good()
    assert sandbox.load(bad).exit_code == 1
    sandbox.holds_only_what_is_good()


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
def test_odd_but_whole(sandbox: Sandbox, data: bytes) -> None:
    result = sandbox.load(sandbox.write("empty.json", b""), sandbox.write("odd", data))
    assert (result.exit_code, result.stderr) == (0, "")
    sandbox.holds_only_what_is_good()


def test_an_empty_file_removes_nothing(sandbox: Sandbox) -> None:
    sandbox.load(sandbox.write("good.json", GOOD))
    for data in (b"", b"\n\n", gzip.compress(b"")):
        result = sandbox.load(sandbox.write("empty", data))
        assert result.exit_code == 1
        assert "stopped: the sources hold no entity: nothing has changed" in result.stderr
        sandbox.holds_only_what_is_good()


def test_endless_lines_take_no_memory(sandbox: Sandbox) -> None:
    """A line of 50 MB, and a gzip of a line of 1 GB, are reported, and read in a few MB."""
    long = sandbox.path / "long.json"
    with long.open("wb") as file:
        file.write(
            b'{"id": "' + MARK.encode() + b'", "schema": "Person", "properties": {"name": ["'
        )
        for _ in range(50):
            file.write(b"x" * 1024 * 1024)
        file.write(b'"]}}\n')
    member = gzip.compress(b"x" * 16 * 1024 * 1024)
    bomb = sandbox.write("bomb.gz", member * 64)
    before, after = sandbox.write("before.json", BEFORE), sandbox.write("after.json", AFTER)
    least, _ = peak(sandbox, before, after)
    most, output = peak(sandbox, before, str(long), bomb, after)
    assert f"{long}:1: longer than 8 MiB" in output
    assert f"{bomb}:1: longer than 8 MiB" in output
    assert f"{len(GOOD)} unchanged" in output
    assert most - least < 64 * 1024
    sandbox.engine.follow()
    sandbox.holds_only_what_is_good()


def peak(sandbox: Sandbox, *names: str) -> tuple[int, str]:
    """The most KiB of memory that a ``clew load`` of these took, and its output."""
    uri, user, password = sandbox.bolt
    data = str(sandbox.path / "child")
    settings = {
        "CLEW_DATA": data,
        "CLEW_NEO4J_URI": uri,
        "CLEW_NEO4J_USER": user,
        "CLEW_NEO4J_PASSWORD": password,
    }
    command = [sys.executable, "-m", "cli", "load", *names, "--dataset", "d"]
    with subprocess.Popen(
        command,
        env={**os.environ, **settings},
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

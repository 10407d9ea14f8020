"""Where lines come from: what arrives whole, and what says that it does not."""

import gzip
import io
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadInput
from loaders.intake import remote, source
from loaders.intake.source import HEAD_BYTES, LONGEST_LINE, Line, Source, lines

TEXT = b'{"a": 1}\n\n  \r\n{"b": 2}\n'
LINES = [Line(1, b'{"a": 1}\n'), Line(4, b'{"b": 2}\n')]


def read(name: str) -> tuple[list[Line], str | None]:
    """The lines of a source, which are the same whether it is read by line or by block."""
    with Source.open(name) as source:
        complete, truncated = list(source.lines()), source.truncated
    if name != "-":
        with Source.open(name) as source:
            blocks = [list(lines(io.BytesIO(data), before)) for before, data in source.blocks()]
        assert ([line for block in blocks for line in block], source.truncated) == (
            complete,
            truncated,
        )
    return complete, truncated


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("cut", [0, 12])
def test_blocks_hold_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int, pack: type[bytes]
) -> None:
    monkeypatch.setattr(source, "CHUNK", 64)
    monkeypatch.setattr(source, "LONGEST_LINE", 150)
    dice = random.Random(cut)
    for n in range(60):
        ends = [
            dice.choice([b"\n", b"\r\n", b"\n\n", b" \n"]) for _ in range(dice.randrange(1, 30))
        ]
        text = b"".join(
            b"x" * dice.choice([0, 1, 30, 63, 64, 149, 150, 151, 400]) + end for end in ends
        )
        text = dice.choice([b"", b"\xef\xbb\xbf"]) + text + dice.choice([b"", b"x", b"x" * 151])
        (tmp_path / f"{n}").write_bytes(pack(text)[: -cut or None])
        complete, truncated = read(str(tmp_path / f"{n}"))
        assert complete or cut or text.isspace()
        assert (truncated is None) == (not cut or pack is bytes)


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        gzip.compress(TEXT),
        b"\xef\xbb\xbf" + TEXT,
        gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]),
    ],
    ids=["plain", "gzip", "bom", "two gzip members"],
)
def test_files_are_read_by_content(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(data)
    assert read(str(path)) == (LINES, None)


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert read(str(path)) == ([], None)


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(TEXT))))
    assert read("-") == (LINES, None)


class Dripping(io.BytesIO):
    """What comes a few bytes at a time, as from a slow program."""

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(7)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("text", [TEXT, b"", b"x" * 300_000 + b"\n" + TEXT, TEXT * 20_000], ids=len)
def test_the_head_is_whole_however_it_comes(
    text: bytes, pack: type[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Dripping(pack(text))))
    with Source.open("-") as source:
        head = source.head()
        assert head == source.head()
        assert text.startswith(head)
        assert len(head) >= min(len(text), max(HEAD_BYTES, text.find(b"\n") + 1))
        assert b"".join(line.data for line in source.lines()) == b"".join(
            line for line in text.splitlines(keepends=True) if not line.isspace()
        )
        assert source.truncated is None


def test_what_breaks_in_the_head_is_told_after_what_came_before_it(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(
        gzip.compress(b"".join(b'{"n": "%d"}\n' % (n * n * 7919) for n in range(2_000)))[:-50]
    )
    with Source.open(str(path)) as source:
        head = source.head()
        assert 5_000 < len(head) < HEAD_BYTES
        assert sum(1 for _ in source.lines()) >= head.count(b"\n")
        assert source.truncated == "the gzip data ends before its end"


def test_what_cannot_be_opened(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "URL_LIMITS", replace(remote.URL_LIMITS, wait=0.01))
    for name in [
        f"{site.url}/gone",
        "http://127.0.0.1:1/",
        "http://[",
        str(tmp_path),
        str(tmp_path / "no"),
        "\0",
    ]:
        with pytest.raises(BadInput, match="cannot be opened"):
            Source.open(name)


@pytest.mark.parametrize("cut", [12, 1000, 50_000])
def test_truncated_gzip_gives_complete_only(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.gz"
    whole = [b'{"n": "%d"}\n' % (n * n * 7919) for n in range(50_000)]
    path.write_bytes(gzip.compress(b"".join(whole))[:-cut])
    lines, truncated = read(str(path))
    assert truncated == "the gzip data ends before its end"
    assert [line.data for line in lines] == whole[: len(lines)]


def test_broken_gzip(tmp_path: Path) -> None:
    path = tmp_path / "broken.gz"
    data = bytearray(gzip.compress(b"".join(b"%d\n" % (n * n) for n in range(100_000))))
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert "gzip" in (read(str(path))[1] or "")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_line_without_end_is_refused_by_its_head(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "long"
    path.write_bytes(pack(b'{"id": "long", "x": "' + b"x" * 50_000_000 + b'"}\n' + TEXT))
    lines, truncated = read(str(path))
    assert truncated is None
    assert lines[0].reason == "longer than 8 MiB"
    assert len(lines[0].data) < 10_000
    assert [line.data for line in lines[1:]] == [line.data for line in LINES]
    assert lines[1].number == 2


def test_the_longest_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "longest"
    longest = b"x" * (LONGEST_LINE - 1) + b"\n"
    path.write_bytes(longest + TEXT)
    assert read(str(path))[0][0] == Line(1, longest)

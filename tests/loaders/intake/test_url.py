"""Loads from a URL: all of it comes, also from a server that fails now and then."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from engine.engine import Engine
from engine.errors import BadInput
from loaders.intake import remote
from loaders.intake.source import CHUNK, Line, Source

TEXT = b'{"a": 1}\n\n  \r\n{"b": 2}\n'
LINES = [Line(1, b'{"a": 1}\n'), Line(4, b'{"b": 2}\n')]
LONG = b"".join(b'{"n": "%d"}\n' % (n * n * 7919) for n in range(50_000))
DATE = "Tue, 24 Nov 2026 08:00:00 GMT"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that fails is asked again at once."""
    monkeypatch.setattr(remote, "URL_LIMITS", replace(remote.URL_LIMITS, wait=0.01))


def read(url: str) -> tuple[list[Line], str | None]:
    """The lines of a URL, and why they end early."""
    with Source.open(url) as source:
        return list(source.lines()), source.truncated


def data(url: str) -> tuple[bytes, str | None]:
    """The bytes of a URL's lines, and why they end early."""
    lines, truncated = read(url)
    return b"".join(line.data for line in lines), truncated


def answer(body: bytes, **headers: object) -> Callable[[Any], None]:
    """An answer whose headers say what they like."""

    def send(handler: Any) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        handler.wfile.write(body)

    return send


def ranges(site: Any) -> list[bool]:
    """Whether each request was for a part only."""
    return ["Range" in headers for _, headers in site.asked]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_url_is_read_like_a_file(site: Any, pack: type[bytes]) -> None:
    url = site.put("/a", pack(TEXT))
    assert read(url) == (LINES, None)
    with Source.open(url) as source:
        assert (source.name, source.size) == (url, len(pack(TEXT)))
        assert source.head() == TEXT
        assert list(source.lines()) == LINES
        assert source.position == source.size


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "mark", [{"etag": '"1"'}, {"etag": 'W/"1"', "last_modified": DATE}], ids=["ETag", "date"]
)
def test_a_broken_download_is_resumed(site: Any, pack: type[bytes], mark: dict[str, str]) -> None:
    url = site.put("/a", pack(LONG), "cut", 503, "cut", **mark)
    assert data(url) == (LONG, None)
    assert ranges(site) == [False, True, True, True]


def test_a_server_without_ranges_sends_again_what_is_here(site: Any) -> None:
    url = site.put("/a", LONG, "cut", "cut", etag='"1"', ranges=False)
    assert data(url) == (LONG, None)


def test_a_busy_server_is_asked_again(site: Any) -> None:
    url = site.put("/a", TEXT, 503, 429, 500)
    assert read(url) == (LINES, None)
    assert len(site.asked) == 4
    site.put("/a", TEXT, *[503] * 4)
    with pytest.raises(BadInput, match=r"/a cannot be opened: the server answered 503 Service"):
        Source.open(url)


@pytest.mark.parametrize(
    ("later", "reason"),
    [([503] * 3, "the server answered 503 Service Unavailable"), ([404], "answered 404")],
    ids=["503", "404"],
)
def test_a_server_that_stays_away_ends_the_source(site: Any, later: list[int], reason: str) -> None:
    lines, truncated = data(site.put("/a", LONG, "cut", *later, etag='"1"'))
    assert LONG.startswith(lines)
    assert len(LONG) // 2 - 100 < len(lines) < len(LONG)
    assert reason in (truncated or "")


def test_a_version_that_cannot_be_told_is_not_resumed(site: Any) -> None:
    lines, truncated = data(site.put("/a", LONG, "cut"))
    assert LONG.startswith(lines)
    assert truncated == f"only {len(LONG) // 2:,} of {len(LONG):,} bytes arrived"
    assert ranges(site) == [False]


def test_two_versions_are_never_joined(site: Any) -> None:
    for later in ('"2"', None):
        url = site.put("/a", LONG, "cut", etag='"1"')
        with Source.open(url) as source:
            site.pages["/a"].etag = later
            lines = list(source.lines())
        assert source.truncated == "the file changed at its source while it was read"
        assert LONG.startswith(b"".join(line.data for line in lines))


def test_an_encoded_answer_is_unpacked_and_never_resumed(site: Any) -> None:
    packed = gzip.compress(LONG)
    headers = {"ETag": '"1"', "Content_Encoding": "gzip", "Content_Length": len(packed)}
    assert data(site.put("/a", b"", answer(packed, **headers))) == (LONG, None)
    lines, truncated = data(site.put("/a", LONG, answer(packed[:-9], **headers), etag='"1"'))
    assert LONG.startswith(lines)
    assert truncated == "the connection broke off in the middle"
    assert ranges(site) == [False, False]


def test_what_is_missing_is_said(site: Any) -> None:
    short = answer(TEXT, Content_Length=len(TEXT) + 7)
    assert read(site.put("/short", b"", short)) == (
        LINES,
        f"only {len(TEXT)} of {len(TEXT) + 7} bytes arrived",
    )
    assert "gzip" in (read(site.put("/shortgz", gzip.compress(TEXT)[:-9]))[1] or "")


def test_what_is_secret_in_an_address_is_not_shown(site: Any) -> None:
    url = site.put("/a?token=geheim&of=x", LONG, "cut").replace("//", "//me:geheim@")
    with Source.open(url) as source:
        assert source.name == f"{site.url}/a?token=…&of=x"
    assert site.asked[0][0] == "/a?token=geheim&of=x"
    assert site.asked[0][1]["Authorization"].startswith("Basic ")
    with pytest.raises(BadInput) as error:
        Source.open(url.replace("/a?", "/none?"))
    assert str(error.value) == (
        f"{site.url}/none?token=…&of=x cannot be opened: the server answered 404 Not Found"
    )


def test_memory_stays_flat(site: Any) -> None:
    block, blocks = LONG[: 1 << 20], 48

    def send(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(blocks):
            handler.wfile.write(block)

    with Source.open(site.put("/a", b"", send)) as source, source.reading() as stream:
        tracemalloc.start()
        try:
            size = 0
            while chunk := stream.read1(CHUNK):
                size += len(chunk)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert size == blocks * len(block)
    assert peak < 8 << 20


def test_clew_load_survives_a_cut_and_a_busy_server(
    fresh_engine: Engine, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    rows = [
        {"id": f"p{n}", "schema": "Person", "properties": {"name": [f"P {n}"]}} for n in range(999)
    ]
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    url = site.put("/people.json?key=geheim", body, 503, "cut", 503, etag='"1"')
    result = CliRunner().invoke(main, ["load", url, "--dataset", "d"])
    assert result.exit_code == 0, result.output
    assert "d: 999 read, 999 added, 0 changed, 0 unchanged, 0 removed, 0 refused (" in result.stdout
    assert ranges(site) == [False, False, True, True]
    site.put("/people.json?key=geheim", body[:-9], "cut")
    result = CliRunner().invoke(main, ["load", url, "--dataset", "d"])
    assert result.exit_code == 1
    assert "bytes arrived" in result.stderr
    assert "geheim" not in result.output

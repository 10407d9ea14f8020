"""Fetching from a server that fails: all of a file or nothing, and no byte twice."""

import gzip
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loaders.crawl.fetch import fetch
from loaders.intake.address import masked, without_query
from loaders.intake.download import FileVersion, Limits
from loaders.intake.http import FetchFailed

BODY = bytes(range(256)) * 4096
QUICK = Limits(silence=1.0, seconds=20.0, size=10 * len(BODY), tries=2, wait=0.01)


def test_a_file_comes_complete_and_only_once(site: Any, tmp_path: Path) -> None:
    url = site.put("/a", BODY, etag='"v1"')
    fetched = fetch(url, tmp_path / "a", QUICK)
    assert fetched is not None
    assert (fetched.path.read_bytes(), fetched.size) == (BODY, len(BODY))
    assert fetched.checksum == hashlib.sha256(BODY).hexdigest()
    assert fetched.version == FileVersion(url, '"v1"', size=len(BODY))
    assert fetch(url, tmp_path / "a", QUICK, fetched.version) is None
    site.put("/a", b"new", etag='"v2"')
    again = fetch(url, tmp_path / "a", QUICK, fetched.version)
    assert again is not None
    assert again.path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("etag", "date"), [('"v1"', None), ('W/"v1"', "Tue, 24 Nov 2026 08:00:00 GMT")]
)
def test_a_broken_download_is_resumed(
    site: Any, tmp_path: Path, etag: str, date: str | None
) -> None:
    url = site.put("/a", BODY, "cut", "cut", etag=etag, last_modified=date)
    fetched = fetch(url, tmp_path / "a", QUICK)
    assert fetched is not None
    assert fetched.path.read_bytes() == BODY
    ranges = [headers.get("Range") for _, headers in site.asked]
    assert ranges[0] is None
    starts = [int(one.removeprefix("bytes=").removesuffix("-")) for one in ranges[1:]]
    assert 0 < starts[0] < starts[1] < len(BODY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_the_download_of_a_killed_process_is_resumed(site: Any, tmp_path: Path) -> None:
    url = site.put("/a", BODY, "cut", "cut", "cut", etag='"v1"')
    with pytest.raises(FetchFailed, match=r"broke off in the middle; .* bytes are kept"):
        fetch(url, tmp_path / "a", QUICK)
    assert not (tmp_path / "a").exists()
    kept = (tmp_path / "a.part").stat().st_size
    assert kept > len(BODY) // 2
    assert fetch(url, tmp_path / "a", QUICK) is not None
    assert site.asked[-1][1]["Range"] == f"bytes={kept}-"
    assert (tmp_path / "a").read_bytes() == BODY


def test_two_versions_are_never_joined(site: Any, tmp_path: Path) -> None:
    url = site.put("/a", BODY, "cut", "cut", "cut", etag='"v1"')
    with pytest.raises(FetchFailed):
        fetch(url, tmp_path / "a", QUICK)
    site.put("/a", BODY[::-1], etag='"v2"')
    fetch(url, tmp_path / "a", QUICK)
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


def answer(body: bytes, status: int = 200, **headers: object) -> Callable[[Any], None]:
    """An answer whose headers say what they like; ``start`` in them is the byte asked for."""

    def send(handler: Any) -> None:
        start = handler.headers.get("Range", "bytes=0-")[6:-1]
        handler.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            handler.send_header(name.replace("_", "-"), str(value).replace("start", start))
        handler.end_headers()
        handler.wfile.write(body)

    return send


DATE = "Tue, 24 Nov 2026 08:00:00 GMT"
ALL = f"bytes start-{len(BODY) - 1}/{len(BODY)}"


@pytest.mark.parametrize(
    "other",
    [
        {"ETag": '"v2"', "Content_Range": ALL},
        {"ETag": '"v1"', "Last_Modified": DATE.replace("08", "09"), "Content_Range": ALL},
        {"ETag": '"v1"', "Content_Range": f"bytes start-{len(BODY)}/{len(BODY) + 1}"},
        {"ETag": '"v1"', "Content_Range": f"bytes 0-99/{len(BODY)}"},
        {"ETag": '"v1"', "status": 416},
    ],
    ids=["ETag", "date", "length", "start", "416"],
)
def test_a_server_that_ignores_conditions_joins_no_versions(
    site: Any, tmp_path: Path, other: Any
) -> None:
    url = site.put("/a", BODY, "cut", answer(b"x" * (len(BODY) // 2), **{"status": 206, **other}))
    site.pages["/a"].etag, site.pages["/a"].last_modified = '"v1"', DATE
    fetched = fetch(url, tmp_path / "a", Limits(silence=1.0, tries=1, wait=0.01))
    assert fetched is not None
    assert fetched.path.read_bytes() == BODY
    assert ["Range" in headers for _, headers in site.asked] == [False, True, False]


def test_a_part_of_the_rest_is_not_all_of_it(site: Any, tmp_path: Path) -> None:
    half, end = len(BODY) // 2, len(BODY) // 2 + 100
    some = answer(
        BODY[half:end], 206, ETag='"v1"', Content_Range=f"bytes start-{end - 1}/{len(BODY)}"
    )
    url = site.put("/a", BODY, "cut", some, etag='"v1"')
    fetched = fetch(url, tmp_path / "a", QUICK)
    assert fetched is not None
    assert fetched.path.read_bytes() == BODY
    assert site.asked[-1][1]["Range"] == f"bytes={end}-"


def test_a_part_that_nobody_asked_for_is_refused(site: Any, tmp_path: Path) -> None:
    url = site.put("/a", BODY, *[answer(BODY[:9], 206, Content_Range=f"bytes 0-8/{len(BODY)}")] * 3)
    with pytest.raises(FetchFailed, match="answered 206 Partial Content"):
        fetch(url, tmp_path / "a", QUICK)


def test_an_encoded_answer_is_never_resumed(site: Any, tmp_path: Path) -> None:
    packed = gzip.compress(BODY)
    headers = {"ETag": '"v1"', "Content_Encoding": "gzip", "Content_Length": len(packed)}
    rest = answer(
        packed[99:], 206, **{**headers, "Content_Length": len(packed) - 99, "Content_Range": ALL}
    )
    url = site.put(
        "/a", b"", answer(packed[: len(packed) // 2], **headers), answer(packed, **headers)
    )
    fetched = fetch(url, tmp_path / "a", QUICK)
    assert fetched is not None
    assert (fetched.path.read_bytes(), fetched.version.etag) == (BODY, '"v1"')
    site.put("/a", BODY, "cut", rest, "cut", etag='"v1"')  # packed from the middle on
    with pytest.raises(FetchFailed, match=r"broke off in the middle; [\d,]+ bytes are kept"):
        fetch(url, tmp_path / "a", Limits(silence=1.0, tries=1, wait=0.01, size=10 * len(BODY)))
    assert fetch(url, tmp_path / "a", QUICK) is not None
    assert (tmp_path / "a").read_bytes() == BODY
    assert ["Range" in headers for _, headers in site.asked] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (answer(b"no gzip", Content_Encoding="gzip"), "what came is not packed as the server says"),
        ("file:///etc/hostname", "redirects to one that is none"),
        ("ftp://127.0.0.1/a", "redirects to one that is none"),
        (
            lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9\r\n"),
            "answers something that is not HTTP",
        ),
        (lambda _: None, "broke off in the middle"),
        ("http://[::1/a", "no address that can be fetched"),
        ("http://a..b/a", "no address that can be fetched"),
    ],
    ids=[
        "no gzip",
        "to a file",
        "to ftp",
        "no HTTP",
        "nothing",
        "to half an address",
        "to no name",
    ],
)
def test_the_reason_is_what_the_server_did(
    site: Any, tmp_path: Path, fault: Any, reason: str
) -> None:
    url = site.put("/a", BODY, *[fault] * 3)
    with pytest.raises(FetchFailed, match=reason):
        fetch(url, tmp_path / "a", QUICK)


def test_without_ranges_or_validators_it_starts_again(site: Any, tmp_path: Path) -> None:
    for marks in ({"etag": '"v1"', "ranges": False}, {}):
        url = site.put("/a", BODY, "cut", **marks)
        assert fetch(url, tmp_path / "a", QUICK) is not None
        assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([404], "answered 404 Not Found"),
        ([403], "answered 403 Forbidden"),
        ([500, 502, 503], "answered 503"),
        (["loop"], "redirects in circles"),
        (["slow", "slow", "slow"], "silent for too long"),
    ],
)
def test_failures_are_reported(
    site: Any, tmp_path: Path, faults: list[str | int], reason: str
) -> None:
    url = site.put("/a", BODY, *faults)
    with pytest.raises(FetchFailed, match=reason):
        fetch(url, tmp_path / "a", QUICK)
    assert not (tmp_path / "a").exists()


def test_a_busy_server_is_asked_again(site: Any, tmp_path: Path) -> None:
    url = site.put("/a", BODY, 500, 429)
    assert fetch(url, tmp_path / "a", QUICK) is not None
    assert len(site.asked) == 3


def trickle(before: bytes, piece: bytes) -> Callable[[Any], None]:
    """An answer that goes on for ever, a piece each tenth of a second."""

    def send(handler: Any) -> None:
        handler.wfile.write(before)
        while True:
            handler.wfile.write(piece)
            time.sleep(0.1)

    return send


@pytest.mark.parametrize(
    "slow",
    [
        trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        trickle(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        trickle(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\3", b"x"
        ),
        trickle(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        trickle(b"HTTP/1.1 200 OK\r\nLocation: ", b"x"),
        trickle(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 99999\r\n\r\n", b"x"),
    ],
    ids=["body", "body without an end", "name in gzip", "chunk", "header", "redirect"],
)
def test_a_server_that_sends_a_byte_now_and_then_does_not_outlast_the_deadline(
    site: Any, tmp_path: Path, slow: Callable[[Any], None]
) -> None:
    url, counts, began = site.put("/a", BODY, *[slow] * 9), list[int](), time.monotonic()
    with pytest.raises(FetchFailed, match=r"/a took longer than 1 s$"):
        fetch(
            url,
            tmp_path / "a",
            Limits(silence=0.5, seconds=1.0),
            None,
            lambda here, _: counts.append(here),
        )
    assert time.monotonic() - began < 30  # a second, where nothing else runs
    assert len(site.asked) == 1
    assert counts == list(range(1, len(counts) + 1)), "each byte is reported when it comes"


def test_nobody_waits_beyond_the_deadline(site: Any, tmp_path: Path) -> None:
    later = answer(b"", 429, Retry_After=3600)
    url, began = site.put("/a", BODY, *[later] * 9), time.monotonic()
    with pytest.raises(FetchFailed, match="answered 429 Too Many Requests"):
        fetch(url, tmp_path / "a", Limits(seconds=50.0))
    site.put("/a", BODY, "slow")
    with pytest.raises(FetchFailed, match=r"took longer than 0\.5 s"):
        fetch(url, tmp_path / "a", Limits(seconds=0.5))
    assert time.monotonic() - began < 40
    began = time.monotonic()
    site.put("/a", BODY, answer(b"", 503, Retry_After=1), answer(b"", 503, Retry_After="soon"))
    assert fetch(url, tmp_path / "a", QUICK) is not None
    assert time.monotonic() - began > 1


def test_no_server_no_address_and_too_much(site: Any, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetch("http://127.0.0.1:9/a", tmp_path / "a", QUICK)
    with pytest.raises(FetchFailed, match="no address"):
        fetch("http://:bad:/", tmp_path / "a", QUICK)
    url = site.put("/a", BODY)
    with pytest.raises(FetchFailed, match=r"1,048,576 bytes long; at most 1,000"):
        fetch(url, tmp_path / "a", Limits(size=1000))
    assert list(tmp_path.glob("a")) == []


def test_secrets_in_an_address_are_not_shown(site: Any, tmp_path: Path) -> None:
    url = site.url.replace("://", "://user:geheim@") + "/none?token=geheim#geheim"
    with pytest.raises(FetchFailed) as caught:
        fetch(url, tmp_path / "a", QUICK)
    assert str(caught.value) == f"{site.url}/none: the server answered 404 Not Found"


@pytest.mark.parametrize(
    ("url", "masked_url"),
    [
        ("https://h/a?of=x&b", "https://h/a?of=x&b"),
        ("https://me:geheim@h:8/a", "https://h:8/a"),
        (
            "https://geheim@h/?API-Key=geheim&of=x&X-Amz-Signature=geheim#geheim",
            "https://h/?API-Key=…&of=x&X-Amz-Signature=…",
        ),
        ("https://h/a?access_token=geheim=;geheim&of=token", "https://h/a?access_token=…&of=token"),
        ("http://[::1/geheim", "(no address)"),
    ],
)
def test_secrets_are_masked(url: str, masked_url: str) -> None:
    assert (masked(url), without_query(url)) == (masked_url, masked_url.split("?")[0])

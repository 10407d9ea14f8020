"""Catalogs of others: asked for only if they may be new, and reported if they cannot be had."""

import gzip
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ClewError
from loaders.crawl.remote_catalog import index_of
from loaders.intake.download import Limits


def test_a_catalog_of_others_is_asked_for_only_when_it_is_new(site: Any, tmp_path: Path) -> None:
    url = site.put("/index", b'{"datasets": []}', etag='"1"')
    for _ in range(3):
        assert index_of(url, tmp_path, 60.0) == {"datasets": []}
    assert len(site.asked) == 1
    assert site.asked[0][1]["User-Agent"].startswith("clew")
    assert index_of(url, tmp_path, 0.0) == {"datasets": []}
    assert site.asked[1][1]["If-None-Match"] == '"1"'
    site.put("/index", b"[1]", etag='"2"')
    assert index_of(url, tmp_path, 0.0) == [1]
    site.put("/index", b"[2]", 404, etag='"3"')
    for kept in (0.0, 60.0):  # nor is one that is away asked for over and over
        with pytest.raises(ClewError, match="answered 404"):
            index_of(url, tmp_path, kept)
    assert len(site.asked) == 4
    assert index_of(url, tmp_path, 0.0) == [2]
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"{")
    assert index_of(url, tmp_path, 60.0) == [2]


def broken(body: bytes, **headers: str) -> Any:
    def send(handler: Any) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        while "slow" in headers:
            handler.wfile.write(b" ")
            time.sleep(0.1)

    return send


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (500, "answered 500"),
        (broken(b"{}", Content_Length="9999"), "broke off in the middle"),
        (broken(b"no gzip", Content_Encoding="gzip"), "not packed as the server says"),
        (broken(b"{", slow="yes"), "took longer than 1 s"),
        (broken(b"<html>"), "/index is not JSON"),
        (broken(gzip.compress(b" " * 999999), Content_Encoding="gzip"), "longer than 99,999 bytes"),
    ],
    ids=["500", "cut", "no gzip", "slow", "html", "bomb"],
)
def test_a_catalog_of_others_that_cannot_be_had(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Any, reason: str
) -> None:
    monkeypatch.setattr(
        "loaders.crawl.remote_catalog.INDEX_LIMITS",
        Limits(silence=0.5, seconds=1.0, size=99_999, tries=1, wait=0.01),
    )
    url = site.put("/index", b"[]", fault, fault).replace("//", "//me:geheim@") + "?token=geheim"
    site.pages["/index?token=geheim"] = site.pages["/index"]
    with pytest.raises(ClewError, match=reason) as caught:
        index_of(url, tmp_path, 60.0)
    assert "geheim" not in str(caught.value)
    site.pages["/index?token=geheim"].faults.clear()
    assert index_of(url, tmp_path, 0.0) == []

"""OpenSanctions' changes: applied where they lead on, and otherwise the full version is taken."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from engine.run import Run
from loaders.crawl.catalog import Catalog, Entry, Listed, Source
from loaders.crawl.crawler import Crawler
from loaders.crawl.remote_catalog import entries_of
from loaders.load.load import load
from tests.loaders.crawl.conftest import counts, ids_in, lines


def operation(op: str, name: str, title: str = "") -> bytes:
    """One line of a file of changes."""
    entity: dict[str, Any] = {"id": name}
    if op != "DEL":
        entity |= {"schema": "Company", "properties": {"name": [title]}}
    return json.dumps({"op": op, "entity": entity}).encode() + b"\n"


@pytest.fixture
def crawled(fresh_engine: Engine, site: Any, tmp_path: Path) -> Callable[..., Run]:
    """Crawls a dataset that another catalog lists, in a version."""

    def crawl(version: str, full: str = "full", delta: str = "delta") -> Run:
        listed = {
            "name": "d",
            "version": version,
            "delta_url": f"{site.url}/{delta}",
            "resources": [{"name": "entities.ftm.json", "url": f"{site.url}/{full}"}],
        }
        site.put("/index", json.dumps({"datasets": [listed]}).encode())
        catalog = Catalog([], [Listed(url=f"{site.url}/index")], tmp_path)
        (entry,) = entries_of(fresh_engine, catalog, pytest.fail)
        return Crawler(fresh_engine, lambda _: None).crawl(entry)

    return crawl


def test_changes_are_applied_version_by_version(
    fresh_engine: Engine, site: Any, crawled: Callable[..., Run]
) -> None:
    versions = {name: f"{site.url}/{name}" for name in ("20260101-a", "20260102-b", "20260103-c")}
    site.put("/delta", json.dumps({"versions": versions}).encode())
    site.put("/full", lines("a", "b"))
    site.put("/20260102-b", operation("ADD", "c", "Cee") + operation("MOD", "a", "Aleph"))
    site.put(
        "/20260103-c",
        operation("DEL", "b") + operation("MOD", "c", "Gimel") + operation("DEL", "never"),
    )
    assert counts(crawled("20260101-a")) == ("updated", 2, 2, 0, 0, 0)
    assert counts(crawled("20260101-a"))[0] == "unchanged"
    assert counts(crawled("20260103-c")) == ("updated", 5, 1, 1, 1, 0)
    assert not any(path == "/full" for path, _ in site.asked[2:])
    captions = {
        node.caption
        for node in fresh_engine.entities(["d:a", "d:c"], fresh_engine.owner_access())
        if node
    }
    assert (captions, ids_in(fresh_engine)) == ({"Aleph", "Gimel"}, ["d:a", "d:c"])
    assert fresh_engine.check() == []
    for version, name in (("20260104-d", "d"), ("20260105-e", "e")):  # changes upon changes
        versions[version] = site.put(f"/{version}", operation("ADD", name, name))
        site.put("/delta", json.dumps({"versions": versions}).encode())
        assert counts(crawled(version)) == ("updated", 1, 1, 0, 0, 0)
        assert counts(crawled(version))[0] == "unchanged"
    assert ids_in(fresh_engine) == ["d:a", "d:c", "d:d", "d:e"]
    assert not any(path == "/full" for path, _ in site.asked[2:])
    site.put("/full", lines("z"))  # a version that no list of changes leads to
    assert counts(crawled("20260109-z")) == ("updated", 1, 1, 0, 4, 0)


@pytest.mark.parametrize(
    ("full", "delta"),
    [
        ("datasets/{version}/full", "delta"),
        ("datasets/{day}/full", "delta"),
        ("{year}-{month}-{date}/full", "{day}/delta"),
        ("{year}/{month}/{date}/full", "{version}-delta"),
    ],
)
def test_changes_are_followed_where_addresses_hold_the_date(
    fresh_engine: Engine, site: Any, crawled: Callable[..., Run], full: str, delta: str
) -> None:
    """As those of OpenSanctions' catalogs do. The first list of changes is empty, as theirs is."""
    versions: dict[str, str] = {}
    for number, version in enumerate(("20250819101112-abc", "20250820101112-def", "20250821-ghi")):
        day = version[:8]
        parts = {
            "version": version,
            "day": day,
            "year": day[:4],
            "month": day[4:6],
            "date": day[6:],
        }
        versions[version] = site.put(
            f"/{version}/changes", operation("ADD", f"n{number}", "N") if number else b""
        )
        place, index = full.format(**parts), delta.format(**parts)
        site.put(f"/{place}", lines("a", "b"))
        site.put(f"/{index}", json.dumps({"versions": versions}).encode())
        run = crawled(version, place, index)
        assert counts(run) == ("updated", *((1, 1) if number else (2, 2)), 0, 0, 0)
        assert (f"/{place}" in [path for path, _ in site.asked]) == (number == 0)
    assert ids_in(fresh_engine) == ["d:a", "d:b", "d:n1", "d:n2"]


def test_the_mark_of_another_address_is_not_shown(site: Any, crawled: Callable[..., Run]) -> None:
    site.put("/20250819/full", lines("a"), etag='"1"')
    crawled("20250819", "20250819/full")
    site.put("/20250820/full", lines("a", "b"), etag='"1"')
    assert counts(crawled("20250820", "20250820/full")) == ("updated", 2, 1, 0, 0, 0)


def test_an_empty_file_tells_nothing_of_the_others(fresh_engine: Engine, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.delta.json" for number in range(4)]
    for file, content in zip(files, (b"", b"\n \n", operation("ADD", "a", "A"), b""), strict=True):
        file.write_bytes(content)
    report = load(fresh_engine, [str(file) for file in files], "d")
    assert (report.added, report.refused_count, report.stopped) == (1, 0, None)
    report = load(fresh_engine, [str(files[0])], "d", format="delta")
    assert (report.read, report.stopped) == (0, None)


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        ("/delta", b"", [500] * 9),
        ("/delta", b"<html>", []),
        (
            "/delta",
            b'{"versions": {"20260101-a": "http://[::1/a", "20260102-b": "http://[::1/b"}}',
            [],
        ),
        ("/20260102-b", b"", [404]),
        ("/20260102-b", operation("ADD", "c" * 999, "C") * 999, ["cut"] * 9),
        ("/20260102-b", b"<html>Down</html>", []),
        ("/20260102-b", operation("ADD", "c", "C")[:-9], []),
    ],
    ids=["no list", "a list of nothing", "no addresses", "no changes", "cut", "html", "cut off"],
)
def test_changes_that_cannot_be_had_are_no_trouble(
    fresh_engine: Engine, site: Any, tmp_path: Path, path: str, body: bytes, faults: Sequence[Any]
) -> None:
    def crawled(version: str) -> Run:
        source = Source(
            url=f"{site.url}/full",
            version=version,
            delta=f"{site.url}/delta",
            format="ftm",
            timeout=1.0,
            tries=0,
        )
        return Crawler(fresh_engine, lambda _: None).crawl(Entry("d", source, tmp_path))

    versions = {name: f"{site.url}/{name}" for name in ("20260101-a", "20260102-b")}
    site.put("/delta", json.dumps({"versions": versions}).encode())
    site.put("/20260102-b", operation("ADD", "c", "C"))
    site.put("/full", lines("a", "b"))
    assert counts(crawled("20260101-a")) == ("updated", 2, 2, 0, 0, 0)
    site.put("/full", lines("a", "c"))
    site.put(path, body, *faults)
    assert counts(crawled("20260102-b")) == ("updated", 2, 1, 0, 1, 0)
    assert path in [asked for asked, _ in site.asked]
    assert (ids_in(fresh_engine), fresh_engine.check()) == (["d:a", "d:c"], [])

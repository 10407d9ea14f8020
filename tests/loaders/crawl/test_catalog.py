"""The catalog file: what it may say, and where its mistakes are."""

import re
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadInput
from loaders.crawl.catalog import Listed, Source, read_catalog
from loaders.crawl.remote_catalog import listed_entries

GOOD = """
datasets:
  - name: register
    title: Company register
    publisher: {name: Registry, country: no}
    coverage: {frequency: annual, schedule: "0 3 * * *", countries: [no]}
    source: {url: "https://example.org/a.json", max_size: 500 MB, timeout: 5}
  - name: scraped
    source: {command: [python, scrape.py]}
catalogs:
  - url: https://example.org/index.json
    datasets: [sanctions]
"""


def test_a_catalog_is_read(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yml"
    path.write_text(GOOD)
    catalog = read_catalog(path)
    register, scraped = catalog.entries
    assert register.metadata["countries"] == ["no"]
    assert (register.metadata["publisher"], register.metadata["publisher_country"]) == (
        "Registry",
        "no",
    )
    assert (register.frequency, register.schedule) == ("annually", "0 3 * * *")
    assert (register.source.limits.size, register.source.limits.silence) == (500_000_000, 5.0)
    assert (scraped.source.label, scraped.folder, scraped.schedule) == (
        "python scrape.py",
        tmp_path,
        None,
    )
    assert catalog.listed == [Listed(url="https://example.org/index.json", datasets=["sanctions"])]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("datasets: [", "is not YAML"),
        ("- a", "Input should be a valid dictionary"),
        ("sources: []", r"\.sources: Extra inputs"),
        ("datasets: [{source: {path: x}}]", r"datasets\[0\] has no name"),
        ("datasets: [{name: a}]", r"datasets\[0\] \(a\) has no source"),
        ("datasets: [{name: A!, source: {path: x}}]", "cannot name a dataset"),
        ("datasets: [{name: a, source: {}}]", "one of url, path, command and loader, and has none"),
        ("datasets: [{name: a, source: {path: x, url: 'http://x'}}]", "has url and path"),
        ("datasets: [{name: a, source: {url: 'ftp://x'}}]", r"\(a\)\.source\.url: is no http"),
        (
            "datasets: [{name: a, source: {path: x, max_size: much}}]",
            r"\.source\.max_size: is no number of bytes",
        ),
        (
            "datasets: [{name: a, source: {path: x, max_size: inf GB}}]",
            r"\.source\.max_size: is no number of bytes",
        ),
        (
            "datasets: [{name: a, source: {path: x, max_size: 0}}]",
            r"\.source\.max_size: .* greater than 0",
        ),
        (
            "datasets: [{name: a, source: {path: x, tries: -1}}]",
            r"\.source\.tries: .* greater than or equal to 0",
        ),
        (
            "datasets: [{name: a, source: {path: x, timeout: 0}}]",
            r"\.source\.timeout: .* greater than 0",
        ),
        (
            "datasets: [{name: a, source: {path: x, deadline: inf}}]",
            r"\.source\.deadline: .* less than",
        ),
        ("datasets: [{name: a, source: {path: x, deadline: nan}}]", r"\.source\.deadline: "),
        (
            "datasets: [{name: a, source: {path: x, max_refused: 2}}]",
            r"\.source\.max_refused: .* less than",
        ),
        ("datasets: [{name: a, source: {path: x, checksum: abc}}]", r"\.source\.checksum: "),
        ("datasets: [{name: a, source: {url: 'http://[::1/x'}}]", r"\.source\.url: is no http"),
        ("datasets: [{name: a, source: {url: 'http://x:99999/'}}]", r"\.source\.url: is no http"),
        ("catalogs: [{url: 'file:///x'}]", r"catalogs\[0\]\.url: is no http"),
        ("datasets: [{name: a, source: {path: x, spin: 1}}]", r"\.source\.spin: Extra"),
        ("datasets: [{name: a, titel: b, source: {path: x}}]", "nothing is known of titel"),
        ("datasets: [{name: a, coverage: {frequency: often}, source: {path: x}}]", "frequency"),
        (
            "datasets: [{name: a, coverage: {schedule: often}, source: {path: x}}]",
            "five fields of cron",
        ),
        (
            "datasets: [{name: a, source: {path: x}}, {name: a, source: {path: y}}]",
            "dataset a is there twice",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "catalog.yml"
    path.write_text(text)
    with pytest.raises(BadInput, match=reason) as caught:
        read_catalog(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://x/a?b=1&c", "https://x/a?b=1&c"),
        ("https://user:geheim@x:8/a", "https://x:8/a"),
        (
            "https://x/a?year=2026&api_key=geheim&X-Amz-Signature=geheim#geheim",
            "https://x/a?year=2026&api_key=…&X-Amz-Signature=…",
        ),
        (
            "https://x/a?access%5Ftoken=geheim&password=geheim&keyword=b",
            "https://x/a?access%5Ftoken=…&password=…&keyword=b",
        ),
    ],
)
def test_secrets_in_an_address_are_not_shown(url: str, label: str) -> None:
    assert Source(url=url).label == label


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot be read: No such file"):
        read_catalog(tmp_path / "none.yml")


def listed(**fields: Any) -> dict[str, Any]:
    resources = [
        {"name": "targets.csv", "url": "http://x/t"},
        {"name": "entities.ftm.json", "url": "http://x/e"},
    ]
    resources[1] |= {"checksum": "a" * 40, "size": 5}
    return {
        "name": "un",
        "title": "UN",
        "version": "2",
        "delta_url": "http://x/d",
        "resources": resources,
        **fields,
    }


def test_datasets_of_somebody_elses_catalog() -> None:
    index = {"datasets": [listed(), listed(name="all", resources=[])]}
    (entry,) = listed_entries(index, Listed(url="http://x"), Path("."), pytest.fail)
    assert (entry.name, entry.metadata["title"]) == ("un", "UN")
    assert (entry.source.checksum, entry.source.size) == ("a" * 40, 5)
    assert (entry.source.url, entry.source.delta, entry.source.version) == (
        "http://x/e",
        "http://x/d",
        "2",
    )


def test_a_source_is_told_without_its_secrets() -> None:
    url = "https://me:geheim@h/a?of=x&token=geheim"
    assert Source(url=url).label == "https://h/a?of=x&token=…"
    assert Source(command=["curl", "-f", url]).label == "curl -f https://h/a?of=x&token=…"
    assert Source(path="a?b=c").label == "a?b=c"


@pytest.mark.parametrize("index", [[], None, {"datasets": {}}, "datasets"])
def test_what_is_no_catalog(index: Any) -> None:
    with pytest.raises(BadInput, match="http://x is not a catalog"):
        list(listed_entries(index, Listed(url="http://x"), Path("."), pytest.fail))


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (listed(name="us ofac!"), "'us ofac!' cannot name a dataset"),
        (
            listed(name="odd", coverage={"schedule": "@daily"}),
            "schedule '@daily' is not five fields of cron",
        ),
        (listed(name="odd", coverage={"frequency": "biweekly"}), "biweekly"),
        (listed(name="odd", title=["x"], publisher=4), "odd"),
        (listed(name="odd", version={"x": 1}), r"\.source\.version"),
        (listed(name="odd", delta_url=17), r"\.source\.delta"),
        (listed(name="odd", resources=[{"name": "entities.ftm.json"}]), "needs one of url"),
        (
            listed(name="odd", resources=[{"name": "entities.ftm.json", "url": "not a url"}]),
            "is no http:// or https://",
        ),
        (listed(name="odd", resources=None), r"dataset odd has no entities\.ftm\.json"),
        (listed(name="gone"), "lists no dataset 'odd'"),
    ],
)
def test_one_odd_dataset_is_told_and_the_others_go_on(odd: dict[str, Any], reason: str) -> None:
    messages: list[str] = []
    wanted = Listed(
        url="http://me:geheim@x/i?key=geheim",
        datasets=["us ofac!" if "!" in odd["name"] else "odd", "un"],
    )
    index = {"datasets": [odd, listed(), 5, {}]}
    entries = listed_entries(index, wanted, Path("."), messages.append)
    assert [entry.name for entry in entries] == ["un"]
    assert len(messages) == 1
    assert re.search(reason, messages[0]), messages
    assert "geheim" not in messages[0]

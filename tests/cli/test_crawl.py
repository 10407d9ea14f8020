"""``clew crawl``: its output, its exit code, and that one bad source stops no other."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from engine.engine import Engine
from loaders.intake.download import Limits

LINE = b'{"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}}\n'


@pytest.fixture
def folder(
    fresh_engine: Engine, tmp_path: Path, site: Any, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with a catalog of a dataset of our own, ``good``, and whatever ``/index`` lists."""
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    monkeypatch.setattr(
        "loaders.crawl.remote_catalog.INDEX_LIMITS",
        Limits(silence=1.0, seconds=5.0, tries=1, wait=0.01),
    )
    (tmp_path / "good.json").write_bytes(LINE)
    catalog = {
        "datasets": [{"name": "good", "source": {"path": "good.json"}}],
        "catalogs": [{"url": f"{site.url}/index"}],
    }
    (tmp_path / "catalog.yml").write_text(json.dumps(catalog))
    return tmp_path


def crawl(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["crawl", "--catalog", str(folder / "catalog.yml"), *arguments])


def listed(site: Any, name: str, **more: Any) -> dict[str, Any]:
    url = site.put(f"/{name}.json", LINE)
    return {
        "name": name,
        "version": "1",
        "resources": [{"name": "entities.ftm.json", "url": url}],
        **more,
    }


def test_a_catalog_that_cannot_be_had_stops_nothing_and_is_printed_once(
    folder: Path, site: Any
) -> None:
    site.put("/index", b"", *[500] * 99)
    result = crawl(folder)
    assert (result.exit_code, result.stdout.split(" (")[0]) == (1, "good: updated")
    shown = (
        f"clew: {site.url}/index cannot be taken: the server answered 500 Internal Server Error\n"
    )
    assert (result.stderr.count(shown), len(site.asked)) == (1, 2)
    named = crawl(folder, "sanctions", "good")
    assert (named.exit_code, named.stdout, len(site.asked)) == (1, "good: unchanged\n", 4)
    assert (
        named.stderr
        == shown + "clew: there is no dataset sanctions among those that could be had\n"
    )
    own = crawl(folder, "good", "--due")
    assert (own.exit_code, own.output, len(site.asked)) == (0, "", 4)
    assert "good" in crawl(folder, "--list").stdout


def test_an_odd_dataset_is_named_and_the_others_are_crawled(folder: Path, site: Any) -> None:
    odd = listed(site, "odd", coverage={"schedule": "@daily"})
    site.put("/index", json.dumps({"datasets": [odd, listed(site, "sanctions")]}).encode())
    result = crawl(folder)
    assert result.exit_code == 1
    assert [line.split(" (")[0] for line in result.stdout.splitlines()] == [
        "good: updated",
        "sanctions: updated",
    ]
    assert result.stderr.count("(odd): schedule '@daily' is not five fields of cron") == 1
    assert crawl(folder, "sanctions").exit_code == 0
    site.put("/index", json.dumps({"datasets": [listed(site, "sanctions")]}).encode())
    assert crawl(folder).exit_code == 0
    named = crawl(folder, "odd")
    assert (named.exit_code, named.stderr) == (
        1,
        "clew: the catalog names no dataset odd: it has good, sanctions\n",
    )


def test_what_an_address_has_to_log_in_with_is_not_printed(
    folder: Path, fresh_engine: Engine, site: Any
) -> None:
    url = site.put("/d.json?token=geheim&of=x", LINE).replace("//", "//me:geheim@")
    (folder / "catalog.yml").write_text(
        json.dumps({"datasets": [{"name": "d", "source": {"url": url}}]})
    )
    shown = f"{site.url}/d.json?token=…&of=x"
    for arguments in ([], ["--list"], ["--history"]):
        result = crawl(folder, *arguments)
        assert result.exit_code == 0
        assert "geheim" not in result.output
        assert (shown in result.output) == (arguments != ["--history"])
    assert site.asked[0][1]["Authorization"].startswith("Basic ")
    assert fresh_engine.runs("d", 1)[0].source == shown

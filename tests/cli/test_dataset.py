"""``clew dataset``: what it shows, sets and deletes, and what a complete load notes."""

import json
import os
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.dataset import lateness
from cli.main import main
from cli.serving import resume
from engine.dataset import Dataset, Frequency
from engine.engine import Engine
from engine.graph.dataset.catalog import Catalog
from engine.question import SearchQuestion
from loaders.load.load import load

PERSON = json.dumps({"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}}) + "\n"
META = """\
name: d
title: Register
summary:
publisher: {name: Brønnøysund, country: no, url: https://example.org/}
coverage: {start: 2019-04, countries: [no, se], frequency: monthly}
license: ~
resources: []
"""


class Clew:
    """The command, on one engine."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self.engine = engine
        self.path = path

    def run(self, *arguments: str, answer: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["dataset", *arguments], input=answer)
        assert result.exit_code == code, result.output
        return result

    def file(self, text: str, name: str = "meta.yml") -> str:
        path = self.path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def load(self, text: str, dataset: str = "d", *, keep: bool = False) -> None:
        load(self.engine, [self.file(text, "in.json")], dataset, keep=keep)


@pytest.fixture
def clew(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clew:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return Clew(fresh_engine, tmp_path)


def test_a_dataset_from_its_description_to_its_end(clew: Clew) -> None:
    assert "There are no datasets yet" in clew.run("list").stdout
    made = clew.run("set", "d", "--file", clew.file(META), "--maintainer", "Ada")
    assert "d is new and empty" in made.stderr
    assert "ignored resources" in made.stderr
    clew.load(PERSON)
    again = clew.run("set", "d", "--country", "no", "--frequency", "annual", "--publisher-url", "")
    assert again.stdout == "d: set frequency, publisher_url, countries\n"
    assert again.stderr == ""
    shown = json.loads(clew.run("show", "d", "--json").stdout)
    updated = datetime.fromisoformat(shown.pop("updated_at"))
    assert timedelta() <= datetime.now(UTC) - updated < timedelta(minutes=5)
    assert datetime.fromisoformat(shown.pop("next_expected")) > updated + timedelta(days=364)
    assert shown == {
        "name": "d",
        "title": "Register",
        "publisher": {"name": "Brønnøysund", "country": "no"},
        "maintainer": "Ada",
        "coverage": {"start": "2019-04", "countries": ["no"], "frequency": "annually"},
        "visibility": "restricted",
        "export_policy": "everyone",
        "overdue": False,
        "entity_count": 1,
        "schemata": {"Person": 1},
    }
    people = clew.run("show", "d").stdout
    assert "publisher           Brønnøysund\n" in people
    assert "coverage frequency  annually\n" in people
    assert "        1 Person\n" in people
    clew.run("set", "e", "--file", clew.file(json.dumps({**shown, "name": "e"}), "e.json"))
    copied = clew.engine.dataset("e", clew.engine.owner_access())
    assert copied is not None
    assert (copied.countries, copied.frequency) == (["no"], Frequency.ANNUALLY)


def test_late_ones_stand_first(clew: Clew) -> None:
    engine = clew.engine
    now = datetime.now(UTC)
    for name, frequency, age in (
        ("a", "daily", 0),
        ("b", "weekly", 30),
        ("c", "unknown", 900),
        ("d", "hourly", 2),
    ):
        engine.set_dataset(name, {"frequency": frequency, "title": f"The {name} [bold]"})
        engine.mark_updated(name, now - timedelta(days=age))
    engine.set_dataset("e", {"frequency": "monthly"})
    lines = clew.run("list").stdout.splitlines()
    assert lines[0].split() == [
        "NAME",
        "TITLE",
        "ENTITIES",
        "READERS",
        "FREQUENCY",
        "UPDATED",
        "EXPECTED",
        "OVERDUE",
    ]
    assert [line.split()[0] for line in lines[1:]] == ["b", "d", "e", "a", "c"]
    assert lines[1].rstrip().endswith("23 days")
    assert lines[2].rstrip().endswith("1 day")
    assert "The b [bold]" in lines[1]
    assert lines[3].rstrip().endswith("never loaded")
    late = json.loads(clew.run("list", "--overdue", "--json").stdout)
    assert [(row["name"], row["overdue"]) for row in late] == [
        ("b", True),
        ("d", True),
        ("e", True),
    ]
    for name in "bde":
        engine.set_dataset(name, {"frequency": "never"})
    assert clew.run("list", "--overdue").stdout == "No dataset is overdue.\n"


@pytest.mark.parametrize(
    ("late", "message"),
    [
        (timedelta(days=400), "400 days"),
        (timedelta(days=1, hours=23), "1 day"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(minutes=61), "1 hour"),
        (timedelta(minutes=16), "16 minutes"),
        (timedelta(minutes=14), ""),
    ],
)
def test_lateness_in_words(late: timedelta, message: str) -> None:
    now = datetime(2024, 3, 1, tzinfo=UTC)
    dataset = Dataset(
        "d", "D", frequency=Frequency.HOURLY, last_updated=now - timedelta(hours=1) - late
    )
    assert lateness(dataset, now) == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["set", "d", "--frequency", "yearly"],
            "frequency 'yearly' is not allowed: give one of unknown, never",
        ),
        (["set", "d", "--country", "atlantis"], "countries 'atlantis' is not allowed"),
        (["set", "d"], "nothing to set: give --title"),
        (["set", "Not a name", "--title", "x"], "'Not a name' cannot name a dataset"),
        (["set", "d", "--file", "none.yml"], "none.yml cannot be read: No such file"),
        (["show", "d"], "there is no dataset 'd': `clew dataset list` names them"),
        (["delete", "d", "--yes"], "there is no dataset 'd': `clew dataset list` names them"),
    ],
)
def test_what_cannot_be_done_is_an_error(clew: Clew, arguments: list[str], message: str) -> None:
    result = clew.run(*arguments, code=1)
    assert result.stderr.startswith(f"clew: {message}")
    assert clew.engine.owner_access().datasets == frozenset()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is neither YAML nor JSON"),
        ("- a\n- b", "a dataset is described by named fields"),
        ("", "a dataset is described by named fields"),
        ("name: other\ntitle: x", "describes 'other', not 'd'"),
        ("coverage: {frequency: [daily]}", "frequency ['daily'] is not allowed"),
        ("title: !!python/object:os.system x", "is neither YAML nor JSON"),
    ],
)
def test_a_bad_description_is_an_error(clew: Clew, text: str, message: str) -> None:
    assert message in clew.run("set", "d", "--file", clew.file(text), code=1).stderr


def test_deleting_asks(clew: Clew) -> None:
    clew.load(PERSON)
    refused = clew.run("delete", "d", answer="n\n", code=1)
    assert "Delete d (d) with 1 entities? This cannot be undone" in refused.stderr
    assert clew.engine.count(SearchQuestion(), clew.engine.owner_access()) == 1
    broken = clew.engine.settings.data / "crawl" / "d" / "source.part"
    broken.parent.mkdir(parents=True)
    broken.write_text("half")
    done = clew.run("delete", "d", answer="y\n")
    assert not broken.parent.exists()
    assert done.stdout == "d: deleted, 1 records\n"
    assert "still names" not in done.stderr
    assert "Deleted 1 of 1 records of d" in done.stderr
    assert clew.run("delete", "d", "--yes", code=1).stderr.startswith("clew: there is no dataset")


def test_what_the_catalog_will_bring_back_is_named(
    clew: Clew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clew.load(PERSON)
    catalog = tmp_path / "catalog.yml"
    catalog.write_text("datasets: [{name: d, source: {path: d.json}}]")
    clew.engine.settings = clew.engine.settings.model_copy(update={"catalog": catalog})
    done = clew.run("delete", "d", "--yes")
    assert (
        f"{catalog} still names d: it will be crawled again, unless you remove it there"
        in done.stderr
    )


def test_nobody_loads_what_is_being_deleted(clew: Clew, monkeypatch: pytest.MonkeyPatch) -> None:
    clew.load(PERSON)
    purge, results = Catalog.purge, []

    def look(*arguments: Any) -> None:
        result = CliRunner().invoke(main, ["load", "-", "--dataset", "d"], input=PERSON)
        results.append((result.exit_code, result.stderr))
        purge(*arguments)

    monkeypatch.setattr(Catalog, "purge", look)
    clew.run("delete", "d", "--yes")
    how = (
        f"d is being deleted by process {os.getpid()}: "
        "wait until that is done, or end it, and start again"
    )
    assert results == [(1, f"clew: {how}\n")]
    clew.load(PERSON)


def test_one_that_is_going_is_shown_so(clew: Clew, monkeypatch: pytest.MonkeyPatch) -> None:
    clew.load(PERSON)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("engine.graph.dataset.catalog.Catalog.purge", kill)
        clew.run("delete", "d", "--yes", code=1)
    assert clew.run("list").stdout.splitlines()[1].split() == ["d", "being", "deleted"]
    assert json.loads(clew.run("list", "--json").stdout) == [{"name": "d", "deleting": True}]
    assert (
        "it is being deleted: `clew dataset delete d` goes on"
        in clew.run("show", "d", code=1).stderr
    )
    result = CliRunner().invoke(main, ["load", "-", "--dataset", "d"], input=PERSON)
    assert result.exit_code == 1
    assert "clew: the dataset d is being deleted" in result.stderr
    assert clew.run("delete", "d").stdout == "d: deleted, 0 records\n"


def test_only_a_complete_load_is_as_of_now(clew: Clew) -> None:
    def updated() -> datetime | None:
        dataset = clew.engine.dataset("d", clew.engine.owner_access())
        return dataset.last_updated if dataset is not None else None

    clew.engine.set_dataset("d", {"title": "D"})
    for nothing in ("", "<html>\n" * 3, PERSON + '{"id": "b", "sch'):
        clew.load(nothing)
        assert updated() is None
    clew.load(PERSON)
    first = updated()
    assert first is not None
    clew.load(PERSON)
    second = updated()
    assert second is not None
    assert second > first
    clew.load(PERSON + PERSON[:20])
    assert updated() == second


def test_a_running_clew_goes_on_with_what_was_cut_short(
    clew: Clew, monkeypatch: pytest.MonkeyPatch
) -> None:
    clew.load(PERSON)
    left = clew.engine.settings.data / "crawl" / "d"
    left.mkdir(parents=True)
    stop, before = threading.Event(), clew.engine.owner_access()
    thread = threading.Thread(target=resume, args=(clew.engine, stop))
    monkeypatch.setattr("cli.serving.RESUME_INTERVAL", 0.1)
    thread.start()
    with clew.engine.claim("d", "deleted"):
        clew.engine._catalog.mark("d")
        time.sleep(0.5)
        assert clew.engine.deleting() == ["d"], "another process does it"
    end = time.monotonic() + 120
    while clew.engine.deleting() and time.monotonic() < end:
        time.sleep(0.05)
    stop.set()
    thread.join()
    assert clew.engine.deleting() == []
    assert clew.engine.count(SearchQuestion(), before) == 0
    assert not left.exists()

"""What tests of crawls share: a catalog entry that is crawled, and what is then in the graph."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from engine.run import Run
from loaders.crawl.catalog import Entry, Source
from loaders.crawl.crawler import Crawler
from tests.inside import dataset_ids

QUICK: dict[str, Any] = {"timeout": 1.0, "tries": 0}
Crawl = Callable[..., Run]


def lines(*names: str) -> bytes:
    """Companies with these ids, as a file in FollowTheMoney's format."""
    rows = [
        {"id": name, "schema": "Company", "properties": {"name": [name.title()]}} for name in names
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@pytest.fixture
def crawl(fresh_engine: Engine, tmp_path: Path) -> Crawl:
    """Crawls the dataset ``d`` from a source that is given by its settings."""

    def run(force: bool = False, accept_removals: bool = False, **source: Any) -> Run:
        entry = Entry("d", Source(**{**QUICK, **source}), tmp_path, {"title": "D"})
        return Crawler(fresh_engine, lambda _: None).crawl(
            entry, force=force, accept_removals=accept_removals
        )

    return run


def counts(run: Run) -> tuple[str, int, int, int, int, int]:
    """The outcome, and how many entities were read, added, changed, removed and refused."""
    return (run.outcome, run.read, run.added, run.changed, run.removed, run.refused)


def ids_in(engine: Engine) -> list[str]:
    """The ids of the entities that the dataset ``d`` has."""
    return dataset_ids(engine, "d")

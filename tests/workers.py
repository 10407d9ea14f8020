"""Two workers for a run of all tests: which tests stay together, and what the workers share.

pytest-xdist starts the workers, and each has a Neo4j of its own for the tests that write. All tests
of a file run in one worker, so that what a module prepares is prepared once. All tests that read
demo collection run in one worker too: it takes half a minute to start and load.
"""

import gc
import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

WORKERS = 2
"""Each takes 2 to 3 GiB of memory, most of it for its Neo4j."""
DEMO = (
    "tests/graphql/test_hostile.py",
    "tests/cli/test_backup.py",
    "tests/graphql/test_api.py",
    "tests/graphql/test_operation.py",
    "tests/graphql/test_outage.py",
    "tests/engine/graph/test_golden.py",
    "tests/engine/test_engine.py",
    "tests/cli/test_export.py",
    "tests/cli/test_terminal.py",
    "tests/graphql/test_nothing.py",
    "tests/graphql/test_match.py",
    "tests/graphql/test_explorer.py",
    "tests/graphql/reconcile/test_service.py",
    "tests/graphql/reconcile/test_reader.py",
    "tests/test_docs.py",
    "tests/test_server.py",
)
"""The files with the fixtures ``engine`` and ``comparer``: they stay together, in this order."""
MATCH = (
    "tests/engine/match/test_comparison.py",
    "tests/engine/match/test_crossing.py",
    "tests/engine/match/test_kill.py",
    "tests/engine/match/test_matcher.py",
    "tests/engine/match/test_review.py",
    "tests/cli/test_review.py",
    "tests/graphql/test_xref.py",
)
"""The files that compare names in the worker itself, which reads lists for ten seconds first."""
LONG = (
    "tests/test_real.py",
    "tests/loaders/load/test_offline.py",
    "tests/engine/graph/walk/test_path_filter.py",
    "tests/test_kill.py",
    "tests/test_outlive.py",
    "tests/engine/graph/dataset/test_claim.py",
    "tests/engine/export/test_export_graph.py",
    "tests/test_house.py",
)
"""The files that take longest begin first, so that both workers end at about the same time."""


def group_of(nodeid: str) -> str:
    """The tests with the same group go to the same worker: a file, `DEMO`, `MATCH`."""
    file = nodeid.partition("::")[0]
    return next((group[0] for group in (DEMO, MATCH) if file in group), file)


def begins(item: pytest.Item) -> int:
    """When an item's file begins: a place in `DEMO` and `LONG`, or after them."""
    file, order = item.nodeid.partition("::")[0], (*DEMO, *LONG)
    return order.index(file) if file in order else len(order)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; within a file, tests stay in their order."""
    items.sort(key=begins)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage half a million objects of modules, which stay to the end."""
    gc.collect()
    gc.freeze()


class ByFile(LoadScopeScheduling):
    """Hands out whole groups of tests, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Take the place of pytest-xdist's own way to distribute."""
    return ByFile(config, log)  # without the log it prints every step


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Start the workers where all tests are asked for; a few tests are quicker in one process."""
    option = config.option
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    chosen = option.keyword or option.markexpr or option.usepdb or option.bolt
    in_worker = hasattr(config, "workerinput")
    if everything and not chosen and not in_worker and option.numprocesses is None:
        option.numprocesses = min(WORKERS, os.cpu_count() or 1)


def pytest_configure_node(node: WorkerController) -> None:
    """Give the workers the seed of the controller: they must collect tests of the same ids."""
    node.workerinput["seed"] = node.config.getoption("--seed")


def pytest_configure(config: pytest.Config) -> None:
    """Take the controller's seed in a worker."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        config.option.seed = worker["seed"]

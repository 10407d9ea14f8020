"""Two workers for a run of all tests: which tests stay together, and what the workers share.

pytest-xdist starts the workers, and each has a Neo4j of its own for the tests that write. All tests
of a file run in one worker, so that what a module prepares is prepared once. All that read the
demo collection run in one worker too: it takes half a minute to start and load.
"""

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

WORKERS = 2
"""Each takes 2 to 3 GiB, most of it for its Neo4j."""
DEMO = "the demo collection"
GROUPS = {
    "tests/graphql/test_api.py": DEMO,
    "tests/graphql/test_hostile.py": DEMO,
    "tests/graphql/test_operation.py": DEMO,
    "tests/cli/test_backup.py": DEMO,
    "tests/cli/test_export.py": DEMO,
    "tests/engine/test_engine.py": DEMO,
}
"""Files that go to one worker together; any other file is a group of its own."""


class ByFile(LoadScopeScheduling):
    """Hands out whole groups of tests, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return GROUPS.get(file, file)


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

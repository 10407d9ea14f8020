"""The history of crawls: how each ended, and which version of its source a dataset is at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.graph.connection import Connection
from engine.run import Outcome, Place, Run


class Journal:
    """The Run nodes of the graph.

    A run that is said to be running, but whose dataset no process has claimed (``held``), was
    killed: it is answered as interrupted.
    """

    def __init__(
        self, connection: Connection, deadline: float, held: Callable[[str], bool]
    ) -> None:
        self._connection = connection
        self._seconds = deadline
        self._held = held

    def note(self, run: Run) -> None:
        """Save a run, over what was saved of it before."""
        properties = {name: value for name, value in asdict(run).items() if value is not None}
        self._connection.write(
            "run_save", {"id": run.id, "properties": {**properties, "outcome": str(run.outcome)}}
        )

    def runs(self, dataset: str, first: int) -> list[Run]:
        """The latest runs of a dataset, newest first."""
        return self._runs([dataset], first)

    def last_success(self, dataset: str) -> Run | None:
        """The last run that proved a dataset up to date, unless a load into it has begun since."""
        parameters = {
            "dataset": dataset,
            "outcomes": [outcome for outcome in Outcome if outcome.succeeded],
        }
        rows = self._connection.read("run_success", parameters, timeout=self._seconds)
        return run_of(rows[0]["properties"]) if rows else None

    def histories(
        self, datasets: Sequence[str], first: int, after: Place | None = None
    ) -> dict[str, list[Run]]:
        """The latest runs of each dataset, newest first; those after a place, if one is given."""
        histories: dict[str, list[Run]] = {name: [] for name in datasets}
        for run in self._runs(list(histories), first, after):
            histories[run.dataset].append(run)
        return histories

    def counts(self, datasets: Sequence[str]) -> dict[str, int]:
        """How many runs of each dataset there were."""
        rows = self._connection.read("run_count", {"names": list(datasets)}, timeout=self._seconds)
        return {row["name"]: row["count"] for row in rows}

    def _runs(self, datasets: list[str], first: int, after: Place | None = None) -> list[Run]:
        runs = self._read(datasets, first, after)
        abandoned = {
            run.id for run in runs if run.outcome is Outcome.RUNNING and not self._held(run.dataset)
        }
        if not abandoned:
            return runs
        # Read again: a process that gave up its claim in the meantime has saved the outcome before.
        runs = self._read(datasets, first, after)
        return [
            run.killed() if run.id in abandoned and run.outcome is Outcome.RUNNING else run
            for run in runs
        ]

    def _read(self, datasets: list[str], first: int, after: Place | None) -> list[Run]:
        started, id_ = after or (None, None)
        parameters = {"names": datasets, "first": first, "started": started, "id": id_}
        rows = self._connection.read("run_list", parameters, timeout=self._seconds)
        return [run_of(row["properties"]) for row in rows]


def run_of(properties: Mapping[str, Any]) -> Run:
    """The run that has these properties in the graph."""
    values = dict(properties)
    for name in ("started", "ended", "next_run"):
        if name in values:
            values[name] = values[name].to_native()
    return Run(**{**values, "outcome": Outcome(values["outcome"])})

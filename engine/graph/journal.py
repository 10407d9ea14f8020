"""Which crawls there were, what became of each, and which version of its source a dataset is at."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from engine.graph.connection import Connection
from engine.run import Outcome, Run


class Journal:
    """The Run nodes of the graph."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def note(self, run: Run) -> None:
        """Write a run down, over what was written of it before."""
        properties = {name: value for name, value in asdict(run).items() if value is not None}
        self._connection.write("run_save", {"id": run.id, "properties": {**properties, "outcome": str(run.outcome)}})

    def runs(self, dataset: str, first: int, *, proving: bool = False) -> list[Run]:
        """The latest runs of a dataset, newest first; with ``proving`` those that proved it up to date."""
        outcomes = [str(outcome) for outcome in Outcome if outcome.proves or not proving]
        parameters = {"dataset": dataset, "first": first, "outcomes": outcomes}
        rows = self._connection.read("run_list", parameters, timeout=self._seconds)
        return [run_of(row["properties"]) for row in rows]


def run_of(properties: Mapping[str, Any]) -> Run:
    """The run that a node tells."""
    given = dict(properties)
    for name in ("started", "ended"):
        if name in given:
            given[name] = given[name].to_native()
    return Run(**{**given, "outcome": Outcome(given["outcome"])})

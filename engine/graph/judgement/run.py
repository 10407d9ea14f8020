"""The runs of cross-referencing as nodes, and the records that one of them has to compare."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from engine.access import Access
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.judgement import candidate
from engine.graph.judgement.candidate import Compared
from engine.graph.record.identity import span
from engine.question import SearchFilter
from engine.xref import Progress, RunState, XrefQuestion, XrefRun

PAGE = 10_000
LATEST = (datetime(9999, 1, 1, tzinfo=UTC), "")
TIMES = ("queued", "started", "ended")
Changed = tuple[str, int]
"""A record's id, and its revision."""


class RunNodes:
    """The XrefRun nodes of the graph.

    A run that is said to be running, but that no process has claimed (``held``, by its crossing),
    was killed: it is answered as interrupted.
    """

    def __init__(
        self, connection: Connection, deadline: float, held: Callable[[str], bool]
    ) -> None:
        self._connection = connection
        self._seconds = deadline
        self._held = held

    # --- runs -------------------------------------------------------------------------------------

    def save(self, run: XrefRun) -> None:
        """Write a run down, over what was written of it before."""
        self._connection.write("xref_run_save", {"id": run.id, "properties": row_of(run)})

    def step(self, run: XrefRun, compared: Sequence[Compared], *, again: bool) -> bool:
        """Write pairs and how far the run is, in one transaction; whether it is to stop."""
        question = run.question
        common = {
            "collection": question.collection,
            "crossing": question.crossing,
            "run": run.id,
            "algorithm": run.algorithm,
        }
        steps = {**_progress(run.progress), "cursor": run.cursor}

        def work(_: bool) -> bool:
            with self._connection.transaction() as tx:
                candidate.put(tx, compared, common, again=again)
                rows = tx.run("xref_run_step", {"id": run.id, "properties": steps})
                return bool(rows and rows[0]["stop"])

        return self._connection.insist(work)

    def named(self, id: str) -> XrefRun | None:
        """A run by its id."""
        runs = self._runs("xref_run_by_id", {"id": id})
        return runs[0] if runs else None

    def all(
        self,
        access: Access,
        collection: str | None,
        first: int,
        after: tuple[datetime, str] | None = None,
    ) -> list[XrefRun]:
        """The runs that the reader may know of, the newest first."""
        queued, id_ = after or (None, None)
        parameters = {
            **visibility.parameters(access),
            "collection": collection,
            "queued": queued,
            "id": id_,
            "limit": first,
        }
        return self._runs("xref_run_list", parameters)

    def of_crossing(self, crossing: str) -> list[XrefRun]:
        """The runs that ask the same thing, the newest first."""
        return self._runs("xref_run_of_crossing", {"crossing": crossing})

    def waiting(self) -> list[XrefRun]:
        """The runs that ``clew up`` has to do and that no process is at, the oldest first."""
        runs = self._runs("xref_run_waiting", {})
        return [run for run in runs if run.state in (RunState.QUEUED, RunState.INTERRUPTED)]

    def stop(self, id: str) -> None:
        """Ask for the end of a run."""
        self._connection.write("xref_run_stop", {"id": id})

    def queue(self, id: str) -> None:
        """Let ``clew up`` do a run, or go on with it."""
        self._connection.write("xref_run_queue", {"id": id})

    def unstop(self, id: str) -> None:
        """Take back a wish to stop a run."""
        self._connection.write("xref_run_unstop", {"id": id})

    def fail(self, id: str, message: str) -> None:
        """Note why a run cannot be done."""
        self._connection.write("xref_run_fail", {"id": id, "message": message})

    def _runs(self, name: str, parameters: Mapping[str, Any]) -> list[XrefRun]:
        rows = self._connection.read(name, parameters, timeout=self._seconds)
        runs = [run_of(row["properties"]) for row in rows]
        if not any(self._abandoned(run) for run in runs):
            return runs
        # Read again: a process that gave up its claim meanwhile has saved the state before.
        rows = self._connection.read(name, parameters, timeout=self._seconds)
        runs = [run_of(row["properties"]) for row in rows]
        return [run.killed() if self._abandoned(run) else run for run in runs]

    def _abandoned(self, run: XrefRun) -> bool:
        return run.state is RunState.RUNNING and not self._held(run.question.crossing)

    # --- what is to be compared -------------------------------------------------------------------

    def count(self, dataset: str, schemata: Collection[str]) -> int:
        """How many records of these schemata a dataset has."""
        after, end = span(dataset)
        parameters = {"after": after, "end": end, "schemata": sorted(schemata)}
        rows = self._connection.read("crossing_count", parameters, timeout=LONG_TIMEOUT)
        return int(rows[0]["count"])

    def records(self, dataset: str, schemata: Collection[str], since: int = 0) -> Iterator[Changed]:
        """The records of a dataset that are newer than a revision, in order of their ids."""
        if since:
            changed = self.changed([dataset], schemata, since)
            yield from ((id_, revision) for id_, _, revision in changed)
            return
        after, end = span(dataset)
        while True:
            parameters = {
                "after": after,
                "end": end,
                "schemata": sorted(schemata),
                "limit": PAGE,
            }
            rows = self._connection.read("crossing_page", parameters, timeout=LONG_TIMEOUT)
            for row in rows:
                yield row["id"], row["revision"]
            if len(rows) < PAGE:
                return
            after = rows[-1]["id"]

    def changed(
        self, datasets: Collection[str], schemata: Collection[str], since: int
    ) -> list[tuple[str, str, int]]:
        """Records that are newer than a revision: id, dataset, revision, in order of the ids."""
        parameters = {
            "among": sorted(datasets),
            "schemata": sorted(schemata),
            "since": since,
        }
        rows = self._connection.read("crossing_changed", parameters, timeout=LONG_TIMEOUT)
        return [(row["id"], row["dataset"], row["revision"]) for row in rows]

    def included(
        self, investigation: str, datasets: Collection[str], schemata: Collection[str]
    ) -> list[str]:
        """The records of these datasets that an investigation includes, in order of their ids."""
        parameters = {
            "name": investigation,
            "among": sorted(datasets),
            "schemata": sorted(schemata),
        }
        rows = self._connection.read("crossing_included", parameters, timeout=LONG_TIMEOUT)
        return [row["id"] for row in rows]


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "total": progress.total,
        "done": progress.done,
        "compared": progress.compared,
        "seconds": progress.seconds,
    }


def row_of(run: XrefRun) -> dict[str, Any]:
    """A run as a node's properties."""
    question = run.question
    scope = question.scope
    values: dict[str, Any] = {
        "id": run.id,
        "crossing": question.crossing,
        "source": question.source,
        "collection": question.collection,
        "scope_datasets": scope.datasets,
        "scope_schemata": scope.schemata,
        "scope_countries": scope.countries,
        "least": question.least,
        "inside": question.inside,
        "algorithm": run.algorithm,
        "by": run.by,
        "account": run.account,
        "background": run.background,
        "state": str(run.state),
        "message": run.message,
        "datasets": run.datasets,
        "bases": run.bases,
        "revision": run.revision,
        "cursor": run.cursor,
        **{name: getattr(run, name) for name in TIMES},
        **_progress(run.progress),
    }
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None
    }


def run_of(properties: Mapping[str, Any]) -> XrefRun:
    """The run that has these properties in the graph."""
    values = dict(properties)
    times = {name: values[name].to_native() if name in values else None for name in TIMES}
    scope = SearchFilter(
        datasets=_names(values, "scope_datasets"),
        schemata=_names(values, "scope_schemata"),
        countries=_names(values, "scope_countries"),
    )
    question = XrefQuestion(
        values["source"], values["collection"], scope, values["least"], values["inside"]
    )
    progress = Progress(values["total"], values["done"], values["compared"], values["seconds"])
    run = XrefRun(
        values["id"], question, values["algorithm"], values["by"], times["queued"] or LATEST[0]
    )
    return replace(
        run,
        state=RunState(values["state"]),
        account=values.get("account"),
        background=values["background"],
        started=times["started"],
        ended=times["ended"],
        message=values.get("message"),
        datasets=tuple(values.get("datasets", ())),
        bases=tuple(values.get("bases", ())),
        revision=values["revision"],
        progress=progress,
        cursor=values["cursor"],
    )


def _names(values: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    return tuple(values[name]) if name in values else None

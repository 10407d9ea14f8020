"""Does a run: hands tasks to processes, and writes what comes back together with how far it is.

Pairs and the place that is reached are written in one transaction, in the order of the work. So
whatever ends a run, another attempt goes on from there: nothing is lost, and nothing is doubled.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from threading import Event

from engine.access import Access
from engine.errors import ClewError
from engine.graph.judgement.candidate import Candidates, Compared
from engine.graph.judgement.run import RunNodes
from engine.match.comparison import ALGORITHM
from engine.match.crossing import SHORT, Ending, Station, compared, comparing
from engine.match.plan import CHUNK, Once, Plan, bases_of
from engine.match.turn import Task
from engine.process.worker import KILLED
from engine.xref import Progress, RunState, XrefRun

QUEUED = 3
"""Tasks that wait for each process."""
TOGETHER = 20
"""Tasks whose pairs are written in one transaction at most."""
Show = Callable[[XrefRun], None]
"""Shows how far a run is."""


class Runner:
    """Does runs, one at a time."""

    def __init__(self, nodes: RunNodes, pairs: Candidates, station: Station) -> None:
        self._nodes = nodes
        self._pairs = pairs
        self._station = station

    def prepare(self, run: XrefRun, access: Access, revision: int) -> XrefRun:
        """The run with what it has to compare; one that goes on keeps what it began with."""
        question = run.question
        earlier = [each for each in self._nodes.of_crossing(question.crossing) if each.id != run.id]
        names = access.datasets
        if question.scope.datasets is not None:
            names = names & set(question.scope.datasets)
        goes_on = run.cursor and set(run.datasets) <= names and run.algorithm == ALGORITHM
        now = datetime.now(UTC)
        if not goes_on:
            run = replace(
                run,
                algorithm=ALGORITHM,
                datasets=tuple(sorted(names)),
                revision=revision,
                started=run.started or now,
                progress=Progress(),
                cursor="",
            )
            run = replace(run, bases=bases_of(self._nodes, run, run.datasets, earlier))
        run = replace(run, state=RunState.RUNNING, ended=None, message=None)
        self._nodes.save(run)
        return run

    def do(self, run: XrefRun, access: Access, show: Show, ends: Event | None = None) -> XrefRun:
        """Compare all that is left to; the run as it has ended.

        ``run`` has been prepared. When ``ends`` is set, it waits for another process to go on.
        """
        begun = time.monotonic()
        before = run.progress.seconds
        last = run

        def note(progress: XrefRun) -> None:
            nonlocal last
            last = progress
            show(progress)

        try:
            last = self._do(
                run, access, note, lambda: before + time.monotonic() - begun, ends or Event()
            )
        except Ending:
            last = replace(last, state=RunState.QUEUED)
        except ClewError as error:
            last = replace(last, state=RunState.FAILED, message=str(error))
        except BrokenProcessPool:
            last = replace(last, state=RunState.FAILED, message=KILLED)
        except (KeyboardInterrupt, SystemExit):  # it can be resumed
            self._end(replace(last, state=RunState.STOPPED))
            raise
        return self._end(last)

    def _end(self, run: XrefRun) -> XrefRun:
        run = replace(run, ended=datetime.now(UTC))
        self._nodes.save(run)
        return run

    def _do(
        self,
        run: XrefRun,
        access: Access,
        show: Show,
        seconds: Callable[[], float],
        ends: Event,
    ) -> XrefRun:
        earlier = self._nodes.of_crossing(run.question.crossing)
        again = bool(run.cursor) or len(earlier) > 1
        plan = Plan(self._nodes, run, access.names())
        if not run.cursor:
            run = replace(run, progress=replace(run.progress, total=plan.total()))
            self._nodes.save(run)
        show(run)
        for results, mark in self._results(plan.tasks(again), left(run.progress), ends):
            run = advanced(run, results, mark, seconds())
            stopped = self._nodes.step(run, results, again=again)
            show(run)
            if stopped:
                return replace(run, state=RunState.STOPPED)
        question = run.question
        if again:
            self._pairs.sweep(question.crossing, access.names(), run.algorithm)
            self._pairs.exclude(question.crossing, question.source)
        progress = replace(run.progress, total=run.progress.done, seconds=seconds())
        return replace(run, state=RunState.FINISHED, progress=progress)

    def _results(
        self, tasks: Iterator[Task], count: int, ends: Event
    ) -> Iterator[tuple[list[Compared], str]]:
        """What becomes of the records, in the order of the work, each time with its mark."""
        first = next(tasks, None)
        if first is None:  # no process is started for nothing
            return
        size = min(os.cpu_count() or 1, -(-count // CHUNK) or 1)
        once = Once()
        with comparing(self._station, size, ends) as pool:
            waiting: deque[tuple[str, Future[list[Compared]]]] = deque()
            for task in chain([first], tasks):
                waiting.append((task.mark, pool.submit(compared, once.told(task))))
                if len(waiting) >= size * QUEUED:
                    results, mark = taken(waiting, ends)
                    once.note(results)
                    yield results, mark
            while waiting:
                yield taken(waiting, ends)


def taken(
    waiting: deque[tuple[str, Future[list[Compared]]]], ends: Event
) -> tuple[list[Compared], str]:
    """The results of the oldest task, and of those after it that are done; and the last mark.

    Raises Ending where nobody is to wait any more.
    """
    mark, future = waiting.popleft()
    while not wait([future], SHORT).done:
        if ends.is_set():
            raise Ending
    results = future.result()
    for _ in range(TOGETHER):
        if not waiting or not waiting[0][1].done():
            break
        mark, future = waiting.popleft()
        results = [*results, *future.result()]
    return results, mark


def left(progress: Progress) -> int:
    """How many records are left."""
    return max(progress.total - progress.done, 1)


def advanced(run: XrefRun, results: Sequence[Compared], mark: str, seconds: float) -> XrefRun:
    """The run after some more records."""
    before = run.progress
    progress = Progress(
        max(before.total, before.done + len(results)),
        before.done + len(results),
        before.compared + sum(each.count for each in results),
        seconds,
    )
    return replace(run, progress=progress, cursor=mark)

"""Runs of cross-referencing: started, done, stopped, resumed and read, each for who may.

The access of who starts a run decides what it compares, and is asked anew when it begins or goes
on. Its pairs belong to a collection: a dataset or an investigation that the runner may write to.
Who reads the collection sees those pairs of which they may read both records.
"""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from threading import Event

from engine.access import Access
from engine.account import OWNER, Account, Actor, Level
from engine.answer import Page
from engine.errors import BadInput, ClewError, EngineInUse, Forbidden
from engine.graph.access.audit import AuditLog, actor_name
from engine.graph.access.directory import Directory
from engine.graph.judgement.candidate import Candidates
from engine.graph.judgement.run import RunNodes
from engine.graph.record.reader import Reader
from engine.match.comparison import ALGORITHM
from engine.match.runner import Runner, Show
from engine.sync.keeper import Keeper
from engine.validation import shown
from engine.vocabulary import is_country, no_country
from engine.xref import Pair, PairQuestion, RunState, Statistics, XrefQuestion, XrefRun

Claim = Callable[[str, str], AbstractContextManager[None]]


class Crossings:
    """Everything that is done with runs; one for each engine."""

    def __init__(
        self,
        nodes: RunNodes,
        pairs: Candidates,
        runner: Runner,
        directory: Directory,
        audit: AuditLog,
        reader: Reader,
        keeper: Keeper,
        claim: Claim,
    ) -> None:
        """``claim`` keeps other processes from a crossing."""
        self._nodes = nodes
        self._pairs = pairs
        self._runner = runner
        self._directory = directory
        self._audit = audit
        self._reader = reader
        self._keeper = keeper
        self._claim = claim

    # --- starting and ending ----------------------------------------------------------------------

    def start(self, by: Actor, question: XrefQuestion, *, background: bool = True) -> XrefRun:
        """A new run, which waits for its turn (``work``), or for ``do``.

        Where the last run of the same crossing has not ended, it is that one; so it is where it
        can be resumed and ``by`` has started it.
        Raises BadInput for a dataset that is not there, Forbidden for a collection that ``by`` may
        not write to.
        """
        access = self._directory.access_of(by)
        self._check(question, access)
        last = next(iter(self._nodes.of_crossing(question.crossing)), None)
        account = by.name if isinstance(by, Account) else None
        if last is not None and goes_on(last, account):
            if background and last.state.can_resume:
                self._nodes.queue(last.id)
            return self._known(last.id, access)
        run = XrefRun(
            uuid.uuid4().hex[:16],
            question,
            ALGORITHM,
            actor_name(by),
            datetime.now(UTC),
            account=account,
            background=background,
        )
        self._nodes.save(run)
        self._audit.note(by, "cross-referenced", question.source, collection=question.collection)
        return run

    def stop(self, by: Actor, id: str) -> XrefRun:
        """Stop a run, which can be resumed; it ends within seconds."""
        access = self._directory.access_of(by)
        run = self._writable(id, access)
        if run.state in (RunState.QUEUED, RunState.RUNNING):
            self._nodes.stop(id)
        return self._known(id, access)

    def resume(self, by: Actor, id: str) -> XrefRun:
        """Let a run go on that was stopped or interrupted, or that failed."""
        access = self._directory.access_of(by)
        run = self._writable(id, access)
        if not run.state.can_resume:
            raise BadInput(f"the run is {run.state}: only one that has stopped can be resumed")
        self._nodes.queue(id)
        return self._known(id, access)

    # --- doing ------------------------------------------------------------------------------------

    def do(self, id: str, show: Show, ends: Event | None = None) -> XrefRun:
        """Do a run in this process, or go on with it; the run as it has ended.

        When ``ends`` is set, this process ends, and another one goes on with the run. Raises
        EngineInUse where another process is at it, BadInput where who started it may no longer.
        """
        run = self._nodes.named(id)
        if run is None:
            raise BadInput(f"there is no run {shown(id)}")
        with self._claim(f"xref_{run.question.crossing}", "compared"):
            access = self._access(run)
            self._nodes.unstop(id)
            self._keeper.follow()
            run = self._runner.prepare(run, access, self._reader.revision())
            return self._runner.do(run, access, show, ends)

    def work(self, report: Callable[[str], None], ends: Event | None = None) -> None:
        """Do the runs that wait for their turn, one after the other, until ``ends`` is set."""
        for run in self._nodes.waiting():
            if ends is not None and ends.is_set():
                return
            try:
                done = self.do(run.id, lambda _: None, ends)
            except EngineInUse:
                continue
            except ClewError as error:
                self._nodes.fail(run.id, str(error))
                report(f"cross-referencing {run.question.source}: {error}")
                continue
            if done.state is RunState.FAILED:
                report(f"cross-referencing {run.question.source}: {done.message}")

    def _access(self, run: XrefRun) -> Access:
        """What the run may compare now; raises BadInput where its account is gone."""
        by: Actor | None = OWNER
        if run.account is not None:
            by = self._directory.account(run.account)
        if by is None or (isinstance(by, Account) and by.disabled):
            raise BadInput(f"the account {run.account} that started this run is no longer there")
        access = self._directory.access_of(by)
        self._check(run.question, access)
        return access

    def _check(self, question: XrefQuestion, access: Access) -> None:
        names = (question.source, question.collection, *(question.scope.datasets or ()))
        for name in names:
            if name not in access.datasets:
                raise BadInput(f"there is no dataset {shown(name)}, or none that you may see")
        for code in question.scope.countries or ():
            if not is_country(code.lower()):
                raise BadInput(no_country(code))
        if not access.may(Level.WRITE, question.collection):
            raise Forbidden(
                f"you may read {question.collection}, but not add pairs to it: name an "
                "investigation of yours as the collection"
            )

    # --- reading ----------------------------------------------------------------------------------

    def run(self, id: str, access: Access) -> XrefRun | None:
        """A run; None if there is none, or none that the reader may know of."""
        run = self._nodes.named(id)
        if run is None or not access.datasets.issuperset(
            (run.question.source, run.question.collection)
        ):
            return None
        return run

    def runs(
        self,
        collection: str | None,
        access: Access,
        first: int = 25,
        after: tuple[datetime, str] | None = None,
    ) -> list[XrefRun]:
        """The runs that the reader may know of, the newest first."""
        return self._nodes.all(access, collection, first, after)

    def pairs(self, question: PairQuestion, access: Access) -> Page[Pair]:
        """A page of pairs that the reader may see, the likeliest first."""
        return self._pairs.page(question, access)

    def count(self, question: PairQuestion, access: Access) -> int:
        """How many pairs there are on all pages."""
        return self._pairs.count(question, access)

    def statistics(self, crossing: str, access: Access) -> Statistics:
        """What the runs of a crossing have found, as the reader may see it."""
        return self._pairs.statistics(crossing, access)

    def _known(self, id: str, access: Access) -> XrefRun:
        run = self.run(id, access)
        if run is None:
            raise BadInput(f"there is no run {shown(id)}, or none that you may see")
        return run

    def _writable(self, id: str, access: Access) -> XrefRun:
        run = self._known(id, access)
        if not access.may(Level.WRITE, run.question.collection):
            raise Forbidden(f"you may not change what {run.question.collection} holds")
        return run


def goes_on(run: XrefRun, account: str | None) -> bool:
    """Whether who asks the same is to get this run: it is under way, or they can resume it."""
    if run.state.can_resume:
        return run.account == account
    return run.state is not RunState.FINISHED

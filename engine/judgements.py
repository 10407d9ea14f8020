"""Judgements: made and undone by who may write to a collection, seen by who may read it.

A judgement is made in a dataset or an investigation, its collection. Everybody sees it who may read
that and both of the records.
"""

from collections.abc import Callable, Sequence

from engine.access import Access
from engine.account import Actor, Level
from engine.answer import Page
from engine.entity import Entity
from engine.errors import BadInput, Forbidden
from engine.graph.access.directory import Directory
from engine.graph.judgement.ledger import Ledger
from engine.graph.judgement.reader import JudgementReader
from engine.graph.record.reader import Reader
from engine.investigation import Investigation
from engine.judgement import JUDGED_AT_ONCE, Judgement, Judging, Outcome
from engine.profile import MOST_RECORDS, Profile, profile_of
from engine.question import JudgementQuestion
from engine.validation import shown

Named = Callable[[Sequence[str], Access], list[Investigation]]
"""Answers those of some datasets that are investigations."""


class Judgements:
    """Everything that is done with judgements; one for each engine."""

    def __init__(
        self,
        ledger: Ledger,
        reader: JudgementReader,
        records: Reader,
        directory: Directory,
        named: Named,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._records = records
        self._directory = directory
        self._named = named

    # --- reading ----------------------------------------------------------------------------------

    def listed(self, question: JudgementQuestion, access: Access) -> Page[Judgement]:
        """A page of the judgements that hold, the newest first."""
        return self._reader.listed(question, access)

    def count(self, question: JudgementQuestion, access: Access) -> int:
        """How many judgements ``listed`` has on all pages."""
        return self._reader.count(question, access)

    def at(self, ids: Sequence[str], access: Access) -> dict[str, list[Judgement]]:
        """The judgements that hold on each of these records, the newest first."""
        return self._reader.at(ids, access)

    def history(self, judgement: Judgement, access: Access) -> list[Judgement]:
        """All that was ever judged of a pair in its collection, the last first."""
        return self._reader.history(judgement, access)

    def named(self, id: str, access: Access) -> Judgement:
        """What was judged under an id, undone or not; raises BadInput where there is none."""
        found = self._reader.named(id, access)
        if found is None:
            raise BadInput(f"there is no judgement {shown(id)}, or none that you may see")
        return found

    def profiles(self, ids: Sequence[str], access: Access) -> dict[str, Profile]:
        """For each of these records those that are judged the same, and what they tell together.

        A record that is judged the same as no other is a profile of its own.
        """
        sameness = self._reader.sameness(ids, access)
        members = {id_: sameness.members(id_) for id_ in ids}
        wanted = list(
            dict.fromkeys(each for group in members.values() for each in group[:MOST_RECORDS])
        )
        nodes = self._records.entities(wanted, access)
        records = {node.id: node for node in nodes if isinstance(node, Entity)}
        joined = [each for each in wanted if sameness.knows(each)]
        negative = self._reader.negative(joined, access)
        return {
            id_: profile_of(
                [records[each] for each in group[:MOST_RECORDS] if each in records],
                sameness.judgements(id_),
                [each for each in negative if set(each.ends) <= set(group)],
                f"{len(group):,} records are judged the same: {MOST_RECORDS} are told"
                if len(group) > MOST_RECORDS
                else None,
            )
            for id_, group in members.items()
            if id_ in records
        }

    # --- judging ----------------------------------------------------------------------------------

    def judge(
        self,
        by: Actor,
        collection: str,
        judgings: Sequence[Judging],
        *,
        each: bool = False,
        operation: str | None = None,
    ) -> Outcome:
        """Keep verdicts on pairs of records, all in one step.

        Raises BadInput for records that are not there for ``by``, Contradiction for what other
        verdicts rule out, Forbidden; with ``each`` the outcome tells what was refused, and the
        rest is kept. What is judged in one step shares an ``operation``, made if there is none.
        """
        if not judgings:
            raise BadInput("there are no pairs to judge")
        if len(judgings) > JUDGED_AT_ONCE:
            raise BadInput(f"{len(judgings):,} pairs: judge at most {JUDGED_AT_ONCE:,} at a time")
        access = self._writable(by, collection)
        return self._ledger.judge(by, collection, judgings, access, each=each, operation=operation)

    def undo(
        self,
        by: Actor,
        collection: str,
        *,
        ids: Sequence[str] = (),
        operation: str | None = None,
    ) -> list[Judgement]:
        """Undo judgements by their ids, or all of one operation; what held before holds again.

        Answers what was undone. Raises BadInput for what does not hold, or was followed by another
        judgement of its pair; Contradiction where what held before is ruled out by now; Forbidden.
        """
        if bool(ids) == (operation is not None):
            raise BadInput("say what to undo: either ids of judgements, or one operation")
        if len(ids) > JUDGED_AT_ONCE:
            raise BadInput(f"{len(ids):,} ids: undo at most {JUDGED_AT_ONCE:,} at a time")
        access = self._writable(by, collection)
        return self._ledger.undo(by, collection, access, ids=ids, operation=operation)

    def _writable(self, by: Actor, name: str) -> Access:
        """What ``by`` may see; raises BadInput or Forbidden where they may not judge."""
        access = self._directory.access_of(by)
        if name not in access.datasets:
            raise BadInput(
                f"there is no dataset or investigation {shown(name)}, or none that you may see"
            )
        if not access.may(Level.WRITE, name):
            raise Forbidden(f"you may read {shown(name)}, but not judge in it")
        if any(each.archived for each in self._named([name], access)):
            raise BadInput(f"the investigation {shown(name)} is archived: reopen it first")
        return access

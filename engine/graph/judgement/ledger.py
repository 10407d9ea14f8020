"""Keeps judgements, and undoes them; what holds of a pair is the last that is not undone.

Each change is one transaction, which holds the lock of the counter of revisions from its start. So
of two people who judge one pair at a time, the second one finds what the first one said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from followthemoney import model
from followthemoney.exc import InvalidData

from engine.access import Access
from engine.account import Actor
from engine.entity import schema_of
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.access.audit import actor_name, add_event
from engine.graph.connection import Connection, Transaction
from engine.graph.convert import held_judgement, judgement_of
from engine.graph.cypher import quoted
from engine.graph.judgement.contradiction import Verdicts
from engine.graph.judgement.row import ALL, TYPES, edge_row, key_of, node_row, pair_key
from engine.graph.record.writer import being_deleted, bump, moved
from engine.investigation import new_id
from engine.judgement import Judgement, Judging, Outcome, Verdict

CLEARED = 5_000
"""Judgements that one transaction removes."""


class Ledger:
    """The judgements that the graph holds; who may make which is asked elsewhere."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def judge(
        self,
        by: Actor,
        collection: str,
        judgings: Sequence[Judging],
        access: Access,
        *,
        each: bool = False,
        operation: str | None = None,
    ) -> Outcome:
        """Keep verdicts in a collection, all in one transaction.

        Raises BadInput for a record that is not there for who judges, Contradiction for what other
        verdicts rule out; with ``each`` those are in the outcome, and the others are kept. Who
        says again what they have said changes nothing.
        """
        operation = operation or (new_id() if len(judgings) > 1 else None)
        with self._connection.transaction() as tx:
            last = begin(tx, collection, len(judgings))
            page = Page(tx, by, collection, access, operation)
            outcome = page.take(judgings, each=each)
            page.write(outcome.made, last)
            if outcome.made:
                note(tx, by, "judged", collection, outcome.made, operation)
        return outcome

    def undo(
        self,
        by: Actor,
        collection: str,
        access: Access,
        *,
        ids: Sequence[str] = (),
        operation: str | None = None,
    ) -> list[Judgement]:
        """Undo judgements of a collection: what held before holds again, as it was.

        Answers what was undone: of an operation that is what no other judgement has followed.
        Raises BadInput for an id that does not hold, or that another has followed; Contradiction
        where what held before is ruled out by now.
        """
        with self._connection.transaction() as tx:
            begin(tx, collection, 0)
            undone = self._named(tx, collection, access, ids, operation)
            stacks = stacks_of(tx, undone)
            if operation is not None:
                lasting = [each for each in undone if stacks[key_of(each)][0].id == each.id]
                undone = lasting or undone
            for judgement in undone:
                must_be_last(judgement, stacks[key_of(judgement)])
            before = [stacks[key_of(each)][1] for each in undone if len(stacks[key_of(each)]) > 1]
            check_restored(tx, access, undone, before)
            now = datetime.now(UTC)
            parameters = {"ids": [each.id for each in undone], "by": actor_name(by), "at": now}
            tx.run("judgement_undo", parameters)
            drop(tx, [key_of(each) for each in undone])
            put(tx, before)
            sweep(tx, undone)
            note(tx, by, "judgement undone", collection, undone, operation)
        return [replace(each, undone_by=actor_name(by), undone_at=now) for each in undone]

    def _named(
        self,
        tx: Transaction,
        collection: str,
        access: Access,
        ids: Sequence[str],
        operation: str | None,
    ) -> list[Judgement]:
        """The judgements of some ids, or of an operation, whose records may be seen."""
        if operation is not None:
            parameters = {"operation": operation, "collection": collection}
            rows = tx.run("judgement_together", parameters)
        else:
            rows = tx.run("judgement_named", {"ids": list(ids)})
        found = [judgement_of(row["properties"]) for row in rows]
        visible = records(tx, access, {end for each in found for end in each.ends})
        known = {
            each.id: each
            for each in found
            if each.collection == collection and visible.keys() >= set(each.ends)
        }
        if missing := [id_ for id_ in ids if id_ not in known] or not known:
            name = repr(operation if missing is True else missing[0])
            raise BadInput(f"there is no judgement {name[:100]} in {collection}, or none for you")
        return list(known.values())

    def clear(self, collection: str) -> None:
        """Remove all judgements of a collection that is being deleted."""
        while True:
            with self._connection.transaction() as tx:
                bump(tx, 0)
                parameters = {"collection": collection, "limit": CLEARED}
                rows = tx.run("judgement_clear", parameters, types=ALL)
                tx.run("stub_sweep", {"ids": sorted({end for row in rows for end in row.values()})})
                forgotten = tx.run("judgement_forget", parameters)[0]["count"]
            if not rows and not forgotten:
                return


class Page:
    """Verdicts on their way into a collection, inside of one transaction."""

    def __init__(
        self,
        tx: Transaction,
        by: Actor,
        collection: str,
        access: Access,
        operation: str | None,
    ) -> None:
        self._tx = tx
        self._by = actor_name(by)
        self._collection = collection
        self._access = access
        self._operation = operation
        self._now = datetime.now(UTC)

    def take(self, judgings: Sequence[Judging], *, each: bool) -> Outcome:
        """What is to be written, in order; of two verdicts on one pair the last one counts."""
        unique = list({judging.ends: judging for judging in judgings}.values())
        ids = {end for judging in unique for end in judging.ends}
        schemata = records(self._tx, self._access, ids)
        current = self._current(unique)
        verdicts = Verdicts(self._tx, self._access, schemata)
        outcome = Outcome()
        for judging in unique:
            try:
                check_records(judging, schemata)
                self._take_one(judging, current.get(judging.ends), verdicts, outcome)
            except BadInput as error:
                if not each:
                    raise
                outcome.refused.append((judging, error))
        return outcome

    def _current(self, judgings: Iterable[Judging]) -> dict[tuple[str, str], Judgement]:
        pairs = [pair_key(self._collection, judging.ends) for judging in judgings]
        rows = self._tx.run("judgement_current", {"pairs": pairs}, types=ALL)
        held = [held_judgement(row) for row in rows]
        return {judgement.ends: judgement for judgement in held}

    def _take_one(
        self, judging: Judging, before: Judgement | None, verdicts: Verdicts, outcome: Outcome
    ) -> None:
        new = self._judgement(judging)
        if before is None and new.verdict is Verdict.NONE:
            return
        if before is not None:
            if says_the_same(new, before):
                outcome.unchanged.append(before)
                return
            verdicts.remove(before)
        if chain := verdicts.against(new):
            error = verdicts.contradiction(new, chain)
            if before is not None:
                verdicts.add(before)
            raise error
        verdicts.add(new)
        outcome.made.append(new)

    def _judgement(self, judging: Judging) -> Judgement:
        note = (judging.note or "").strip() or None
        return Judgement(
            new_id(),
            self._collection,
            *judging.ends,
            judging.verdict,
            judging.by or self._by,
            judging.at or self._now,
            note,
            judging.score,
            judging.algorithm,
            self._operation,
        )

    def write(self, made: Sequence[Judgement], last: int) -> None:
        """Keep these judgements, which hold from now on; ``last`` is the number of the last one."""
        if not made:
            return
        numbered = enumerate(made, last - len(made) + 1)
        self._tx.run("judgement_note", {"rows": [node_row(each, at) for at, each in numbered]})
        drop(self._tx, [key_of(each) for each in made])
        put(self._tx, made)
        sweep(self._tx, made)
        if any(each.verdict is Verdict.POSITIVE for each in made):
            self._tx.run("judgement_first", {"collection": self._collection})


def begin(tx: Transaction, collection: str, by: int) -> int:
    """Take the lock of all writes; the last of ``by`` new numbers for judgements.

    Raises BadInput for a collection that is being deleted.
    """
    counter = moved(tx.run("judgement_begin", {"by": by, "collection": collection}))
    if not counter["live"]:
        raise being_deleted(collection)
    return int(counter["last"])


def records(tx: Transaction, access: Access, ids: Iterable[str]) -> Mapping[str, str]:
    """The schema of each of these records that the reader may see."""
    parameters = {**visibility.parameters(access), "ids": sorted(ids)}
    return {row["id"]: row["schema"] for row in tx.run("judgement_records", parameters)}


def check_records(judging: Judging, schemata: Mapping[str, str]) -> None:
    """Raises BadInput for a record that is not there, or for two that can never be one."""
    for end in judging.ends:
        if end not in schemata:
            raise BadInput(f"there is no record {end[:100]!r}, or none that you may see")
    if judging.verdict is Verdict.POSITIVE:
        left, right = (schemata[end] for end in judging.ends)
        try:
            model.common_schema(schema_of(left), schema_of(right))
        except InvalidData:
            raise BadInput(
                f"{judging.left[:100]} is a {schemata[judging.left]} and {judging.right[:100]} a "
                f"{schemata[judging.right]}: nothing is both"
            ) from None


def says_the_same(new: Judgement, before: Judgement) -> bool:
    """Whether a person only repeats what they have said."""
    said = [(each.verdict, each.by) for each in (new, before)]
    return said[0] == said[1] and new.note in (None, before.note)


def stacks_of(tx: Transaction, judgements: Sequence[Judgement]) -> Mapping[str, list[Judgement]]:
    """All that was judged of the pairs of these judgements and is not undone, the last first."""
    stacks: defaultdict[str, list[Judgement]] = defaultdict(list)
    for row in tx.run("judgement_stack", {"pairs": [key_of(each) for each in judgements]}):
        judgement = judgement_of(row["properties"])
        stacks[key_of(judgement)].append(judgement)
    return stacks


def must_be_last(judgement: Judgement, stack: Sequence[Judgement]) -> None:
    """Raises BadInput for a judgement that no longer is what was said last of its pair."""
    if judgement.undone_at is not None:
        raise BadInput(f"the judgement {judgement.id} is undone already, by {judgement.undone_by}")
    if stack[0].id != judgement.id:
        raise BadInput(
            f"the judgement {judgement.id} on {judgement.left} and {judgement.right} was followed "
            f"by {stack[0].id}, of {stack[0].by}: undo that first"
        )


def check_restored(
    tx: Transaction, access: Access, undone: Sequence[Judgement], before: Sequence[Judgement]
) -> None:
    """Raises Contradiction where what is to hold again is ruled out by other verdicts."""
    verdicts = Verdicts(tx, access, {end for each in before for end in each.ends})
    for judgement in undone:
        verdicts.remove(judgement)
    for judgement in before:
        if chain := verdicts.against(judgement):
            raise verdicts.contradiction(judgement, chain)
        verdicts.add(judgement)


def drop(tx: Transaction, pairs: Sequence[str]) -> None:
    """Let nothing hold of these pairs."""
    tx.run("judgement_drop", {"pairs": list(pairs)}, types=ALL)


def put(tx: Transaction, judgements: Sequence[Judgement]) -> None:
    """Let these judgements hold."""
    for verdict, type_ in TYPES.items():
        rows = [edge_row(each) for each in judgements if each.verdict is verdict]
        if rows:
            tx.run("judgement_put", {"rows": rows}, type=quoted(type_))


def sweep(tx: Transaction, judgements: Sequence[Judgement]) -> None:
    """Delete records that were only kept because something was said of them."""
    tx.run("stub_sweep", {"ids": sorted({end for each in judgements for end in each.ends})})


def note(
    tx: Transaction,
    by: Actor,
    action: str,
    collection: str,
    judgements: Sequence[Judgement],
    operation: str | None,
) -> None:
    """Write into the audit log what was judged or undone: a pair, or how many."""
    if len(judgements) == 1:
        [judgement] = judgements
        detail = {"left": judgement.left, "right": judgement.right, "verdict": judgement.verdict}
    else:
        detail = {"pairs": str(len(judgements)), "operation": operation or ""}
    add_event(tx, by, action, collection, detail)

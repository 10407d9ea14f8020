"""Does a verdict agree with those that there are? Judged by what its maker may see.

What is hidden from somebody never refuses their judgement, because the refusal would tell of it. So
two collections may contradict each other; who may read both is shown it in the profile.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.access import Access
from engine.graph import visibility
from engine.graph.connection import Transaction
from engine.graph.convert import held_judgement
from engine.graph.walk.sameness import grow
from engine.judgement import Contradiction, Judgement, Verdict
from engine.sameness import Sameness

SAYS = {Verdict.POSITIVE: "is the same as", Verdict.NEGATIVE: "is not"}


class Verdicts:
    """The verdicts around some records, as one transaction sees them and changes them."""

    def __init__(self, tx: Transaction, access: Access, ids: Iterable[str]) -> None:
        """Read what joins these records with others, and what parts them."""
        self._tx = tx
        self._parameters = visibility.parameters(access)
        self._same = Sameness()
        self._parted: defaultdict[str, list[Judgement]] = defaultdict(list)
        joined: set[str] = set()
        grow(self._same, joined, ids, self._ask)
        parameters = {**self._parameters, "ids": sorted(joined)}
        for row in tx.run("judgement_negative", parameters):
            self._part(held_judgement(row))

    def _ask(self, front: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        return self._tx.run("same_as", {**self._parameters, "ids": front})

    def _part(self, judgement: Judgement) -> None:
        for end in judgement.ends:
            if judgement not in self._parted[end]:
                self._parted[end].append(judgement)

    def add(self, judgement: Judgement) -> None:
        """Let a verdict count; of no other verdict than these two anything follows."""
        if judgement.verdict is Verdict.POSITIVE:
            self._same.add(judgement)
        elif judgement.verdict is Verdict.NEGATIVE:
            self._part(judgement)

    def remove(self, judgement: Judgement) -> None:
        """Let a verdict no longer count."""
        if judgement.verdict is Verdict.POSITIVE:
            self._same.remove(judgement.collection, judgement.ends)
        elif judgement.verdict is Verdict.NEGATIVE:
            for end in judgement.ends:
                self._parted[end] = [each for each in self._parted[end] if each != judgement]

    def against(self, judgement: Judgement) -> list[Judgement]:
        """The chain of verdicts that rules this one out, from its left record to its right one."""
        if judgement.verdict is Verdict.POSITIVE:
            return self._parting(*judgement.ends)
        if judgement.verdict is Verdict.NEGATIVE:
            return self._same.chain(*judgement.ends) or []
        return []

    def _parting(self, left: str, right: str) -> list[Judgement]:
        """The shortest chain with a negative in it that parts what these two records are."""
        near, far = self._same.members(left), set(self._same.members(right))
        if left in far:  # they are joined already: this joins nothing new
            near, far = [left], {right}
        chains = [
            [
                *(self._same.chain(left, here) or []),
                negative,
                *(self._same.chain(negative.other(here), right) or []),
            ]
            for here in near
            for negative in self._parted.get(here, ())
            if negative.other(here) in far
        ]
        return min(chains, key=lambda chain: (len(chain), [each.id for each in chain]), default=[])

    def contradiction(self, judgement: Judgement, chain: Sequence[Judgement]) -> Contradiction:
        """The error for a verdict that a chain rules out, told with the names of the records."""
        ids = {end for each in (judgement, *chain) for end in each.ends}
        rows = self._tx.run("judgement_records", {**self._parameters, "ids": sorted(ids)})
        names = {row["id"]: f"{row['caption']} ({row['id']})" for row in rows}
        here, told = judgement.left, []
        for each in chain:
            there = each.other(here)
            source = f"{each.by}, {each.at:%Y-%m-%d}, in {each.collection}"
            told.append(f"{names[here]} {SAYS[each.verdict]} {names[there]} ({source})")
            here = there
        is_positive = judgement.verdict is Verdict.POSITIVE
        claim = "cannot be the same" if is_positive else "cannot be different"
        left, right = names[judgement.left], names[judgement.right]
        return Contradiction(
            f"{left} and {right} {claim}, because {'; '.join(told)}. "
            "Undo what is wrong of that first",
            chain,
        )

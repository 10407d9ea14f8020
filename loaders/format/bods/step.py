"""What do the steps of an indirect holding come to, and how much of the holding do they not tell?

A holding with component records is told twice: as a whole, and step by step. Where all its steps have shares, they
are the ownership and the whole adds nothing. Where a relationship on a way from the party to the subject has no
share, or one of the components is not there, the whole stays an ownership: of the share that the other ways do not
come to. So whoever adds up all ways has what the source says of the whole, neither less nor twice.

A step may itself be a whole that has steps. One that has ended while the whole goes on has no share that counts. A
share that is a range counts as its lower bound. Who gives no share of the whole has it kept without one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from engine.share import Share, parse_share
from loaders.format.bods.interest import directness, edge_of, number, share_of
from loaders.format.bods.party import objects, text, texts
from loaders.format.bods.version import Versions, details_of, end_key, kind_of

MOST = 1_000
"""Component records that are looked at for one relationship."""
DEEPEST = 5
"""Wholes that are a part of one another."""
LONGEST = 50
"""Steps of the longest way."""
NOTHING = 1e-9
"""Less than this is left over by the arithmetic only."""
Pair = tuple[str, str]


class Steps:
    """The shareholdings among the components of one relationship, from its party to its subject."""

    def __init__(
        self,
        versions: Versions,
        whole: Mapping[str, Any],
        ends: Pair,
        budget: Iterator[int] | None = None,
        depth: int = 0,
    ) -> None:
        """``ends`` are the keys of the party and the subject of ``whole``, the statement of the relationship.

        ``budget`` and ``depth`` are for a relationship that is itself a component of others: how many more records
        may be looked at, and how many wholes it is a part of.
        """
        self._versions = versions
        self._depth = depth
        self._budget = iter(range(MOST)) if budget is None else budget
        self._components = components_of(whole)
        self._listed = set(self._components)
        self._shares: dict[Pair, float] = {}
        self._unknown: set[Pair] = set()
        self._exact = True
        self._gap = False
        self._whole_ends = ended(whole)
        for component in self._components:
            if next(self._budget, None) is None:
                self._gap = True
                break
            self._add(component)
        self._known = self._sum(*ends)
        both = self._shares.keys() | self._unknown
        there, back = (
            reached(ends[0], both),
            reached(ends[1], {(end, start) for start, end in both}),
        )
        self._gap = self._gap or any(start in there and end in back for start, end in self._unknown)

    def _add(self, component: str) -> None:
        body = self._versions.find(component)
        told = {} if body is None else orjson.loads(body)
        if kind_of(told) != "relationship":
            self._gap = self._gap or body is None
            return
        details = details_of(told)
        start, end = (
            self._versions.record(end_key(details.get(name)))
            for name in ("interestedParty", "subject")
        )
        shares = [
            share
            for share in self._counting(told, (start, end))
            if share is None or share.value is not None
        ]
        found = [share for share in shares if share is not None]
        if found:
            self._exact = self._exact and all(share.exact for share in found)
            total = self._shares.get((start, end), 0.0) + sum(share.value or 0.0 for share in found)
            self._shares[(start, end)] = min(total, 1.0)
        elif not shares:
            self._unknown.add((start, end))

    def _counting(self, told: Mapping[str, Any], ends: Pair) -> Iterator[Share | None]:
        """The share of each shareholding of a step that counts; None for one that its own steps tell.

        Those are then steps of this whole too.
        """
        nested = None
        if (inner := components_of(told)) and self._depth < DEEPEST:
            nested = Steps(self._versions, told, ends, self._budget, self._depth + 1)
            self._components.extend(key for key in inner if key not in self._listed)
            self._listed.update(inner)
        for interest in objects(details_of(told).get("interests")):
            over = end_of(told, interest)
            if edge_of(interest).schema != "Ownership" or (
                over and (not self._whole_ends or over < self._whole_ends)
            ):
                continue
            said = (
                nested.left(interest)
                if nested and directness(interest) != "direct"
                else share_of(interest)
            )
            yield None if said is None else parse_share(said)

    def _sum(self, party: str, subject: str) -> float:
        """What all ways of known shares come to together."""
        total, here = 0.0, {party: 1.0}
        for _ in range(LONGEST):
            there: dict[str, float] = {}
            for (start, end), share in self._shares.items():
                if start in here:
                    there[end] = there.get(end, 0.0) + here[start] * share
            total += there.pop(subject, 0.0)
            here = there
        return total

    def left(self, interest: Mapping[str, Any]) -> str | None:
        """The share of the whole that the steps do not tell, as text; None where they tell all of it.

        What the steps tell is taken off once, however many interests of the whole are asked about.
        """
        said = share_of(interest)
        if not self._known:
            return said
        if not self._gap:
            return None
        share = parse_share(said)
        if share.value is None:
            return said
        rest = share.value - self._known
        if rest < NOTHING:
            self._known = -rest
            return None
        taken, self._known = self._known, 0.0
        exact = "" if share.exact and self._exact else "at least "
        return f"{exact}{number(100 * rest)}%" if taken else said


def reached(start: str, steps: set[Pair]) -> set[str]:
    """Where one is, and what steps lead to from there, one after the other."""
    following: dict[str, set[str]] = {}
    for one, other in steps:
        following.setdefault(one, set()).add(other)
    found, edge = {start}, [start]
    while edge:
        fresh = following.get(edge.pop(), set()) - found
        found |= fresh
        edge.extend(fresh)
    return found


def components_of(told: Mapping[str, Any]) -> list[str]:
    """The records by which a relationship is told step by step, each once."""
    details = details_of(told)
    return list(
        dict.fromkeys(
            texts(details.get("componentRecords") or details.get("componentStatementIDs"))
        )
    )


def ended(told: Mapping[str, Any]) -> str:
    """When the last interest of a relationship ended; nothing where one goes on."""
    found = [end_of(told, interest) for interest in objects(details_of(told).get("interests"))]
    return max(found, default="") if all(found) else ""


def end_of(told: Mapping[str, Any], interest: Mapping[str, Any]) -> str:
    """When an interest ended: as it says, or else with the closing of its record; nothing where it goes on."""
    closed = text(told.get("recordStatus")) == "closed"
    return text(interest.get("endDate")) or (text(told.get("statementDate"))[:10] if closed else "")

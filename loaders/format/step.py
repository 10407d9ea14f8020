"""What do the steps of an indirect holding come to, and how much of the holding do they not tell?

A holding with component records is told twice: as a whole, and step by step. Where all its steps have shares, they
are the ownership and the whole adds nothing. Where a relationship on a way from the party to the subject has no
share, or one of the components is not there, the whole stays an ownership: of the share that the other ways do not
come to. So whoever adds up all ways has what the source says of the whole, neither less nor twice.

A step that has ended while the whole goes on has no share that counts. A share that is a range counts as its lower
bound. Who gives no share of the whole has it kept without one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from engine.graph.share import Share, parse_share
from loaders.format.interest import edge_of, number, share_of
from loaders.format.party import objects, text
from loaders.format.version import Versions, details_of, end_key, kind_of

MOST = 1_000
"""Component records that are looked at."""
LONGEST = 50
"""Steps of the longest way."""
NOTHING = 1e-9
"""Less than this is left over by the arithmetic only."""
Pair = tuple[str, str]


class Steps:
    """The shareholdings among the components of one relationship, from its party to its subject."""

    def __init__(
        self, versions: Versions, components: Sequence[str], ends: Pair, whole: Mapping[str, Any] | None = None
    ) -> None:
        """``ends`` are the keys of party and subject, ``whole`` the statement whose components these are."""
        self._versions = versions
        self._shares: dict[Pair, float] = {}
        self._unknown: set[Pair] = set()
        self._exact = True
        self._gap = len(components) > MOST
        self._whole_ends = max(map(str, ends_of(whole or {})), default="")
        for component in components[:MOST]:
            self._add(component)
        self._known = self._sum(*ends)
        both = self._shares.keys() | self._unknown
        there, back = reached(ends[0], both), reached(ends[1], {(end, start) for start, end in both})
        self._gap = self._gap or any(start in there and end in back for start, end in self._unknown)

    def _add(self, component: str) -> None:
        body = self._versions.find(component)
        told = {} if body is None else orjson.loads(body)
        if kind_of(told) != "relationship":
            self._gap = self._gap or body is None
            return
        details = details_of(told)
        start, end = (self._versions.record(end_key(details.get(name))) for name in ("interestedParty", "subject"))
        found = [share for interest in objects(details.get("interests")) if (share := self._share(told, interest))]
        if not found:
            self._unknown.add((start, end))
            return
        self._exact = self._exact and all(share.exact for share in found)
        total = self._shares.get((start, end), 0.0) + sum(share.value or 0.0 for share in found)
        self._shares[(start, end)] = min(total, 1.0)

    def _share(self, told: Mapping[str, Any], interest: Mapping[str, Any]) -> Share | None:
        """The share that counts of a step's interest; None where it has none."""
        ended = end_of(told, interest)
        share = parse_share(share_of(interest))
        if edge_of(interest).schema != "Ownership" or share.value is None:
            return None
        return None if ended and (not self._whole_ends or ended < self._whole_ends) else share

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


def ends_of(told: Mapping[str, Any]) -> Iterator[str]:
    """When each interest of a relationship ended; nothing at all where one goes on."""
    found = [end_of(told, interest) for interest in objects(details_of(told).get("interests"))]
    yield from found if all(found) else ()


def end_of(told: Mapping[str, Any], interest: Mapping[str, Any]) -> str:
    """When an interest ended: as it says, or else with the closing of its record; nothing where it goes on."""
    closed = text(told.get("recordStatus")) == "closed"
    return text(interest.get("endDate")) or (text(told.get("statementDate"))[:10] if closed else "")

"""What the steps of an indirect holding come to, and how much of it they do not say.

A holding with component records is said twice: as a whole, and step by step. Where all its steps
have shares, they are the ownership and the whole adds nothing. Where a relationship on a path from
the party to the subject has no share, or one of the components is not there, the whole stays an
ownership: of the share that the other paths do not come to. So the sum over all paths is what the
source says of the whole, neither less nor twice.

A step may itself be a whole that has steps. One that has ended while the whole goes on has no share
that counts. A share that is a range counts as its lower bound. A whole without a share is kept
without one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from engine.share import Doubt, Share, parse_share
from loaders.format.bods.interest import directness, edge_of, number, share_of
from loaders.format.bods.party import objects, text, texts
from loaders.format.bods.version import Versions, details_of, end_key, kind_of

MOST = 1_000
"""Component records that are looked at for one relationship."""
DEEPEST = 5
"""Wholes that are a part of one another."""
LONGEST = 50
"""Steps of the longest path."""
NOTHING = 1e-9
"""A smaller remainder comes of the arithmetic only."""
Statement = Mapping[str, Any]
Pair = tuple[str, str]
"""The keys of a party and of a subject."""


class Steps:
    """The shareholdings among the components of one relationship, from its party to its subject."""

    def __init__(
        self,
        versions: Versions,
        whole: Statement,
        ends: Pair,
        budget: Iterator[int] | None = None,
        depth: int = 0,
    ) -> None:
        """``whole`` is the statement of the relationship between ``ends``.

        ``budget`` and ``depth`` are for a relationship that is itself a component of others: how
        many more records may be looked at, and how many wholes it is a part of.
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
        # a component with steps of its own adds them to the list while it is read
        for component in self._components:
            if next(self._budget, None) is None:
                self._gap = True
                break
            self._add(component)
        self._known = self._sum(*ends)
        self._gap = self._gap or self._leads_through_unknown(*ends)

    def _add(self, component: str) -> None:
        """Add the shares of one component, or note that it has none."""
        body = self._versions.find(component)
        statement = {} if body is None else orjson.loads(body)
        if kind_of(statement) != "relationship":
            self._gap = self._gap or body is None
            return
        details = details_of(statement)
        ends = (
            self._versions.record(end_key(details.get("interestedParty"))),
            self._versions.record(end_key(details.get("subject"))),
        )
        counting = list(self._counting(statement, ends))
        by_steps = None in counting
        shares = [share for share in counting if share is not None and share.value is not None]
        if shares:
            self._exact = self._exact and all(share.exact for share in shares)
            total = self._shares.get(ends, 0.0) + sum(share.value or 0.0 for share in shares)
            self._shares[ends] = min(total, 1.0)
        elif not by_steps:
            self._unknown.add(ends)

    def _counting(self, statement: Statement, ends: Pair) -> Iterator[Share | None]:
        """The share of each shareholding of a step that counts.

        None stands for one whose own steps have its shares: they are steps of this whole too.
        """
        nested = None
        if (inner := components_of(statement)) and self._depth < DEEPEST:
            nested = Steps(self._versions, statement, ends, self._budget, self._depth + 1)
            self._components.extend(key for key in inner if key not in self._listed)
            self._listed.update(inner)
        for interest in objects(details_of(statement).get("interests")):
            if edge_of(interest).schema != "Ownership" or self._is_over(statement, interest):
                continue
            indirect = directness(interest) != "direct"
            share = nested.left(interest) if nested and indirect else share_of(interest)
            yield None if share is None else parse_share(share)

    def _is_over(self, statement: Statement, interest: Mapping[str, Any]) -> bool:
        """Whether a step's interest ended before the whole."""
        end = end_of(statement, interest)
        return bool(end) and (not self._whole_ends or end < self._whole_ends)

    def _sum(self, party: str, subject: str) -> float:
        """What all paths of known shares come to together."""
        total, here = 0.0, {party: 1.0}
        for _ in range(LONGEST):
            there: dict[str, float] = {}
            for (start, end), share in self._shares.items():
                if start in here:
                    there[end] = there.get(end, 0.0) + here[start] * share
            total += there.pop(subject, 0.0)
            here = there
        return total

    def _leads_through_unknown(self, party: str, subject: str) -> bool:
        """Whether a step without a share is on a path from the party to the subject."""
        steps = self._shares.keys() | self._unknown
        there = reached(party, steps)
        back = reached(subject, {(end, start) for start, end in steps})
        return any(start in there and end in back for start, end in self._unknown)

    def left(self, interest: Mapping[str, Any]) -> str | None:
        """The share of the whole that the steps do not have, as text; None where they have all.

        What the steps have is taken off once, however many interests of the whole are asked for.
        """
        whole = share_of(interest)
        if not self._known:
            return whole
        if not self._gap:
            return None
        share = parse_share(whole)
        if share.value is None:
            return whole
        rest = share.value - self._known
        if rest < NOTHING:
            self._known = -rest
            return None
        taken, self._known = self._known, 0.0
        bound = "" if share.exact and self._exact else "at least "
        if share.doubt is Doubt.ABOUT:
            bound = "about "
        return f"{bound}{number(100 * rest)}%" if taken else whole


def reached(start: str, steps: set[Pair]) -> set[str]:
    """What can be reached from a start, itself included."""
    following: dict[str, set[str]] = {}
    for one, other in steps:
        following.setdefault(one, set()).add(other)
    met, waiting = {start}, [start]
    while waiting:
        fresh = following.get(waiting.pop(), set()) - met
        met |= fresh
        waiting.extend(fresh)
    return met


def components_of(statement: Statement) -> list[str]:
    """The records that a relationship consists of step by step, each once."""
    details = details_of(statement)
    keys = texts(details.get("componentRecords") or details.get("componentStatementIDs"))
    return list(dict.fromkeys(keys))


def ended(statement: Statement) -> str:
    """When the last interest of a relationship ended; empty where one goes on."""
    interests = objects(details_of(statement).get("interests"))
    ends = [end_of(statement, interest) for interest in interests]
    return max(ends, default="") if all(ends) else ""


def end_of(statement: Statement, interest: Mapping[str, Any]) -> str:
    """When an interest ended, or else when its record was closed; empty where it goes on."""
    closed = text(statement.get("recordStatus")) == "closed"
    day = text(statement.get("statementDate"))[:10] if closed else ""
    return text(interest.get("endDate")) or day

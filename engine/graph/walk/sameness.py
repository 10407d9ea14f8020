"""Reads what positive judgements join, hop by hop from some records, as one reader sees it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.access import Access
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL, held_judgement
from engine.sameness import Sameness

Ask = Callable[[Sequence[str]], Iterable[Mapping[str, Any]]]
"""Answers the rows of ``same_as`` for some ids."""


def grow(sameness: Sameness, asked: set[str], ids: Iterable[str], ask: Ask) -> None:
    """Add what joins these records with others, and those with more; ``asked`` are known."""
    front = {id_ for id_ in ids if id_ not in asked}
    while front:
        asked |= front
        found: set[str] = set()
        for row in ask(sorted(front)):
            judgement = held_judgement(row)
            sameness.add(judgement)
            found.update(judgement.ends)
        front = found - asked


def joined(
    connection: Connection, deadline: Deadline, ids: Iterable[str], access: Access
) -> Sameness:
    """What positive judgements that the reader may see join with these records."""
    sameness = Sameness()
    if sees_judged(connection, deadline, access):
        parameters = visibility.parameters(access)

        def ask(front: Sequence[str]) -> Iterable[Mapping[str, Any]]:
            return connection.read("same_as", {**parameters, "ids": front}, timeout=deadline.left())

        grow(sameness, set(), ids, ask)
    return sameness


def sees_judged(connection: Connection, deadline: Deadline, access: Access) -> bool:
    """Whether there may be positive judgements that the reader may see.

    Most accesses know it, so that who sees none asks nothing.
    """
    if access.judged is not None:
        return not access.judged.isdisjoint(access.datasets)
    parameters = visibility.parameters(access)
    return bool(connection.read("judged_any", parameters, timeout=deadline.left()))


class Clusters:
    """The clusters that a walk has met so far; a record on its own is one, too."""

    def __init__(self, connection: Connection, deadline: Deadline, access: Access) -> None:
        self._connection = connection
        self._deadline = deadline
        self._parameters = visibility.parameters(access)
        self._sees = sees_judged(connection, deadline, access)
        self._asked: set[str] = set()
        self._names: dict[str, str] = {}
        self.sameness = Sameness()

    def add(self, ids: Iterable[str]) -> None:
        """Read which clusters these nodes belong to."""
        new = {id_ for id_ in ids if id_ not in self._names}
        if self._sees:
            records = [id_ for id_ in new if not id_.startswith(LITERAL)]
            grow(self.sameness, self._asked, records, self._ask)
        for id_ in new:
            if id_ not in self._names:
                members = self.sameness.members(id_)
                self._names.update(dict.fromkeys(members, min(members)))

    def _ask(self, front: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        parameters = {**self._parameters, "ids": front}
        return self._connection.read("same_as", parameters, timeout=self._deadline.left())

    def name(self, id: str) -> str:
        """The smallest id of the cluster of a node that was met, which stands for all of it."""
        return self._names[id]

"""Reads what positive judgements join, hop by hop from some records, as one reader sees it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.access import Access
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import held_judgement
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
    parameters = {"datasets": access.names()}
    return bool(connection.read("judged_any", parameters, timeout=deadline.left()))

"""Whether the ids that a question names are there for the one who asks.

Nothing found is read as a proof that there is nothing. So a question about an id that does not
exist is an error; where it names others that exist, it is answered with a warning. An id that the
reader may not see gets the same message as one that does not exist.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from engine.access import Access
from engine.answer import PathResult
from engine.entity import Entity, Node, schema_of
from engine.errors import BadInput, NotFound
from engine.graph.record.reader import Reader
from engine.question import HopFilter, PathQuestion
from engine.vocabulary import TOLD, chosen_datasets, close, meant
from engine.warning import warn

LONGEST = 400
"""Characters of an id that a message shows."""


def absent(id: str, access: Access) -> str:
    """What is wrong with an id that is not there for this reader."""
    dataset, colon, rest = id.partition(":")
    hint = "" if colon else " Ids are written dataset:entity-id."
    if colon and dataset not in access.datasets:
        hint = meant(f"{each}:{rest}" for each in close(dataset, access.names()))
    return f"There is no entity {id[:LONGEST]!r} that you may see.{hint[: LONGEST * 2]}"


def _no_end(edge: Entity) -> str:
    return (
        f"{edge.id!r} is a relationship ({edge.schema}): paths lead from entities to entities. "
        "Give the ids of what it connects."
    )


def is_edge(node: Node | None) -> bool:
    """Whether a node is one of FtM's edges."""
    return isinstance(node, Entity) and bool(schema_of(node.schema).edge)


def tell(problems: Sequence[str], *, refused: bool) -> None:
    """Warn of what is wrong with some ids; raises NotFound with it instead where ``refused``."""
    texts = list(problems[:TOLD])
    if len(problems) > TOLD:
        texts.append(f"{len(problems) - TOLD} more of these ids are not there.")
    if texts and refused:
        raise NotFound(" ".join(texts))
    for text in texts:
        warn(text)


def warn_of_absent(ids: Sequence[str], nodes: Sequence[Node | None], access: Access) -> None:
    """Warn of the ids for which no node was read; the nodes are in the order of the ids."""
    pairs = dict(zip(ids, nodes, strict=True))
    tell([absent(id_, access) for id_, node in pairs.items() if node is None], refused=False)


class Presence:
    """Looks up the ids of questions, with a reader of the graph."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def check_found(self, ids: Sequence[str], nodes: Iterable[Node | None], access: Access) -> None:
        """Compare ids with the nodes that were read for them, in order.

        Warns of those that are not there, and raises NotFound where none is.
        """
        pairs = dict(zip(ids, nodes, strict=True))
        missing = [id_ for id_, node in pairs.items() if node is None]
        tell([absent(id_, access) for id_ in missing], refused=len(missing) == len(pairs))

    def check(self, id: str, access: Access) -> None:
        """Raises NotFound for an id that is not there."""
        self.check_found([id], self._reader.entities([id], access), access)

    def check_company(self, id: str, access: Access) -> None:
        """Raises NotFound for an id that is not there, BadInput for one that nobody can own."""
        (node,) = self._reader.entities([id], access)
        self.check_found([id], [node], access)
        what = f"a relationship ({node.schema})" if isinstance(node, Entity) else "a shared value"
        if is_edge(node) or not isinstance(node, Entity):
            raise BadInput(f"{id[:LONGEST]!r} is {what}: give the id of a person or company")

    def check_ends(self, question: PathQuestion, result: PathResult, access: Access) -> None:
        """Look up those ends of paths that no path has; warns, or raises NotFound or BadInput.

        It is an error if no path can start anywhere, or lead anywhere.
        """
        for name, ids in (("from", question.from_ids), ("to", question.to_ids)):
            if not ids:
                raise BadInput(f"`{name}` has no ids: say where paths {_verb(name)}")
        seen = {node.id for node in result.nodes}
        asked = dict.fromkeys(
            (*question.from_ids, *question.to_ids, *question.avoid, *question.via)
        )
        unseen = [id_ for id_ in asked if id_ not in seen]
        nodes = dict(zip(unseen, self._reader.entities(unseen, access), strict=True))
        wrong = {id_: absent(id_, access) for id_, node in nodes.items() if node is None}
        edges = {id_: node for id_, node in nodes.items() if node is not None and is_edge(node)}
        wrong |= {id_: _no_end(node) for id_, node in edges.items() if isinstance(node, Entity)}
        for ids in (question.from_ids, question.to_ids):
            tell(_of(ids, wrong), refused=all(id_ in wrong for id_ in ids))
        tell(_of(question.via, wrong), refused=True)
        tell(_of(question.avoid, wrong), refused=False)


def among(access: Access, chosen: HopFilter) -> HopFilter:
    """A filter with the readable ones of its datasets; warns, or raises BadInput if none is."""
    if chosen.datasets is None:
        return chosen
    return replace(chosen, datasets=chosen_datasets(chosen.datasets, access.datasets))


def _verb(name: str) -> str:
    return "start" if name == "from" else "lead"


def _of(ids: Collection[str], wrong: dict[str, str]) -> list[str]:
    return [wrong[id_] for id_ in dict.fromkeys(ids) if id_ in wrong]

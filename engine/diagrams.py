"""Saved diagrams: kept in an investigation, and read by who may read that, as far as they may see.

A reader gets the places of the records that they may see, and is told nothing of others: not that
there are any. Somebody who saves a diagram of which they see a part leaves the rest as it was.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.access import Access
from engine.account import Actor
from engine.diagram import Diagram, Place, Style, checked_places, checked_style
from engine.errors import BadInput
from engine.graph.dataset.diagram import DiagramNodes
from engine.graph.record.reader import Reader
from engine.investigation import checked_title, new_id
from engine.investigations import Investigations

AT_ONCE = 1_000
"""Records that are looked for in one query."""


class Diagrams:
    """Everything that is done with saved diagrams; one for each engine."""

    def __init__(self, nodes: DiagramNodes, investigations: Investigations, reader: Reader) -> None:
        self._nodes = nodes
        self._investigations = investigations
        self._reader = reader

    def all(self, investigation: str, access: Access) -> list[Diagram]:
        """The diagrams of an investigation by title, without their places."""
        found = self._nodes.all(access, investigation)
        return sorted(found, key=lambda each: (each.title, each.id))

    def named(self, id: str, access: Access) -> Diagram | None:
        """The diagram with an id, with the places of what the reader may see; None without one."""
        diagram = self._nodes.named(id, access)
        if diagram is None:
            return None
        seen = self._seen(diagram.places, access)
        places = tuple(each for each in diagram.places if each.id in seen)
        return replace(diagram, places=places, style=_visible(diagram.style, access))

    def save(
        self,
        by: Actor,
        investigation: str,
        title: str,
        places: Sequence[Place],
        style: Style,
        *,
        id: str | None = None,
        version: int | None = None,
    ) -> Diagram:
        """Keep a diagram, or another version of the one with this id.

        ``version`` is the one that was opened: raises BadInput where somebody has saved another
        meanwhile. Records that ``by`` may not see are left out of what is given, and kept of what
        was there.
        """
        access = self._investigations.writable(by, investigation)
        checked = checked_places(places)
        known = self._known(id, investigation, version, access) if id is not None else None
        seen = self._seen([*checked, *(known.places if known else ())], access)
        kept = [each for each in checked if each.id in seen]
        unseen = [each for each in known.places if each.id not in seen] if known else []
        look = checked_style(_visible(style, access))
        omitted = known.style.without_datasets if known else ()
        hidden = [each for each in omitted if each not in access.datasets]
        made = self._nodes.save(
            by,
            id or new_id(),
            investigation,
            checked_title(title),
            replace(look, without_datasets=(*hidden, *look.without_datasets)),
            checked_places([*unseen, *kept]),
            known.version if known else 0,
        )
        return replace(made, places=tuple(kept), style=look)

    def remove(self, by: Actor, investigation: str, id: str) -> bool:
        """Delete a diagram of an investigation that ``by`` may write to; raises BadInput."""
        access = self._investigations.writable(by, investigation)
        self._known(id, investigation, None, access)
        return self._nodes.remove(id)

    def _known(self, id: str, investigation: str, version: int | None, access: Access) -> Diagram:
        known = self._nodes.named(id, access)
        if known is None or known.investigation != investigation:
            raise no_diagram(id)
        if version is not None and version != known.version:
            raise BadInput(
                f"{known.changed_by} saved another version of {known.title!r} at "
                f"{known.changed:%Y-%m-%d %H:%M}: open that, or save yours under another name"
            )
        return known

    def _seen(self, places: Sequence[Place], access: Access) -> frozenset[str]:
        """The ids of those records that the reader may see."""
        ids = list(dict.fromkeys(each.id for each in places))
        found: set[str] = set()
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            nodes = self._reader.entities(some, access)
            found.update(id_ for id_, node in zip(some, nodes, strict=True) if node is not None)
        return frozenset(found)


def _visible(style: Style, access: Access) -> Style:
    """The style without the names of datasets that a reader may not see."""
    names = tuple(name for name in style.without_datasets if name in access.datasets)
    return replace(style, without_datasets=names)


def no_diagram(id: str) -> BadInput:
    """The error for a diagram that is not there, or not for who names it."""
    return BadInput(f"there is no diagram {id[:50]!r}, or none that you may see")

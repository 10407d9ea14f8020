"""The nodes of saved diagrams; who may do what with one is asked elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.access import Access
from engine.account import Actor
from engine.diagram import MOST_DIAGRAMS, Diagram, Place, Style, content_of, style_and_places
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.access.audit import actor_name
from engine.graph.connection import Connection


class DiagramNodes:
    """The saved diagrams that the graph holds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def all(self, access: Access, investigation: str) -> list[Diagram]:
        """The diagrams of an investigation, without their places; none if it is not seen."""
        parameters = {"investigation": investigation, **visibility.parameters(access)}
        rows = self._connection.read("diagram_list", parameters, timeout=self._seconds)
        return [diagram_of(row["properties"]) for row in rows]

    def named(self, id: str, access: Access) -> Diagram | None:
        """The diagram with an id, whoever may see what is drawn; None where it is not seen."""
        parameters = {"id": id, **visibility.parameters(access)}
        rows = self._connection.read("diagram_named", parameters, timeout=self._seconds)
        return diagram_of(rows[0]["properties"]) if rows else None

    def save(
        self,
        by: Actor,
        id: str,
        investigation: str,
        title: str,
        style: Style,
        places: Sequence[Place],
        version: int,
    ) -> Diagram:
        """Keep the version after ``version``; raises BadInput where that is not the last."""
        parameters = {
            "id": id,
            "investigation": investigation,
            "title": title,
            "content": content_of(style, places),
            "by": actor_name(by),
            "version": version,
        }
        with self._connection.transaction() as tx:
            rows = tx.run("diagram_save", parameters)
            if not rows:
                raise BadInput("somebody else has just saved this diagram: open it again")
            if (
                tx.run("diagram_count", {"investigation": investigation})[0]["count"]
                > MOST_DIAGRAMS
            ):
                raise BadInput(f"an investigation has at most {MOST_DIAGRAMS} diagrams")
        return diagram_of(rows[0]["properties"])

    def remove(self, id: str) -> bool:
        """Delete a diagram; whether there was one."""
        return bool(self._connection.write("diagram_delete", {"id": id})[0]["count"])


def diagram_of(values: Mapping[str, Any]) -> Diagram:
    """The diagram that a node's properties tell."""
    content = values.get("content")
    style, places = style_and_places(content) if content else (Style(), ())
    return Diagram(
        values["id"],
        values["dataset"],
        values["title"],
        values["version"],
        values["by"],
        values["at"].to_native(),
        values["changed_by"],
        values["changed"].to_native(),
        style,
        places,
    )

"""GraphML, which Gephi, yEd, Cytoscape and networkx read."""

from collections.abc import Mapping

from engine.export.content import Content
from engine.export.drawing import (
    EDGE_FIELDS,
    NODE_FIELDS,
    Value,
    edge_label,
    edge_values,
    label,
    node_values,
    numbered,
)
from engine.export.format import Target
from engine.export.markup import Markup

OPENING = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
LABEL = {"label": "string"}


class GraphmlFormat:
    """Nodes, then edges, streamed."""

    name = "graphml"
    graph = True

    def write(self, content: Content, target: Target) -> list[str]:
        """One file; notes how many characters XML could not hold."""
        with target.member("clew.graphml") as out:
            markup = Markup(out)
            markup.raw(OPENING)
            for kind, fields in (("node", NODE_FIELDS), ("edge", EDGE_FIELDS)):
                declare(markup, kind, LABEL | fields)
            markup.raw('<graph edgedefault="directed">')
            for node in content.nodes():
                inner = data(markup, "node", {"label": label(node), **node_values(node)})
                markup.raw(markup.element("node", {"id": node.id}, inner))
            for id_, measured in numbered(content.relationships()):
                values = {"label": edge_label(measured), **edge_values(measured)}
                relationship = measured.relationship
                ends = {"source": relationship.source, "target": relationship.target}
                inner = data(markup, "edge", values)
                markup.raw(markup.element("edge", {"id": id_, **ends}, inner))
            markup.raw("</graph>\n</graphml>")
        return markup.notes()


def declare(markup: Markup, kind: str, fields: Mapping[str, str]) -> None:
    """Writes which fields nodes or edges have, with their types."""
    for name, type_ in fields.items():
        key = {"id": f"{kind}_{name}", "for": kind, "attr.name": name, "attr.type": type_}
        markup.raw(markup.element("key", key))


def data(markup: Markup, kind: str, values: Mapping[str, Value]) -> str:
    """The fields of one node or edge."""
    return "".join(
        markup.element("data", {"key": f"{kind}_{name}"}, markup.text(str(value)))
        for name, value in values.items()
    )

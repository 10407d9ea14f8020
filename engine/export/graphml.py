"""GraphML, which Gephi, yEd, Cytoscape and networkx read."""

from collections.abc import Mapping

from engine.export.content import Content
from engine.export.drawing import (
    ARROW_FIELDS,
    NODE_FIELDS,
    Value,
    arrow_label,
    arrow_values,
    label,
    node_values,
    numbered,
)
from engine.export.format import Target
from engine.export.markup import Markup

OPENING = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
LABEL = {"label": "string"}


class GraphmlForm:
    """Nodes, then edges, streamed."""

    name = "graphml"
    graph = True

    def write(self, content: Content, target: Target) -> list[str]:
        """One file; says how many characters XML could not hold."""
        with target.member("clew.graphml") as out:
            markup = Markup(out)
            markup.raw(OPENING)
            for kind, fields in (("node", NODE_FIELDS), ("edge", ARROW_FIELDS)):
                for name, type_ in (LABEL | fields).items():
                    told = {
                        "id": f"{kind}_{name}",
                        "for": kind,
                        "attr.name": name,
                        "attr.type": type_,
                    }
                    markup.raw(markup.element("key", told))
            markup.raw('<graph edgedefault="directed">')
            for node in content.nodes():
                inner = data(markup, "node", {"label": label(node), **node_values(node)})
                markup.raw(markup.element("node", {"id": node.id}, inner))
            for id_, arrow in numbered(content.arrows()):
                inner = data(markup, "edge", {"label": arrow_label(arrow), **arrow_values(arrow)})
                ends = {"source": arrow.relationship.source, "target": arrow.relationship.target}
                markup.raw(markup.element("edge", {"id": id_, **ends}, inner))
            markup.raw("</graph>\n</graphml>")
        return markup.notes()


def data(markup: Markup, kind: str, values: Mapping[str, Value]) -> str:
    """The fields of one node or edge."""
    return "".join(
        markup.element("data", {"key": f"{kind}_{name}"}, markup.text(str(value)))
        for name, value in values.items()
    )

"""GEXF 1.3, Gephi's own format: labels, fields, and a time line of the dated edges."""

from collections.abc import Mapping

from engine.export.content import Content, MeasuredRelationship
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
from engine.partial_date import leading_date

OPENING = '<gexf xmlns="http://gexf.net/1.3" version="1.3">'
GRAPH = (
    '<graph defaultedgetype="directed" mode="dynamic" timeformat="date" '
    'timerepresentation="interval">'
)


class GexfFormat:
    """Nodes, then edges, streamed."""

    name = "gexf"
    graph = True

    def write(self, content: Content, target: Target) -> list[str]:
        """One file; notes how many characters XML could not hold."""
        with target.member("clew.gexf") as out:
            markup = Markup(out)
            for text in (OPENING, GRAPH):
                markup.raw(text)
            for kind, fields in (("node", NODE_FIELDS), ("edge", EDGE_FIELDS)):
                markup.raw(declaration(markup, kind, fields))
            markup.raw("<nodes>")
            for node in content.nodes():
                inner = attributes(markup, NODE_FIELDS, node_values(node))
                markup.raw(markup.element("node", {"id": node.id, "label": label(node)}, inner))
            markup.raw("</nodes>\n<edges>")
            for id_, measured in numbered(content.relationships()):
                inner = attributes(markup, EDGE_FIELDS, edge_values(measured))
                markup.raw(markup.element("edge", edge(id_, measured), inner))
            markup.raw("</edges>\n</graph>\n</gexf>")
        return markup.notes()


def declaration(markup: Markup, kind: str, fields: Mapping[str, str]) -> str:
    """Which fields nodes or edges have, with their types."""
    inner = (
        markup.element("attribute", {"id": name, "title": name, "type": type_})
        for name, type_ in fields.items()
    )
    return markup.element("attributes", {"class": kind, "mode": "static"}, "".join(inner))


def attributes(markup: Markup, fields: Mapping[str, str], values: Mapping[str, Value]) -> str:
    """The fields that have values."""
    inner = (
        markup.element("attvalue", {"for": name, "value": str(values[name])})
        for name in fields
        if name in values
    )
    return markup.element("attvalues", {}, "".join(inner))


def edge(id_: str, measured: MeasuredRelationship) -> dict[str, str]:
    """An edge's own attributes: ends, kind, and when it held, where that is known to the day."""
    relationship = measured.relationship
    fixed = {
        "id": id_,
        "source": relationship.source,
        "target": relationship.target,
        "kind": relationship.type,
        "label": edge_label(measured),
    }
    start, end = first_day(measured.start), last_day(measured.end)
    # Gephi would refuse the file
    if start and end and end < start:
        return fixed
    return fixed | {name: value for name, value in (("start", start), ("end", end)) if value}


def first_day(value: str | None) -> str | None:
    """The first day of a date; None where the value is no date."""
    date = leading_date(value or "")
    return None if date is None else date.first


def last_day(value: str | None) -> str | None:
    """The last day of a date; None where the value is no date."""
    date = leading_date(value or "")
    return None if date is None else date.last

"""GEXF 1.3, Gephi's own form: labels, fields, and a time line of the dated arrows."""

import re
from collections.abc import Mapping

from engine.export.content import Arrow, Content
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

DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
OPENING = '<gexf xmlns="http://gexf.net/1.3" version="1.3">'
GRAPH = '<graph defaultedgetype="directed" mode="dynamic" timeformat="date" timerepresentation="interval">'


class GexfForm:
    """Nodes, then edges, streamed."""

    name = "gexf"
    graph = True

    def write(self, content: Content, target: Target) -> list[str]:
        """One file; says how many characters XML could not hold."""
        with target.member("clew.gexf") as out:
            markup = Markup(out)
            for text in (OPENING, GRAPH):
                markup.raw(text)
            for kind, fields in (("node", NODE_FIELDS), ("edge", ARROW_FIELDS)):
                markup.raw(declared(markup, kind, fields))
            markup.raw("<nodes>")
            for node in content.nodes():
                inner = attributes(markup, NODE_FIELDS, node_values(node))
                markup.raw(markup.element("node", {"id": node.id, "label": label(node)}, inner))
            markup.raw("</nodes>\n<edges>")
            for id_, arrow in numbered(content.arrows()):
                inner = attributes(markup, ARROW_FIELDS, arrow_values(arrow))
                markup.raw(markup.element("edge", edge(id_, arrow), inner))
            markup.raw("</edges>\n</graph>\n</gexf>")
        return markup.notes()


def declared(markup: Markup, kind: str, fields: Mapping[str, str]) -> str:
    """The fields of nodes or of edges, as the head of the file declares them."""
    told = (
        markup.element("attribute", {"id": name, "title": name, "type": type_})
        for name, type_ in fields.items()
    )
    return markup.element("attributes", {"class": kind, "mode": "static"}, "".join(told))


def attributes(markup: Markup, fields: Mapping[str, str], values: Mapping[str, Value]) -> str:
    """The fields that have values."""
    told = (
        markup.element("attvalue", {"for": name, "value": str(values[name])})
        for name in fields
        if name in values
    )
    return markup.element("attvalues", {}, "".join(told))


def edge(id_: str, arrow: Arrow) -> dict[str, str]:
    """An edge's own attributes: its ends, its kind, and when it held, where that is known to the day."""
    relationship = arrow.relationship
    told = {
        "id": id_,
        "source": relationship.source,
        "target": relationship.target,
        "kind": relationship.type,
        "label": arrow_label(arrow),
    }
    start, end = day(arrow.start, "-01-01"), day(arrow.end, "-12-31")
    if start and end and end < start:
        return told
    return told | {name: value for name, value in (("start", start), ("end", end)) if value}


def day(date: str | None, rest: str) -> str | None:
    """A date as a day of the calendar; None where it is none."""
    if not date:
        return None
    filled = {4: date + rest, 7: date + rest[-3:]}.get(len(date), date[:10])
    return filled if DAY.fullmatch(filled) else None

"""A record as a small page of HTML: a preview in a frame of OpenRefine's, and a page of its own.

There is no script in it, and every value is escaped. Only pages that may reconcile may frame it.
"""

from collections.abc import Iterator, Mapping
from html import escape

from followthemoney.property import Property
from starlette.responses import HTMLResponse

from engine.entity import Entity, schema_of
from engine.settings import Settings

WIDTH, HEIGHT = 430, 300
SHORT = 8
"""Properties of a preview."""
SHOWN = 5
"""Values of a property in a preview."""
LONGEST = 300
"""Characters of a value in a preview."""
OPENREFINE = "http://127.0.0.1:* http://localhost:* http://[::1]:*"
STYLE = """:root { color-scheme: light dark; } body { margin: .75rem; font: 14px/1.4 system-ui,
sans-serif; overflow-wrap: anywhere; } h1 { font-size: 1.15rem; margin: 0 0 .25rem; } p { margin:
0 0 .5rem; opacity: .8; } dl { display: grid; grid-template-columns: 9rem 1fr; gap: .2rem .75rem;
margin: 0; } dt { opacity: .7; } dd { margin: 0; }"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1><p>{about}</p>{body}</body></html>
"""


def record_page(
    record: Entity, named: Mapping[str, Entity], title: str, settings: Settings, *, short: bool
) -> HTMLResponse:
    """The page of a record of a dataset with a title; ``named`` are those that its values name."""
    rows = list(lines(record, named, short=short))
    left = len(rows) - SHORT if short else 0
    body = "".join(rows[:SHORT] if short else rows)
    more = f"<p>and {left} more properties</p>" if left > 0 else ""
    about = f"{schema_of(record.schema).label} · {title} · {record.id}"
    return page(record.caption, about, f"<dl>{body}</dl>{more}", settings)


def absent_page(settings: Settings) -> HTMLResponse:
    """The page where there is no such record, or none for this reader."""
    text = "There is no such record, or you may not see it. Who has signed in may see more."
    return page("Not found", text, "", settings, 404)


def page(title: str, about: str, body: str, settings: Settings, status: int = 200) -> HTMLResponse:
    """A page; ``body`` is HTML."""
    text = PAGE.format(title=escape(title), about=escape(about), body=body, style=STYLE)
    return HTMLResponse(text, status, {"Content-Security-Policy": policy(settings)})


def policy(settings: Settings) -> str:
    """What the page may do, and who may show it in a frame: who may ask from a browser, too."""
    named = settings.origin_names
    framers = "*" if "*" in named else " ".join((*sorted(named), OPENREFINE))
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        f"sandbox; frame-ancestors {framers}"
    )


def lines(record: Entity, named: Mapping[str, Entity], *, short: bool) -> Iterator[str]:
    """A line of HTML for each property: what FtM features first, then by label."""
    schema = schema_of(record.schema)
    usual = {name: place for place, name in enumerate(schema.featured)}
    props = [schema.properties[name] for name in record.properties if name in schema.properties]
    for prop in sorted(props, key=lambda prop: (usual.get(prop.name, len(usual)), prop.label)):
        if values := values_of(record, prop, named):
            shown = [value[:LONGEST] for value in values[:SHOWN]] if short else values
            rest = f"<br>and {len(values) - len(shown)} more" if len(values) > len(shown) else ""
            cells = "<br>".join(map(escape, shown))
            yield f"<dt>{escape(prop.label)}</dt><dd>{cells}{rest}</dd>"


def values_of(record: Entity, prop: Property, named: Mapping[str, Entity]) -> list[str]:
    """The values of a property as people read them; of other records their names."""
    if prop.type.name == "entity":
        return [named[id_].caption for id_ in record.references(prop.name) if id_ in named]
    return [prop.type.caption(value) or value for value in record.properties[prop.name]]

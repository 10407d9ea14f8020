"""Draws ``docs/path.svg``: a path through the demo collection, as the engine answers it.

Run it with ``make picture``. A test compares the file with what the engine answers now.
"""

import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, Relationship
from engine.question import HopFilter, PathQuestion
from engine.settings import Settings
from engine.share import lowest_share
from loaders.demo.sample import load_demo

FILE = Path(__file__).parent / "path.svg"
START, END = "demo_payments:ministry-of-works", "demo_sanctions:viktor-drozdan"
QUESTION = PathQuestion((START,), (END,), filter=HopFilter(types=("PAYMENT", "OWNERSHIP")))
WIDTH, HEIGHT, MARGIN = 172, 84, 26
"""A card, and the space around the picture, in pixels."""
GAP, ROW_GAP = 80, 78
"""Between two cards: the room for an arrow and its text."""
COLUMNS = 4
TOP = 66
"""Where the first row begins, below the heading."""
SIZE = (
    2 * MARGIN + COLUMNS * WIDTH + (COLUMNS - 1) * GAP,
    TOP + 2 * HEIGHT + ROW_GAP + MARGIN,
)
LETTERS = 16
"""How many letters of a name fit on a line of a card."""
COLOURS = {
    "demo_payments": ("#0a7d55", "#3ecf9a"),
    "demo_registry": ("#1f5fbf", "#7fb0ff"),
    "demo_offshore": ("#b45f06", "#f5b04c"),
    "demo_sanctions": ("#b3261e", "#ff8a80"),
}
"""The colour of each dataset on light and on dark ground."""
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1b2430 }
.ground { fill: #f6f8fa; stroke: #d3dae2 }
.card { fill: #ffffff; stroke: #c3ccd6 }
.heading { font-size: 19px; font-weight: 600 }
.name { font-size: 15px; font-weight: 600 }
.small { font-size: 12.5px; fill: #57636f }
.label { font-size: 14px; font-weight: 600; text-anchor: middle }
.line { stroke: #57636f; stroke-width: 2; fill: none }
.tip { fill: #57636f }
.verb { text-anchor: middle }
"""
DARK = """
text { fill: #e6edf3 }
.ground { fill: #0d1117; stroke: #30363d }
.card { fill: #161b22; stroke: #3d444d }
.small { fill: #9aa7b4 }
.line { stroke: #9aa7b4 }
.tip { fill: #9aa7b4 }
"""


@dataclass(frozen=True)
class Place:
    """The upper left corner of a card."""

    x: int
    y: int


def place(number: int) -> Place:
    """The card of the n-th node: the first row runs to the right, the second one back."""
    row, column = divmod(number, COLUMNS)
    column = COLUMNS - 1 - column if row % 2 else column
    return Place(MARGIN + column * (WIDTH + GAP), TOP + row * (HEIGHT + ROW_GAP))


def draw(engine: Engine) -> str:
    """The picture of the path as SVG."""
    result = engine.paths(QUESTION, engine.owner_access())
    nodes = {node.id: node for node in result.nodes if isinstance(node, Entity)}
    edges = {edge.id: edge for edge in result.edges}
    path = result.paths[0]
    ids = path.node_ids
    parts = [heading(nodes[ids[0]], nodes[ids[-1]], len(path.edge_ids))]
    for number, id_ in enumerate(path.edge_ids):
        parts.append(arrow(edges[id_], number, forward=edges[id_].source == ids[number]))
    parts += [card(nodes[id_], number) for number, id_ in enumerate(ids)]
    parts.append(legend(engine, list(dict.fromkeys(map(dataset_of, ids)))))
    return document("\n".join(parts))


def dataset_of(id_: str) -> str:
    """The dataset that an id belongs to."""
    return id_.partition(":")[0]


def document(body: str) -> str:
    """The SVG around the parts; its colours follow the reader's light or dark theme."""
    light = "".join(f".{name} {{ fill: {colours[0]} }}\n" for name, colours in COLOURS.items())
    dark = "".join(f".{name} {{ fill: {colours[1]} }}\n" for name, colours in COLOURS.items())
    width, height = SIZE
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>A path through the demo collection</title>
<style>{STYLE}{light}@media (prefers-color-scheme: dark) {{{DARK}{dark}}}</style>
<rect class="ground" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="12"/>
{body}
</svg>
"""


def heading(start: Entity, end: Entity, hops: int) -> str:
    """The question that the picture answers."""
    text = f"From {start.caption} to {end.caption}: {hops} hops"
    return f'<text class="heading" x="{MARGIN}" y="42">{escape(text)}</text>'


def card(node: Entity, number: int) -> str:
    """A node: its name, its schema, and the colour of its dataset."""
    at = place(number)
    dataset = dataset_of(node.id)
    lines = wrap(node.caption, LETTERS)[:2]
    texts = "".join(
        f'<text class="name" x="{at.x + 18}" y="{at.y + 27 + 19 * line}">{escape(words)}</text>'
        for line, words in enumerate(lines)
    )
    return (
        f'<rect class="card" x="{at.x}" y="{at.y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<rect class="{dataset}" x="{at.x}" y="{at.y}" width="7" height="{HEIGHT}" rx="3"/>'
        f'{texts}<text class="small" x="{at.x + 18}" y="{at.y + HEIGHT - 13}">'
        f"{escape(schema_of(node))}</text>"
    )


def schema_of(node: Entity) -> str:
    """The schema of a node in small letters with spaces: ``public body``."""
    return "".join(
        f" {letter.lower()}" if letter.isupper() else letter for letter in node.schema
    ).strip()


def arrow(edge: Relationship, number: int, *, forward: bool) -> str:
    """A relationship between the n-th node and the next, with what it says."""
    near, far = place(number), place(number + 1)
    if near.y != far.y:  # from one row to the next
        x = near.x + WIDTH // 2
        ends = [(x, near.y + HEIGHT + 6), (x, far.y - 6)]
        middle = (x + 34, (ends[0][1] + ends[1][1]) // 2 - 3)
        lower = middle[1] + 16
    else:
        y = near.y + HEIGHT // 2
        xs = [near.x + WIDTH + 6, far.x - 6] if near.x < far.x else [near.x - 6, far.x + WIDTH + 6]
        ends = [(xs[0], y), (xs[1], y)]
        middle = (sum(xs) // 2, y - 10)
        lower = y + 20
    tail, head = ends if forward else reversed(ends)
    line = f'<path class="line" d="M{tail[0]} {tail[1]} L{head[0]} {head[1]}"/>'
    verb, amount = words_of(edge)
    texts = (
        f'<text class="label" x="{middle[0]}" y="{middle[1]}">{escape(amount)}</text>'
        f'<text class="small verb" x="{middle[0]}" y="{lower}">{escape(verb)}</text>'
    )
    return f"{line}{tip(tail, head)}{texts}"


def tip(tail: tuple[int, int], head: tuple[int, int]) -> str:
    """The triangle at the head of an arrow, which runs straight."""
    x, y = head
    along = ((x > tail[0]) - (x < tail[0]), (y > tail[1]) - (y < tail[1]))
    across = (along[1], along[0])
    back = (x - 10 * along[0], y - 10 * along[1])
    corners = [
        (x + 2 * along[0], y + 2 * along[1]),
        (back[0] + 6 * across[0], back[1] + 6 * across[1]),
        (back[0] - 6 * across[0], back[1] - 6 * across[1]),
    ]
    return f'<path class="tip" d="M{" L".join(f"{a} {b}" for a, b in corners)} Z"/>'


def words_of(edge: Relationship) -> tuple[str, str]:
    """What a relationship says: a verb, and how much is owned or paid."""
    properties = edge.entity.properties if edge.entity is not None else {}
    share = lowest_share(properties.get("percentage", ())).value
    if share is not None:
        return "owns", f"{share * 100:g} %"
    amount, currency = (next(iter(properties.get(name, ())), "") for name in ("amount", "currency"))
    symbol = {"EUR": "€"}.get(currency, f"{currency} ")
    return "pays", f"{symbol}{float(amount) / 1e6:.2f} m" if amount else ""


def legend(engine: Engine, names: list[str]) -> str:
    """The datasets and their colours, in the empty place of the second row."""
    x, y = MARGIN, TOP + HEIGHT + ROW_GAP + 8
    parts = []
    for number, name in enumerate(names):
        dataset = engine.dataset(name, Access(frozenset({name})))
        title = dataset.title if dataset is not None else name
        text = title.removeprefix("Demo: ").removesuffix(" (invented)")
        top = y + 21 * number
        parts.append(
            f'<rect class="{name}" x="{x}" y="{top - 10}" width="11" height="11" rx="2"/>'
            f'<text class="small" x="{x + 19}" y="{top}">{escape(text)}</text>'
        )
    return "\n".join(parts)


def main() -> None:
    """Ask an engine of its own, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), heap_mb=512, pagecache_mb=128)
        with Engine.open(settings) as engine:
            load_demo(engine, print)
            FILE.write_text(draw(engine), encoding="utf-8")


if __name__ == "__main__":
    main()

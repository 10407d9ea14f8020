"""Two records side by side, as a person compares them: what agrees, differs and is missing."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.answer import Feature
from engine.entity import Entity, schema_of
from engine.judgement import Judgement
from engine.xref import Pair

SAME, OTHER = "=", "≠"
MOST_VALUES = 6
"""Values of a property that are shown, those that were compared first."""
LONGEST = 200
"""Characters of a value that are shown."""
STYLES = {SAME: "bold green", OTHER: "red", "": "default"}


def side_by_side(pair: Pair, titles: dict[str, str]) -> RenderableType:
    """A pair: its score, both records with what was compared marked, and what was said of it."""
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column("", no_wrap=True)
    table.add_column("record", ratio=3, overflow="fold")
    table.add_column("candidate", ratio=3, overflow="fold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("why", ratio=2, overflow="fold")
    for row in rows_of(pair, titles):
        table.add_row(*row)
    head = Text(f"score {pair.score:.4f}", style="bold")
    head.append(f"  ({pair.algorithm})", style="dim")
    return Group(head, table, *(said(each) for each in pair.judgements))


def rows_of(pair: Pair, titles: dict[str, str]) -> Iterator[Sequence[Text]]:
    """The lines of the table: what they are, then each property, what counts most first."""
    left, right = pair.left, pair.right
    yield row("id", [left.id], [right.id])
    of = [titles.get(each.dataset, each.dataset) for each in (left, right)]
    yield row("dataset", of[:1], of[1:])
    kinds = [schema_of(each.schema).label for each in (left, right)]
    yield row("schema", kinds[:1], kinds[1:])
    told: set[int] = set()
    for name in names_of(pair):
        features = [each for each in pair.features if about(each, name, pair)]
        told.update(map(id, features))
        yield row(
            label_of(name, left, right),
            left.properties.get(name, []),
            right.properties.get(name, []),
            features,
        )
    for feature in pair.features:  # such as the words of an address
        if id(feature) not in told:
            one, other = ([value] if value else [] for value in (feature.query, feature.candidate))
            yield row(feature.feature, one, other, [feature])


def names_of(pair: Pair) -> list[str]:
    """The properties of both records: those that were compared, what counts most first."""
    names = dict.fromkeys([*pair.left.properties, *pair.right.properties])
    weights = {
        name: max(
            (abs(each.score) for each in pair.features if about(each, name, pair)), default=-1
        )
        for name in names
    }
    return sorted(names, key=lambda name: -weights[name])


def about(feature: Feature, name: str, pair: Pair) -> bool:
    """Whether a feature compares values of a property."""
    if feature.feature == name:
        return True
    compared = (
        (feature.query, pair.left.properties.get(name, ())),
        (feature.candidate, pair.right.properties.get(name, ())),
    )
    known = schema_of(pair.left.schema).properties.get(name)
    known = known or schema_of(pair.right.schema).properties.get(name)
    of_type = known is not None and known.type.name == feature.feature
    return of_type and any(
        bare(value) in map(bare, values) for value, values in compared if value is not None
    )


def bare(text: str) -> str:
    """A value as it is compared: without signs, in small letters."""
    return "".join(filter(str.isalnum, text)).casefold()


def row(
    name: str, left: Sequence[str], right: Sequence[str], features: Sequence[Feature] = ()
) -> Sequence[Text]:
    """One line of the table."""
    points = "\n".join(f"{each.score:+.1f}" if each.score else "0" for each in features)
    why = "\n".join(plain(each.detail.replace("the query", "the record")) for each in features)
    sides = (
        cell(left, {bare(each.query): mark_of(each) for each in features if each.query}),
        cell(right, {bare(each.candidate): mark_of(each) for each in features if each.candidate}),
    )
    return Text(plain(name), style="dim"), *sides, Text(points), Text(why)


def mark_of(feature: Feature) -> str:
    """The mark of values that agree, that differ, or that say nothing."""
    return SAME if feature.score > 0 else OTHER if feature.score < 0 else ""


def cell(values: Sequence[str], marks: dict[str, str]) -> Text:
    """Values, those that were compared first, each with its mark."""
    text = Text()
    ordered = sorted(values, key=lambda value: bare(value) not in marks)
    for at, value in enumerate(ordered[:MOST_VALUES]):
        mark = marks.get(bare(value), "")
        line = f"{mark} {plain(value)}" if mark else plain(value)
        text.append("\n" if at else "").append(line, style=STYLES[mark])
    if len(ordered) > MOST_VALUES:
        text.append(f"\nand {len(ordered) - MOST_VALUES} more", style="dim")
    return text


def label_of(name: str, *records: Entity) -> str:
    """How FtM calls a property."""
    known = [schema_of(each.schema).properties.get(name) for each in records]
    return next((prop.label for prop in known if prop is not None), name)


def said(judgement: Judgement) -> Text:
    """What was said of a pair before."""
    note = f": {plain(judgement.note)}" if judgement.note else ""
    return Text(
        f"{judgement.verdict} by {judgement.by}, {judgement.at:%Y-%m-%d}, in "
        f"{judgement.collection}{note}",
        style="yellow",
    )


def plain(text: str) -> str:
    """A text of a record as a terminal may show it: nothing in it moves the cursor."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return "".join(sign if sign.isprintable() else "·" for sign in shown)

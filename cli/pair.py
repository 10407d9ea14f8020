"""Pairs of records that may be one thing, as a table with what speaks for it, and as JSON."""

from collections.abc import Iterable, Iterator

import orjson

from cli.terminal import show_table
from engine.answer import Feature
from engine.xref import Pair

HEADINGS = ("score", "", "record", "candidate", "why")


def show_pairs(pairs: Iterable[Pair]) -> None:
    """Print pairs: a line for each, and one for each thing that its score is made of."""
    rows = [row for pair in pairs for row in rows_of(pair)]
    if rows:
        show_table(HEADINGS, rows, folded=("record", "candidate", "why"))


def rows_of(pair: Pair) -> Iterator[tuple[str, str, str, str, str]]:
    """The lines of one pair: which values were compared, and how much each added."""
    yield (
        f"{pair.score:.4f}",
        "",
        f"{pair.left.caption} ({pair.left.id})",
        f"{pair.right.caption} ({pair.right.id})",
        "",
    )
    for feature in pair.features:
        yield (
            points(feature),
            feature.feature,
            feature.query or "",
            feature.candidate or "",
            feature.detail.replace("the query", "the record"),
        )


def points(feature: Feature) -> str:
    """How much a feature adds or takes away, with its sign."""
    return f"  {feature.score:+.1f}" if feature.score else "  0"


def as_json(pair: Pair) -> str:
    """A pair in one line of JSON."""
    sides = {
        side: {
            "id": entity.id,
            "schema": entity.schema,
            "caption": entity.caption,
            "properties": entity.properties,
        }
        for side, entity in (("left", pair.left), ("right", pair.right))
    }
    features = [
        {
            "feature": each.feature,
            "score": each.score,
            "detail": each.detail,
            "left": each.query,
            "right": each.candidate,
        }
        for each in pair.features
    ]
    rest = {"score": pair.score, "algorithm": pair.algorithm, "explanation": features}
    return orjson.dumps({"id": pair.id, **sides, **rest}).decode()

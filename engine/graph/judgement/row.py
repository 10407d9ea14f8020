"""How judgements become relationships and nodes; ``convert`` goes the other way."""

import hashlib
from typing import Any

from engine.graph.convert import VERDICTS
from engine.graph.cypher import alternatives
from engine.judgement import Judgement

TYPES = {verdict: type_ for type_, verdict in VERDICTS.items()}
"""The relationship type of each verdict that holds."""
ALL = alternatives(sorted(VERDICTS))
VALUES = ("id", "collection", "by", "at", "note", "score", "algorithm", "operation")
"""What a relationship keeps of a judgement, besides its pair."""


def pair_key(collection: str, ends: tuple[str, str]) -> str:
    """What tells two records in one collection from all others; ids are too long for an index."""
    text = "\0".join((collection, *ends))
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def key_of(judgement: Judgement) -> str:
    """The pair of a judgement in its collection."""
    return pair_key(judgement.collection, judgement.ends)


def edge_row(judgement: Judgement) -> dict[str, Any]:
    """The relationship of a judgement that holds."""
    values = {name: getattr(judgement, name) for name in VALUES}
    return {
        "left": judgement.left,
        "right": judgement.right,
        "properties": {**values, "pair": key_of(judgement)},
    }


def node_row(judgement: Judgement, number: int) -> dict[str, Any]:
    """The node of what was judged; ``number`` is its place among all."""
    values = {name: getattr(judgement, name) for name in VALUES}
    ends = {"left": judgement.left, "right": judgement.right}
    own = {"verdict": judgement.verdict.value, "pair": key_of(judgement), "_order": number}
    return {**values, **ends, **own}

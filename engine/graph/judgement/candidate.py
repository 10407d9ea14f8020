"""Suggested pairs: written by a run, and read a page at a time by who may see them.

A pair belongs to a collection and to a crossing (``engine.xref``). It is a relationship without a
``dataset``: whatever follows relationships for a reader does not follow it, and none counts it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.access import Access
from engine.answer import Page
from engine.cursor import cursor_of, place_of
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection, Deadline, Transaction
from engine.graph.convert import entity_of, held_judgement
from engine.graph.walk.sameness import joined
from engine.sameness import Sameness
from engine.xref import (
    Band,
    Pair,
    PairOrder,
    PairQuestion,
    ShortPair,
    Statistics,
    features_of,
    help_of,
    uncertainty_of,
)

BATCH = 5_000
"""Pairs that one transaction deletes, of each kind."""
BANDS = 10
MOST_HELPFUL = 0.75
"""Where ``help_of`` is highest, of pairs that join as many records."""
QUEUE = 2_000
"""Pairs that are put in order at a time; the others come when some of these are judged."""


@dataclass(frozen=True)
class Found:
    """A pair as a run writes it down."""

    id: str
    left: str
    right: str
    score: float
    explanation: str
    """The features as JSON (``engine.xref.features_text``)."""
    schemata: tuple[str, ...]
    countries: tuple[str, ...]
    """Of the right record."""


@dataclass(frozen=True)
class Compared:
    """One record after a run has compared it: its pairs, and with whose records it was compared."""

    id: str
    datasets: tuple[str, ...]
    pairs: tuple[Found, ...]
    count: int
    """How many pairs got a score."""
    others: tuple[str, ...] = ()
    """The records of the source that it was compared with, and whose own turn is yet to come."""
    kept: tuple[str, ...] = ()
    """Pairs that were compared when it was the other record's turn: they stay what they are."""


def put(
    tx: Transaction,
    compared: Sequence[Compared],
    common: Mapping[str, Any],
    *,
    again: bool,
) -> None:
    """Write the pairs of records; with ``again`` delete those that they no longer have.

    ``common`` has what all pairs of a run have in common: collection, crossing, run, algorithm.
    """
    if again:
        rows = [
            {
                "id": each.id,
                "datasets": each.datasets,
                "kept": [*(pair.id for pair in each.pairs), *each.kept],
            }
            for each in compared
        ]
        tx.run("candidate_drop", {"rows": rows, "crossing": common["crossing"]})
    pairs = [_row(pair, common) for each in compared for pair in each.pairs]
    if pairs:
        tx.run("candidate_put", {"rows": pairs})


def _row(pair: Found, common: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        **common,
        "left": pair.left,
        "right": pair.right,
        "left_dataset": pair.left.partition(":")[0],
        "right_dataset": pair.right.partition(":")[0],
        "score": pair.score,
        "explanation": pair.explanation,
        "schemata": list(pair.schemata),
        "countries": list(pair.countries),
    }
    return {"id": pair.id, "left": pair.left, "right": pair.right, "properties": properties}


class Candidates:
    """The pairs that the graph holds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def page(self, question: PairQuestion, access: Access) -> Page[Pair]:
        """Pairs that the reader may see, the likeliest first; raises BadInput for a bad cursor."""
        if question.order is not PairOrder.SCORE:
            return self._queue(question, access)
        score, id_ = place_of(question.after, float, str) if question.after else (None, None)
        if score is not None:  # the index is entered where the page before has ended
            question = replace(question, most=min(question.most, score))
        parameters = {
            **_wanted(question, access),
            "score": score,
            "id": id_,
            "limit": question.first + 1,
        }
        rows = self._connection.read("candidate_page", parameters, timeout=self._seconds)
        pairs = [pair_of(row) for row in rows[: question.first]]
        cursors = [cursor_of(pair.score, pair.id) for pair in pairs]
        return Page(pairs, cursors, len(rows) > question.first)

    def _queue(self, question: PairQuestion, access: Access) -> Page[Pair]:
        """Pairs in an order that no index has: of about the first ``QUEUE`` of them.

        What it helps to judge, or how uncertain a score is, is highest at one score, and falls with
        the distance from it. So the pairs next above and next below it are all that is read.
        """
        place = place_of(question.after, float, str) if question.after else None
        values = sorted((-value, id_) for id_, value in self._values(question, access).items())
        if place is not None:
            values = [each for each in values if each > (-place[0], place[1])]
        page = values[: question.first]
        pairs = self.named([id_ for _, id_ in page], question.crossing, access)
        there = [(value, pairs[id_]) for value, id_ in page if id_ in pairs]
        cursors = [cursor_of(-value, pair.id) for value, pair in there]
        return Page([pair for _, pair in there], cursors, len(values) > len(page))

    def _values(self, question: PairQuestion, access: Access) -> dict[str, float]:
        """By what the pairs that may come first are put in order, by their ids."""
        helps = question.order is PairOrder.HELP
        start = min(max(MOST_HELPFUL if helps else 0.5, question.least), 1.0)
        parameters = {**_wanted(question, access), "from": start, "limit": QUEUE}
        deadline = Deadline(self._seconds)
        rows, sameness = [], Sameness()
        for name in ("candidate_above", "candidate_below"):
            rows += self._connection.read(name, parameters, timeout=deadline.left())
        if helps:
            found = self._connection.read("candidate_joining", parameters, timeout=deadline.left())
            ends = {row[side] for row in found for side in ("left", "right")}
            sameness = joined(self._connection, deadline, ends, access)
            rows += found
        return {row["id"]: _value(row, sameness, helps=helps) for row in rows}

    def named(self, ids: Sequence[str], crossing: str, access: Access) -> dict[str, Pair]:
        """The pairs with these ids that the reader may see."""
        parameters = {"ids": list(ids), "crossing": crossing, **visibility.parameters(access)}
        rows = self._connection.read("candidate_named", parameters, timeout=self._seconds)
        pairs = [pair_of(row) for row in rows]
        return {pair.id: pair for pair in pairs}

    def all(self, question: PairQuestion, access: Access, most: int) -> list[ShortPair]:
        """At most so many pairs that a question asks for, the likeliest first."""
        parameters = {**_wanted(question, access), "limit": most}
        rows = self._connection.read("candidate_all", parameters, timeout=self._seconds)
        return [ShortPair(*row.values()) for row in rows]

    def count(self, question: PairQuestion, access: Access) -> int:
        """How many pairs there are on all pages."""
        parameters = _wanted(question, access)
        rows = self._connection.read("candidate_count", parameters, timeout=self._seconds)
        return int(rows[0]["count"])

    def statistics(self, crossing: str, access: Access) -> Statistics:
        """What a crossing has found, as the reader may see it."""
        parameters = {"crossing": crossing, **visibility.parameters(access)}
        rows = self._connection.read("candidate_bands", parameters, timeout=self._seconds)
        said = self._connection.read("candidate_verdicts", parameters, timeout=self._seconds)
        counts = {row["band"]: dict(row) for row in said}
        bands = []
        for row in rows:
            told = {**counts.get(row["band"], {}), **row}
            band = told.pop("band")
            bands.append(Band(**told, least=band / BANDS, below=(band + 1) / BANDS))
        rows = self._connection.read("candidate_records", parameters, timeout=self._seconds)
        return Statistics.of(bands, int(rows[0]["count"]))

    def partners(self, ids: Collection[str], crossing: str) -> dict[str, list[str]]:
        """With which records these are paired in a crossing, whoever may see them."""
        parameters = {"ids": list(ids), "crossing": crossing}
        rows = self._connection.read("candidate_partners", parameters, timeout=LONG_TIMEOUT)
        return {row["id"]: row["partners"] for row in rows}

    def sweep(self, crossing: str, datasets: Collection[str], algorithm: str) -> None:
        """Delete pairs that the crossing would not find any more, of records of these datasets."""
        parameters = {"crossing": crossing, "among": sorted(datasets), "algorithm": algorithm}
        rows = self._connection.write("candidate_sweep", parameters)
        ends = sorted({row[side] for row in rows for side in ("left", "right")})
        if ends:  # a stub that only a pair has kept is needed no more
            self._connection.write("stub_sweep", {"ids": ends})

    def exclude(self, crossing: str, source: str) -> None:
        """Delete pairs of records that an investigation no longer includes."""
        self._connection.write("candidate_exclude", {"crossing": crossing, "source": source})


def _wanted(question: PairQuestion, access: Access) -> dict[str, Any]:
    chosen = {
        "schemata": question.schemata,
        "wanted_datasets": question.datasets,
        "countries": question.countries,
    }
    return {
        "crossing": question.crossing,
        "least": question.least,
        "most": question.most,
        "judged": question.judged,
        **{name: None if values is None else list(values) for name, values in chosen.items()},
        **visibility.parameters(access),
    }


def _value(row: Mapping[str, Any], sameness: Sameness, *, helps: bool) -> float:
    """By what a pair is put in order."""
    if not helps:
        return uncertainty_of(row["score"])
    left, right = sameness.members(row["left"]), sameness.members(row["right"])
    together = row["right"] in left  # through others: nothing is left to join
    return 0.0 if together else help_of(row["score"], len(left) * len(right))


def pair_of(row: Mapping[str, Any]) -> Pair:
    """The pair that a relationship, its two ends and what was judged of them are."""
    pair = row["pair"]
    judgements = [held_judgement(each) for each in row["judgements"]]
    collection = pair["collection"]
    # what was judged in the collection of the pair comes first, then what is newest
    judgements.sort(key=lambda each: (each.collection != collection, -each.at.timestamp()))
    return Pair(
        pair["id"],
        entity_of(row["left"]),
        entity_of(row["right"]),
        pair["score"],
        pair["algorithm"],
        features_of(pair["explanation"]),
        pair["run"],
        judgements,
    )

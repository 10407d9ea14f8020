"""Judgements as nomenklatura's resolver keeps them: one JSON array a line.

A line has target, source, judgement, score, user and created_at; of two lines on one pair the later
one counts. Its clusters mostly hang together by ids of its own (``NK-…``) or of Wikidata (``Q…``),
which no record has. Here the records that such an id joins are judged the same pair by pair: each
with the one of the smallest id. What is said of such an id is said of that record.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from engine.errors import BadInput
from engine.judgement import LONGEST_NOTE, Judgement, Judging, Verdict

CANONICAL = re.compile(r"NK-.*|Q[1-9]\d*")
"""Ids that stand for clusters, of which no record need be there."""
SUGGESTION = "no_judgement"
"""What nomenklatura calls a pair that nobody has judged yet."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?")
"""The part of a time that is always whole: nomenklatura cuts off the end."""


@dataclass(frozen=True)
class Line:
    """One line of a resolver's file that holds."""

    number: int
    text: str
    ends: tuple[str, str]
    verdict: Verdict
    score: float | None = None
    user: str | None = None
    at: datetime | None = None


@dataclass
class Plan:
    """What is to be judged because of a file, and what of the file cannot be."""

    left_out: list[tuple[Line, str]] = field(default_factory=list)
    """Lines of which nothing follows here, and why."""
    _pairs: dict[tuple[str, str], tuple[Judging, Line]] = field(default_factory=dict)

    @property
    def judgings(self) -> list[tuple[Judging, Line]]:
        """What is to be judged, and because of which line, in the order of the lines."""
        return sorted(self._pairs.values(), key=lambda pair: pair[1].number)

    def take(self, judging: Judging, line: Line) -> None:
        """Judge a pair because of a line, unless another line says something else of it.

        A positive counts more than others, as it does in nomenklatura; else the later line.
        """
        before = self._pairs.get(judging.ends)
        if before is not None and before[0].verdict is not judging.verdict:
            stays = before[0].verdict is Verdict.POSITIVE
            kept, gone = (before[1], line) if stays else (line, before[1])
            why = f"line {kept.number} says something else of the same records"
            self.left_out.append((gone, why))
            if stays:
                return
        self._pairs[judging.ends] = (judging, line)


def lines_of(file: Iterable[str]) -> tuple[list[Line], int]:
    """The lines that hold, in order, and how many are suggestions; raises BadInput with the line.

    A line with a time of deletion, or a suggestion, takes away what was said of its pair before.
    """
    held: dict[frozenset[str], Line] = {}
    suggestions: set[frozenset[str]] = set()
    for number, text in enumerate(file, 1):
        if not text.strip():
            continue
        pair, line = parsed(number, text.strip())
        held.pop(pair, None)
        suggestions.discard(pair)
        if isinstance(line, Line):
            held[pair] = line
        elif line == SUGGESTION:
            suggestions.add(pair)
    return list(held.values()), len(suggestions)


def parsed(number: int, text: str) -> tuple[frozenset[str], Line | str]:
    """A line's pair and what it says: SUGGESTION, or "deleted", where it is no judgement."""
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError:
        row = None
    if not isinstance(row, list) or len(row) < 3:
        raise BadInput(
            f"line {number} is none of a resolver: an array of target, source, judgement, score, "
            "user and created_at"
        )
    target, source, said, score, user, created, deleted, *_ = [*row, None, None, None, None]
    if not (isinstance(target, str) and isinstance(source, str) and target != source):
        raise BadInput(f"line {number}: target and source are not two different ids")
    pair = frozenset((target, source))
    if deleted is not None or said == SUGGESTION:
        return pair, SUGGESTION if deleted is None else "deleted"
    if said not in (Verdict.POSITIVE, Verdict.NEGATIVE, Verdict.UNSURE):
        raise BadInput(
            f"line {number}: {str(said)[:50]!r} is no judgement: there are positive, negative, "
            "unsure and no_judgement"
        )
    by, at = named(user), moment(created)
    return pair, Line(number, text, (target, source), Verdict(said), fraction(score), by, at)


def named(user: object) -> str | None:
    """A user's name; None for none."""
    return user if isinstance(user, str) and user else None


def fraction(score: object) -> float | None:
    """A score from 0 to 1; None for none."""
    return float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None


def moment(text: object) -> datetime | None:
    """A time as nomenklatura writes it; None for none."""
    found = MOMENT.match(text) if isinstance(text, str) else None
    return datetime.fromisoformat(found[0]).replace(tzinfo=UTC) if found else None


def planned(lines: Sequence[Line], known: Mapping[str, str], why: Mapping[str, str]) -> Plan:
    """What is to be judged because of some lines.

    ``known`` has the record of each id of theirs that is there, ``why`` the reason for others.
    """
    plan, anchors = Plan(), Anchors(lines, known)
    for left, right, line, by_way_of in anchors.joined:
        plan.take(judging(line, left, right, f"by way of {by_way_of}"), line)
    for line in lines:
        if line.verdict is Verdict.POSITIVE and not set(line.ends) <= known.keys():
            continue  # the anchors have told what follows of it
        left, right = (anchors.of.get(end, "") for end in line.ends)
        if not left or not right:
            plan.left_out.append((line, reason(line, anchors.of, why)))
        elif left == right:
            plan.left_out.append((line, "both ids are one record, or of one cluster"))
        else:
            plan.take(judging(line, left, right), line)
    plan.left_out += [(line, reason(line, known, why)) for line in anchors.idle]
    plan.left_out.sort(key=lambda pair: pair[0].number)
    return plan


class Anchors:
    """The record that each id stands for: its own, or one of those that an id joins."""

    def __init__(self, lines: Sequence[Line], known: Mapping[str, str]) -> None:
        self.of = dict(known)
        self.joined: list[tuple[str, str, Line, str]] = []
        """Records that an id joins which is not there, with the line and that id."""
        self.idle: list[Line] = []
        """Positive lines of which nothing follows."""
        at: defaultdict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.verdict is Verdict.POSITIVE and not set(line.ends) <= known.keys():
                for end in line.ends:
                    if end not in known:
                        at[end].append(line)
        seen: set[str] = set()
        for start in at:
            if start not in seen:
                self._join(*around(start, at, known, seen), known)

    def _join(self, ids: list[str], lines: list[Line], known: Mapping[str, str]) -> None:
        """Take ids that are not there and hang together, and all lines at them."""
        records: dict[str, Line] = {}
        for line in lines:
            for end in known.keys() & set(line.ends):
                records.setdefault(known[end], line)
        told = [line for line in lines if names_a_record(line, known)]
        if len(records) < 2:
            # an id for a cluster of one record says nothing
            self.idle += lines if told or not records else []
        else:
            self.idle += told
            name = min(ids, key=lambda id_: (CANONICAL.fullmatch(id_) is None, id_))
            self._tie(records, name[:LONGEST_NOTE])
        if records:
            self.of.update(dict.fromkeys(ids, min(records)))

    def _tie(self, records: Mapping[str, Line], by_way_of: str) -> None:
        anchor = min(records)
        for record in sorted(records.keys() - {anchor}):
            self.joined.append((anchor, record, records[record], by_way_of))


def names_a_record(line: Line, known: Mapping[str, str]) -> bool:
    """Whether an end of a line is a record that is not there, and not the id of a cluster."""
    return any(end not in known and not CANONICAL.fullmatch(end) for end in line.ends)


def around(
    start: str, at: Mapping[str, list[Line]], known: Mapping[str, str], seen: set[str]
) -> tuple[list[str], list[Line]]:
    """All ids that are not there and hang together with one, and all lines at them."""
    seen.add(start)
    todo, ids, lines = [start], [], dict[int, Line]()
    while todo:
        here = todo.pop()
        ids.append(here)
        for line in at[here]:
            lines[line.number] = line
            for end in line.ends:
                if end not in known and end not in seen:
                    seen.add(end)
                    todo.append(end)
    return ids, [lines[number] for number in sorted(lines)]


def judging(line: Line, left: str, right: str, note: str | None = None) -> Judging:
    """What a line says of two records."""
    return Judging(left, right, line.verdict, note, line.score, None, line.user, line.at)


def reason(line: Line, known: Mapping[str, str], why: Mapping[str, str]) -> str:
    """Why nothing follows of a line."""
    missing = [end for end in line.ends if end not in known]
    told = [why[end] for end in missing if end in why and not CANONICAL.fullmatch(end)]
    if told:
        return "; ".join(told)
    return f"{missing[0][:100]} joins no two records that are here"


def written(
    judgements: Iterable[Judgement], *, own_ids: bool = False
) -> tuple[list[str], list[Judgement]]:
    """Judgements as lines, the oldest first; and those left out whose records have one id.

    ``own_ids`` writes ids as datasets write them, without the names of the datasets. nomenklatura
    takes records together where an id of a cluster is among them: so each cluster gets one.
    """
    lines: list[str] = []
    left_out: list[Judgement] = []
    clusters: dict[str, tuple[set[str], Judgement]] = {}
    for judgement in sorted(judgements, key=lambda each: (each.at, each.id)):
        left, right = (end.split(":", 1)[1] if own_ids else end for end in judgement.ends)
        if left == right:
            left_out.append(judgement)
            continue
        lines.append(line_of(left, right, judgement))
        if judgement.verdict is Verdict.POSITIVE:
            merge(clusters, left, right, judgement)
    for ids, judgement in {id(each): each for each in clusters.values()}.values():
        if not any(CANONICAL.fullmatch(each) for each in ids):
            lines.append(line_of(cluster_id(min(ids)), min(ids), judgement))
    return lines, left_out


def merge(
    clusters: dict[str, tuple[set[str], Judgement]], left: str, right: str, judgement: Judgement
) -> None:
    """Join the clusters of two ids; the last judgement stands for all of it."""
    ids = {left, right}
    for end in (left, right):
        if end in clusters:
            ids |= clusters[end][0]
    clusters.update(dict.fromkeys(ids, (ids, judgement)))


def cluster_id(first: str) -> str:
    """An id for a cluster as nomenklatura makes them; the same for the same smallest id."""
    return "NK-" + hashlib.blake2b(first.encode(), digest_size=11).hexdigest()


def line_of(left: str, right: str, judgement: Judgement) -> str:
    """One line of a resolver's file."""
    target, source = sorted((left, right), key=weight, reverse=True)
    at = judgement.at.astimezone(UTC).isoformat(timespec="microseconds")[:26]
    score = None if target.startswith("NK-") else judgement.score
    return orjson.dumps([target, source, judgement.verdict, score, judgement.by, at]).decode()


def weight(id: str) -> tuple[int, str]:
    """Where nomenklatura puts an id in a pair: those of clusters come first."""
    if id.startswith("NK-"):
        return 2, id
    return (3 if CANONICAL.fullmatch(id) else 1), id

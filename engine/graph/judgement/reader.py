"""Which judgements hold, and what was judged before, as one reader sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.access import Access
from engine.answer import Page
from engine.cursor import cursor_of, place_of
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import held_judgement, judgement_of
from engine.graph.cypher import alternatives
from engine.graph.judgement.row import TYPES, pair_key
from engine.graph.walk.sameness import joined
from engine.judgement import Judgement, Verdict
from engine.question import JudgementQuestion
from engine.sameness import Sameness


class JudgementReader:
    """Reads judgements; every answer takes at most some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def listed(self, question: JudgementQuestion, access: Access) -> Page[Judgement]:
        """A page of the judgements that hold, the newest first; raises BadInput for a cursor."""
        at, id_ = place(question.after)
        if question.record is not None:
            found = self._at([question.record], question, access)
            rest = [each for each in found if at is None or order(each) > order_of(at, id_)]
        else:
            limits = {"at": at, "id": id_, "limit": question.first + 1}
            rest = self._read("judgement_list", limits, question, access)
        page = rest[: question.first]
        cursors = [cursor_of(each.at.isoformat(), each.id) for each in page]
        return Page(page, cursors, len(rest) > len(page))

    def count(self, question: JudgementQuestion, access: Access) -> int:
        """How many judgements all pages have."""
        if question.record is not None:
            return len(self._at([question.record], question, access))
        parameters = asked(question, access)
        rows = self._connection.read(
            "judgement_count", parameters, timeout=self._seconds, types=types(question)
        )
        return int(rows[0]["count"])

    def at(self, ids: Sequence[str], access: Access) -> dict[str, list[Judgement]]:
        """The judgements on each of these records, the newest first."""
        found = self._at(ids, JudgementQuestion(), access)
        return {id_: [each for each in found if id_ in each.ends] for id_ in ids}

    def sameness(self, ids: Sequence[str], access: Access) -> Sameness:
        """What positive judgements join with these records."""
        return joined(self._connection, Deadline(self._seconds), ids, access)

    def history(self, judgement: Judgement, access: Access) -> list[Judgement]:
        """All that was ever judged of a pair in its collection, undone or not, the last first."""
        pairs = [pair_key(judgement.collection, judgement.ends)]
        parameters = {"pairs": pairs, **visibility.parameters(access)}
        rows = self._connection.read("judgement_history", parameters, timeout=self._seconds)
        return [judgement_of(row["properties"]) for row in rows]

    def named(self, id: str, access: Access) -> Judgement | None:
        """What was judged under an id, undone or not; None where the reader may not see it."""
        parameters = {"ids": [id], **visibility.parameters(access)}
        rows = self._connection.read("judgement_seen", parameters, timeout=self._seconds)
        return judgement_of(rows[0]["properties"]) if rows else None

    def negative(self, ids: Sequence[str], access: Access) -> list[Judgement]:
        """The negative judgements on some records, the newest first."""
        return self._at(ids, JudgementQuestion(verdict=Verdict.NEGATIVE), access) if ids else []

    def _at(
        self, ids: Sequence[str], question: JudgementQuestion, access: Access
    ) -> list[Judgement]:
        return self._read("judgement_list_at", {"ids": list(ids)}, question, access)

    def _read(
        self, name: str, own: Mapping[str, Any], question: JudgementQuestion, access: Access
    ) -> list[Judgement]:
        parameters = {**asked(question, access), **own}
        rows = self._connection.read(name, parameters, timeout=self._seconds, types=types(question))
        return [held_judgement(row) for row in rows]


def asked(question: JudgementQuestion, access: Access) -> dict[str, Any]:
    """The parameters of every query that lists judgements."""
    collection = question.collection
    wanted = access if collection is None else access.narrowed([collection])
    names = visibility.parameters(wanted)["datasets"]
    return {"collections": names, "by": question.by, **visibility.parameters(access)}


def types(question: JudgementQuestion) -> str:
    """The relationship types of the verdicts that are asked for."""
    verdict = question.verdict
    return alternatives(sorted(TYPES.values()) if verdict is None else [TYPES[verdict]])


def place(after: str | None) -> tuple[datetime | None, str]:
    """Where the page before ended; raises BadInput for what is no cursor of this list."""
    if after is None:
        return None, ""
    moment, id_ = place_of(after, str, str)
    try:
        return datetime.fromisoformat(moment), id_
    except ValueError:
        raise BadInput(f"{after[:50]!r} is not a cursor of this list") from None


def order(judgement: Judgement) -> tuple[float, str]:
    """Where a judgement stands in the list: the newest first, then by id."""
    return order_of(judgement.at, judgement.id)


def order_of(at: datetime, id: str) -> tuple[float, str]:
    """Where a judgement of this time stands in the list."""
    return -at.timestamp(), id

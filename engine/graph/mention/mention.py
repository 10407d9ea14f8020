"""The MENTIONS relationships: written for the texts that were looked at, and read by who may."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.access import Access
from engine.answer import Page
from engine.cursor import cursor_of, place_of
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.convert import mention_of
from engine.mentioned import HeldMention, Mention, MentionQuestion

OF_DOCUMENT, OF_PAGE, OF_RECORD = "mention_of_document", "mention_of_page", "mention_of_record"
COUNTS = {
    OF_DOCUMENT: "mention_of_document_count",
    OF_PAGE: "mention_of_page_count",
    OF_RECORD: "mention_of_record_count",
}
"""The query that counts what each of them finds."""


@dataclass(frozen=True)
class FoundMention:
    """A mention as it is written down."""

    document: str
    """The id of the document; of the text itself, where it is in none."""
    source: str
    """The id of the record whose text it is: a page, or the document."""
    mention: Mention

    def row(self) -> dict[str, Any]:
        """What the graph keeps of it."""
        mention = self.mention
        return {
            "document": self.document,
            "entity": mention.entity,
            "properties": {
                "id": f"{self.source}|MENTIONS|{mention.entity}",
                "source": self.source,
                "page": mention.page,
                "score": mention.score,
                "kind": str(mention.kind),
                "value": mention.value,
                "detail": mention.detail,
                "count": mention.count,
                "starts": [place.start for place in mention.places],
                "ends": [place.end for place in mention.places],
                "texts": [place.text for place in mention.places],
            },
        }


class MentionNodes:
    """The mentions of a graph."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    # --- finding ----------------------------------------------------------------------------------

    def revision(self) -> int:
        """The revision up to which names have been looked for in texts."""
        rows = self._connection.read("mention_revision", {}, timeout=LONG_TIMEOUT)
        return int(rows[0]["revision"]) if rows else 0

    def step(
        self,
        texts: Collection[str],
        records: Collection[str],
        found: Sequence[FoundMention],
        revision: int,
    ) -> None:
        """Put what was found in the place of what these texts named, and who named these records.

        All in one transaction, with the revision that is reached.
        """

        def work(_: bool) -> None:
            with self._connection.transaction() as tx:
                if texts:
                    tx.run("mention_drop_text", {"ids": sorted(texts)})
                if records:
                    tx.run("mention_drop_record", {"ids": sorted(records)})
                if found:
                    tx.run("mention_put", {"rows": [each.row() for each in found]})
                tx.run("mention_done", {"revision": revision})

        self._connection.insist(work)

    def there(self, ids: Collection[str]) -> set[str]:
        """Those of these ids that are records which have arrived."""
        if not ids:
            return set()
        rows = self._connection.read("mention_sources", {"ids": sorted(ids)}, timeout=LONG_TIMEOUT)
        return {row["id"] for row in rows}

    # --- reading ----------------------------------------------------------------------------------

    def page(self, name: str, question: MentionQuestion, access: Access) -> Page[HeldMention]:
        """A page of mentions, the likeliest first; ``name`` is one of the queries above."""
        score, mention = (None, None)
        if question.after is not None:
            score, mention = place_of(question.after, float, str)
        parameters = {
            **self._parameters(question, access),
            "score": score,
            "mention": mention,
            "limit": question.first + 1,
        }
        rows = self._connection.read(name, parameters, timeout=self._seconds)
        found = [held(row) for row in rows]
        page = found[: question.first]
        cursors = [cursor_of(each.mention.score, each.id) for each in page]
        return Page(page, cursors, len(found) > len(page))

    def count(self, name: str, question: MentionQuestion, access: Access) -> int:
        """How many mentions there are on all pages."""
        parameters = self._parameters(question, access)
        rows = self._connection.read(COUNTS[name], parameters, timeout=self._seconds)
        return int(rows[0]["count"])

    def counts(self, access: Access) -> list[tuple[str, str, int, int]]:
        """For two datasets each: how many mentions of records of the second there are in the first.

        With how many records these are of.
        """
        parameters = visibility.parameters(access)
        rows = self._connection.read("mention_datasets", parameters, timeout=LONG_TIMEOUT)
        return [(row["dataset"], row["named"], row["count"], row["records"]) for row in rows]

    def _parameters(self, question: MentionQuestion, access: Access) -> dict[str, Any]:
        schemata = question.schemata
        return {
            **visibility.parameters(access),
            "id": question.id,
            "least": question.least,
            "schemata": None if schemata is None else list(schemata),
        }


def held(row: Mapping[str, Any]) -> HeldMention:
    """A mention from its row."""
    properties = row["mention"]
    mention = mention_of(properties, row["entity"])
    return HeldMention(properties["id"], row["document"], properties["source"], mention)

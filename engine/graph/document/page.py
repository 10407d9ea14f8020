"""The pages of documents: records of the schema Page that name their document."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.access import Access
from engine.entity import Entity
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.convert import entity_of

WINDOW = 200
"""Pages whose texts are in memory at a time."""
BATCH = 5_000
"""Documents that are looked up at a time."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What is on one page."""

    id: str
    texts: Sequence[str]
    languages: Sequence[str]


class PageNodes:
    """The pages that the graph knows; the index has them whoever may see them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def documents(self, ids: Collection[str]) -> Iterator[tuple[Entity, int]]:
        """Those of these records that are documents with pages, each with its own revision."""
        ordered = sorted(ids)
        for start in range(0, len(ordered), BATCH):
            parameters = {"ids": ordered[start : start + BATCH]}
            rows = self._connection.read("page_holder", parameters, timeout=LONG_TIMEOUT)
            for row in rows:
                yield entity_of(row["properties"]), int(row["properties"]["_revision"])

    def numbered(self, document: str, numbers: Collection[int], access: Access) -> list[Entity]:
        """The pages of a document with these numbers that the reader may see."""
        parameters = {
            "document": document,
            "numbers": [str(number) for number in numbers],
            **visibility.parameters(access),
        }
        rows = self._connection.read("page_by_number", parameters)
        return [entity_of(row["properties"]) for row in rows]

    def read(self, document: str, access: Access) -> Iterator[tuple[int, str]]:
        """The number and the text of each page of a document that the reader may see, in order."""
        if document.partition(":")[0] in access.datasets:  # the pages are of the same dataset
            for number, page in self._pages(document):
                yield number, "".join(page.texts)

    def texts(self, document: str) -> Iterator[PageText]:
        """The texts of all pages of a document, some at a time."""
        return (page for _, page in self._pages(document))

    def _pages(self, document: str) -> Iterator[tuple[int, PageText]]:
        parameters = {"document": document}
        rows = self._connection.read("page_order", parameters, timeout=LONG_TIMEOUT)
        order = [(row["number"], row["id"]) for row in rows]
        for start in range(0, len(order), WINDOW):
            window = order[start : start + WINDOW]
            ids = [id_ for _, id_ in window]
            rows = self._connection.read("page_text", {"ids": ids}, timeout=LONG_TIMEOUT)
            texts = {
                row["id"]: PageText(row["id"], row["texts"] or (), row["languages"] or ())
                for row in rows
            }
            yield from ((number, texts[id_]) for number, id_ in window if id_ in texts)

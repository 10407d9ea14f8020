"""The port of pages: what was read on each, what people wrote instead, and what is read anew.

Readers give an access: a page of a document that they may not see is not there for them. What
somebody corrects is kept beside what was read, and is the text of the page from then on, also when
the page is read again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from tempfile import TemporaryFile

from engine.access import Access
from engine.account import Actor
from engine.document import PageReading, StoredFile, bundled_page, rebundled
from engine.documents import Documents
from engine.entity import Entity
from engine.errors import BadInput, NotFound
from engine.graph.access.audit import AuditLog, actor_name
from engine.graph.access.directory import Directory
from engine.graph.document.page import PageNodes
from engine.graph.document.revision import RevisionNodes
from engine.graph.record.writer import Writer
from engine.page import BODY, page_record, with_reading, with_text
from engine.revision import LONGEST_NOTE, LONGEST_TEXT, MOST_PAGES, Correction, PageOrder
from engine.sync.keeper import Keeper
from engine.validation import shown

MOST_NUMBER = 100_000
"""The highest number that a page may have."""


class Pages:
    """Everything that is asked and changed of pages; one for each engine."""

    def __init__(
        self,
        documents: Documents,
        nodes: PageNodes,
        revisions: RevisionNodes,
        writer: Writer,
        keeper: Keeper,
        directory: Directory,
        audit: AuditLog,
    ) -> None:
        self._documents = documents
        self._nodes = nodes
        self._revisions = revisions
        self._writer = writer
        self._keeper = keeper
        self._directory = directory
        self._audit = audit

    # --- for readers ------------------------------------------------------------------------------

    def numbered(self, document: str, access: Access, number: int) -> Entity:
        """The record of a page; raises NotFound, also for one that the reader may not see."""
        found = self._nodes.numbered(document, [number], access)
        if not found:
            raise NotFound(f"{shown(document)} has no page {number}, or none that you may read")
        return found[0]

    def texts(self, document: str, access: Access) -> Iterator[tuple[int, str]]:
        """The number and the text of each page of a document, in order, a few at a time."""
        return self._nodes.read(document, access)

    def readings(
        self, pages: Collection[tuple[str, int]], access: Access
    ) -> dict[tuple[str, int], PageReading]:
        """How these pages were read: each a document and a number; none where nothing is known."""
        files = self._documents.files({document for document, _ in pages}, access)
        found = {
            (document, number): self.reading(files[document], number)
            for document, number in pages
            if document in files
        }
        return {key: reading for key, reading in found.items() if reading is not None}

    def reading(self, file: StoredFile, number: int) -> PageReading | None:
        """How a page of a file that the reader may see was read, with every word and its place.

        None where it has no page images: the pages of a mail, a text or a table.
        """
        if file.bundle is None:
            return None
        with suppress(NotFound), self._documents.content(file.bundle) as source:
            return bundled_page(source, number)
        return None

    def corrections(self, ids: Collection[str], access: Access) -> dict[str, list[Correction]]:
        """What was written for pages of these documents, the newest first."""
        found: dict[str, list[Correction]] = {}
        for each in self._revisions.corrections(readable(ids, access)):
            found.setdefault(each.document, []).append(each)
        return found

    def orders(self, ids: Collection[str], access: Access) -> dict[str, list[PageOrder]]:
        """Which pages of these documents were to be read again, and what became of that."""
        found: dict[str, list[PageOrder]] = {}
        for each in self._revisions.orders(readable(ids, access)):
            found.setdefault(each.document, []).append(each)
        return found

    # --- for who may write to the dataset ---------------------------------------------------------

    def correct(self, by: Actor, document: str, number: int, text: str, note: str = "") -> None:
        """Write the text of a page by hand; what was there is kept, with who changed it and when.

        Raises Forbidden, NotFound, and BadInput for a page that was not read from an image or PDF.
        """
        file = self._changeable(by, document, [number])
        if self.reading(file, number) is None:
            raise BadInput(f"{shown(document)} has no page {number} that was read")
        if len(text) > LONGEST_TEXT:
            raise BadInput(f"text: {len(text):,} characters: a page has at most {LONGEST_TEXT:,}")
        if len(note) > LONGEST_NOTE:
            raise BadInput(f"note: {len(note):,} characters: at most {LONGEST_NOTE:,}")
        page = self.numbered(document, self._directory.access_of(by), number)
        before = "".join(page.properties.get(BODY, ()))
        self._revisions.correct(file, number, text, note, actor_name(by), before)
        self._keeper.take(self._writer.write([with_text(page, text)], {page.id}))
        self._keeper.follow()
        self._audit.note(by, "page corrected", file.dataset, document=document, page=number)

    def read_again(
        self,
        by: Actor,
        document: str,
        numbers: Collection[int],
        languages: Sequence[str],
        *,
        as_image: bool = False,
    ) -> list[PageOrder]:
        """Have pages read again in these languages, or in those that are found.

        Also pages that could not be read before; how many a file has is known once it is opened.
        With ``as_image`` also those that have text. Raises Forbidden, NotFound, BadInput.
        """
        file = self._changeable(by, document, numbers)
        ordered = sorted(set(numbers))
        self._revisions.order(document, ordered, languages, actor_name(by), as_image)
        told = {"document": document, "pages": sorted(set(numbers)), "languages": list(languages)}
        self._audit.note(by, "pages to be read again", file.dataset, **told)
        return self._revisions.orders([document])

    def _changeable(self, by: Actor, document: str, numbers: Collection[int]) -> StoredFile:
        """The file whose pages somebody may change; raises Forbidden, NotFound, BadInput."""
        file = self._documents.readable(document, self._directory.access_of(by))
        self._directory.must_load(by, file.dataset, by_hand=True)
        if file.bundle is None:
            raise BadInput(f"{shown(document)} was not read page by page: it is no PDF or image")
        if not numbers or len(numbers) > MOST_PAGES:
            raise BadInput(f"pages: name 1 to {MOST_PAGES:,} pages")
        if wrong := [number for number in sorted(numbers) if not 0 < number <= MOST_NUMBER]:
            raise BadInput(f"{shown(document)} has no page {wrong[0]}")
        return file

    # --- for who reads documents ------------------------------------------------------------------

    def queue(self) -> list[str]:
        """The datasets in which pages wait to be read again."""
        return self._revisions.queue()

    def waiting(self, dataset: str, limit: int) -> list[str]:
        """Some documents of a dataset with pages that wait."""
        return self._revisions.waiting(dataset, limit)

    def orders_of(self, document: str) -> list[PageOrder]:
        """All orders for pages of a document."""
        return self._revisions.orders([document])

    def corrected(self, file: StoredFile) -> dict[int, str]:
        """The text of each page of a file that somebody corrected."""
        found = [
            each for each in self._revisions.corrections([file.id]) if each.sha256 == file.sha256
        ]
        return {each.number: each.text for each in reversed(found)}

    def take(
        self, file: StoredFile, readings: Mapping[int, PageReading], orders: Collection[PageOrder]
    ) -> None:
        """Take pages that were read again, and note what became of the orders.

        A page that somebody corrected keeps its text; what was read now is kept beside it.
        """
        if readings and file.bundle is not None:
            self._keep_readings(file, file.bundle, readings)
            corrected = self.corrected(file)
            pages = self._nodes.numbered(file.id, readings, self._directory.owner_access())
            known = {int(page.properties["index"][0]): page for page in pages}
            changed = [
                reread(file.id, known.get(number), reading, corrected)
                for number, reading in readings.items()
            ]
            there = {page.id for page in known.values()}
            self._keeper.take(self._writer.write(changed, there))
            self._keeper.follow()
        self._revisions.done(orders)

    def done(self, orders: Collection[PageOrder]) -> None:
        """Note what became of orders."""
        self._revisions.done(orders)

    def _keep_readings(
        self, file: StoredFile, bundle: str, readings: Mapping[int, PageReading]
    ) -> None:
        """Keep other readings of some pages of a file."""
        with self._documents.holding():
            with TemporaryFile() as target:
                with self._documents.content(bundle) as source:
                    count, confidence = rebundled(source, readings, target)
                target.seek(0)
                kept = self._documents.archive(target).sha256
            now = replace(file, bundle=kept, confidence=confidence, pages=count)
            self._documents.save([now])
        if kept != bundle:
            self._documents.release([bundle])


def readable(ids: Collection[str], access: Access) -> list[str]:
    """Those of these documents whose dataset the reader may read."""
    return [id_ for id_ in ids if id_.partition(":")[0] in access.datasets]


def reread(
    document: str, page: Entity | None, reading: PageReading, corrected: Mapping[int, str]
) -> Entity:
    """The record of a page that was read again, also of one that could not be read before."""
    text = corrected.get(reading.number, reading.text)
    if page is None:
        return page_record(document, reading.number, text, reading.languages)
    return with_reading(page, text, reading.languages)

"""The index follows the graph by revision, and the nodes of shared values follow the index.

Both are derived. Each starts from the revision that it holds, takes the newer changes in commit
order, and notes how far it came: so nothing is lost whenever the process is killed, and taking a
change twice changes nothing.

Who writes to the graph also hands over what was written, and that is indexed from memory while the
next records are written. It is safe once the index commits. What was not handed over, or not in
order, is read from the graph.
"""

from collections.abc import Callable, Iterator
from itertools import chain, groupby

from engine.entity import Entity, literal_ids, schema_of
from engine.graph import visibility
from engine.graph.document.page import PageNodes
from engine.graph.record.change import Change, Written
from engine.graph.record.reader import Reader
from engine.graph.record.shared import SharedValue
from engine.graph.record.writer import Writer
from engine.index.index import Index
from engine.index.leaflet import Leaflet

PAGE, DOCUMENT = "Page", "Document"
"""FtM's schema of pages, and the one that all schemata of documents extend."""
BODY = "bodyText"
LETTERS = 10_000_000
"""Characters of texts that are in memory from one commit of the index to the next."""
CHUNK = 20_000
"""Changes from one commit of the index to the next."""


def chunks(changes: Iterator[Change], size: int = CHUNK) -> Iterator[list[Change]]:
    """Changes in lists of about ``size``, cut only between revisions."""
    chunk: list[Change] = []
    letters = 0
    for _, revision in groupby(changes, key=lambda change: change.revision):
        for change in revision:
            chunk.append(change)
            letters += length(change)
        if len(chunk) >= size or letters >= LETTERS:
            yield chunk
            chunk, letters = [], 0
    if chunk:
        yield chunk


def length(change: Change) -> int:
    """The characters of the longest texts of a record: those of documents and their pages."""
    values = () if change.entity is None else change.entity.properties.get(BODY, ())
    return sum(map(len, values))


def value_ids(change: Change) -> list[str]:
    """The ids of the values that records may share more or less since a change."""
    return change.keys if change.entity is None else literal_ids(change.entity)


def documents_of(entity: Entity) -> list[str]:
    """What may be a document with new or changed pages: the record, or what it is a page of."""
    if entity.schema == PAGE:
        return entity.references("document")
    return [entity.id] if schema_of(entity.schema).is_a(DOCUMENT) else []


def document_of_id(id_: str) -> list[str]:
    """What a record that is gone may have been a page of: pages of files have such ids."""
    document, dash, number = id_.rpartition("-p")
    return [document] if dash and number.isdecimal() else []


class Follower:
    """Brings an index, and the graph's Literal nodes, up to the graph's revision."""

    def __init__(self, reader: Reader, writer: Writer, index: Index, pages: PageNodes) -> None:
        self._pages = pages
        self._reader = reader
        self._writer = writer
        self._index = index
        self._handed_over = 0
        """The revision up to which the index was given everything; it holds it when it commits."""
        self._uncommitted = 0
        """Changes that the index was given since its last commit."""
        self._value_ids: set[str] = set()
        """Values that those changes may have made shared, or no longer shared."""
        self._paged: set[str] = set()
        """What may be a document with pages, of which those changes are a part."""

    def behind(self) -> bool:
        """Whether the graph holds changes that the index or the shared values lack."""
        revision = self._reader.revision()
        return min(self._index.revision, self._reader.literal_revision()) < revision

    def follow(self, progress: Callable[[int], None] | None = None) -> int:
        """Take all newer changes; how many there were, which ``progress`` shows as it grows.

        An index that may have missed a deletion, because its tombstone was purged, starts anew.
        """
        self._commit()
        while True:
            purged = self._reader.purged_revision()
            if 0 < self._index.revision < purged:
                self._index.delete_all()
            count = self._catch_up(purged, progress)
            if count is not None:
                return count

    def take(self, written: Written) -> None:
        """Index one transaction from memory; what is missing before it is read first."""
        if not self._uncommitted and self._reader.literal_revision() >= self._index.revision:
            self._handed_over = self._index.revision
        if self._handed_over != written.revision - 1:
            self.follow()
            return
        revision = written.revision
        self._uncommitted += self._index.add(written.added, revision=revision, new=True)
        self._uncommitted += self._index.add(written.changed, revision=revision)
        self._handed_over = written.revision
        for entity in chain(written.added, written.changed):
            self._value_ids.update(literal_ids(entity))
            self._paged.update(documents_of(entity))
        for change in written.released:
            self._value_ids.update(change.keys)
        if self._uncommitted >= CHUNK:
            self._commit()

    def clear(self) -> None:
        """Empty the index."""
        self._uncommitted, self._value_ids, self._paged = 0, set(), set()
        self._index.delete_all()

    def _commit(self) -> None:
        """Commit what was taken from memory."""
        if self._uncommitted:
            self._add_documents(self._paged)
            self._paged = set()
            self._index.commit(self._handed_over)
            self._update_shared_values(self._value_ids, self._handed_over)
            self._uncommitted, self._value_ids = 0, set()

    def _catch_up(self, purged: int, progress: Callable[[int], None] | None) -> int | None:
        """Read and index newer changes; None if tombstones that it needed were purged meanwhile."""
        goal = self._reader.revision()
        since = min(self._index.revision, self._reader.literal_revision())
        if since >= goal:
            return 0
        count = 0
        for chunk in chunks(self._reader.changes(since)):
            if self._has_missed_deletions(purged):
                return None
            revision = chunk[-1].revision
            # The shared values alone may have to start again: then the index has these changes.
            if revision > self._index.revision:
                self._add_changes(chunk)
                self._index.commit(revision)
            self._update_shared_values({id_ for each in chunk for id_ in value_ids(each)}, revision)
            count += len(chunk)
            if progress is not None:
                progress(count)
        if self._has_missed_deletions(purged):
            return None
        self._note_revision(goal)
        return count

    def _add_changes(self, changes: list[Change]) -> None:
        """Give the index changes as they were read from the graph."""
        # The graph is read as it is now, so of several changes to one record the last holds.
        latest = {change.id: change for change in changes}.values()
        entities = [change.entity for change in latest if change.entity is not None]
        for revision, group in groupby(latest, key=lambda change: change.revision):
            there = [change.entity for change in group if change.entity is not None]
            self._index.add(there, revision=revision)
        self._index.remove([change.id for change in latest if change.entity is None])
        touched = {id_ for entity in entities for id_ in documents_of(entity)}
        self._add_documents(touched.union(*(document_of_id(change.id) for change in latest)))

    def _add_documents(self, ids: set[str]) -> None:
        """Index those of these that are documents with pages anew, with what is on all of them.

        The texts are read a few pages at a time: memory holds the words of one document alone.
        """
        for document, revision in self._pages.documents(ids) if ids else ():
            leaflet = Leaflet()
            for page in self._pages.texts(document.id):
                leaflet.add(page.texts, page.languages)
            self._index.add_document(document, leaflet, revision)

    def _has_missed_deletions(self, purged: int) -> bool:
        """Whether tombstones newer than the index were purged since ``purged`` was read."""
        now = self._reader.purged_revision()
        return now > purged and self._index.revision < now

    def _note_revision(self, revision: int) -> None:
        """Note a revision that is reached, also where the last ones left no change to be read."""
        if self._index.revision < revision:
            self._index.commit(revision)
        if self._reader.literal_revision() < revision:
            self._writer.set_literals([], revision)

    def _update_shared_values(self, ids: set[str], revision: int) -> None:
        """Make each value a node that some reader can see, and no other."""
        values: list[SharedValue] = []
        nodes = self._reader.literals(sorted(ids))
        for id_ in sorted(ids):
            value = SharedValue(id_, ())
            # One record holds most values: asking how many do is cheaper than asking which.
            if self._index.literal_frequency(id_) > 1:
                value = SharedValue(id_, *self._index.holders(id_, visibility.LITERAL_CAP))
            if value.is_shared or id_ in nodes:
                values.append(value)
        self._writer.set_literals(values, revision)

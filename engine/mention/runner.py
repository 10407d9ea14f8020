"""Keeps what the documents name: new texts look for all names, new names look for old texts.

It follows the graph by revision, as the index does: what changed in a window of revisions is looked
at, and what is found is written in one transaction with the revision that is reached. So whoever is
killed goes on where they were. Only the texts that may hold a new name are read again (the index
tells which); where names are many, all texts are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.access import Access
from engine.entity import Entity, schema_of
from engine.graph.mention.mention import FoundMention, MentionNodes
from engine.graph.record.change import Change
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.index.naming import is_named
from engine.index.spoken import body_of
from engine.mention.finder import Finder
from engine.mention.lexicon import Lexicon
from engine.sync.follower import chunks

STEP = 500
"""Changes that are looked at together, at least."""
TEXTS = 200
"""Texts that are read together."""
MOST_FOUND = 2_000
"""Mentions of one text that are kept: the likeliest."""
TEXTS_PER_NAME = 0.1
"""How many texts are read in the time in which the index tells the texts with one name."""
Show = Callable[[int, int], None]
"""Is told how far it is: the revision that is reached, and the last one."""


@dataclass
class Window:
    """What has changed between two revisions."""

    revision: int = 0
    texts: dict[str, Entity] = field(default_factory=dict)
    names: dict[str, Entity] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, change: Change) -> None:
        """Take one change; of several of one record the last holds."""
        self.revision = max(self.revision, change.revision)
        entity = change.entity
        self.texts.pop(change.id, None)
        self.names.pop(change.id, None)
        if entity is None:
            self.gone.add(change.id)
        elif is_named(entity.schema) or schema_of(entity.schema).matchable:
            self.names[change.id] = entity
        elif body_of(entity):
            self.texts[change.id] = entity
        elif schema_of(entity.schema).is_a("Document"):
            self.gone.add(change.id)  # it may have had a text before


class Runner:
    """Looks for names in texts, as long as anything is new."""

    def __init__(
        self, nodes: MentionNodes, index: Index, reader: Reader, access: Callable[[], Access]
    ) -> None:
        """``access`` is to everything: who may read a mention is asked when it is read."""
        self._nodes = nodes
        self._index = index
        self._reader = reader
        self._access = access

    def waiting(self) -> tuple[int, int]:
        """The revision that was reached, and that of the index: what is between them waits."""
        return self._nodes.revision(), self._index.revision

    def run(self, show: Show, ends: Callable[[], bool] = lambda: False) -> int:
        """Look at all that changed; how many texts and records that were. Stops where ``ends``."""
        since, goal = self.waiting()
        if since >= goal:
            return 0
        if not self._index.text_count():  # names alone: a text that comes later looks for them
            self._nodes.step((), (), (), goal)
            return 0
        count = 0
        for chunk in chunks(self._reader.changes(since), STEP):
            if ends() or chunk[-1].revision > goal:
                break
            window = Window()
            for change in chunk:
                window.add(change)
            if not self._take(window, ends):
                break
            count += len(window.texts) + len(window.names)
            show(window.revision, goal)
        else:
            self._nodes.step((), (), (), goal)
        return count

    def _take(self, window: Window, ends: Callable[[], bool]) -> bool:
        """Look at a window and write what is found; False where it was to end before."""
        access = self._access()
        found: list[FoundMention] = []
        finder = Finder(Lexicon(self._index, self._reader, access))
        for entity in window.texts.values():
            if ends():
                return False
            found += in_text(entity, finder)
        if window.names:
            among = frozenset(window.names)
            finder = Finder(Lexicon(self._index, self._reader, access, among))
            for entity in self._old_texts(window, access):
                if ends():
                    return False
                found += in_text(entity, finder)
        texts = {*window.texts, *window.gone}
        records = {*window.names, *window.gone}
        self._nodes.step(texts, records, self._with_documents(found), window.revision)
        return True

    def _old_texts(self, window: Window, access: Access) -> Iterator[Entity]:
        """The texts, but for those of the window, that may name its records."""
        if len(window.names) * TEXTS_PER_NAME < self._index.text_count():
            ids: set[str] = set()
            for entity in window.names.values():
                ids |= self._index.texts_with(entity)
            groups: Iterable[Sequence[str]] = groups_of(sorted(ids), TEXTS)
        else:
            groups = self._all_texts()
        for group in groups:
            wanted = [id_ for id_ in group if id_ not in window.texts]
            for node in self._reader.entities(wanted, access):
                if isinstance(node, Entity):
                    yield node

    def _all_texts(self) -> Iterator[list[str]]:
        after = ""
        while group := self._index.texts(after, TEXTS):
            yield group
            after = group[-1]

    def _with_documents(self, found: Sequence[FoundMention]) -> list[FoundMention]:
        """The same; where a page's document is not there, the page itself mentions them."""
        there = self._nodes.there({each.document for each in found})
        return [
            each if each.document in there else FoundMention(each.source, each.source, each.mention)
            for each in found
        ]


def in_text(entity: Entity, finder: Finder) -> list[FoundMention]:
    """Whom the text of a record names, of the records that there are; not itself."""
    document = next(iter(entity.references("document")), entity.id)
    index = entity.first("index") if entity.schema == "Page" else None
    page = int(index) if index and index.isdecimal() else 1
    mentions = (each for each in finder.find(body_of(entity), page) if each.entity is not None)
    found = [FoundMention(document, entity.id, each) for each in mentions]
    return [each for each in found if each.mention.entity not in (document, entity.id)][:MOST_FOUND]


def groups_of(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Ids in groups of a size; the last may be smaller."""
    for at in range(0, len(ids), size):
        yield ids[at : at + size]

"""The port of mentions: whom a text names, and what is kept of whom documents name.

A reader sees a mention if they may read both the document and the record that it names. What is
found on the spot (``screen``) is found among what they may read.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from engine.access import Access
from engine.answer import Page
from engine.entity import Entity
from engine.errors import BadInput, EngineInUse
from engine.graph.mention import mention as nodes
from engine.graph.mention.mention import MentionNodes
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.mention.finder import Finder
from engine.mention.lexicon import Lexicon
from engine.mention.model import installed_models, with_modelled
from engine.mention.runner import Runner, Show
from engine.mentioned import HeldMention, Mention, MentionQuestion
from engine.store import Stores

LONGEST = 200_000
"""Characters of a text that is looked at on the spot."""
Claim = Callable[[str, str], AbstractContextManager[None]]
CLAIM = "mentions"
"""What a process claims that looks for names in texts."""


def mentions_of(
    stores: Stores,
    deadline: float,
    reader: Reader,
    everything: Callable[[], Access],
    claim: Claim,
) -> "Mentions":
    """The port of one engine; ``everything`` is the access to all that there is."""
    runner = Runner(
        MentionNodes(stores.patient, deadline),
        stores.index,
        Reader(stores.patient, deadline),
        everything,
    )
    held = MentionNodes(stores.connection, deadline)
    return Mentions(stores.index, reader, held, runner, claim)


@dataclass(frozen=True)
class Screened:
    """What a page of a file names, with the record."""

    file: str
    page: int
    mention: Mention
    entity: Entity | None
    """None for a value, or a name, that no record has that the reader may see."""

    def values(self) -> dict[str, Any]:
        """The same, as programs are told it."""
        mention, entity = self.mention, self.entity
        return {
            "file": self.file,
            "page": self.page,
            "words": " … ".join(dict.fromkeys(place.text for place in mention.places)),
            "score": mention.score,
            "names": mention.value if entity is None else entity.caption,
            "dataset": "" if entity is None else entity.dataset,
            "id": mention.entity or "",
            "why": mention.detail,
            "kind": str(mention.kind),
            "times": mention.count,
            "places": [[place.start, place.end] for place in mention.places],
        }


class Mentions:
    """Whom texts name; one for each engine."""

    def __init__(
        self,
        index: Index,
        reader: Reader,
        held: MentionNodes,
        runner: Runner,
        claim: Claim,
    ) -> None:
        self._index = index
        self._reader = reader
        self._nodes = held
        self._runner = runner
        self._claim = claim

    # --- on the spot ------------------------------------------------------------------------------

    def screen(
        self, text: str, access: Access, page: int = 1, languages: Sequence[str] = ()
    ) -> list[Mention]:
        """Whom a text names, the likeliest first; last values and names that no record has.

        ``languages`` (ISO 639-3) choose the language models that are asked. Raises BadInput for a
        text that is too long.
        """
        if len(text) > LONGEST:
            raise BadInput(f"the text has {len(text):,} characters: at most {LONGEST:,}")
        found = Finder(Lexicon(self._index, self._reader, access)).find(text, page)
        return with_modelled(found, text, page, languages) if installed_models() else found

    def screened(
        self, file: str, page: int, text: str, access: Access, languages: Sequence[str] = ()
    ) -> list[Screened]:
        """Whom a page of a file names, with the records; raises BadInput for a text too long."""
        found = self.screen(text, access, page, languages)
        ids = [each.entity for each in found if each.entity is not None]
        nodes = self._reader.entities(ids, access) if ids else []
        known = {node.id: node for node in nodes if isinstance(node, Entity)}
        return [Screened(file, page, each, known.get(each.entity or "")) for each in found]

    # --- kept -------------------------------------------------------------------------------------

    def of_document(self, question: MentionQuestion, access: Access) -> Page[HeldMention]:
        """Whom a document names, or a page of one: a page of mentions, the likeliest first."""
        return self._nodes.page(self._query(question.id, access), question, access)

    def document_count(self, question: MentionQuestion, access: Access) -> int:
        """How many mentions ``of_document`` has on all pages."""
        return self._nodes.count(self._query(question.id, access), question, access)

    def of_record(self, question: MentionQuestion, access: Access) -> Page[HeldMention]:
        """Which documents name a record: a page of mentions, the likeliest first."""
        return self._nodes.page(nodes.OF_RECORD, question, access)

    def record_count(self, question: MentionQuestion, access: Access) -> int:
        """How many mentions ``of_record`` has on all pages."""
        return self._nodes.count(nodes.OF_RECORD, question, access)

    def counts(self, access: Access) -> list[tuple[str, str, int, int]]:
        """The documents' dataset, that of the records, the mentions, and the records named."""
        return self._nodes.counts(access)

    def _query(self, id: str, access: Access) -> str:
        node = self._reader.entities([id], access)[0]
        is_page = getattr(node, "schema", "") == "Page"
        return nodes.OF_PAGE if is_page else nodes.OF_DOCUMENT

    # --- keeping ----------------------------------------------------------------------------------

    def waiting(self) -> tuple[int, int]:
        """The revision up to which names were looked for in texts, and that of the index."""
        return self._runner.waiting()

    def work(self, show: Show = lambda at, goal: None, ends: threading.Event | None = None) -> int:
        """Look at all that changed since; how many texts and names that were.

        Raises EngineInUse where another process does so.
        """
        at, goal = self.waiting()
        if at >= goal:
            return 0
        with self._claim(CLAIM, "searched for names"):
            return self._runner.run(show, (lambda: False) if ends is None else ends.is_set)

    def begin_again(self) -> None:
        """Let all texts and names count as new."""
        self._nodes.step((), (), (), 0)

    def models(self) -> tuple[str, ...]:
        """The language models that are installed."""
        return installed_models()

    def work_if_free(self, ends: threading.Event, show: Show = lambda at, goal: None) -> None:
        """The same, where no other process does so."""
        try:
            self.work(show, ends)
        except EngineInUse:
            return

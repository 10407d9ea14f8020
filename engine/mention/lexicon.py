"""The names of the archive, as far as a reader may see them: looked up, not held in memory."""

from collections.abc import Iterable, Mapping, Sequence

from engine.access import Access
from engine.entity import Entity
from engine.graph.record.reader import Reader
from engine.index.index import Index

MOST_NAMESAKES = 100
"""Records of one dataset that share what was looked up; of more none is looked at."""
MOST_SEEN = 5_000
"""Records that are held in memory, about."""


class Lexicon:
    """Looks up names for one reader, in the commit of the index that is read."""

    def __init__(
        self, index: Index, reader: Reader, access: Access, among: frozenset[str] | None = None
    ) -> None:
        """With ``among`` there are only records with these ids."""
        self._among = among
        self._index = index
        self._reader = reader
        self.access = access
        self._seen: dict[str, Entity | None] = {}
        """Records that pages looked at before: those with similar names are looked at by many."""

    def known(self, keys: Iterable[str]) -> dict[str, int]:
        """Those of these keys (``engine.index.naming``) that there are, and how many have each."""
        return self._index.known("naming", keys)

    def named(self, keys: Mapping[str, int]) -> list[Entity]:
        """The records whose names have one of these keys, in the order of their ids."""
        return self._records(self._index.holding("naming", keys, self.access, MOST_NAMESAKES))

    def having(self, literals: Iterable[str], identifiers: Iterable[str]) -> list[Entity]:
        """The records that have one of these shared values, or of these numbers."""
        ids: set[str] = set()
        for field, keys in (("literal", literals), ("identifier", identifiers)):
            known = self._index.known(field, keys)
            ids.update(self._index.holding(field, known, self.access, MOST_NAMESAKES))
        return self._records(sorted(ids))

    def frequency(self, word: str, dataset: str) -> int:
        """How many records of a dataset have a word in their names, by one of its forms."""
        return self._index.frequency("name", word, self.access.narrowed([dataset]))

    def _records(self, ids: Sequence[str]) -> list[Entity]:
        if self._among is not None:
            ids = [id_ for id_ in ids if id_ in self._among]
        if len(self._seen) > MOST_SEEN:
            self._seen.clear()
        new = [id_ for id_ in ids if id_ not in self._seen]
        for id_, node in zip(
            new, self._reader.entities(new, self.access) if new else (), strict=True
        ):
            self._seen[id_] = node if isinstance(node, Entity) else None
        return [node for id_ in ids if (node := self._seen[id_]) is not None]

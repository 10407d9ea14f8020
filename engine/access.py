"""What one caller may see and do: the datasets, worked out once per request.

Every read of the engine takes an ``Access`` as a required argument, right after what is asked for.
``Directory.access`` makes one of roles and grants; ``Engine.caller`` remembers it until something
changes. The command line has ``Engine.owner_access``: its user owns the data folder. An access is
checked where data is read:

- in the graph by the query part ``visible`` (``engine/graph/visibility.cypher``), which every query
  for readers includes, and for rows read already by ``engine.graph.visibility.is_visible``,
- in the index by ``engine.index.clause.allowed``, which every search goes through,
- in the lists of datasets and of their crawls by the engine itself.

What somebody may change is checked by the ports that make changes (``engine.graph.access``,
``engine.investigations``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.account import Account, Level


@dataclass(frozen=True)
class Access:
    """The names of the datasets that may be read; nothing else exists for this reader."""

    datasets: frozenset[str]
    writable: frozenset[str] = frozenset()
    """Those that may be written to."""
    managed: frozenset[str] = frozenset()
    """Those that may be shared, renamed and deleted."""
    account: Account | None = None
    """Who reads; None for an anonymous caller and for the owner of the data folder."""
    judged: frozenset[str] | None = field(default=None, compare=False)
    """Those of the readable ones that have positive judgements; None where that is not known."""

    def names(self) -> list[str]:
        """The names of the readable datasets in order, as a query's ``$datasets``."""
        return sorted(self.datasets)

    def narrowed(self, datasets: Iterable[str]) -> "Access":
        """The same reader's access to those of these datasets that they may see."""
        names = frozenset(datasets)
        return Access(
            self.datasets & names,
            self.writable & names,
            self.managed & names,
            self.account,
            self.judged if self.judged is None else self.judged & names,
        )

    def may(self, level: Level, name: str) -> bool:
        """Whether this caller may do this much with a dataset."""
        sets = {Level.READ: self.datasets, Level.WRITE: self.writable, Level.MANAGE: self.managed}
        return name in sets[level]

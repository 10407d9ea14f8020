"""What a reader may see: the names of datasets, worked out once per request.

Every read of the engine takes an ``Access`` as a required argument, right after what is asked for.
The API gets it from ``Reading.everybody`` and keeps it in ``api.session`` for as long as a request
lasts. The command line, whose user may read everything, makes its own for the datasets that it
names. It is checked where data is read:

- in the graph by the query part ``visible`` (``engine/graph/visibility.cypher``), which every query
  for readers includes, and for rows read already by ``engine.graph.visibility.is_visible``,
- in the index by ``engine.index.clause.allowed``, which every search goes through,
- in the lists of datasets and of their crawls by the engine itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """The names of the datasets that may be read; nothing else exists for this reader."""

    datasets: frozenset[str]

    def names(self) -> list[str]:
        """The names in order, as a query's ``$datasets``."""
        return sorted(self.datasets)

    def narrowed(self, datasets: Iterable[str]) -> "Access":
        """The access to those of these datasets that this reader may see."""
        return Access(self.datasets & frozenset(datasets))

"""The datasets, countries and topics that a search may name: those that are there for its reader.

A country or a topic is known to FollowTheMoney, or else stands in an entry that the reader may see:
data keeps values that FollowTheMoney would clean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from engine.errors import BadInput
from engine.index.property import value_key
from engine.question import SearchFilter
from engine.vocabulary import (
    LISTED,
    chosen,
    chosen_datasets,
    is_country,
    is_listed,
    is_topic,
    no_country,
    no_dataset,
    no_topic,
    not_listed,
    shown,
)
from engine.warning import warn

MOST = 500
"""Countries or topics in one list: each that FollowTheMoney does not know is searched for."""


@dataclass(frozen=True)
class Known:
    """What one reader's searches may name."""

    datasets: frozenset[str]
    """The datasets that they may read."""
    holds: Callable[[str, str], bool]
    """Whether an entry that they may see has a value in a field of the index."""

    def check(self, type: str, name: str, properties: Sequence[str] = ()) -> None:
        """Raises BadInput for a dataset, country or topic that is unknown; warns of such an id.

        So it does for a gender, a language or a media type that no value of ``properties`` is.
        """
        if type == "dataset" and name not in self.datasets:
            raise BadInput(no_dataset(name, self.datasets))
        if type == "id" and not self.holds("id", name):
            warn(f"There is no entity {shown(name)} that you may see")
        if type == "country" and not self._is_country(name):
            raise BadInput(no_country(name))
        if type == "topic" and not self._is_topic(name):
            raise BadInput(no_topic(name))
        if type in LISTED and not (is_listed(type, name) or self._has(properties, name)):
            raise BadInput(not_listed(type, name))

    def _has(self, properties: Sequence[str], value: str) -> bool:
        key = value_key(value)
        return any(self.holds("value", f"{name}:{key}") for name in properties)

    def check_filter(self, filter: SearchFilter) -> None:
        """Warn of names in a filter that are unknown; raises BadInput where none is known."""
        chosen_datasets(filter.datasets, self.datasets)
        for names in (filter.countries or (), filter.topics or ()):
            if len(names) > MOST:
                raise BadInput(f"A list has {len(names):,} names; at most {MOST} are looked up")
        chosen(filter.countries, partial(_if, self._is_country), no_country)
        chosen(filter.topics, partial(_if, self._is_topic), no_topic)
        for name in ("schemata", "datasets", "countries", "topics"):
            if getattr(filter, name) == ():
                warn(f"The filter's list of {name} is empty, so nothing can be found: leave it out")

    def _is_country(self, code: str) -> bool:
        return is_country(code) or self.holds("country", code.lower())

    def _is_topic(self, name: str) -> bool:
        return is_topic(name) or self.holds("topic", name.lower())


def _if(known: Callable[[str], bool], name: str) -> str | None:
    return name if known(name) else None

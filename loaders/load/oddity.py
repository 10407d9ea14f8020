"""What a load took although it can hardly be meant: counted, with a first example of each kind."""

from collections import Counter

from engine.entity import Entity
from engine.partial_date import leading_date
from engine.share import Doubt, parse_share

STARTS, ENDS = ("startDate", "periodStart"), ("endDate", "periodEnd")
BACKWARDS = "end before they start"
KINDS = {
    Doubt.IMPOSSIBLE.name: "Shares that are not from 0 to 100 %, and count as unknown",
    Doubt.VOTES.name: "Shares that are of voting rights, and count as unknown shares of ownership",
    Doubt.UNCLEAR.name: "Shares that are not understood, and count as unknown",
    BACKWARDS: f"Records that {BACKWARDS}",
}
"""What the report says of each kind, in its order."""


class Oddities:
    """Counts oddities of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def look(self, entity: Entity, source: str, line: int) -> None:
        """Count what is odd about an entity that stands on a line of a source."""
        properties = entity.properties
        if entity.schema == "Ownership":
            for text in properties.get("percentage", ()):
                doubt = parse_share(text).doubt
                if doubt is not None:
                    self._note(doubt.name, f"{text[:60]!r}", source, line)
        # most records have neither
        if not properties.keys().isdisjoint(ENDS) and not properties.keys().isdisjoint(STARTS):
            start, end = earliest(entity), latest(entity)
            if start and end and end < start:
                self._note(BACKWARDS, f"{start} to {end}", source, line)

    def _note(self, kind: str, what: str, source: str, line: int) -> None:
        self.counts[kind] += 1
        self.examples.setdefault(kind, f"{what} ({source}:{line})")

    def add(self, other: "Oddities") -> None:
        """Count what another process counted, of lines that come after."""
        self.counts += other.counts
        for kind, example in other.examples.items():
            self.examples.setdefault(kind, example)

    def notes(self) -> list[str]:
        """A sentence for each kind."""
        return [
            f"{words}: {self.counts[kind]:,}, such as {self.examples[kind]}"
            for kind, words in KINDS.items()
            if self.counts[kind]
        ]


def earliest(entity: Entity) -> str:
    """The first day that a record may have begun; empty where it has no such date."""
    texts = (text for name in STARTS for text in entity.properties.get(name, ()))
    return min((date.first for date in map(leading_date, texts) if date), default="")


def latest(entity: Entity) -> str:
    """The last day that a record may have ended; empty where it has no such date."""
    texts = (text for name in ENDS for text in entity.properties.get(name, ()))
    return max((date.last for date in map(leading_date, texts) if date), default="")

"""What a load did and what it refused, for people and for the history of crawls."""

from dataclasses import dataclass, field

from engine.loading import Counts
from loaders.intake.intake import Intake
from loaders.load.oddity import Oddities

LISTED = 100
"""Refusals that a report lists; the others are only counted."""
REPEATED = "was already given with other content; merge fragments first (ftm aggregate)"


@dataclass(frozen=True)
class Refusal:
    """A line that was not loaded, and why."""

    source: str
    line: int
    reason: str


@dataclass
class Report:
    """The counts of a load in records, what was refused, and what a person should know besides.

    ``truncated`` says which sources ended early, ``kept`` why nothing was removed, ``stopped`` why
    the load stopped before it changed anything, ``notes`` what the format left out or decided.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)
    refused_count: int = 0
    truncated: str | None = None
    kept: str | None = None
    stopped: str | None = None
    would_remove: int = 0
    """How many records a load that stopped would have removed."""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        # no field of the report: ``close`` puts it into the notes
        self.oddities = Oddities()

    @property
    def is_well(self) -> bool:
        """Whether all that was given is loaded."""
        return not (self.refused_count or self.truncated or self.stopped)

    def refuse(self, source: str, line: int, reason: str) -> None:
        """Count a refusal, and list it while there is room."""
        self.refused_count += 1
        if len(self.refused) < LISTED:
            self.refused.append(Refusal(source, line, reason))

    def repeat(self, source: str, line: int, id_: str, *, same: bool) -> None:
        """Count an entity whose id came before: refused, unless its content is the ``same``."""
        if same:
            self.repeated += 1
        else:
            self.refuse(source, line, f"id {id_.partition(':')[2]} {REPEATED}")

    def close(self, intake: Intake) -> None:
        """Take over what the intake knows once all is read, and sort the refusals by place."""
        self.truncated = intake.truncated
        self.notes = [*intake.notes, *self.oddities.notes()]
        # Formats that read several sources side by side refuse lines in no order of their own.
        first_seen = dict.fromkeys(refusal.source for refusal in self.refused)
        order = {source: number for number, source in enumerate(first_seen)}
        self.refused.sort(key=lambda refusal: (order[refusal.source], refusal.line))

    def count(self, counts: Counts) -> None:
        """Take over what became of the records."""
        self.added, self.changed = counts.added, counts.changed
        self.unchanged, self.removed = counts.unchanged, counts.removed

"""What somebody says of two records: that they tell of the same thing, or not. Pure values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.errors import BadInput

LONGEST_NOTE = 5_000
"""Characters of a note."""
JUDGED_AT_ONCE = 1_000
"""Pairs that are judged in one step."""


class Verdict(StrEnum):
    """What is said of a pair of records."""

    POSITIVE = "positive"
    """Both tell of the same thing."""
    NEGATIVE = "negative"
    """They tell of different things."""
    UNSURE = "unsure"
    """Somebody looked, and could not tell."""
    NONE = "none"
    """Nothing any more: what was said before is taken back."""


@dataclass(frozen=True)
class Judging:
    """A verdict that is to be kept of two records; who gives it, and when, is added then."""

    left: str
    right: str
    verdict: Verdict
    note: str | None = None
    score: float | None = None
    """What the pair scored (0 to 1) when it was judged, and by which algorithm."""
    algorithm: str | None = None
    by: str | None = None
    """Who gave the verdict, and when, where it was given elsewhere."""
    at: datetime | None = None

    def __post_init__(self) -> None:
        """Raises BadInput for what cannot be judged."""
        if self.left == self.right:
            raise BadInput(f"{self.left[:100]} is one record: judge two different ones")
        if self.score is not None and not 0 <= self.score <= 1:
            raise BadInput(f"score: from 0 to 1, not {self.score}")
        if self.note is not None and len(self.note) > LONGEST_NOTE:
            raise BadInput(f"note: at most {LONGEST_NOTE:,} characters")

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of both records, the smaller one first: a pair has no direction."""
        return min(self.left, self.right), max(self.left, self.right)


@dataclass(frozen=True)
class Judgement:
    """A verdict on two records, kept in a collection; ``left`` is the smaller id."""

    id: str
    collection: str
    """The dataset or investigation that it was made in: who may read that may see it."""
    left: str
    right: str
    verdict: Verdict
    by: str
    at: datetime
    note: str | None = None
    score: float | None = None
    algorithm: str | None = None
    operation: str | None = None
    """Shared by all judgements that were made together, so that they can be undone together."""
    undone_by: str | None = None
    undone_at: datetime | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of both records."""
        return self.left, self.right

    def other(self, id: str) -> str:
        """The record at the other end."""
        return self.right if id == self.left else self.left


@dataclass
class Outcome:
    """What became of some pairs: what was kept, what held already, and what was refused."""

    made: list[Judgement] = field(default_factory=list)
    unchanged: list[Judgement] = field(default_factory=list)
    refused: list[tuple[Judging, BadInput]] = field(default_factory=list)


class Contradiction(BadInput):
    """A verdict that other verdicts rule out; ``chain`` has those, from one record to the other."""

    def __init__(self, message: str, chain: Sequence[Judgement]) -> None:
        super().__init__(message)
        self.chain = tuple(chain)

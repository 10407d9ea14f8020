"""Cross-referencing: what is compared with what, how far that is, and the pairs that it finds.

A *run* compares the records of a dataset or investigation (the *source*) with others. Runs that ask
the same thing are one *crossing*: they share their pairs, and a later one compares only what is
new or has changed.
"""

import hashlib
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum

import orjson
from followthemoney import model

from engine.answer import Feature
from engine.entity import Entity
from engine.errors import BadInput
from engine.judgement import Judgement, Verdict
from engine.question import SearchFilter
from engine.vocabulary import chosen_schemata

LEAST = 0.5
"""The score from which on a pair is kept, where nobody says otherwise."""


class RunState(StrEnum):
    """What has become of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Somebody stopped it; it can be resumed."""
    INTERRUPTED = "interrupted"
    """Its process was killed; it can be resumed."""
    FAILED = "failed"
    """The message says why; it can be resumed."""

    @property
    def can_resume(self) -> bool:
        """Whether the run has ended before it was through."""
        return self in (RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)


@dataclass(frozen=True)
class XrefQuestion:
    """Which records are compared with which, and where the pairs belong."""

    source: str
    """The dataset or investigation whose records are looked for."""
    collection: str
    """The dataset or investigation that the pairs belong to: who reads it sees them."""
    scope: SearchFilter = field(default_factory=SearchFilter)
    """What they are compared with: datasets (None: all that the runner may read), schemata,
    countries."""
    least: float = LEAST
    """The least score of a pair."""
    inside: bool = True
    """Whether two records of one dataset are a pair."""

    def __post_init__(self) -> None:
        if not 0 <= self.least <= 1:
            raise BadInput(f"the least score is from 0 to 1, not {self.least}")
        if self.scope.topics is not None or self.scope.during is not None:
            raise BadInput("the scope of a run is datasets, schemata and countries")

    @property
    def crossing(self) -> str:
        """What all runs that ask the same thing have in common: 20 hexadecimal digits."""
        scope = self.scope
        parts = [
            self.source,
            self.collection,
            *(
                None if values is None else sorted(set(values))
                for values in (scope.datasets, scope.schemata, scope.countries)
            ),
            self.least,
            self.inside,
        ]
        return hashlib.blake2b(orjson.dumps(parts), digest_size=10).hexdigest()


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    total: int = 0
    """Records to look for candidates for."""
    done: int = 0
    compared: int = 0
    """Pairs that got a score."""
    seconds: float = 0.0
    """How long it has worked, all attempts together."""

    @property
    def seconds_left(self) -> float | None:
        """About how long it will take; None before that can be told."""
        if not self.done or self.seconds <= 0:
            return None
        return (self.total - self.done) * self.seconds / self.done


@dataclass(frozen=True)
class XrefRun:
    """One run: what it asks, who started it, and how far it is."""

    id: str
    question: XrefQuestion
    algorithm: str
    by: str
    """The account, or the command line."""
    queued: datetime
    state: RunState = RunState.QUEUED
    account: str | None = None
    """The account whose access it has; None for the owner of the data folder."""
    background: bool = False
    """Whether ``clew up`` does it."""
    started: datetime | None = None
    ended: datetime | None = None
    message: str | None = None
    """Why it failed."""
    datasets: tuple[str, ...] = ()
    """The datasets that it compares with."""
    bases: tuple[int, ...] = ()
    """For each of them the revision up to which an earlier run has compared; 0 for none has."""
    revision: int = 0
    """The graph's revision when it began: what is newer is left for the next run."""
    progress: Progress = field(default_factory=Progress)
    cursor: str = ""
    """The last record, in the order of the work, up to which all is written."""

    def killed(self) -> "XrefRun":
        """This run, after its process ended without saying so."""
        return replace(self, state=RunState.INTERRUPTED)


@dataclass(frozen=True)
class Pair:
    """Two records that may be one thing, as a run has found them."""

    id: str
    left: Entity
    """The record of the source."""
    right: Entity
    score: float
    algorithm: str
    features: list[Feature]
    """What the score is made of: ``query`` is the left record's."""
    run: str
    """The run that found it, or saw it again, last."""
    judgements: list[Judgement] = field(default_factory=list)
    """What was said of it, as far as the reader may see: first in the collection of the pair."""

    @property
    def verdict(self) -> Verdict | None:
        """What was said of it; None where nobody has judged it."""
        return self.judgements[0].verdict if self.judgements else None


@dataclass(frozen=True)
class ShortPair:
    """A pair without its records and what its score is made of."""

    id: str
    left: str
    right: str
    score: float
    algorithm: str


class PairOrder(StrEnum):
    """Which pairs come first."""

    SCORE = "score"
    """The likeliest."""
    UNCERTAINTY = "uncertainty"
    """Those whose score is nearest to 0.5."""
    HELP = "help"
    """Those that it helps most to judge: see ``help_of``."""


def help_of(score: float, joined: int) -> float:
    """How much it helps to judge a pair.

    That is how many pairs of records a positive verdict would join (those of the left record's
    cluster with those of the right one's), times how likely it is, times what a person adds: from 1
    where the score is sure, as many of those are judged together, to 2 where it is 0.5.
    """
    return joined * score * (1 + uncertainty_of(score))


def uncertainty_of(score: float) -> float:
    """From 0 for a score of 0 or 1 to 1 for one of 0.5."""
    return 1 - abs(2 * score - 1)


@dataclass(frozen=True)
class PairQuestion:
    """Which pairs of a crossing? A page of them."""

    crossing: str
    least: float = 0.0
    most: float = 1.0
    schemata: tuple[str, ...] | None = None
    """One of the two records is of one of these, or of a kind of it."""
    datasets: tuple[str, ...] | None = None
    """The right record is of one of these."""
    countries: tuple[str, ...] | None = None
    """The right record has one of these."""
    judged: bool | None = None
    """Only those with a judgement that the reader may see, or only those without."""
    first: int = 25
    after: str | None = None
    """The cursor of the last pair on the page before."""
    order: PairOrder = PairOrder.SCORE

    def __post_init__(self) -> None:
        """Names the kinds of the schemata, too; warns of schemata that are not known."""
        for name in ("least", "most"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInput(f"a score is from 0 to 1, not {getattr(self, name)}")
        if (known := chosen_schemata(self.schemata)) is not None:
            kinds = [each.name for each in model if any(each.is_a(name) for name in known)]
            object.__setattr__(self, "schemata", tuple(sorted(kinds)))


@dataclass(frozen=True)
class Judged:
    """How many pairs there are, and what was said of them."""

    pairs: int = 0
    judged: int = 0
    positive: int = 0
    negative: int = 0
    unsure: int = 0
    disputed: int = 0
    """Judged positive and negative, in two collections; counted in both."""
    agreeing: int = 0
    """Judged as their score has it: positive from 0.5 on, negative below."""

    @property
    def agreement(self) -> float | None:
        """The part of the pairs that were judged positive or negative whose score was right.

        None where there are none.
        """
        told = self.positive + self.negative
        return self.agreeing / told if told else None


@dataclass(frozen=True)
class Band(Judged):
    """The pairs with a score from ``least`` on, and below ``below``."""

    least: float = 0.0
    below: float = 1.0


@dataclass(frozen=True)
class Statistics(Judged):
    """What a crossing has found, as one reader may see it."""

    records: int = 0
    """Records of the source with at least one candidate."""
    bands: list[Band] = field(default_factory=list)

    @classmethod
    def of(cls, bands: list[Band], records: int) -> "Statistics":
        """The statistics that bands have together."""
        names = [each.name for each in fields(Judged)]
        sums = {name: sum(getattr(band, name) for band in bands) for name in names}
        return cls(**sums, records=records, bands=bands)


def features_text(features: list[Feature]) -> str:
    """Features as the graph keeps them: JSON."""
    return orjson.dumps(
        [[each.feature, each.score, each.detail, each.query, each.candidate] for each in features]
    ).decode()


def features_of(text: str) -> list[Feature]:
    """The features that the graph keeps as a text."""
    return [Feature(*values) for values in orjson.loads(text)]


def pair_id(crossing: str, one: str, other: str) -> str:
    """The id of a pair in a crossing, the same whichever record comes first."""
    pair = "\n".join(sorted((one, other)))
    return f"{crossing}.{hashlib.blake2b(pair.encode(), digest_size=10).hexdigest()}"

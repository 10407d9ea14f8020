"""What a reader may ask the engine: frozen values that are checked when they are made.

Each value checks itself in ``__post_init__`` and raises BadInput. Nothing below checks again
whether a number is in range or a name exists. Two checks have to wait until a question is answered,
as only the store knows the format: that of a cursor (``after``), and that of a search's text.

Of several names the unknown ones are left out with a warning (``engine.vocabulary``). Whether an id
or a dataset exists depends on who asks, so ``Reading`` and the index check that.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from engine.entity import Entity
from engine.errors import BadInput
from engine.judgement import Verdict
from engine.order import PropertyOrder
from engine.partial_date import required_date
from engine.vocabulary import chosen_property, chosen_schemata, chosen_types, close, meant, shown

MAX_ENDS = 25
"""Ids that paths may start from, and ids that they may lead to: each pair is searched."""
MAX_HOPS = 12
MAX_K = 100
MAX_VIA = 3
MAX_PATHS = 20_000
MAX_DEGREE = 1_000_000_000
MAX_HOLDINGS = 1_000
FACETS = ("schema", "dataset", "country", "year", "topic", "mimetype", "language", "author")
"""The fields whose values a search can count."""


class Direction(Enum):
    """The direction of a relationship, as seen from the entity that it is followed from."""

    OUT = "OUT"
    IN = "IN"
    BOTH = "BOTH"


class ExpandOrder(Enum):
    """Which neighbours come first: those with few relationships, with many, or by id.

    Or which relationships: the latest, those with the largest amount, or with the largest share.
    """

    DEGREE_ASC = "DEGREE_ASC"
    DEGREE_DESC = "DEGREE_DESC"
    ID = "ID"
    DATE = "DATE"
    AMOUNT = "AMOUNT"
    SHARE = "SHARE"


class PathMode(Enum):
    """One shortest path, all shortest paths, or the k shortest paths."""

    SHORTEST = "SHORTEST"
    ALL_SHORTEST = "ALL_SHORTEST"
    K_SHORTEST = "K_SHORTEST"


class SearchSort(Enum):
    """The order of hits."""

    RELEVANCE = "RELEVANCE"
    CAPTION = "CAPTION"
    DATE_ASC = "DATE_ASC"
    DATE_DESC = "DATE_DESC"
    AMOUNT_ASC = "AMOUNT_ASC"
    AMOUNT_DESC = "AMOUNT_DESC"
    DEGREE = "DEGREE"


class PageSort(Enum):
    """The order of the pages of a document: as they follow each other, or the best first."""

    NUMBER = "NUMBER"
    SCORE = "SCORE"


@dataclass(frozen=True)
class DateRange:
    """A period between two partial dates (``2019``, ``2019-04``), both included; None is open."""

    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        """Writes both dates as FtM does; raises BadInput for one that does not exist.

        So it does for a period that ends before it starts.
        """
        for name, date in (("start", self.start), ("end", self.end)):
            if date is not None:
                object.__setattr__(self, name, required_date(date))
        if self.start and self.end and self.start[: len(self.end)] > self.end:
            raise BadInput(
                f"The period from {self.start} to {self.end} ends before it starts: "
                "the earlier date is `start`, the later one `end`"
            )


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise BadInput(f"minShare must be from 0 to 1, not {share}")


def _check_range(name: str, least: float | None, greatest: float | None) -> None:
    if least is not None and greatest is not None and least > greatest:
        raise BadInput(f"{name}: nothing is from {least:g} to {greatest:g}")


def _check_between(name: str, number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise BadInput(f"{name} must be from {low} to {high:,}, not {number}")


@dataclass(frozen=True)
class HopFilter:
    """Which relationships a path may cross, and which nodes it may pass through."""

    types: tuple[str, ...] | None = None
    """Relationship types in Cypher's style (OWNERSHIP, ADDRESS_ENTITY, PHONE)."""
    schemata: tuple[str, ...] | None = None
    """Schemata of the nodes on the way, descendants included."""
    datasets: tuple[str, ...] | None = None
    direction: Direction = Direction.BOTH
    during: DateRange | None = None
    """Only relationships that held at some time in this period; undated ones count."""
    min_share: float | None = None
    """Only ownerships with a known share of at least this fraction; other types always pass."""
    min_amount: float | None = None
    max_amount: float | None = None
    """Only payments, debts and contract awards with a known amount in this range; other types
    always pass."""
    currency: str | None = None
    """Only those in this currency; other types always pass."""
    topics: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    """Only nodes on the way that have one of these topics, or of these countries; a shared value
    has none."""
    max_degree: int | None = None
    """Nodes with more relationships are not passed through."""
    shared: bool = True
    """Whether a path may pass through shared values (Literal)."""
    judged: bool = True
    """Whether a path may go on at a record that is judged the same, which is no hop; where one
    filter of a question says no, it may not at all."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", chosen_types(self.types))
        object.__setattr__(self, "schemata", chosen_schemata(self.schemata))
        if self.min_share is not None:
            _check_share(self.min_share)
        _check_range("amount", self.min_amount, self.max_amount)
        for name in ("topics", "countries"):
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(self, name, tuple(sorted({each.lower() for each in values})))
        if self.max_degree is not None:
            _check_between("maxDegree", self.max_degree, 0, MAX_DEGREE)


@dataclass(frozen=True)
class PathQuestion:
    """What are the shortest paths from each of ``from_ids`` to each of ``to_ids``?"""

    from_ids: tuple[str, ...]
    to_ids: tuple[str, ...]
    mode: PathMode = PathMode.SHORTEST
    k: int = 5
    """How many paths K_SHORTEST finds for each pair of ends."""
    max_hops: int = 6
    filter: HopFilter = HopFilter()
    """The filter for all hops."""
    hops: tuple[HopFilter, ...] = ()
    """A filter for each hop in order; paths then have exactly this many, whatever max_hops is."""
    avoid: tuple[str, ...] = ()
    """Ids of nodes that paths do not pass through."""
    via: tuple[str, ...] = ()
    """Ids of nodes that each path must pass through, in any order; no filter is for them."""
    limit: int = 100
    """How many paths ALL_SHORTEST finds at most."""
    mentions: bool = False
    """Whether paths may cross mentions: from a document to a record that its text names."""

    def __post_init__(self) -> None:
        if max(len(set(self.from_ids)), len(set(self.to_ids))) > MAX_ENDS:
            raise BadInput(
                f"paths may start from {MAX_ENDS} entities and lead to {MAX_ENDS}, not more"
            )
        _check_between("maxHops", self.max_hops, 1, MAX_HOPS)
        _check_between("k", self.k, 1, MAX_K)
        _check_between("limit", self.limit, 1, MAX_PATHS)
        object.__setattr__(self, "via", tuple(dict.fromkeys(self.via)))
        if len(self.via) > MAX_VIA:
            raise BadInput(f"a path may have to pass {MAX_VIA} entities, not {len(self.via)}")
        if both := set(self.via) & set(self.avoid):
            raise BadInput(f"{min(both)[:100]!r} is in `via` and in `avoid`: no path does both")
        if self.via and self.hops:
            raise BadInput("`via` and `hops`: give one of them; with `hops` a path has its places")
        if len(self.hops) > MAX_HOPS:
            raise BadInput(f"a path may have {MAX_HOPS} hops, not {len(self.hops)}")


@dataclass(frozen=True)
class ExpandQuestion:
    """Which relationships does an entity have, and what is at their other ends? A page of them."""

    id: str
    types: tuple[str, ...] | None = None
    """Relationship types in Cypher's style (OWNERSHIP, ADDRESS_ENTITY, PHONE)."""
    direction: Direction = Direction.BOTH
    schemata: tuple[str, ...] | None = None
    """Schemata of the neighbours, descendants included."""
    during: DateRange | None = None
    """Only relationships that held at some time in this period; undated ones count."""
    order: ExpandOrder = ExpandOrder.DEGREE_ASC
    first: int = 50
    """The size of the page."""
    after: str | None = None
    """The cursor of the last item on the page before."""
    judged: bool = True
    """Whether the records that are judged the same, and their relationships, belong to it."""
    mentions: bool = False
    """Whether the documents that name it, or whom it names, are neighbours."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", chosen_types(self.types))
        object.__setattr__(self, "schemata", chosen_schemata(self.schemata))


@dataclass(frozen=True)
class OwnershipQuestion:
    """Who owns an entity, or what does it own, through any chain of holdings? A page of them."""

    id: str
    min_share: float = 0.25
    """The smallest integrated share to return, a fraction. One that is a lower bound counts with
    that; unknown shares are returned whatever this is, after the others."""
    at: str | None = None
    """Only holdings that held at this partial date, as sources say of that time; undated ones
    count."""
    first: int = 50
    """The size of the page."""
    after: str | None = None
    """The cursor of the last item on the page before."""

    def __post_init__(self) -> None:
        _check_share(self.min_share)
        _check_between("first", self.first, 0, MAX_HOLDINGS)
        if self.at is not None:
            object.__setattr__(self, "at", required_date(self.at))


@dataclass(frozen=True)
class PropertyRange:
    """A property with a number from one to another, both included; None is open."""

    property: str
    least: float | None = None
    greatest: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "property", chosen_property(self.property, "number"))
        _check_range(self.property, self.least, self.greatest)


@dataclass(frozen=True)
class PropertyPeriod:
    """A property with a date in a period."""

    property: str
    during: DateRange

    def __post_init__(self) -> None:
        object.__setattr__(self, "property", chosen_property(self.property, "date"))


@dataclass(frozen=True)
class SearchFilter:
    """Which hits are wanted; a schema includes its descendants."""

    schemata: tuple[str, ...] | None = None
    datasets: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    during: DateRange | None = None
    mimetypes: tuple[str, ...] | None = None
    """Media types of documents, such as ``application/pdf``."""
    languages: tuple[str, ...] | None = None
    """ISO 639-3 codes."""
    authors: tuple[str, ...] | None = None
    """As the facet ``author`` tells them."""
    min_amount: float | None = None
    max_amount: float | None = None
    """Only what has an amount in this range, both included."""
    currency: str | None = None
    numbers: tuple[PropertyRange, ...] = ()
    dates: tuple[PropertyPeriod, ...] = ()
    """All of these must hold, as all of ``numbers`` must."""
    changed_since: datetime | None = None
    """Only what was added or changed since: ``Reading`` finds the revision of that time."""
    since: int | None = None
    """The revision after which it changed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "schemata", chosen_schemata(self.schemata))
        _check_range("amount", self.min_amount, self.max_amount)


@dataclass(frozen=True)
class SearchQuestion:
    """Which entities does a text in the search language find? One page of them."""

    text: str = ""
    filter: SearchFilter = SearchFilter()
    sort: SearchSort = SearchSort.RELEVANCE
    first: int = 25
    """The size of the page."""
    after: str | None = None
    """The cursor of the last hit on the page before."""
    by: PropertyOrder | None = None
    """An order in place of ``sort``."""


@dataclass(frozen=True)
class PageQuestion:
    """Which pages of a document have the words of a text in the search language?"""

    document: str
    text: str = ""
    """Without it all pages are meant."""
    sort: PageSort = PageSort.NUMBER
    first: int = 10
    """The size of the page."""
    after: str | None = None
    """The cursor of the last hit on the page before."""


@dataclass(frozen=True)
class MatchQuestion:
    """Which records may be the thing that this describes? The likeliest first."""

    entity: Entity
    """What is asked about: a record, or a description that is none (``described``)."""
    scope: SearchFilter = SearchFilter()
    """Which records are compared."""
    least: float = 0.5
    """The least score (0 to 1)."""
    first: int = 10

    def __post_init__(self) -> None:
        if not 0 <= self.least <= 1:
            raise BadInput(f"minScore: from 0 to 1, not {self.least}")


@dataclass(frozen=True)
class JudgementQuestion:
    """Which judgements hold? A page of them, the newest first."""

    collection: str | None = None
    """Only those of this dataset or investigation."""
    record: str | None = None
    """Only those on this record."""
    verdict: Verdict | None = None
    by: str | None = None
    """Only those of this account."""
    first: int = 50
    """The size of the page."""
    after: str | None = None
    """The cursor of the last item on the page before."""

    def __post_init__(self) -> None:
        if self.verdict is Verdict.NONE:
            raise BadInput("verdict NONE: what was taken back does not hold, and is not listed")


@dataclass(frozen=True)
class FacetQuestion:
    """Which values of some fields are the most frequent among all that a search finds?"""

    search: SearchQuestion
    """Only its text and filter count, not its page."""
    fields: tuple[str, ...]
    size: int = 20
    """How many values of each field."""

    def __post_init__(self) -> None:
        for name in self.fields:
            if name not in FACETS:
                hint = meant(close(name, FACETS))
                raise BadInput(f"{shown(name)} is no facet; there are {', '.join(FACETS)}.{hint}")

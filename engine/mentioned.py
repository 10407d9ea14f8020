"""What a text names, as pure values: who or what, where, how sure that is, and why."""

from dataclasses import dataclass, replace
from enum import StrEnum

from engine.errors import BadInput

LEAST, LIKELY = 0.4, 0.5
"""The least score of a mention that is kept, and of one that is answered where none is asked for.
"""
MOST_PLACES = 20
"""Places of one mention that are kept; the number of all of them is kept, too."""


class MentionKind(StrEnum):
    """What was found in a text."""

    NAME = "name"
    """A name of a record."""
    EMAIL = "email"
    PHONE = "phone"
    IDENTIFIER = "identifier"
    """A number with a check digit, or of a fixed form: an IBAN, an IMO number, a LEI …"""
    WALLET = "wallet"
    """The address of a crypto currency."""
    PERSON = "person"
    """Whom a language model takes for a person, and no record is known of."""
    ORGANIZATION = "organization"
    """The same of an organisation."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: from character to character of a page's text."""

    page: int
    """From 1; 1 where a document has no pages."""
    start: int
    end: int
    text: str
    """As it is written there."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody or something that a page names."""

    kind: MentionKind
    value: str
    """The name, or the value in its customary form."""
    places: tuple[Place, ...]
    """The first of them, in order; all are on one page."""
    score: float
    """How likely the record is meant, from 0 to 1; of a value without a record, 1."""
    detail: str
    """Why, in a few words for a person."""
    entity: str | None = None
    """The id of the record; None where the archive has none, or none that the reader may see."""
    count: int = 1
    """How often the page names it."""

    @property
    def page(self) -> int:
        """The page, from 1."""
        return self.places[0].page

    @property
    def text(self) -> str:
        """As it is written in the first place."""
        return self.places[0].text


def joined(one: Mention, other: Mention) -> Mention:
    """Two mentions of one record on a page as one: the likelier, with the places of both."""
    better = one if one.score >= other.score else other
    known = {(each.start, each.end) for each in one.places}
    new = [each for each in other.places if (each.start, each.end) not in known]
    places = sorted((*one.places, *new), key=lambda each: each.start)[:MOST_PLACES]
    return replace(better, places=tuple(places), count=one.count + len(new))


@dataclass(frozen=True, slots=True)
class HeldMention:
    """A mention as the graph keeps it."""

    id: str
    document: str
    """The id of the document that names somebody."""
    source: str
    """The id of the record whose text it is: a page of the document, or the document itself."""
    mention: Mention


@dataclass(frozen=True)
class MentionQuestion:
    """Whom does a document name, or which documents name a record? A page of mentions."""

    id: str
    least: float = LIKELY
    """The least score."""
    schemata: tuple[str, ...] | None = None
    """Only records of these schemata, descendants included."""
    first: int = 25
    """The size of the page."""
    after: str | None = None
    """The cursor of the last item on the page before."""

    def __post_init__(self) -> None:
        if not 0 <= self.least <= 1:
            raise BadInput(f"minScore: from 0 to 1, not {self.least}")

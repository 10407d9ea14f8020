"""GraphQL's ``FoundMention``: whom a document names, and whom a text names on the spot.

``Entity`` has fields of these types, so they name it by where it is (``ENTITY``). FollowTheMoney
has a schema ``Mention`` of its own.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import strawberry

from api.connection import PageInfo, page_size
from api.judgement import ENTITY
from api.session import Info
from engine import answer, mentioned
from engine.mentioned import LIKELY, HeldMention, MentionKind, MentionQuestion

strawberry.enum(MentionKind, description="What was found in a text.")
MinScore = Annotated[
    float | None, strawberry.argument(description="The least score: 0 to 1, at first 0.5.")
]
Schemata = Annotated[
    list[str] | None,
    strawberry.argument(
        description="Only records of these schemata. A schema includes its descendants."
    ),
]


class Identified(Protocol):
    """What has the id of a record."""

    @property
    def id(self) -> str:
        """The id."""


@strawberry.type(description="Where something stands in the text of a page.")
class MentionPlace:
    """Where something stands in the text of a page."""

    page: int = strawberry.field(description="The page, from 1.")
    start: int = strawberry.field(description="The first character of the page's text, from 0.")
    end: int = strawberry.field(description="The character after the last one.")
    text: str = strawberry.field(description="As it is written there.")


@dataclass(frozen=True)
class MentionNode:
    """A mention on its way to GraphQL; one that is not kept has no document."""

    held: HeldMention | None
    mention: mentioned.Mention


def _of_mention(name: str) -> Any:
    def resolve(root: strawberry.Parent[MentionNode]) -> Any:
        return getattr(root.mention, name)

    return resolve


async def _entity(root: strawberry.Parent[MentionNode], info: Info) -> Any:
    id_ = root.mention.entity
    return None if id_ is None else await info.context.nodes.load(id_)


async def _document(root: strawberry.Parent[MentionNode], info: Info) -> Any:
    return None if root.held is None else await info.context.nodes.load(root.held.document)


@strawberry.type(description="Somebody or something that a text names, and why it may be so.")
class FoundMention:
    """Somebody or something that a text names, and why it may be so."""

    kind: MentionKind = strawberry.field(
        resolver=_of_mention("kind"), description="What was found."
    )
    value: str = strawberry.field(
        resolver=_of_mention("value"),
        description="The name of the record that was found, or the value in its customary form.",
    )
    entity: Any = strawberry.field(
        resolver=_entity,
        graphql_type=ENTITY | None,
        description="The record that is named; null where you can see none that has the value.",
    )
    document: Any = strawberry.field(
        resolver=_document,
        graphql_type=ENTITY | None,
        description="The document that names it; null for a text that is not kept.",
    )
    score: float = strawberry.field(
        resolver=_of_mention("score"),
        description="How likely the record is meant, from 0 to 1. What is common is told by the "
        "dataset of the record.",
    )
    detail: str = strawberry.field(
        resolver=_of_mention("detail"), description="What the score is made of, in words."
    )
    count: int = strawberry.field(
        resolver=_of_mention("count"), description="How often the page names it."
    )
    page: int = strawberry.field(
        resolver=_of_mention("page"), description="The page that names it, from 1."
    )
    places: list[MentionPlace] = strawberry.field(
        resolver=_of_mention("places"), description="Where it stands, at most 20 places."
    )


@strawberry.type(description="A mention on a page of mentions.")
class FoundMentionEdge:
    """A mention on a page of mentions."""

    cursor: str
    node: FoundMention


class MentionPage:
    """A page of mentions, and the question that it answers."""

    def __init__(
        self, question: MentionQuestion, page: answer.Page[HeldMention], counted: Any
    ) -> None:
        self.question = question
        self.counted = counted
        nodes: list[Any] = [MentionNode(held, held.mention) for held in page.items]
        self.nodes = nodes
        self.edges = [
            FoundMentionEdge(cursor=at, node=node)
            for at, node in zip(page.cursors, nodes, strict=True)
        ]
        self.page_info = PageInfo.of(page.cursors, page.has_next, question.after is not None)


async def _count(root: strawberry.Parent[MentionPage], info: Info) -> Any:
    return await info.context.ask(root.counted, root.question)


@strawberry.type(description="A page of mentions, the likeliest first.")
class FoundMentionConnection:
    """A page of mentions, the likeliest first."""

    edges: list[FoundMentionEdge]
    nodes: list[FoundMention]
    page_info: PageInfo
    total_count: int = strawberry.field(resolver=_count)


def _question(
    id: str, first: int | None, after: str | None, least: float | None, schemata: list[str] | None
) -> MentionQuestion:
    return MentionQuestion(
        id,
        LIKELY if least is None else least,
        None if schemata is None else tuple(schemata),
        page_size(first, MentionQuestion.first),
        after,
    )


async def document_mentions(
    root: strawberry.Parent[Identified],
    info: Info,
    min_score: MinScore = None,
    schemata: Schemata = None,
    first: int | None = MentionQuestion.first,
    after: str | None = None,
) -> Any:
    """Whom a document, or a page of one, names: a page of mentions."""
    question = _question(root.id, first, after, min_score, schemata)
    port = info.context.engine.mentions
    return MentionPage(
        question, await info.context.ask(port.of_document, question), port.document_count
    )


async def mentioned_in(
    root: strawberry.Parent[Identified],
    info: Info,
    min_score: MinScore = None,
    first: int | None = MentionQuestion.first,
    after: str | None = None,
) -> Any:
    """Which documents name a record: a page of mentions."""
    question = _question(root.id, first, after, min_score, None)
    port = info.context.engine.mentions
    return MentionPage(
        question, await info.context.ask(port.of_record, question), port.record_count
    )


@strawberry.type(description="Whom a text names; nothing of it is kept.")
class Screening:
    """Whom a text names; nothing of it is kept."""

    nodes: list[FoundMention] = strawberry.field(
        description="The likeliest first; last the values that no record has that you can see."
    )
    total_count: int = strawberry.field(description="How many were found.")


async def _screen(
    info: Info, text: str, min_score: MinScore = None, first: int | None = MentionQuestion.first
) -> Any:
    size = page_size(first, MentionQuestion.first)
    least = LIKELY if min_score is None else min_score
    found = await info.context.ask(info.context.engine.mentions.screen, text)
    found = sorted(
        (each for each in found if each.score >= least), key=lambda each: each.entity is None
    )
    nodes: list[Any] = [MentionNode(None, each) for each in found[:size]]
    return Screening(nodes=nodes, total_count=len(found))


@strawberry.type
class MentionQuery:
    """The root field about texts on the spot."""

    screen: Screening | None = strawberry.field(
        resolver=_screen,
        description="Whom a text names of those whom you can see, and which numbers, addresses "
        "and the like it has; nothing is kept.",
    )

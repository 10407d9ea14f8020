"""GraphQL's ``Entity``, which every record is whatever its schema, and ``Literal``, a shared value.

Resolvers return the engine's own values. A class here only says which of their attributes are
fields, and of which type, so no object is made for each record. That is why such resolvers are
annotated with ``Any``, and the class attribute has the type.
"""

from functools import cache
from typing import Annotated, Any

import strawberry
from followthemoney.property import Property as FtmProperty

from api.argument import DateRange, XrefScope, date_range, match_question, tuple_of
from api.connection import PageInfo, page_size
from api.dataset import Dataset
from api.judgement import Judgement, JudgementConnection, OfVerdict, Profile, judged
from api.mention import FoundMention, FoundMentionConnection, MentionNode, mentioned_in
from api.session import Info
from engine import answer
from engine import entity as value
from engine.question import (
    Direction,
    ExpandOrder,
    ExpandQuestion,
    JudgementQuestion,
    MatchQuestion,
)
from engine.vocabulary import warn_of_properties

LITERAL = "Literal"

Names = Annotated[
    list[str] | None, strawberry.argument(description="Only the properties with these names.")
]
Types = Annotated[
    list[str] | None,
    strawberry.argument(
        description="Types of relationships, such as OWNERSHIP, ADDRESS_ENTITY or PHONE."
    ),
]


@strawberry.type(description="How many relationships of one type and direction an entity has.")
class EdgeCount:
    """How many relationships of one type and direction an entity has."""

    type: str
    direction: Direction
    count: int


class PropertyValues:
    """One property of one record, with its values."""

    def __init__(self, record: value.Entity, prop: FtmProperty) -> None:
        self.record = record
        self.name = prop.name
        self.label = prop.label
        self.type = prop.type.name
        self.values = list(record.properties.get(prop.name, ()))


async def _values_entities(root: strawberry.Parent[PropertyValues], info: Info) -> Any:
    if root.type != "entity":
        return []
    nodes = await info.context.nodes.load_many(root.record.references(root.name))
    return [node for node in nodes if node is not None]


@strawberry.type(
    description="One property with all its values, for programs that do not know the schema."
)
class Property:
    """One property with all its values."""

    name: str
    label: str
    type: str
    values: list[str]
    entities: "list[Entity]" = strawberry.field(
        resolver=_values_entities, description="The entities that the values name, if they are ids."
    )


def _relationship_dataset(root: strawberry.Parent[value.Relationship], info: Info) -> Any:
    return info.context.datasets.load(root.dataset)


def _source(root: strawberry.Parent[value.Relationship], info: Info) -> Any:
    return info.context.nodes.load(root.source)


def _target(root: strawberry.Parent[value.Relationship], info: Info) -> Any:
    return info.context.nodes.load(root.target)


def _relationship_source_id(root: strawberry.Parent[value.Relationship]) -> Any:
    return root.source


def _relationship_target_id(root: strawberry.Parent[value.Relationship]) -> Any:
    return root.target


def _mention(root: strawberry.Parent[value.Relationship]) -> Any:
    return None if root.mention is None else MentionNode(None, root.mention)


@strawberry.type(
    description="A relationship: an entity such as an Ownership, or a property that names one."
)
class Relationship:
    """One relationship of the graph."""

    id: strawberry.ID
    type: str
    dataset: Dataset = strawberry.field(resolver=_relationship_dataset)
    source_id: strawberry.ID = strawberry.field(resolver=_relationship_source_id)
    target_id: strawberry.ID = strawberry.field(resolver=_relationship_target_id)
    source: "Entity | None" = strawberry.field(resolver=_source)
    target: "Entity | None" = strawberry.field(resolver=_target)
    entity: "Entity | None" = strawberry.field(
        description="The relationship as an entity; null if it is a property or a judgement."
    )
    judgement: Judgement | None = strawberry.field(
        description="Of a SAME_AS: who judged the two to be the same, when and why; else null."
    )
    mention: FoundMention | None = strawberry.field(
        resolver=_mention,
        description="Of a MENTIONS: where the document names the record, and how likely; else "
        "null.",
    )


@strawberry.type(description="A neighbour, and the relationship that leads to it.")
class ExpandEdge:
    """A neighbour, and the relationship that leads to it."""

    cursor: str
    node: "Entity"
    relationship: Relationship


class Expansion:
    """One page of an entity's neighbours, and the question that it answers."""

    def __init__(self, question: ExpandQuestion, page: answer.Page[answer.Step]) -> None:
        self.question = question
        self.nodes = [step.node for step in page.items]
        self.edges = [
            Neighbour(cursor, step) for cursor, step in zip(page.cursors, page.items, strict=True)
        ]
        self.page_info = PageInfo.of(page.cursors, page.has_next, question.after is not None)


class Neighbour:
    """One neighbour on a page."""

    def __init__(self, cursor: str, step: answer.Step) -> None:
        self.cursor = cursor
        self.node = step.node
        self.relationship = step.relationship


async def _expand_count(root: strawberry.Parent[Expansion], info: Info) -> Any:
    return await info.context.ask(info.context.engine.expand_count, root.question)


@strawberry.type(description="A page of an entity's neighbours.")
class ExpandConnection:
    """A page of an entity's neighbours."""

    edges: list[ExpandEdge]
    nodes: "list[Entity]"
    page_info: PageInfo
    total_count: int = strawberry.field(resolver=_expand_count)


async def _dataset(root: strawberry.Parent[value.Node], info: Info) -> Any:
    return await info.context.datasets.load(root.dataset)


def _properties(root: strawberry.Parent[value.Node], names: Names = None) -> Any:
    if not isinstance(root, value.Entity):
        return []
    known = value.schema_of(root.schema).properties
    warn_of_properties(names or ())
    return [
        PropertyValues(root, known[name])
        for name in (root.properties if names is None else dict.fromkeys(names))
        if name in known and root.properties.get(name)
    ]


def _edge_counts(root: strawberry.Parent[value.Node], info: Info) -> Any:
    return info.context.edge_counts.load(root.id)


async def _expand(
    root: strawberry.Parent[value.Node],
    info: Info,
    types: Types = None,
    direction: Direction | None = Direction.BOTH,
    schemata: list[str] | None = None,
    during: DateRange | None = None,
    order: ExpandOrder | None = ExpandOrder.DEGREE_ASC,
    judged: bool | None = True,
    mentions: bool | None = False,
    first: int | None = ExpandQuestion.first,
    after: str | None = None,
) -> Any:
    question = ExpandQuestion(
        root.id,
        types=tuple_of(types),
        direction=direction or Direction.BOTH,
        schemata=tuple_of(schemata),
        during=date_range(during),
        order=order or ExpandOrder.DEGREE_ASC,
        first=page_size(first, ExpandQuestion.first),
        after=after,
        judged=judged is not False,
        mentions=bool(mentions),
    )
    return Expansion(question, await info.context.ask(info.context.engine.expand, question))


@strawberry.type(
    description="What one kind of value says for or against two records being the same thing."
)
class MatchFeature:
    """What one kind of value says for or against two records being the same thing."""

    feature: str
    score: float
    detail: str
    query: str | None
    candidate: str | None


def _of_comparison(name: str) -> Any:
    """A resolver for what the comparison of a match knows."""

    def resolve(root: strawberry.Parent[answer.Match]) -> Any:
        return getattr(root.comparison, name)

    return resolve


@strawberry.type(description="A record that may be the same thing, and why.")
class Match:
    """A record that may be the same thing, and why."""

    entity: "Entity"
    score: float = strawberry.field(
        resolver=_of_comparison("score"),
        description="How likely it is the same thing, from 0 to 1; at 0.5 what speaks for it and "
        "what speaks against it are in balance.",
    )
    algorithm: str = strawberry.field(
        resolver=_of_comparison("algorithm"),
        description="The way to compare, and its version: scores of others are not comparable.",
    )
    explanation: list[MatchFeature] = strawberry.field(
        resolver=_of_comparison("features"),
        description="What the score is made of, what counts most first; also what only one of the "
        "two tells, which counts nothing.",
    )


@strawberry.type(description="Records that may be the same thing, the likeliest first.")
class MatchResult:
    """Records that may be the same thing, the likeliest first."""

    nodes: list[Match]


Scope = Annotated[
    XrefScope | None,
    strawberry.argument(description="Which records are compared; without it all that you may see."),
]
FIRST_MATCHES = MatchQuestion.first


async def matched(info: Info, question: MatchQuestion) -> MatchResult:
    """The answer to what may be the same."""
    found: Any = await info.context.ask(info.context.engine.match, question)
    return MatchResult(nodes=found)


async def _similar(
    root: strawberry.Parent[value.Node],
    info: Info,
    scope: Scope = None,
    first: int | None = FIRST_MATCHES,
) -> Any:
    if not isinstance(root, value.Entity) or not value.schema_of(root.schema).matchable:
        return MatchResult(nodes=[])
    question = match_question(root, scope, page_size(first, FIRST_MATCHES))
    return await matched(info, question)


async def _judgements(
    root: strawberry.Parent[value.Node],
    info: Info,
    verdict: OfVerdict = None,
    first: int | None = JudgementQuestion.first,
    after: str | None = None,
) -> Any:
    size = page_size(first, JudgementQuestion.first)
    question = JudgementQuestion(record=root.id, verdict=verdict, first=size, after=after)
    return await judged(info, question)


def _profile(root: strawberry.Parent[value.Node], info: Info) -> Any:
    if not isinstance(root, value.Entity) or value.schema_of(root.schema).edge:
        return None
    return info.context.profiles.load(root.id)


@cache
def object_name(schema: str) -> str:
    """The object type of a schema's records: its own name, unless an interface has that name."""
    return f"{schema}Record" if value.schema_of(schema).descendants else schema


def _literal_schema() -> str:
    return LITERAL


async def _literal_caption(root: strawberry.Parent[value.Literal], info: Info) -> Any:
    return await info.context.spellings.load(root.id) or root.value


@strawberry.interface(
    description="An entity as one dataset describes it, or a value that several entities share."
)
class Entity:
    """What every entity has."""

    id: strawberry.ID
    schema: str
    caption: str
    dataset: Dataset = strawberry.field(resolver=_dataset)
    properties: list[Property] = strawberry.field(
        resolver=_properties,
        description="The properties that have values: all of them, or those with these names.",
    )
    edge_counts: list[EdgeCount] = strawberry.field(
        resolver=_edge_counts,
        description="How many relationships it has, by type and direction.",
    )
    expand: ExpandConnection = strawberry.field(
        resolver=_expand, description="The neighbours, and the relationships that lead to them."
    )
    similar: MatchResult = strawberry.field(
        resolver=_similar,
        description="Other records that may be the same thing. FollowTheMoney compares persons, "
        "organisations, vessels and some more kinds of things; others have none.",
    )
    judgements: JudgementConnection = strawberry.field(
        resolver=_judgements,
        description="What was said of it and other records, and holds: the newest first.",
    )
    mentioned_in: FoundMentionConnection = strawberry.field(
        resolver=mentioned_in,
        description="The documents that name it, each page by itself, the likeliest first.",
    )
    profile: Profile | None = strawberry.field(
        resolver=_profile,
        description="The records that are judged the same, directly or through others, and what "
        "they tell together; a record that nobody joined is a profile of its own. Null for a "
        "relationship or a shared value.",
    )

    @classmethod
    def resolve_type(cls, node: value.Node, *_: object) -> str:
        """The name of a value's object type."""
        return object_name(node.schema) if isinstance(node, value.Entity) else LITERAL

    @classmethod
    def is_type_of(cls, *_: object) -> bool:
        """True: ``resolve_type`` has decided, and asking all 66 types again would take long."""
        return True


@strawberry.type(
    description="A value that several entities share, such as a phone number or an address."
)
class Literal(Entity):
    """A value that several entities share."""

    schema: str = strawberry.field(resolver=_literal_schema)
    caption: str = strawberry.field(resolver=_literal_caption)
    type: str
    value: str

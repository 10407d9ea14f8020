"""What every entity answers, whatever its schema: the interface ``Entity``, and ``Literal``, a shared value.

Values are the engine's own; a class here only says which of their attributes are shown, and under what type.
Resolvers that answer such values are therefore annotated ``Any``, and the class attribute carries the type.
"""

from functools import cache
from typing import Annotated, Any

import strawberry
from followthemoney.property import Property as FtmProperty

from api.argument import DateRange, range_of, several
from api.connection import PageInfo, size
from api.dataset import Dataset
from api.session import Info
from engine import answer
from engine import entity as value
from engine.question import Direction, ExpandOrder, ExpandQuestion

EXPAND = ExpandQuestion.first
LITERAL = "Literal"

Names = Annotated[list[str] | None, strawberry.argument(description="Only these.")]
Types = Annotated[
    list[str] | None,
    strawberry.argument(description="Relationship types: OWNERSHIP, ADDRESS_ENTITY, PHONE."),
]


@strawberry.type(description="How many relationships of one type and direction an entity has.")
class EdgeCount:
    """How many relationships of one type and direction an entity has."""

    type: str
    direction: Direction
    count: int


class Values:
    """One property of one record."""

    def __init__(self, record: value.Entity, prop: FtmProperty) -> None:
        self.record = record
        self.name = prop.name
        self.label = prop.label
        self.type = prop.type.name
        self.values = list(record.properties.get(prop.name, ()))


async def _values_entities(root: strawberry.Parent[Values], info: Info) -> Any:
    if root.type != "entity":
        return []
    found = await info.context.nodes.load_many(root.record.references(root.name))
    return [node for node in found if node is not None]


@strawberry.type(description="One property with all its values: the generic form, for programs.")
class Property:
    """One property with all its values."""

    name: str
    label: str
    type: str
    values: list[str]
    entities: "list[Entity]" = strawberry.field(
        resolver=_values_entities, description="The entities that an entity-typed property names."
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


@strawberry.type(description="An FtM edge, or a property that names an entity.")
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
        description="The edge as an entity; null where the relationship is a property."
    )


@strawberry.type(description="A neighbour, and the relationship that leads to it.")
class ExpandEdge:
    """A neighbour, and the relationship that leads to it."""

    cursor: str
    node: "Entity"
    relationship: Relationship


class Expansion:
    """One page of an entity's neighbours, with what was asked for."""

    def __init__(self, question: ExpandQuestion, page: answer.Page[answer.Step]) -> None:
        self.question = question
        self.nodes = [step.node for step in page.items]
        self.edges = [
            Neighbour(cursor, step) for cursor, step in zip(page.cursors, page.items, strict=True)
        ]
        self.page_info = PageInfo.of(page.cursors, page.has_next)


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
    wanted = root.properties if names is None else dict.fromkeys(names)
    return [
        Values(root, known[name]) for name in wanted if name in known and root.properties.get(name)
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
    first: int | None = EXPAND,
    after: str | None = None,
) -> Any:
    question = ExpandQuestion(
        root.id,
        types=several(types),
        direction=direction or Direction.BOTH,
        schemata=several(schemata),
        during=range_of(during),
        order=order or ExpandOrder.DEGREE_ASC,
        first=size(first, EXPAND),
        after=after,
    )
    return Expansion(question, await info.context.ask(info.context.engine.expand, question))


@cache
def object_name(schema: str) -> str:
    """The object type of a schema's records: its own name, or one beside the interface of that name."""
    return f"{schema}Record" if value.schema_of(schema).descendants else schema


def _literal_schema() -> str:
    return LITERAL


def _literal_caption(root: strawberry.Parent[value.Literal]) -> str:
    return root.value


@strawberry.interface(
    description="One entity as one dataset tells it, or a value that several share."
)
class Entity:
    """What every entity answers."""

    id: strawberry.ID
    schema: str
    caption: str
    dataset: Dataset = strawberry.field(resolver=_dataset)
    properties: list[Property] = strawberry.field(
        resolver=_properties, description="The properties that have values, or those named."
    )
    edge_counts: list[EdgeCount] = strawberry.field(
        resolver=_edge_counts,
        description="How many relationships there are, by type and direction.",
    )
    expand: ExpandConnection = strawberry.field(
        resolver=_expand, description="The neighbours, with the relationships that lead to them."
    )

    @classmethod
    def resolve_type(cls, node: value.Node, *_: object) -> str:
        """The name of the object type that a value has."""
        return object_name(node.schema) if isinstance(node, value.Entity) else LITERAL

    @classmethod
    def is_type_of(cls, *_: object) -> bool:
        """True: ``resolve_type`` has decided."""
        return True


@strawberry.type(
    description="A value that several share: a phone number, an address, an identifier."
)
class Literal(Entity):
    """A value that several entities share."""

    schema: str = strawberry.field(resolver=_literal_schema)
    caption: str = strawberry.field(resolver=_literal_caption)
    type: str
    value: str

"""How much a document may ask: its size, shape and cost are worked out before anything runs.

The shape is measured before validation in one pass that looks at each fragment once, so that fragments that
spread each other cost no more than their text. The cost is worked out after validation, with the variables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    parse,
)
from graphql.pyutils import Undefined

from api.error import Refused


@dataclass(frozen=True)
class Limit:
    """What a document may have at most."""

    characters: int = 16 * 1024
    tokens: int = 2000
    depth: int = 12
    aliases: int = 30
    fields: int = 300
    operations: int = 10
    fragments: int = 100
    directives: int = 5
    """On one place."""
    level: int = 40
    """Braces within braces in one definition, inline fragments included."""
    introspections: int = 2
    introspection_depth: int = 20
    introspection_lists: int = 1
    """Lists of fields or types within each other."""
    page: int = 100
    ids: int = 500
    cost: int = 10_000


LIMIT = Limit()
INTROSPECTION = frozenset({"__schema", "__type"})
INTROSPECTION_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})
COUNTED = frozenset({"SearchConnection", "ExpandConnection", "DatasetConnection", "RunConnection"})
"""Connections whose totalCount is counted without reading."""
COUNT_PAGE = 100
"""What the totalCount of a reverse property costs: it reads what it counts."""


@dataclass(frozen=True)
class Measure:
    """What a part of a document asks for, through its fragments."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    introspections: int = 0
    lists: int = 0

    def beside(self, other: "Measure") -> "Measure":
        """Both, next to each other."""
        return Measure(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.introspections + other.introspections,
            max(self.lists, other.lists),
        )


@dataclass
class Shape:
    """Measures a document; ``check`` raises Refused."""

    fragments: Mapping[str, FragmentDefinitionNode]
    limit: Limit = LIMIT
    _known: dict[str, Measure | None] = field(default_factory=dict)

    def measure(self, selections: SelectionSetNode | None, level: int = 1) -> Measure:
        """What a selection asks for."""
        total = Measure()
        if level > self.limit.level:
            raise Refused(f"The document is nested too deeply: at most {self.limit.level} braces.")
        for node in selections.selections if selections else ():
            if len(node.directives or ()) > self.limit.directives:
                raise Refused(f"Too many directives on one place: at most {self.limit.directives}.")
            if isinstance(node, FieldNode):
                total = total.beside(self._field(node, level))
            elif isinstance(node, InlineFragmentNode):
                total = total.beside(self.measure(node.selection_set, level + 1))
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(self._fragment(node.name.value))
            if total.fields > self.limit.fields:
                raise Refused(
                    f"The document asks for too many fields: at most {self.limit.fields}."
                )
            if total.aliases > self.limit.aliases:
                raise Refused(f"The document has too many aliases: at most {self.limit.aliases}.")
        return total

    def _field(self, node: FieldNode, level: int) -> Measure:
        inner = self.measure(node.selection_set, level + 1)
        name, alias = node.name.value, int(node.alias is not None)
        depth, lists, roots = (
            inner.depth + 1,
            inner.lists + (name in INTROSPECTION_LISTS),
            inner.introspections,
        )
        if name in INTROSPECTION:
            if depth > self.limit.introspection_depth or lists > self.limit.introspection_lists:
                raise Refused("The introspection is nested too deeply.")
            depth, lists, roots = 1, 0, roots + 1
        return Measure(depth, inner.fields + 1, inner.aliases + alias, roots, lists)

    def _fragment(self, name: str) -> Measure:
        if name not in self.fragments:
            return Measure()
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.measure(self.fragments[name].selection_set)
        found = self._known[name]
        if found is None:
            raise Refused(f"The fragment '{name}' spreads itself.", "BAD_USER_INPUT")
        return found

    def check(self, operation: OperationDefinitionNode) -> None:
        """Refuse an operation that asks for too much."""
        found = self.measure(operation.selection_set)
        if len(operation.directives or ()) > self.limit.directives:
            raise Refused(f"Too many directives on one place: at most {self.limit.directives}.")
        if found.depth > self.limit.depth:
            raise Refused(f"The document is {found.depth} fields deep: at most {self.limit.depth}.")
        if found.introspections > self.limit.introspections:
            raise Refused(f"Too many introspections: at most {self.limit.introspections}.")


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """A document's fragments by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """A document's operations in order."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def read(text: str, limit: Limit = LIMIT) -> DocumentNode:
    """The document that a text holds; raises Refused, or GraphQLError where it is none."""
    if len(text.encode(errors="surrogatepass")) > limit.characters:
        raise Refused(f"The document is too long: at most {limit.characters // 1024} KiB.")
    document = parse(text, max_tokens=limit.tokens)
    operations, fragments = operations_of(document), fragments_of(document)
    if len(operations) > limit.operations or len(fragments) > limit.fragments:
        raise Refused(
            f"At most {limit.operations} operations and {limit.fragments} fragments in a document."
        )
    shape = Shape(fragments, limit)
    for operation in operations:
        shape.check(operation)
    for fragment in fragments.values():
        shape.measure(fragment.selection_set)
    return document


def is_introspection(document: DocumentNode) -> bool:
    """Whether a document asks for nothing but the schema, without variables."""
    operations = operations_of(document)
    return bool(operations) and all(
        not operation.variable_definitions
        and all(
            isinstance(node, FieldNode) and node.name.value.startswith("__")
            for node in operation.selection_set.selections
        )
        for operation in operations
    )


@dataclass
class Cost:
    """Works out how many records an operation may bring at most: pages within pages multiply."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    limit: Limit = LIMIT
    _defaults: dict[str, Any] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)

    def check(self, operation: OperationDefinitionNode) -> None:
        """Refuse an operation whose pages are too large, alone or together."""
        self._defaults = {
            node.variable.name.value: self._value(node.default_value)
            for node in operation.variable_definitions or ()
            if node.default_value is not None
        }
        cost = self._selections(operation.selection_set, self.schema.query_type)
        if cost > self.limit.cost:
            raise Refused(
                f"The document may bring {cost:,} records: at most {self.limit.cost:,}. Ask for less."
            )

    def _selections(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> int:
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total += self._field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                total += self._selections(node.selection_set, inner)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in self._known:
                    fragment = self.fragments[name]
                    inner = self.schema.get_type(fragment.type_condition.name.value)
                    self._known[name] = self._selections(fragment.selection_set, inner)
                total += self._known[name]
        return total

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> int:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        found = parent.fields.get(node.name.value)
        if found is None:
            return 0
        inner = self._selections(node.selection_set, get_named_type(found.type))
        size = self._size(node, found)
        if size is None:
            reads = node.name.value == "totalCount" and parent.name not in COUNTED
            return COUNT_PAGE if reads else inner
        return size * (1 + inner)

    def _size(self, node: FieldNode, found: GraphQLField) -> int | None:
        """How many records a field brings at most; None where it is no list of its own."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "first" in found.args:
            first = self._argument("first", given, found.args)
            if isinstance(first, int) and not 0 <= first <= self.limit.page:
                raise Refused(
                    f"first: {first} is not between 0 and {self.limit.page}.", "BAD_USER_INPUT"
                )
            return first if isinstance(first, int) else 1
        for name in ("ids", "from", "to", "avoid"):
            ids = self._argument(name, given, found.args) if name in found.args else None
            if isinstance(ids, list) and len(ids) > self.limit.ids:
                raise Refused(f"{name}: at most {self.limit.ids} ids.", "BAD_USER_INPUT")
            if name == "ids" and isinstance(ids, list):
                return len(ids)
        k = self._argument("k", given, found.args) if "k" in found.args else None
        return min(max(k, 1), self.limit.page) if isinstance(k, int) else None

    def _argument(
        self, name: str, given: Mapping[str, ValueNode], arguments: Mapping[str, GraphQLArgument]
    ) -> Any:
        value = self._value(given[name]) if name in given else None
        if value is not None:
            return value
        default = arguments[name].default_value
        return None if default is Undefined else default

    def _value(self, node: ValueNode | None) -> Any:
        if isinstance(node, VariableNode):
            name = node.name.value
            return self.variables.get(name, self._defaults.get(name))
        if isinstance(node, IntValueNode):
            return int(node.value) if len(node.value) < 20 else 10**20
        if isinstance(node, ListValueNode):
            return list(node.values)
        return None

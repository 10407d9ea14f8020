"""How much an operation may read: counted after validation, with its variables, before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
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
)
from graphql.pyutils import Undefined

from api.error import Refused
from api.limit import LIMIT, Limit

CHEAP_COUNTS = frozenset(
    {"SearchConnection", "ExpandConnection", "DatasetConnection", "RunConnection"}
)
"""Connections whose totalCount is counted by a store, without reading records."""
READ_COUNT = 100
"""The cost of the totalCount of a reverse property: the engine reads what it counts."""
ID_LISTS = ("ids", "from", "to", "avoid")
"""Arguments that are lists of ids."""
HUGE = 10**20
"""Stands for a number with so many digits that converting it would take long."""


@dataclass
class Cost:
    """Counts the records that an operation may read at most: pages within pages multiply."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    limit: Limit = LIMIT
    _defaults: dict[str, Any] = field(default_factory=dict)
    _fragment_costs: dict[str, int] = field(default_factory=dict)

    def check(self, operation: OperationDefinitionNode) -> int:
        """The cost in points; raises Refused for an operation whose pages are too large."""
        self._defaults = {
            node.variable.name.value: self._value(node.default_value)
            for node in operation.variable_definitions or ()
            if node.default_value is not None
        }
        root = self.schema.get_root_type(operation.operation)
        records = self._selections(operation.selection_set, root)
        if records > self.limit.records:
            raise Refused(
                f"The operation may read {records:,} records: at most {self.limit.records:,}. "
                "Ask for smaller pages, or for fewer pages within pages."
            )
        return max(1, records)

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
                total += self._fragment(node.name.value)
        return total

    def _fragment(self, name: str) -> int:
        if name not in self._fragment_costs:
            fragment = self.fragments[name]
            parent = self.schema.get_type(fragment.type_condition.name.value)
            self._fragment_costs[name] = self._selections(fragment.selection_set, parent)
        return self._fragment_costs[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> int:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        definition = parent.fields.get(node.name.value)
        if definition is None:
            return 0
        inner = self._selections(node.selection_set, get_named_type(definition.type))
        size = self._size(node, definition)
        if size is not None:
            return size * (1 + inner)
        reads = node.name.value == "totalCount" and parent.name not in CHEAP_COUNTS
        return READ_COUNT if reads else inner

    def _size(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """How many items a field returns at most; None where it is not a list of its own."""
        arguments = self._arguments(node, definition)
        if "first" in arguments:
            return self._page_size(arguments["first"])
        for name in ID_LISTS:
            ids = arguments.get(name)
            if isinstance(ids, list) and len(ids) > self.limit.ids:
                raise Refused(f"{name}: at most {self.limit.ids} ids.", "BAD_USER_INPUT")
        ids, k = arguments.get("ids"), arguments.get("k")
        if isinstance(ids, list):
            return len(ids)
        return min(max(k, 1), self.limit.page) if isinstance(k, int) else None

    def _page_size(self, first: Any) -> int:
        if not isinstance(first, int):
            return 1  # not a number at all: execution refuses it
        if not 0 <= first <= self.limit.page:
            raise Refused(
                f"first: {first} is not between 0 and {self.limit.page}.", "BAD_USER_INPUT"
            )
        return first

    def _arguments(self, node: FieldNode, definition: GraphQLField) -> dict[str, Any]:
        """The value of every argument that the field has, its default where none is given."""
        values = {}
        for name, argument in definition.args.items():
            default = argument.default_value
            values[name] = None if default is Undefined else default
        for argument_node in node.arguments or ():
            value = self._value(argument_node.value)
            if value is not None:
                values[argument_node.name.value] = value
        return values

    def _value(self, node: ValueNode | None) -> Any:
        """A number, or a list whose length counts; None for all other values."""
        if isinstance(node, VariableNode):
            name = node.name.value
            return self.variables.get(name, self._defaults.get(name))
        if isinstance(node, IntValueNode):
            return int(node.value) if len(node.value) < 20 else HUGE
        if isinstance(node, ListValueNode):
            return list(node.values)
        return None

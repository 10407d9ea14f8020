"""How large the answer to a question about the schema may be: counted before it is executed.

The tools of Apollo, urql, Relay and GraphiQL ask for the whole schema, many of them with
``__typename`` everywhere, which is more fields and deeper than anybody needs of data. So
introspection is measured by what it makes the executor do, and not by its shape alone: lists within
lists (fields of the types of fields …) multiply, and are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
)

from api.error import Refused
from api.limit import INTROSPECTION, fragments_of, is_introspection, operations_of
from api.schema import schema

MOST_VALUES = 300_000
"""Values in an answer about the schema; the whole schema with each ``__typename`` has half."""
MOST_BESIDE_DATA = 20_000
"""Of a request that asks for data as well: others wait until its schema part is answered."""
WRAPS = 3
"""How often a type is wrapped at most: a list that is not null, of items that are not null."""

EVERY = frozenset({"types", "fields", "inputFields", "args", "enumValues"})
"""Lists whose items, for all types together, are all that there are."""


@dataclass(frozen=True)
class Extent:
    """How many items the lists of introspection have."""

    all: Mapping[str, float]
    """In the mean over all types, for the lists below ``types``."""
    most: Mapping[str, float]
    """At most, for the lists of a single type."""

    @classmethod
    def of(cls, made: GraphQLSchema) -> "Extent":
        """The extent of a schema."""
        kinds = list(made.type_map.values())
        composite = [k for k in kinds if isinstance(k, GraphQLObjectType | GraphQLInterfaceType)]
        fields = [one for kind in composite for one in kind.fields.values()]
        counts = {
            "fields": [len(kind.fields) for kind in composite],
            "interfaces": [len(kind.interfaces) for kind in composite],
            "possibleTypes": [
                len(made.get_possible_types(kind))
                for kind in composite
                if isinstance(kind, GraphQLInterfaceType)
            ],
            "inputFields": [
                len(kind.fields) for kind in kinds if isinstance(kind, GraphQLInputObjectType)
            ],
            "enumValues": [len(kind.values) for kind in kinds if isinstance(kind, GraphQLEnumType)],
        }
        arguments = [len(one.args) for one in fields]
        whole = {"types": len(kinds), "directives": len(made.directives), "locations": 20}
        means = {name: sum(numbers) / len(kinds) for name, numbers in counts.items()}
        means["args"] = sum(arguments) / len(fields)
        most = {name: max(numbers) for name, numbers in counts.items()}
        return cls({**whole, **means}, {**whole, **most, "args": max(arguments)})


@cache
def extent() -> Extent:
    """The extent of our schema."""
    return Extent.of(schema())


@dataclass
class Size:
    """Counts the values in the answers about the schema, at most."""

    fragments: Mapping[str, FragmentDefinitionNode]
    extent: Extent
    _known: dict[tuple[int, bool, int], float] = field(default_factory=dict)

    def introspections(self, selections: SelectionSetNode) -> float:
        """The values of all answers about the schema at any depth of some selections."""
        total = 0.0
        for node in selections.selections:
            if isinstance(node, FieldNode) and node.name.value in INTROSPECTION:
                assert node.selection_set is not None
                total += self._values(node.selection_set, node.name.value == "__schema", 0)
            elif not isinstance(node, FieldNode):
                total += self.introspections(self._inner(node))
        return total

    def _values(self, selections: SelectionSetNode, every: bool, wraps: int) -> float:
        """The values in one object.

        ``every`` says that such objects stand for all types alike, so that means count; ``wraps``
        is how many types may be wrapped in this one.
        """
        key = (id(selections), every, wraps)
        if key not in self._known:
            self._known[key] = sum(
                self._value(node, every, wraps) for node in selections.selections
            )
        return self._known[key]

    def _value(self, node: object, every: bool, wraps: int) -> float:
        if not isinstance(node, FieldNode):
            return self._values(self._inner(node), every, wraps)
        if node.selection_set is None:
            return 1
        name = node.name.value
        if name == "ofType":
            return 1 + (self._values(node.selection_set, False, wraps - 1) if wraps > 0 else 0)
        if name == "type":
            return 1 + self._values(node.selection_set, False, WRAPS)
        count = (self.extent.all if every else self.extent.most).get(name, 1)
        within = every and name in EVERY
        return 1 + count * self._values(node.selection_set, within, 0)

    def _inner(self, node: object) -> SelectionSetNode:
        """What a fragment selects."""
        if isinstance(node, InlineFragmentNode):
            return node.selection_set
        return self.fragments[node.name.value].selection_set  # type: ignore[attr-defined]


def check_introspection(parsed: DocumentNode) -> None:
    """Raises Refused for a valid request whose answer about the schema would be too large."""
    size = Size(fragments_of(parsed), extent())
    alone = is_introspection(parsed)
    most = MOST_VALUES if alone else MOST_BESIDE_DATA
    for operation in operations_of(parsed):
        if size.introspections(operation.selection_set) > most:
            advice = "for fewer lists within lists" if alone else "for the schema by itself"
            raise Refused(f"The introspection asks for more than {most:,} values: ask {advice}.")

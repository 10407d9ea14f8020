"""What an operation costs in points: counted after validation, with its variables, before it runs.

A point is about one record that is read. Pages within pages multiply, and a path costs by the pairs
of its ends, its hops and how many paths are wanted. What the executor does not run costs nothing: a
field that ``@skip`` or ``@include`` leaves out; a field that several fragments select counts once;
and of fragments on different types only the dearest count that one record can have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
    get_variable_values,
)
from graphql.execution.values import VariableValues

from api.error import Refused
from api.limit import LIMIT, Limit
from engine.cluster import MOST_AROUND
from engine.question import MAX_HOPS, MAX_K, PathMode, PathQuestion

ID_LISTS = ("ids", "from", "to", "avoid", "via")
"""Arguments that are lists of ids."""
MANY = ("paths", "subgraph", "entities", "neighbourhood")
"""Root fields that take a list of ids, and read much for it."""
READ_WITH_PARENT = frozenset(
    {
        ("Relationship", "entity"),
        ("Holding", "entity"),
        ("ShareDoubt", "entity"),
        ("XrefPair", "left"),
    }
)
"""Records that come with what names them; so does the node of every edge of a connection."""
WALK = 10
"""The cost of looking for chains of owners or holdings, beside that of those found."""
DOUBTS = 50
"""Doubts about shares that are listed."""
ROUTE = 5
"""Entities, and relationships, on the routes to one owner: more are rare."""
OVERLAP = 3
"""Records of several datasets that are one thing."""
COMPARED = 75
"""Records that are read to be compared with one (``engine.match.matcher``)."""
SAMPLED, JUDGED = 100, 1_000
"""To look for the pairs of a run that may be judged in one step, and to judge them."""
PROPERTIES = 5
"""Properties that name entities, of a record whose properties are all asked for."""
MOST_LOOKS = 20_000
"""How often a field or a fragment is looked at: once for each type of record that it may be of.
Real operations have some hundreds."""

Composite = GraphQLObjectType | GraphQLInterfaceType
Counts = Mapping[str, int]
"""How many items the fields of a page or a result have, by the name of the field."""
NONE: Counts = MappingProxyType({})
PROFILE: Counts = MappingProxyType(
    {"records": 10, "properties": 20, "judgements": 10, "contradictions": 1}
)
"""What a profile has: more are rare."""
SAID = 5
"""What was said of one pair in one collection: more is rare."""
MODEL = 500
"""To tell FollowTheMoney's model: it has 66 schemata with 30 properties each."""


@dataclass
class Cost:
    """Counts what an operation may read at most."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    limit: Limit = LIMIT
    _values: VariableValues = field(default_factory=lambda: VariableValues({}, {}))
    _looks: int = 0
    _known: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def check(self, operation: OperationDefinitionNode) -> int:
        """The cost in points; raises Refused for an operation whose pages are too large."""
        definitions = operation.variable_definitions or ()
        values = get_variable_values(self.schema, definitions, dict(self.variables), max_errors=1)
        root = self.schema.get_root_type(operation.operation)
        if isinstance(values, list) or root is None:
            return 1  # execution refuses it, and says why
        self._values = values
        points = max(1, self._inner((operation.selection_set,), root))
        if points > self.limit.points:
            raise Refused(
                f"The operation costs {points:,} points: at most {self.limit.points:,}. "
                "Ask for smaller pages, for fewer pages within pages, or for fewer paths.",
                "QUERY_TOO_COMPLEX",
                400,
            )
        return points

    def _inner(
        self, sets: tuple[SelectionSetNode, ...], kind: GraphQLNamedType, counts: Counts = NONE
    ) -> int:
        """The cost of what is selected of one object of a type."""
        if not sets or not isinstance(kind, Composite):
            return 0
        key = (*map(id, sets), kind.name, *counts.items())
        if key not in self._known:
            self._known[key] = max(
                sum(self._field(nodes, one, counts) for nodes in self._fields(sets, one))
                for one in self._kinds(sets, kind)
            )
        return self._known[key]

    def _kinds(self, sets: Sequence[SelectionSetNode], kind: Composite) -> list[Composite]:
        """The types that an object may have: one of all for which the same fragments count."""
        conditions = {name for name in self._conditions(sets) if name not in names_of(kind)}
        if not conditions or isinstance(kind, GraphQLObjectType):
            return [kind]
        kinds: dict[frozenset[str], Composite] = {}
        for one in self.schema.get_possible_types(kind):
            kinds.setdefault(frozenset(name for name in conditions if name in names_of(one)), one)
        return list(kinds.values())

    def _conditions(self, sets: Sequence[SelectionSetNode]) -> Iterator[str]:
        """The types that fragments of these selections are on, fragments within them included."""
        waiting, seen = list(sets), set()
        while waiting:
            for node in waiting.pop().selections:
                if isinstance(node, FieldNode):
                    continue
                condition, inner = self._fragment(node)
                if condition is not None:
                    yield condition
                if id(inner) not in seen:
                    seen.add(id(inner))
                    waiting.append(inner)

    def _fields(
        self, sets: Sequence[SelectionSetNode], kind: Composite
    ) -> Iterator[list[FieldNode]]:
        """The fields that are selected of a type; those that become one in the answer together."""
        fields: dict[str, list[FieldNode]] = {}
        waiting, seen = list(sets), set()
        while waiting:
            selections = waiting.pop().selections
            self._look(len(selections))
            for node in selections:
                if not self._is_included(node):
                    continue
                if isinstance(node, FieldNode):
                    fields.setdefault((node.alias or node.name).value, []).append(node)
                    continue
                condition, inner = self._fragment(node)
                if (condition is None or condition in names_of(kind)) and id(inner) not in seen:
                    seen.add(id(inner))
                    waiting.append(inner)
        yield from fields.values()

    def _look(self, count: int) -> None:
        """Raises Refused where counting itself would take long."""
        self._looks += count
        if self._looks > MOST_LOOKS:
            raise Refused(
                "The operation has too many fragments on different types within each other.",
                "QUERY_TOO_COMPLEX",
                400,
            )

    def _fragment(self, node: SelectionNode) -> tuple[str | None, SelectionSetNode]:
        """The type that a fragment is on, if it says so, and what it selects."""
        if isinstance(node, InlineFragmentNode):
            on = node.type_condition
            return None if on is None else on.name.value, node.selection_set
        fragment = self.fragments[node.name.value]  # type: ignore[attr-defined]
        return fragment.type_condition.name.value, fragment.selection_set

    def _is_included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        try:
            skip = get_directive_values(GraphQLSkipDirective, node, self._values) or {}
            include = get_directive_values(GraphQLIncludeDirective, node, self._values) or {}
        except GraphQLError:
            return True  # execution refuses it
        return not skip.get("if", False) and bool(include.get("if", True))

    def _field(self, nodes: list[FieldNode], parent: Composite, counts: Counts) -> int:
        """The cost of one field of one object."""
        name = nodes[0].name.value
        definition = parent.fields.get(name)
        if definition is None:  # the schema itself: __typename
            return 0
        kind = get_named_type(definition.type)
        sets = tuple(node.selection_set for node in nodes if node.selection_set is not None)
        if name in counts:
            return counts[name] * self._inner(sets, kind)
        arguments = self._arguments(nodes[0], definition)
        if name == "clusters":
            return self._clusters(arguments, sets, kind)
        if "first" in arguments:
            return self._page(arguments["first"], sets, kind)
        if parent is self.schema.query_type and name in MANY:
            return self._many(name, arguments, sets, kind)
        return self._one(name, parent, arguments, sets, kind)

    def _clusters(
        self,
        arguments: Mapping[str, Any],
        sets: tuple[SelectionSetNode, ...],
        kind: GraphQLNamedType,
    ) -> int:
        """What many records share, and the first of the records that share each."""
        members = min(int(arguments.get("members") or 0), self.limit.page)
        each = 1 + members + self._inner(sets, kind, {"members": members})
        return WALK + int(arguments["first"]) * each

    def _page(self, size: int, sets: tuple[SelectionSetNode, ...], kind: GraphQLNamedType) -> int:
        """A page of a list: looking for it, and its items."""
        if kind.name in ("MatchResult", "Screening"):
            return COMPARED + self._inner(sets, kind, {"nodes": size})
        if not kind.name.endswith("Connection") or not isinstance(kind, GraphQLObjectType):
            return WALK + size * (1 + self._inner(sets, kind))
        asked = {nodes[0].name.value for nodes in self._fields(sets, kind)}
        items = size if asked & {"nodes", "edges", "pageInfo"} else 0
        looking = WALK if kind.name == "HoldingConnection" else 1
        counts = {"nodes": size, "edges": size, "doubts": DOUBTS, "entities": OVERLAP}
        return looking + items + self._inner(sets, kind, counts)

    def _many(
        self,
        name: str,
        arguments: Mapping[str, Any],
        sets: tuple[SelectionSetNode, ...],
        kind: GraphQLNamedType,
    ) -> int:
        """What is asked for with a list of ids."""
        size = _set_size(name, arguments)
        if name == "entities":
            return size * (1 + self._inner(sets, kind))
        if name in ("subgraph", "neighbourhood"):
            return size + self._inner(sets, kind, {"nodes": size, "edges": size})
        pairs = len(set(arguments.get("from") or ())) * len(set(arguments.get("to") or ()))
        hops = len(arguments.get("hops") or ()) or _number(arguments, "maxHops", MAX_HOPS)
        mode = getattr(arguments.get("mode"), "value", arguments.get("mode"))
        found = pairs
        if mode == PathMode.K_SHORTEST.value:
            found = pairs * _number(arguments, "k", MAX_K)
        elif mode == PathMode.ALL_SHORTEST.value and pairs:
            found = max(pairs, PathQuestion.limit)
        counts = {"nodes": found * (hops + 1), "edges": found * hops}
        pairs *= 1 + len(arguments.get("via") or ()) ** 2  # each part of the way is looked for
        return pairs * hops + counts["nodes"] + self._inner(sets, kind, counts)

    def _one(
        self,
        name: str,
        parent: Composite,
        arguments: Mapping[str, Any],
        sets: tuple[SelectionSetNode, ...],
        kind: GraphQLNamedType,
    ) -> int:
        """A field without a page."""
        if name == "totalCount":  # a store counts, and reads no records
            return 1
        if name in ("facets", "edgeCounts", "suggestions"):
            return len(arguments.get("fields") or (name,))
        if name == "routes":
            return self._inner(sets, kind, {"nodes": ROUTE, "edges": ROUTE})
        if name == "xrefSample":
            return SAMPLED + self._inner(sets, kind, {"pairs": max(arguments.get("size") or 0, 0)})
        if name == "profile":
            return sum(PROFILE.values()) + self._inner(sets, kind, PROFILE)
        inner = self._inner(sets, kind)
        if name == "judgeXref":
            return JUDGED + inner
        if name == "history":
            return SAID * (1 + inner)
        if name == "properties":
            names = arguments.get("names")
            return inner * (PROPERTIES if names is None else len(names))
        return inner + self._reads(name, parent, kind)

    def _reads(self, name: str, parent: Composite, kind: GraphQLNamedType) -> int:
        """How many records one field reads by itself: one, or none."""
        if parent in (self.schema.query_type, self.schema.mutation_type):
            return MODEL if name == "model" else 1
        if not isinstance(kind, Composite) or "Entity" not in names_of(kind):
            return 0
        return int(not parent.name.endswith("Edge") and (parent.name, name) not in READ_WITH_PARENT)

    def _arguments(self, node: FieldNode, definition: GraphQLField) -> dict[str, Any]:
        """The values of a field's arguments; raises Refused for pages and lists that are too long.

        The default of the schema counts for null, too, as it does for the resolvers.
        """
        if not definition.args:
            return {}
        try:
            values = get_argument_values(definition, node, self._values)
        except GraphQLError:
            return {}  # execution refuses it
        for name, argument in definition.args.items():
            if values.get(name) is None and argument.default_value:
                values[name] = argument.default_value
        first = values.get("first", 0)
        if not 0 <= first <= self.limit.page:
            raise Refused(
                f"first: {first} is not between 0 and {self.limit.page}.", "BAD_USER_INPUT"
            )
        most = self.limit.drawn if node.name.value == "subgraph" else self.limit.ids
        for name in ID_LISTS:
            if len(values.get(name) or ()) > most:
                raise Refused(f"{name}: at most {most:,} ids.", "BAD_USER_INPUT")
        return values


@cache
def names_of(kind: Composite) -> frozenset[str]:
    """The names of a type and of the interfaces that it has."""
    return frozenset({kind.name, *(above.name for above in kind.interfaces)})


def _set_size(name: str, arguments: Mapping[str, Any]) -> int:
    """How many records a set has at most."""
    size = len(arguments.get("ids") or ())
    return max(size, _number(arguments, "size", MOST_AROUND)) if name == "neighbourhood" else size


def _number(arguments: Mapping[str, Any], name: str, most: int) -> int:
    """A number as the engine takes it; one that is out of its range is refused later."""
    return min(max(int(arguments.get(name) or 1), 1), most)

"""How large an operation may be: its text and its shape, measured before validation.

Validation takes time that grows with the operation, and exponentially where fragments spread each
other. That is why this pass comes first and looks at each fragment once, however often it is
spread. What an operation may read is worked out after validation, in ``api.cost``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from api.error import Refused


@dataclass(frozen=True)
class Limit:
    """The most that one request may have of each."""

    characters: int = 16 * 1024
    """Bytes of the text in UTF-8."""
    tokens: int = 2000
    depth: int = 12
    """Fields within fields; through fragments too."""
    aliases: int = 30
    fields: int = 300
    operations: int = 10
    fragments: int = 100
    directives: int = 5
    """On one field, fragment or operation."""
    nesting: int = 40
    """Braces within braces, those of inline fragments included."""
    introspections: int = 10
    introspection_depth: int = 20
    introspection_fields: int = 600
    """The whole schema is 230 fields, and 312 with ``__typename`` everywhere."""
    page: int = 100
    ids: int = 500
    drawn: int = 5_000
    """Ids of one ``subgraph``, whose cost grows with what is among them, not around them."""
    points: int = 10_000
    """What an operation may cost (``api.cost``), whoever asks."""


LIMIT = Limit()
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True)
class Measure:
    """What a part of an operation asks for, with the fragments that it spreads."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    introspections: int = 0

    def beside(self, other: "Measure") -> "Measure":
        """The measure of two parts that are next to each other."""
        return Measure(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.introspections + other.introspections,
        )


@dataclass
class Shape:
    """Measures operations and fragments; raises Refused where one is too large."""

    fragments: Mapping[str, FragmentDefinitionNode]
    limit: Limit = LIMIT
    _measured: dict[str, Measure | None] = field(default_factory=dict)
    """The measure of each fragment; None while it is being measured."""

    def check(self, operation: OperationDefinitionNode) -> None:
        """Raises Refused for an operation that is too large."""
        measure = self.measure(operation.selection_set)
        self._check_directives(operation)
        if measure.depth > self.limit.depth:
            raise Refused(
                f"The operation is {measure.depth} fields deep: at most {self.limit.depth}."
            )
        if measure.introspections > self.limit.introspections:
            raise Refused(f"Too many introspections: at most {self.limit.introspections}.")

    def measure(
        self, selections: SelectionSetNode | None, nesting: int = 1, *, of_schema: bool = False
    ) -> Measure:
        """The measure of what is between two braces; ``nesting`` counts the braces around it.

        ``of_schema`` says that it is asked of the schema, and not of the data.
        """
        total = Measure()
        most = self.limit.introspection_fields if of_schema else self.limit.fields
        if nesting > self.limit.nesting:
            raise Refused(
                f"The operation is nested too deeply: at most {self.limit.nesting} braces."
            )
        for node in selections.selections if selections else ():
            self._check_directives(node)
            if isinstance(node, FieldNode):
                total = total.beside(self._field(node, nesting, of_schema))
            elif isinstance(node, InlineFragmentNode):
                inner = self.measure(node.selection_set, nesting + 1, of_schema=of_schema)
                total = total.beside(inner)
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(self.fragment(node.name.value))
            # checked after each node: a sum over fragments may grow without bound
            if total.fields > most:
                raise Refused(f"The operation asks for too many fields: at most {most}.")
            if total.aliases > self.limit.aliases:
                raise Refused(f"The operation has too many aliases: at most {self.limit.aliases}.")
        return total

    def _check_directives(self, node: SelectionNode | OperationDefinitionNode) -> None:
        if len(node.directives or ()) > self.limit.directives:
            raise Refused(f"Too many directives in one place: at most {self.limit.directives}.")

    def _field(self, node: FieldNode, nesting: int, of_schema: bool) -> Measure:
        starts = node.name.value in INTROSPECTION
        inner = self.measure(node.selection_set, nesting + 1, of_schema=of_schema or starts)
        depth, fields, introspections = inner.depth + 1, inner.fields + 1, inner.introspections
        if starts:
            if depth > self.limit.introspection_depth:
                raise Refused("The introspection is nested too deeply.")
            # introspection has limits of its own: tools ask for it deeper than for data
            depth, fields, introspections = 1, 1, introspections + 1
        return Measure(depth, fields, inner.aliases + (node.alias is not None), introspections)

    def fragment(self, name: str) -> Measure:
        """The measure of a fragment, wherever it is spread."""
        if name not in self.fragments:
            return Measure()  # validation refuses it later, with a better message
        if name not in self._measured:
            self._measured[name] = None
            self._measured[name] = self._definition(self.fragments[name])
        measure = self._measured[name]
        if measure is None:
            raise Refused(f"The fragment '{name}' spreads itself.", "BAD_USER_INPUT")
        return measure

    def _definition(self, fragment: FragmentDefinitionNode) -> Measure:
        of_schema = fragment.type_condition.name.value.startswith("__")
        return self.measure(fragment.selection_set, of_schema=of_schema)


def parse_within_limits(text: str, limit: Limit = LIMIT) -> DocumentNode:
    """The operations and fragments of a text; raises Refused, or GraphQLError for bad syntax."""
    if len(text.encode(errors="surrogatepass")) > limit.characters:
        raise Refused(f"The operation is too long: at most {limit.characters // 1024} KiB.")
    parsed = parse(text, max_tokens=limit.tokens)
    operations, fragments = operations_of(parsed), fragments_of(parsed)
    if len(operations) > limit.operations or len(fragments) > limit.fragments:
        raise Refused(
            f"At most {limit.operations} operations and {limit.fragments} fragments in a request."
        )
    shape = Shape(fragments, limit)
    for operation in operations:
        shape.check(operation)
    for name in fragments:  # those that nothing spreads are validated, too
        shape.fragment(name)
    return parsed


def fragments_of(parsed: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a request by name."""
    return {
        node.name.value: node
        for node in parsed.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def operations_of(parsed: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a request in order."""
    return [node for node in parsed.definitions if isinstance(node, OperationDefinitionNode)]


def root_fields(operation: OperationDefinitionNode) -> frozenset[str]:
    """The names of an operation's root fields; three dots for a fragment."""
    return frozenset(
        node.name.value if isinstance(node, FieldNode) else "..."
        for node in operation.selection_set.selections
    )


def is_introspection(parsed: DocumentNode) -> bool:
    """Whether a valid request asks for nothing but the schema."""
    operations = operations_of(parsed)
    sets = [operation.selection_set for operation in operations]
    fields = fields_of(sets, fragments_of(parsed))
    return bool(operations) and all(field.name.value.startswith("__") for field in fields)


def fields_of(
    sets: Iterable[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields of some selections, without those inside them; those of each fragment once."""
    waiting, seen = list(sets), set[str]()
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)


def asks_for_schema(parsed: DocumentNode) -> bool:
    """Whether a request asks for the schema, beside other things or not."""
    return any(name in INTROSPECTION for node in parsed.definitions for name in field_names(node))


def field_names(node: Any) -> Iterator[str]:
    """The names of all fields between a node's braces, at any depth."""
    selections = getattr(node, "selection_set", None)
    for inner in selections.selections if selections else ():
        if isinstance(inner, FieldNode):
            yield inner.name.value
        yield from field_names(inner)

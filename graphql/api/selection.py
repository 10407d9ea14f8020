"""What an operation selects below a field: so that nothing is read that nobody asks for."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

from api.session import Info


def selects(info: Info, *path: str) -> bool:
    """Whether a field within fields is asked for, below the one that is being resolved.

    What a directive may leave out counts, too, whatever the variables say.
    """
    fields: Iterable[FieldNode] = info._raw_info.field_nodes
    for name in path:
        sets = [node.selection_set for node in fields if node.selection_set is not None]
        inner = _fields(sets, info._raw_info.fragments)
        fields = [node for node in inner if node.name.value == name]
    return bool(fields)


def _fields(
    sets: list[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """All fields of some selections, those of each fragment once."""
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

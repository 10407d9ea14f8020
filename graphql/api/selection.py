"""What an operation selects below a field: so that nothing is read that nobody asks for."""

from collections.abc import Iterable

from graphql import FieldNode

from api.limit import fields_of
from api.session import Info


def selects(info: Info, *path: str) -> bool:
    """Whether a field within fields is asked for, below the one that is being resolved.

    What a directive may leave out counts, too, whatever the variables say.
    """
    fields: Iterable[FieldNode] = info._raw_info.field_nodes
    for name in path:
        sets = [node.selection_set for node in fields if node.selection_set is not None]
        inner = fields_of(sets, info._raw_info.fragments)
        fields = [node for node in inner if node.name.value == name]
    return bool(fields)

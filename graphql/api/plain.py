"""Executes what needs nothing but attributes in one step: values, and lists and objects of them.

graphql-core goes through each field of each object by itself: it makes its path, a description for
its resolver, and looks at its value some ten times. Most of what is asked for are attributes of the
engine's values, for which none of that is needed, and an answer is several times as fast without.

``PlainExecutor`` makes a function of each such part of an operation, and leaves all else to
graphql-core. So it does where something is not as the schema says, a null where there must be none,
say: then graphql-core goes through that part again, and finds what is wrong, and where.
"""

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLString,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from engine.errors import ClewError

Read = Callable[[Any], Any]
"""Makes a part of the answer of a value; raises NotPlain, or whatever goes wrong."""
Details = list[Any]
"""The places of an operation that ask for one field, as graphql-core collects them."""
Grouped = dict[str, Details]
"""The fields that are asked for of one object, by their names in the answer."""
TYPENAME = "__typename"
TEXT = {str}
INTEGERS = range(-(2**31), 2**31)
"""What GraphQL's Int may be."""


class NotPlain(Exception):
    """Something is not as the schema says, or needs more than attributes."""


WRONG = (
    ArithmeticError,
    AttributeError,
    ClewError,
    GraphQLError,
    LookupError,
    NotPlain,
    TypeError,
    ValueError,
)
"""What may be raised where a value is read."""


class PlainExecutor(Executor[None]):
    """graphql-core's executor, which reads what is plain in one step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # what the key holds by its id is kept beside the function, so that the id stays its own
        self._reads: dict[tuple[Any, int], tuple[Any, Read | None]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Grouped,
        position_context: None,
    ) -> Any:
        """All fields of an object."""
        made = self._at_once(parent_type, grouped_field_set, self._fields, source_value)
        if made is not Undefined:
            return made
        return super().execute_fields(
            parent_type, source_value, path, grouped_field_set, position_context
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Details,
        path: Path,
        position_context: None,
    ) -> Any:
        """One field of an object that has others, too."""
        made = self._at_once(parent_type, field_details_list, self._field, source)
        if made is not Undefined:
            return made
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Details,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        """What a resolver returns as a list."""
        made = self._at_once(return_type, field_details_list, self._value, result)
        if made is not Undefined:
            return made
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _at_once(
        self, kind: Any, asked: Any, make: Callable[[Any, Any], Read | None], source: Any
    ) -> Any:
        """A part of the answer, by a function that is made once; Undefined if none serves."""
        key = (kind, id(asked))
        if key not in self._reads:
            self._reads[key] = (asked, make(kind, asked))
        read = self._reads[key][1]
        if read is None:
            return Undefined
        try:
            return read(source)
        except WRONG:  # graphql-core finds it again, and says where it is
            self._reads[key] = (asked, None)
            return Undefined

    # --- the functions ------------------------------------------------------------------------

    def _fields(self, kind: GraphQLObjectType, grouped: Grouped) -> Read | None:
        """That for some fields of an object; None unless all are plain."""
        fields = {name: self._field(kind, details) for name, details in grouped.items()}
        plain = [(name, read) for name, read in fields.items() if read is not None]
        if len(plain) < len(fields):
            return None
        return lambda source: {name: read(source) for name, read in plain}

    def _field(self, kind: GraphQLObjectType, details: Details) -> Read | None:
        node = details[0].node
        if node.name.value == TYPENAME:
            return lambda _: kind.name
        definition = self.schema.get_field(kind, node.name.value)
        attribute = None if definition is None else attribute_of(definition)
        if definition is None or attribute is None:
            return None
        read = self._value(definition.type, details)
        return None if read is None else lambda source: read(attribute(source))

    def _value(self, kind: GraphQLOutputType, details: Details) -> Read | None:
        """That for a value of a type."""
        if is_non_null_type(kind):
            read = self._value(kind.of_type, details)
            return None if read is None else not_null(read)
        if is_list_type(kind):
            inner = kind.of_type
            if is_non_null_type(inner) and inner.of_type in (GraphQLString, GraphQLID):
                return texts
            read = self._value(inner, details)
            return None if read is None else list_of(read)
        if is_leaf_type(kind):
            return leaf(kind)
        if is_object_type(kind):
            return self._object(kind, details)
        return self._abstract(kind, details)

    def _object(self, kind: GraphQLObjectType, details: Details) -> Read | None:
        collected = self.collect_subfields(kind, details)
        read = self._fields(kind, collected.grouped_field_set)
        if read is None:
            return None
        is_type_of: Any = kind.is_type_of

        def made(source: Any) -> Any:
            if source is None:
                return None
            if isinstance(source, Exception) or (is_type_of and not is_type_of(source, None)):
                raise NotPlain
            return read(source)

        return made

    def _abstract(self, kind: Any, details: Details) -> Read | None:
        """That for records of an interface, each of its own type."""
        resolve_type = kind.resolve_type
        reads: dict[str, Read | None] = {}

        def made(source: Any) -> Any:
            if source is None:
                return None
            name = resolve_type(source, None, kind)
            if name not in reads:
                actual = self.schema.get_type(name)
                if not is_object_type(actual) or not self.schema.is_sub_type(kind, actual):
                    raise NotPlain
                reads[name] = self._object(actual, details)
            read = reads[name]
            if read is None:
                raise NotPlain
            return read(source)

        return made if is_abstract_type(kind) and resolve_type is not None else None


def attribute_of(definition: GraphQLField) -> Read | None:
    """What reads a field that needs nothing but its object; None for any other."""
    field = definition.extensions.get("strawberry-definition")
    if definition.args or not isinstance(field, StrawberryField):
        return None
    if field.is_basic_field:
        if type(field).get_result is StrawberryField.get_result:
            return attrgetter(field.python_name)
        return lambda source: field.get_result(source, None, [], {})
    resolver = field.base_resolver
    if resolver is None or field.extensions or resolver.is_async or resolver.arguments:
        return None
    root = resolver.parent_parameter
    if resolver.info_parameter or resolver.self_parameter or root is None:
        return None
    return lambda source: resolver(**{root.name: source})


def not_null(read: Read) -> Read:
    """What a function reads, which must be something."""

    def made(source: Any) -> Any:
        value = read(source)
        if value is None:
            raise NotPlain
        return value

    return made


def list_of(read: Read) -> Read:
    """A list of what a function reads."""

    def made(source: Any) -> Any:
        if source is None:
            return None
        if not isinstance(source, list | tuple):
            raise NotPlain
        return [read(each) for each in source]

    return made


def texts(source: Any) -> Any:
    """A list of texts, none of which is missing."""
    if source is None:
        return None
    if not isinstance(source, list | tuple) or not set(map(type, source)) <= TEXT:
        raise NotPlain
    return list(source)


def leaf(kind: GraphQLLeafType) -> Read:
    """A scalar, or a value of an enumeration."""
    exact: dict[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
    if kind in exact:
        wanted = exact[kind]

        def made(source: Any) -> Any:
            if source is not None and type(source) is not wanted:
                raise NotPlain
            return source

        return made
    if kind is GraphQLInt:
        return integer
    if kind is GraphQLFloat:
        return number

    def coerced(source: Any) -> Any:
        value = None if source is None else kind.coerce_output_value(source)
        if source is not None and (value is None or value is Undefined):
            raise NotPlain
        return value

    return coerced


def integer(source: Any) -> Any:
    """An Int."""
    if source is not None and (type(source) is not int or source not in INTEGERS):
        raise NotPlain
    return source


def number(source: Any) -> Any:
    """A Float."""
    if source is not None and (type(source) is not float or not math.isfinite(source)):
        raise NotPlain
    return source

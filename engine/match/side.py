"""One of two records that are compared, with what comparing it needs, which is made once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from rigour.names import NameTypeTag

from engine.entity import Entity, full_names, matchable_properties, matchable_values
from engine.index.folding import identifier
from engine.index.number import bare
from engine.match.name import Names, names_of

DATES = ("birthDate", "deathDate", "incorporationDate")
CONTACTS: Mapping[str, str] = {"email": "email", "phone": "phone", "website": "url"}
"""The types of the values that are contacts."""
SHORTEST_NUMBER = 4
"""Letters and digits of an identifier that tells something."""


class Side:
    """A record that is compared; it is not changed while it is used."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.schema = entity.schema
        told = {kind: read(self) for kind, read in _READ.items()}
        self.told: Mapping[str, Sequence[str]] = {kind: v for kind, v in told.items() if v}
        """What it tells, by the kind of evidence."""
        self.tells = frozenset(self.told)
        self._names: dict[NameTypeTag, Names] = {}

    def values(self, prop: str) -> Sequence[str]:
        """The values of one property."""
        return self.entity.properties.get(prop, ())

    @cached_property
    def full_names(self) -> tuple[str, ...]:
        """Its names as they are."""
        return full_names(self.entity)

    def names(self, tag: NameTypeTag) -> Names:
        """Its names, read as those of a person, an organisation or a thing."""
        found = self._names.get(tag)
        if found is None:
            found = self._names[tag] = names_of(self.entity, tag)
        return found

    @cached_property
    def numbers(self) -> Mapping[str, frozenset[str]]:
        """Its identifiers in normal form, each with the properties that hold it."""
        numbers: dict[str, frozenset[str]] = {}
        for prop, values in matchable_properties(self.entity, "identifier").items():
            for number in (bare(identifier(value)) for value in values):
                if len(number) >= SHORTEST_NUMBER:
                    numbers[number] = numbers.get(number, frozenset()) | {prop}
        return numbers


def _values(prop: str) -> Callable[[Side], Sequence[str]]:
    return lambda side: side.values(prop)


def _of_type(name: str) -> Callable[[Side], Sequence[str]]:
    return lambda side: matchable_values(side.entity, name)


_READ: Mapping[str, Callable[[Side], Sequence[str]]] = {
    **{prop: _values(prop) for prop in DATES},
    "identifier": lambda side: sorted(side.numbers),
    "address": _of_type("address"),
    "country": _of_type("country"),
    "gender": _values("gender"),
    "birthPlace": _values("birthPlace"),
    **{kind: _of_type(name) for kind, name in CONTACTS.items()},
}

"""The names that a question may use, and what was probably meant by one that is unknown.

Of several names the unknown ones are left out, and a warning says so; where none is known, it is
BadInput. Nothing here knows what a reader may see: names of datasets come from their access.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from followthemoney import model, registry
from rigour.territories import lookup_territory

from engine.entity import relationship_type, relationship_types
from engine.errors import BadInput
from engine.warning import warn

LONGEST = 60
"""Nothing is suggested for a longer name."""
SUGGESTIONS = 3
CLOSENESS = 0.66
"""How alike two names are at least, of which one is suggested for the other (0 to 1)."""
TOLD = 5
"""Of more unknown names in one list, only their number is told."""


def close(name: str, known: Iterable[str], least: float = CLOSENESS) -> list[str]:
    """The known names that are most like a name, the closest first."""
    if not 0 < len(name) <= LONGEST:
        return []
    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), by_lower, SUGGESTIONS, least)
    return [by_lower[each] for each in found]


def meant(names: Iterable[str]) -> str:
    """A sentence that offers names, with a space before it; nothing without names."""
    joined = " or ".join(dict.fromkeys(names))
    return f" Did you mean {joined}?" if joined else ""


def shown(name: str) -> str:
    """A name as a message shows it: short, and in quotes."""
    return repr(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")


def chosen(
    names: Iterable[str] | None,
    find: Callable[[str], str | None],
    unknown: Callable[[str], str],
) -> tuple[str, ...] | None:
    """The known ones of some names, as ``find`` writes them; ``unknown`` says what is wrong.

    None stays None. Warns of unknown names, and raises BadInput where no name is known.
    """
    if names is None:
        return None
    found = {name: find(name) for name in dict.fromkeys(names)}
    good = tuple(dict.fromkeys(each for each in found.values() if each is not None))
    bad = [name for name, each in found.items() if each is None]
    texts = [unknown(name) for name in bad[:TOLD]]
    if len(bad) > TOLD:
        texts.append(f"{len(bad) - TOLD} more of these names are unknown.")
    if texts and not good:
        raise BadInput(" ".join(texts))
    for text in texts:
        warn(text)
    return good


@cache
def schema_names() -> Mapping[str, str]:
    """FtM's schemata by lower-case name."""
    return {schema.name.lower(): schema.name for schema in model}


def schema_named(name: str) -> str | None:
    """FtM's schema with a name, whatever its case."""
    return schema_names().get(name.lower())


def no_schema(name: str) -> str:
    """What is wrong with the name of a schema."""
    likely = close(name, schema_names().values())
    return f"{shown(name)} is not a schema of FollowTheMoney.{meant(likely)}"


def chosen_schemata(names: Iterable[str] | None) -> tuple[str, ...] | None:
    """The known ones of some schemata; see ``chosen``."""
    return chosen(names, schema_named, no_schema)


@cache
def property_names() -> frozenset[str]:
    """The names of all properties of FtM's schemata, reverse ones included."""
    return frozenset(name for schema in model for name in schema.properties)


@cache
def property_types() -> Mapping[str, frozenset[str]]:
    """The names of FtM's properties by the type of their values; reverse ones are left out."""
    found: dict[str, set[str]] = {}
    for schema in model:
        for prop in schema.properties.values():
            if not prop.stub:
                found.setdefault(prop.type.name, set()).add(prop.name)
    return {type_: frozenset(names) for type_, names in found.items()}


def chosen_property(name: str, *types: str) -> str:
    """A property with values of these types, as FtM writes it; raises BadInput for other names."""
    known = {each.lower(): each for type_ in types for each in property_types()[type_]}
    if name.lower() not in known:
        hint = meant(close(name, known.values()))
        raise BadInput(f"{shown(name)} is no property with a {' or a '.join(types)}.{hint}")
    return known[name.lower()]


def warn_of_properties(names: Iterable[str]) -> None:
    """Warn of names that no schema of FtM has a property of."""
    for name in names:
        if name not in property_names():
            hint = meant(close(name, property_names()))
            warn(f"FollowTheMoney has no property {shown(name)}.{hint}")


def _type_named(name: str) -> str | None:
    upper = name.upper()
    return upper if upper in relationship_types() else None


def _no_type(name: str) -> str:
    likely = close(relationship_type(name), relationship_types())
    hint = meant(likely) or " Types are written like OWNERSHIP or ADDRESS_ENTITY."
    return f"There is no relationship type {shown(name)}.{hint}"


def chosen_types(names: Iterable[str] | None) -> tuple[str, ...] | None:
    """The known ones of some types of relationships; see ``chosen``."""
    return chosen(names, _type_named, _no_type)


def no_dataset(name: str, readable: Collection[str]) -> str:
    """What is wrong with the name of a dataset, for one who may read others."""
    hint = meant(close(name, sorted(readable)))
    return f"There is no dataset {shown(name)} that you may read.{hint}"


def chosen_datasets(
    names: Iterable[str] | None, readable: Collection[str]
) -> tuple[str, ...] | None:
    """The readable ones of some datasets; see ``chosen``."""
    return chosen(
        names,
        lambda name: name if name in readable else None,
        lambda name: no_dataset(name, readable),
    )


def is_country(code: str) -> bool:
    """Whether FtM knows a country's code."""
    return code.lower() in registry.country.names


def is_country_name(name: str) -> bool:
    """Whether a text is a country's name, such as ``United Kingdom``, and no code of FtM's."""
    return len(name) <= LONGEST and lookup_territory(name) is not None


def no_country(name: str) -> str:
    """What is wrong with a country that is not a code."""
    return (
        f"{shown(name)} is not the code of a country.{meant(map(_labelled, _countries(name)))} "
        "Countries are written as codes of two letters, such as cy."
    )


def _countries(name: str) -> list[str]:
    if len(name) > LONGEST:
        return []
    territory = lookup_territory(name, fuzzy=True)
    code = territory.ftm_country if territory is not None else None
    if code is not None:
        return [code]
    by_label = {label: code for code, label in registry.country.names.items()}
    return [by_label[label] for label in close(name, by_label)]


def _labelled(code: str) -> str:
    """A country's code; with its name where it has not two letters, as of states that are gone."""
    return code if len(code) == 2 else f"{code} ({registry.country.names.get(code, code)})"


def is_topic(name: str) -> bool:
    """Whether FtM knows a topic."""
    return name.lower() in registry.topic.names


def no_topic(name: str) -> str:
    """What is wrong with a topic that FtM does not know."""
    by_label = {label: topic for topic, label in registry.topic.names.items()}
    likely = [
        *close(name, registry.topic.names),
        *(by_label[each] for each in close(name, by_label)),
    ]
    return f"{shown(name)} is not a topic of FollowTheMoney.{meant(likely[:SUGGESTIONS])}"


LISTED = {
    "gender": "Genders are written as male, female or other.",
    "language": "Languages are written as codes of three letters, such as eng.",
    "mimetype": "Media types are written as application/pdf is.",
}
"""FtM's types of values that are a list or have a form, and how they are written."""


def is_listed(type: str, value: str) -> bool:
    """Whether FtM knows a value of such a type, as it is written."""
    if type == "mimetype":
        return "/" in value
    known = {"gender": registry.gender, "language": registry.language}[type]
    return value.lower() in known.names


def not_listed(type: str, value: str) -> str:
    """What is wrong with a value that such a type has not."""
    likely = registry.get(type).clean(value)
    hint = meant([likely] if likely else [])
    return f"{shown(value)} is not a {type} of FollowTheMoney.{hint} {LISTED[type]}"

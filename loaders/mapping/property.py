"""One property of one entity: its values out of a row's cells, cleaned, and what was no value of its kind."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial

from followthemoney import registry
from followthemoney.property import Property

from loaders.intake.record import is_reference, shown
from loaders.mapping.language import TEMPLATE, PropertyRule, column_name

CACHED = 20_000
"""Cleaned values that are remembered, for each kind of value."""
Clean = Callable[[str], str | None]
KINDS = {"entity": "id", "url": "URL", "ip": "IP address", "email": "e-mail address"}


class PropertyMapper:
    """A property's columns, literals or template, made ready for one table."""

    def __init__(
        self, rule: PropertyRule, prop: Property, at: Mapping[str, int], entity: str
    ) -> None:
        self.name = rule.name
        self.required = rule.required
        self.is_name = prop.type.name == registry.name.name
        self._literals = list(rule.literals)
        self._at = [at[name] for name in rule.columns]
        self._join = rule.join
        self._split = rule.split
        self._template = None if rule.template is None else pieces_of(rule.template, at)
        self._clean = cleaner(prop.type.name, rule.fuzzy, rule.format or prop.format)
        # the common case, one column as it stands
        self._single = (
            self._at[0] if len(self._at) == 1 and not self._literals and not rule.template else -1
        )
        if rule.join is not None or rule.split:
            self._single = -1
        columns = ", ".join(dict.fromkeys(rule.columns))
        where = f" (column {columns})" if columns else ""
        kind = KINDS.get(prop.type.name, prop.type.name)
        if rule.format is not None:
            kind += f" in the format {rule.format!r}"
        told, kind = (
            text.replace("{", "{{").replace("}", "}}")
            for text in (f"{entity}.{rule.name}{where}", kind)
        )
        self._loss = f"{told}: {{count}} values are no {kind} and were left out"

    def values(self, cells: Sequence[str], losses: list[tuple[str, str]]) -> list[str]:
        """Each value once; what is not empty and cannot be cleaned is added to ``losses``."""
        if self._single >= 0:
            text = cells[self._single]
            value = self._clean(text)
            if value is not None:
                return [value]
            if text and not text.isspace():
                losses.append((self._loss, shown(text)))
            return []
        found: dict[str, None] = {}
        for text in self._texts(cells):
            value = self._clean(text)
            if value is not None:
                found[value] = None
            elif text and not text.isspace():
                losses.append((self._loss, shown(text)))
        return list(found)

    def _texts(self, cells: Sequence[str]) -> list[str]:
        """The texts before they are cleaned."""
        if self._template is not None:
            texts = [
                "".join(
                    cells[part].strip() if type(part) is int else str(part)
                    for part in self._template
                )
            ]
        else:
            texts = self._literals + [cells[at] for at in self._at if cells[at].strip()]
        if self._join is not None:
            texts = [self._join.join(text.strip() for text in texts)]
        if self._split:
            texts = [part for text in texts for part in text.split(self._split)]
        return texts


def pieces_of(template: str, at: Mapping[str, int]) -> list[str | int]:
    """A template as its texts and, between them, the places of its columns."""
    parts = TEMPLATE.split(template)
    return [at[column_name(part)] if number % 2 else part for number, part in enumerate(parts)]


@cache
def cleaner(name: str, fuzzy: bool, format: str | None) -> Clean:
    """How values of this type are cleaned: FollowTheMoney's way, each remembered for a while."""
    kind = registry.get(name)
    if name == registry.entity.name:
        return reference
    return lru_cache(CACHED)(partial(kind.clean, fuzzy=fuzzy, format=format))


def reference(text: str) -> str | None:
    """The entity that a cell names, of this dataset or another; None where it is none."""
    value = text.strip()
    return value if is_reference(value) else None

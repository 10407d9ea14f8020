"""One property of one entity: its values out of a row's cells, cleaned as FollowTheMoney does."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial

from followthemoney import registry
from followthemoney.property import Property

from engine.validation import is_reference, shown
from loaders.mapping.declaration import TEMPLATE, column_name
from loaders.mapping.rule import PropertyRule
from loaders.mapping.tally import Loss

CACHED = 20_000
"""Cleaned values that are remembered, for each kind of value."""
Clean = Callable[[str], str | None]
KINDS = {"entity": "id", "url": "URL", "ip": "IP address", "email": "e-mail address"}
"""What a message calls FollowTheMoney's types."""


class PropertyMapper:
    """A property's columns, literals or template, made ready for one table."""

    def __init__(
        self,
        rule: PropertyRule,
        prop: Property,
        at: Mapping[str, int],
        entity: str,
        sign: Callable[[str], str] | None = None,
    ) -> None:
        """``at`` has the place of each column's cell; ``sign`` signs the ids that it refers to."""
        self.name = rule.name
        self.required = rule.required
        self.is_name = prop.type.name == registry.name.name
        self._literals = list(rule.literals)
        self._at = [at[name] for name in rule.columns]
        self._join = rule.join
        self._split = rule.split
        self._template = None if rule.template is None else pieces_of(rule.template, at)
        self._clean = cleaner(prop.type.name, rule.fuzzy, rule.format or prop.format)
        if sign is not None and prop.type.name == registry.entity.name:
            self._clean = partial(signed_reference, sign)
        # the common case, one column as it stands, is worth a shortcut
        plain = rule.join is None and not (rule.literals or rule.template or rule.split)
        self._single = self._at[0] if plain and len(self._at) == 1 else -1
        self._loss = loss_of(rule, prop, entity)

    def values(self, cells: Sequence[str], losses: list[tuple[Loss, str]]) -> list[str]:
        """Each value once; what is not empty and cannot be cleaned is added to ``losses``."""
        if self._single >= 0:
            text = cells[self._single]
            value = self._clean(text)
            if value is not None:
                return [value]
            if text and not text.isspace():
                losses.append((self._loss, shown(text)))
            return []
        values: dict[str, None] = {}
        for text in self._texts(cells):
            value = self._clean(text)
            if value is not None:
                values[value] = None
            elif text and not text.isspace():
                losses.append((self._loss, shown(text)))
        return list(values)

    def _texts(self, cells: Sequence[str]) -> list[str]:
        """The texts before they are cleaned."""
        if self._template is not None:
            parts = (
                cells[part].strip() if type(part) is int else str(part) for part in self._template
            )
            texts = ["".join(parts)]
        else:
            texts = self._literals + [cells[at] for at in self._at if cells[at].strip()]
        if self._join is not None:
            texts = [self._join.join(text.strip() for text in texts)]
        if self._split:
            texts = [part for text in texts for part in text.split(self._split)]
        return texts


def loss_of(rule: PropertyRule, prop: Property, entity: str) -> Loss:
    """How a report says that values of this property were left out."""
    columns = ", ".join(dict.fromkeys(rule.columns))
    kind = KINDS.get(prop.type.name, prop.type.name)
    if rule.format is not None:
        kind += f" in the format {rule.format!r}"
    return Loss(
        "value",
        f"is no {kind} and was left out",
        f"are no {kind} and were left out",
        f"{entity}.{rule.name}{f' (column {columns})' if columns else ''}: ",
    )


def pieces_of(template: str, at: Mapping[str, int]) -> list[str | int]:
    """A template as its texts and, between them, the places of its columns."""
    parts = TEMPLATE.split(template)
    return [at[column_name(part)] if number % 2 else part for number, part in enumerate(parts)]


@cache
def cleaner(name: str, fuzzy: bool, format: str | None) -> Clean:
    """How values of this type are cleaned; what FollowTheMoney cleans is remembered for a while."""
    kind = registry.get(name)
    if name == registry.entity.name:
        return reference
    return lru_cache(CACHED)(partial(kind.clean, fuzzy=fuzzy, format=format))


def reference(text: str) -> str | None:
    """The entity that a cell names, of this dataset or another; None where it is none."""
    value = text.strip()
    return value if is_reference(value) else None


def signed_reference(sign: Callable[[str], str], text: str) -> str | None:
    """The same, signed as the ids of its own dataset are; those of others stay."""
    value = reference(text)
    return value if value is None or ":" in value else sign(value)

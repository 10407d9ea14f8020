"""Reconciliation candidates: what the engine found for a query, as the specification has it.

``match`` says that a candidate is certain, and OpenRefine then takes it without asking. So it is
true only where all of this holds: the score is at least 95; another value than the name agrees, or
the query is the record's id; nothing speaks against it; and no other candidate has a score of 50 or
more, but for those that are judged the same as this one. Otherwise two records of one person in two
datasets are two candidates, and a person has to choose.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.answer import Match
from engine.entity import Entity, schema_of

CERTAIN, RIVAL = 0.95, 0.5
"""The least score of a match, and that of another candidate that makes it uncertain."""
TOLD = ("birthDate", "incorporationDate", "registrationNumber", "country")
"""What a short description tells of a record, in this order."""
Json = dict[str, Any]


def candidates(
    named: Entity | None,
    found: Sequence[Match],
    limit: int,
    titles: Mapping[str, str],
    same: Collection[str] = (),
) -> list[Json]:
    """The candidates of one query, the likeliest first.

    ``named`` is the record whose id the query is; ``titles`` are those of datasets by name;
    ``same`` are the ids of records that are judged the same as the first that was found.
    """
    rows = [] if named is None else [candidate(named, 1.0, True, [("id", 1)], titles)]
    others = [match for match in found if named is None or match.entity.id != named.id]
    certain = named is None and is_certain(others, same)
    for place, match in enumerate(others):
        features = features_of(match)
        row = candidate(
            match.entity, match.comparison.score, certain and not place, features, titles
        )
        rows.append(row)
    return rows[:limit]


def is_certain(found: Sequence[Match], same: Collection[str] = ()) -> bool:
    """Whether the first of some candidates is a match that needs no person to look at it."""
    if not found or found[0].comparison.score < CERTAIN or set(rivals(found)) - set(same):
        return False
    features = found[0].comparison.features
    agreeing = any(each.score > 0 and each.feature != "name" for each in features)
    return agreeing and all(each.score >= 0 for each in features)


def rivals(found: Sequence[Match]) -> list[str]:
    """The ids of the candidates that make the first one uncertain."""
    return [match.entity.id for match in found[1:] if match.comparison.score >= RIVAL]


def candidate(
    entity: Entity,
    score: float,
    match: bool,
    features: Sequence[tuple[str, float]],
    titles: Mapping[str, str],
) -> Json:
    """One candidate; a score of 0 to 1 becomes one of 0 to 100."""
    return {
        "id": entity.id,
        "name": entity.caption,
        "description": description(entity, titles),
        "score": round(100 * score, 2),
        "match": match,
        "type": [type_of(entity.schema)],
        "features": [{"id": name, "value": value} for name, value in features],
    }


def features_of(match: Match) -> list[tuple[str, float]]:
    """What the score is made of, in log-odds; the values of one kind are added up."""
    sums: dict[str, float] = {}
    for each in match.comparison.features:
        sums[each.feature] = round(sums.get(each.feature, 0) + each.score, 2)
    return list(sums.items())


def type_of(schema: str) -> Json:
    """A schema as a type."""
    return {"id": schema, "name": schema_of(schema).label}


def description(entity: Entity, titles: Mapping[str, str]) -> str:
    """What tells a record from its namesakes, in a line."""
    told = [schema_of(entity.schema).label]
    for name in TOLD:
        if (value := entity.first(name)) is not None:
            prop = schema_of(entity.schema).properties[name]
            told.append(f"{prop.label}: {prop.type.caption(value) or value}")
    told.append(titles.get(entity.dataset, entity.dataset))
    return " · ".join(told)

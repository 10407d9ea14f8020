"""A small graph of two datasets with hostile values, and what an export of it writes."""

from collections.abc import Iterable
from pathlib import Path

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.export.content import Content
from engine.export.registry import FORMATS
from engine.export.target import opened
from tests.engine.export.crowd import HOSTILE

ALL = Access(frozenset({"a", "b"}))


def exported(content: Content, name: str, path: Path) -> bytes:
    """What an export in a format writes to a file."""
    with opened(str(path)) as target:
        FORMATS[name].write(content, target)
    return path.read_bytes()


def fill(engine: Engine, entities: Iterable[Entity]) -> None:
    for dataset in ("a", "b"):
        engine._writer.ensure_dataset(dataset, dataset)
    engine._writer.write(list(entities), ())
    engine.follow()


def person(key: str, dataset: str = "a", **properties: list[str]) -> Entity:
    return make_entity(dataset, key, "Person", {"name": [key], **properties})


def owns(
    key: str, owner: list[str], asset: list[str], dataset: str = "a", **properties: list[str]
) -> Entity:
    return make_entity(dataset, key, "Ownership", {"owner": owner, "asset": asset, **properties})


def small() -> list[Entity]:
    """Two datasets with hostile values, and edges of several ends, parallel, across, or broken."""
    companies = [
        make_entity("a", f"c{n}", "Company", {"name": [text], "notes": [text, "x"]})
        for n, text in enumerate(HOSTILE)
    ]
    return [
        *companies,
        person("p", phone=["+4930111111"]),
        person("q", "b", phone=["+4930111111"]),
        owns("o1", ["p"], ["c1", "c2", "c3"], percentage=["30%"], startDate=["2019"]),
        owns("o2", ["p"], ["c1"]),
        owns("o3", ["b:q"], ["c1"]),
        owns("o4", ["p"], ["nowhere"]),
        owns("o5", ["q"], ["a:c2"], "b"),
        make_entity("a", "address", "Address", {"full": ["1 Kiln Road"]}),
        make_entity(
            "a",
            "site",
            "Company",
            {"name": ["Site"], "addressEntity": ["address"], "parent": ["c1"]},
        ),
    ]

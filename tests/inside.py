"""What tests look at behind the engine's handle: its stores, where no other room may reach."""

from collections.abc import Sequence

from engine.engine import Engine
from engine.entity import Entity


def dataset_ids(engine: Engine, dataset: str) -> list[str]:
    """The ids of all records of a dataset in the graph, in code point order."""
    return list(engine._writer.ids(dataset))


def graph_identities(engine: Engine) -> list[tuple[str, str]]:
    """The id and the checksum of every record in the graph, in code point order of the ids."""
    return list(engine._reader.identities())


def index_identities(engine: Engine) -> list[tuple[str, str]]:
    """The id and the checksum of every index entry, in code point order of the ids."""
    return sorted(engine._index.identities())


def write(engine: Engine, dataset: str, entities: Sequence[Entity]) -> None:
    """Write records that are not there, and leave the index as it is."""
    engine._writer.ensure_dataset(dataset, dataset)
    engine._writer.write(entities, ())

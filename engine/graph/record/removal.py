"""Removing records in one transaction, in the order that keeps Neo4j fast.

A seek in an index gets slower with each entry that its own transaction has deleted from it. So
all is read before anything is deleted. Then what connects the records is deleted, and last the
nodes that nothing refers to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.entity import literal_ids
from engine.graph.record.batch import STEP, Batch, Place, slices


@dataclass
class Removal:
    """Records that are to be deleted, as they were read before."""

    gone: dict[str, list[str]] = field(default_factory=dict)
    """The ids of the shared values that each record held."""
    schemata: dict[str, str] = field(default_factory=dict)
    """The schema of each record that is a node."""
    places: list[Mapping[str, Place]] = field(default_factory=list)
    """Where each record is that is an edge."""


def read(batch: Batch, ids: Sequence[str]) -> Removal:
    """What the graph has of records that are to be deleted."""
    removal = Removal()
    for group in slices(ids, STEP):
        nodes = {record.id: record for record in batch.records(group)}
        edges = batch.places([id_ for id_ in group if id_ not in nodes])
        removal.gone.update({id_: literal_ids(record) for id_, record in nodes.items()})
        removal.gone.update((id_, []) for id_ in edges)
        removal.schemata.update((id_, record.schema) for id_, record in nodes.items())
        removal.places += edges.values()
    return removal


def remove(batch: Batch, ids: Sequence[str]) -> int:
    """Delete records and write that they are gone; how many of them there were."""
    removal = read(batch, ids)
    schemata = removal.schemata
    for group in slices(removal.gone, STEP):
        batch.tombstones.add({id_: removal.gone[id_] for id_ in group})
    batch.delete_edges(removal.places)
    for group in slices(schemata, STEP):
        batch.disconnect({id_: schemata[id_] for id_ in group})
    alone = batch.alone(schemata)
    for group in slices(schemata.keys() - alone.keys(), STEP):
        batch.make_stubs({id_: schemata[id_] for id_ in group})
    batch.delete_nodes(alone)
    return len(removal.gone)

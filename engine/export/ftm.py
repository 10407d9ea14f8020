"""FollowTheMoney's JSON lines, which ``clew load`` and every FollowTheMoney tool read.

Ids and references stay as the dataset wrote them; so each dataset is a file of its own.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

import orjson

from engine.entity import Entity
from engine.export.content import Content
from engine.export.format import Target, one_file


class FtmFormat:
    """One entity a line: id, schema, properties by name, and its dataset."""

    name = "ftm"
    graph = False

    def write(self, content: Content, target: Target) -> list[str]:
        """One file a dataset; raises BadInput where only one file can be written."""
        one_file(target, "datasets", len(content.datasets))
        for dataset, records in by_dataset(content.records()):
            with target.member(f"{dataset}.ftm.json") as out:
                for record in records:
                    out.write(line(record))
        return []


def by_dataset(records: Iterable[Entity]) -> Iterator[tuple[str, Iterator[Entity]]]:
    """The records of each dataset, which follow one another in the order of the ids."""
    return groupby(records, key=attrgetter("dataset"))


def own_id(entity: Entity) -> str:
    """An entity's id as its dataset writes it."""
    return entity.id[len(entity.dataset) + 1 :]


def line(entity: Entity) -> bytes:
    """One entity; the order of the properties does not depend on the order they came in."""
    fields = {
        "id": own_id(entity),
        "schema": entity.schema,
        "properties": dict(sorted(entity.properties.items())),
        "datasets": [entity.dataset],
    }
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)

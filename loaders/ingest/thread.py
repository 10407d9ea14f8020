"""Threads of mails: each is linked with the one that it answers, wherever that was found."""

from collections.abc import Iterator
from itertools import islice

from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.loading import Loading

ANSWERED = {"Email": "inReplyToEmail", "Message": "inReplyToMessage"}
"""By which property each kind of mail names what it answers."""
BATCH = 500
"""Mails that are linked together."""


def link_threads(engine: Engine, loading: Loading, dataset: str) -> None:
    """Link every mail of a dataset with those it answers; one that is missing stays a gap."""
    replies = engine.documents.replies(dataset)
    while group := dict(islice(replies, BATCH)):
        loading.add(list(linked(engine, dataset, group)))
    loading.wait()


def linked(engine: Engine, dataset: str, answered: dict[str, list[str]]) -> Iterator[Entity]:
    """The records of these mails, with what they answer."""
    for mail in engine.entities(list(answered), engine.owner_access()):
        if isinstance(mail, Entity) and (name := ANSWERED.get(mail.schema)):
            ids = [id_.partition(":")[2] for id_ in answered[mail.id]]
            values = {**mail.properties, name: ids}
            yield make_entity(dataset, mail.id.partition(":")[2], mail.schema, values)

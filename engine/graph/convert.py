"""How the rows that Neo4j answers become values: records, shared values and relationships."""

from collections.abc import Mapping
from typing import Any

from engine.entity import MENTIONS, Entity, Literal, Node, Relationship
from engine.errors import ServerUnavailable
from engine.judgement import Judgement, Verdict
from engine.mentioned import Mention, MentionKind, Place

LITERAL = "literal:"
"""How the id of every shared value starts."""
VERDICTS = {
    "SAME_AS": Verdict.POSITIVE,
    "NOT_SAME_AS": Verdict.NEGATIVE,
    "MAYBE_SAME_AS": Verdict.UNSURE,
}
"""What the relationships say that are judgements."""


def check_present(mapping: Mapping[str, Any]) -> None:
    """Raises ServerUnavailable for a node or relationship that was deleted while it was read.

    Neo4j finds it first and reads its properties later, without a lock: then none are left.
    """
    if not mapping:
        raise ServerUnavailable("The graph changed while this was read: ask again")


def entity_of(mapping: Mapping[str, Any]) -> Entity:
    """The record that has these properties in the graph: every list is a property of FtM's.

    Raises ServerUnavailable where none are left.
    """
    check_present(mapping)
    properties = {name: value for name, value in mapping.items() if isinstance(value, list)}
    return Entity(
        mapping["id"],
        mapping["dataset"],
        mapping["schema"],
        mapping["caption"],
        properties,
        mapping["_checksum"],
    )


def node_of(mapping: Mapping[str, Any], dataset: str = "") -> Node:
    """The record or shared value that a node is.

    A shared value belongs to no dataset; ``dataset`` is the one through which the reader sees it.
    """
    if mapping and mapping["id"].startswith(LITERAL):
        return Literal(mapping["id"], mapping["type"], mapping["value"], dataset)
    return entity_of(mapping)


def relationship_of(
    kind: str, source: str, target: str, properties: Mapping[str, Any]
) -> Relationship:
    """A relationship from its type, the ids of its ends, and its properties."""
    check_present(properties)
    if kind == MENTIONS:
        # it belongs to no dataset; the document that it comes from does
        dataset, mention = source.partition(":")[0], mention_of(properties, target)
        return Relationship(properties["id"], kind, dataset, source, target, mention=mention)
    dataset = properties["dataset"]
    if "schema" in properties:
        return Relationship(properties["id"], kind, dataset, source, target, entity_of(properties))
    return Relationship(f"{source}|{kind}|{target}", kind, dataset, source, target)


def bare_relationship_of(
    kind: str, source: str, target: str, told: Mapping[str, Any]
) -> Relationship:
    """A relationship without its entity, of which ``id``, ``dataset`` and ``schema`` are told."""
    if told["dataset"] is None:  # it was deleted while it was read
        check_present({})
    id_ = f"{source}|{kind}|{target}" if told["schema"] is None else told["id"]
    return Relationship(id_, kind, told["dataset"], source, target)


def judgement_of(values: Mapping[str, Any]) -> Judgement:
    """What was judged, as its node tells it."""
    check_present(values)
    undone = values.get("undone_at")
    return Judgement(
        values["id"],
        values["collection"],
        values["left"],
        values["right"],
        Verdict(values["verdict"]),
        values["by"],
        values["at"].to_native(),
        values.get("note"),
        values.get("score"),
        values.get("algorithm"),
        values.get("operation"),
        values.get("undone_by"),
        undone.to_native() if undone is not None else None,
    )


def held_judgement(row: Mapping[str, Any]) -> Judgement:
    """The judgement that a relationship is, from its type, its ends and its properties."""
    check_present(row["properties"])
    ends = {"left": row["left"], "right": row["right"]}
    return judgement_of({**row["properties"], **ends, "verdict": VERDICTS[row["type"]]})


def mention_of(values: Mapping[str, Any], entity: str) -> Mention:
    """The mention of a record that a relationship is, from its properties."""
    check_present(values)
    marks = zip(values["starts"], values["ends"], values["texts"], strict=True)
    places = tuple(Place(values["page"], start, end, text) for start, end, text in marks)
    kind, count = MentionKind(values["kind"]), values["count"]
    score, detail = values["score"], values["detail"]
    return Mention(kind, values["value"], places, score, detail, entity, count)

"""Investigations: opened, filled by hand, shared, archived and deleted, each for who may.

Every change takes who makes it, and asks the directory anew what they may do: a grant that was
taken away counts at once. What is not there for somebody is not there in the error either.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from followthemoney.property import Property

from engine.access import Access
from engine.account import Account, Actor, Grant, Level, Role
from engine.entity import Entity, edge_schemata, qualify, schema_of
from engine.errors import BadInput, Forbidden
from engine.graph.access.audit import AuditLog
from engine.graph.access.directory import Directory
from engine.graph.dataset.investigation import InvestigationNodes
from engine.graph.record.change import Written
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.investigation import (
    INCLUDED_AT_ONCE,
    Inclusion,
    Investigation,
    checked_title,
    new_id,
    new_name,
)
from engine.metadata import checked
from engine.sync.keeper import Keeper
from engine.validation import cleaned, entity_of, is_id, shown

OPENING = frozenset({Role.JOURNALIST, Role.DATA_TEAM})
"""Who may open an investigation: staff grant these roles."""
Properties = Mapping[str, list[str]]


class Investigations:
    """Everything that is done with investigations; one for each engine."""

    def __init__(
        self,
        nodes: InvestigationNodes,
        directory: Directory,
        audit: AuditLog,
        reader: Reader,
        writer: Writer,
        keeper: Keeper,
        delete: Callable[[str], int],
    ) -> None:
        """``delete`` deletes a dataset that nobody else is at work on."""
        self._nodes = nodes
        self._directory = directory
        self._audit = audit
        self._reader = reader
        self._writer = writer
        self._keeper = keeper
        self._delete = delete

    # --- reading ----------------------------------------------------------------------------------

    def named(self, names: Iterable[str], access: Access) -> list[Investigation]:
        """Those of these datasets that are investigations and that the reader may see, by name."""
        return self._nodes.named(access.datasets.intersection(names))

    def all(self, archived: bool | None, access: Access) -> list[Investigation]:
        """The reader's investigations by title: all, or only those that are (not) archived."""
        found = self._nodes.named(access.datasets)
        kept = [each for each in found if archived in (None, each.archived)]
        return sorted(kept, key=lambda each: (each.title, each.name))

    def inclusions(self, name: str, access: Access) -> list[Inclusion]:
        """The included records that the reader may see; none of what the reader may not see."""
        return self._nodes.inclusions(name, access) if name in access.datasets else []

    def including(self, record: str, access: Access) -> list[Investigation]:
        """The investigations that a record was brought into, as far as the reader sees both."""
        return self.named(self._nodes.including(record, access), access)

    def readers(self, name: str, access: Access) -> list[Grant]:
        """Whom it is shared with, for everybody who sees it; the data team sees all besides."""
        return self._directory.grants_on(name) if name in access.datasets else []

    # --- the investigation itself -----------------------------------------------------------------

    def open(self, by: Actor, title: str, summary: str | None = None) -> Investigation:
        """Open an investigation; raises Forbidden for who has none of the roles for it."""
        if isinstance(by, Account) and not by.roles & OPENING:
            raise Forbidden(
                "only journalists and the data team open investigations: ask an administrator "
                "for the role"
            )
        return self._nodes.add(by, new_name(), checked_title(title), checked_summary(summary))

    def change(
        self,
        by: Actor,
        name: str,
        *,
        title: str | None = None,
        summary: str | None = None,
        archived: bool | None = None,
    ) -> Investigation:
        """Rename, describe, archive or reopen an investigation; an empty summary takes it away."""
        self._known(by, name, Level.MANAGE)
        changes: dict[str, Any] = {}
        if title is not None:
            changes["title"] = checked_title(title)
        if summary is not None:
            changes["summary"] = checked_summary(summary)
        if archived is not None:
            changes["archived"] = archived
        return self._nodes.set(by, name, changes)

    def delete(self, by: Actor, name: str) -> int:
        """Delete an investigation with all that was added to it; how many records there were."""
        self._known(by, name, Level.MANAGE)
        removed = self._delete(name)
        self._audit.note(by, "investigation deleted", name, records=removed)
        return removed

    # --- what is in it ----------------------------------------------------------------------------

    def put(
        self, by: Actor, name: str, schema: str, properties: Properties, id: str | None = None
    ) -> Entity:
        """Add a record, or replace the one with this id; FtM's model says what it may hold.

        A reference names a record of the investigation by its id with or without the name, and one
        of another dataset by ``dataset:entity-id``; it must be one that ``by`` may see. Raises
        BadInput, which says what is wrong and where.
        """
        access = self.writable(by, name)
        entity_id = new_id() if id is None else own_id(name, id)
        values = {key: list(entered) for key, entered in properties.items()}
        raw = {"id": entity_id, "schema": schema, "properties": cleaned(schema, values)}
        entity = entity_of(name, raw)
        if not entity.properties:
            raise BadInput(f"a {schema} without any property says nothing: give its name at least")
        self._check_references(entity, access)
        known = self._reader.entities([entity.id], access)[0]
        if isinstance(known, Entity) and (known.schema in EDGES) != (schema in EDGES):
            raise BadInput(f"{entity.id} is a {known.schema}, which cannot become a {schema}")
        self._index(self._writer.write([entity], {entity.id} if known is not None else ()))
        return entity

    def remove(self, by: Actor, id: str) -> int:
        """Remove a record of an investigation, and the relationships added at it; how many."""
        name = id.partition(":")[0]
        access = self.writable(by, name)
        if self._reader.entities([id], access)[0] is None:
            raise BadInput(f"there is no record {shown(id)} in this investigation")
        ids = [id, *self._nodes.edges_at(id, name)]
        self._writer.remove(ids)
        self._keeper.follow()
        return len(ids)

    def include(self, by: Actor, name: str, ids: Sequence[str]) -> int:
        """Bring in records of other datasets by reference; how many were named.

        Raises BadInput for one that ``by`` may not see, or that the investigation has itself.
        """
        access = self.writable(by, name)
        unique = limited(ids)
        for id_, node in zip(unique, self._reader.entities(unique, access), strict=True):
            if not isinstance(node, Entity):
                raise no_record(id_)
            if node.dataset == name:
                raise BadInput(f"{shown(id_)} is a record of this investigation already")
        self._nodes.include(by, name, unique)
        return len(unique)

    def exclude(self, by: Actor, name: str, ids: Sequence[str]) -> int:
        """Take out records that were brought in by reference; how many there were."""
        self.writable(by, name)
        return self._nodes.exclude(name, limited(ids))

    # --- whom it is shared with -------------------------------------------------------------------

    def share(self, by: Actor, name: str, to: str, level: Level) -> Grant:
        """Share it with an account or a group; raises BadInput for one that is not there."""
        self._known(by, name, Level.MANAGE)
        self._keeps_a_manager(name, to, level)
        return self._directory.grant(by, name, to, level)

    def unshare(self, by: Actor, name: str, to: str) -> None:
        """No longer share it with an account or a group."""
        self._known(by, name, Level.MANAGE)
        self._keeps_a_manager(name, to, None)
        self._directory.revoke(by, name, to)

    def leave(self, by: Actor, name: str) -> None:
        """Give up one's own grant; raises BadInput for the last who manages it."""
        self._known(by, name, Level.READ)
        grants = self._directory.grants_on(name)
        mine = [each for each in grants if isinstance(by, Account) and each.to == by.name]
        if not mine:
            raise BadInput(
                "it is not shared with you by name: you see it as a member of a group or by a role"
            )
        self._keeps_a_manager(name, mine[0].to, None)
        self._directory.revoke(by, name, mine[0].to)

    def _keeps_a_manager(self, name: str, to: str, level: Level | None) -> None:
        """Raises BadInput where ``to`` is the last who manages it, and would no longer."""
        grants = self._directory.grants_on(name)
        managers = [each.to for each in grants if each.level is Level.MANAGE]
        if managers == [to] and level is not Level.MANAGE:
            raise BadInput(
                f"{shown(to)} is the last who manages it: let somebody else manage it first, or "
                "delete it"
            )

    # --- checks -----------------------------------------------------------------------------------

    def _known(self, by: Actor, name: str, level: Level) -> tuple[Investigation, Access]:
        """The investigation, and what ``by`` may see; raises BadInput or Forbidden."""
        access = self._directory.access_of(by)
        found = self.named([name], access)
        if not found:
            raise BadInput(f"there is no investigation {shown(name)}, or none that you may see")
        if not access.may(level, name):
            what = "manage" if level is Level.MANAGE else "add to"
            may = "add to" if access.may(Level.WRITE, name) else "read"
            raise Forbidden(
                f"you may {may} the investigation {found[0].title!r}, but not {what} it"
            )
        return found[0], access

    def writable(self, by: Actor, name: str) -> Access:
        """What ``by`` may see, who may add to an investigation; raises BadInput, Forbidden."""
        investigation, access = self._known(by, name, Level.WRITE)
        if investigation.archived:
            raise BadInput(
                f"the investigation {investigation.title!r} is archived: reopen it first"
            )
        return access

    def _check_references(self, entity: Entity, access: Access) -> None:
        """Raises BadInput where the record names one that is not there for who adds it."""
        named = {
            qualify(entity.dataset, value): (prop, value)
            for prop in schema_of(entity.schema).properties.values()
            if prop.type.name == "entity" and not prop.stub
            for value in entity.properties.get(prop.name, ())
        }
        ids = list(named)
        for id_, node in zip(ids, self._reader.entities(ids, access), strict=True):
            prop, value = named[id_]
            if node is None:
                raise BadInput(f"{prop.name}: {no_record(value)}")
            if isinstance(node, Entity) and not fits(prop, node.schema):
                raise BadInput(
                    f"{prop.name} {shown(value)} is a {node.schema}: it must be of the schema "
                    f"{prop.range.name if prop.range is not None else 'record'}"
                )

    def _index(self, written: Written) -> None:
        """Let searches find at once what was written."""
        self._keeper.take(written)
        self._keeper.follow()


EDGES = frozenset(schema.name for schema in edge_schemata().values())


def fits(prop: Property, schema: str) -> bool:
    """Whether FtM's model lets a property name a record of this schema."""
    return prop.range is None or schema_of(schema).is_a(prop.range)


def own_id(name: str, id: str) -> str:
    """The id of a record as its investigation writes it; raises BadInput for a foreign one."""
    dataset, colon, entity_id = id.rpartition(":")
    if (colon and dataset != name) or not is_id(entity_id):
        raise BadInput(
            f"id {shown(id)} cannot be one of this investigation: letters, digits, . and - only"
        )
    return entity_id


def limited(ids: Sequence[str]) -> list[str]:
    """The ids, each once; raises BadInput where they are too many."""
    unique = list(dict.fromkeys(ids))
    if len(unique) > INCLUDED_AT_ONCE:
        raise BadInput(f"{len(unique):,} ids: name at most {INCLUDED_AT_ONCE} at a time")
    return unique


def no_record(id: str) -> BadInput:
    """The error for a record that is not there, or not for who names it."""
    return BadInput(f"there is no record {shown(id)}, or none that you may see")


def checked_summary(summary: str | None) -> str | None:
    """A summary as datasets have it, None for an empty one; raises BadInput."""
    value: str | None = checked({"summary": summary})["summary"]
    return value

"""Blocks: roles, accounts, keys and networks that are kept out, with reason, end and record."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.account import Actor
from engine.block import Block, BlockKind, checked_name
from engine.caller import Caller
from engine.errors import BadInput
from engine.graph.access.audit import actor_name, audited
from engine.graph.access.credential import moment
from engine.graph.access.rule import must_be_staff
from engine.graph.connection import Connection


class Blocks:
    """The blocks that the graph holds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def current(self) -> list[Block]:
        """The blocks that have not ended, for those who ask whether a caller is let in."""
        rows = self._connection.read("block_list", timeout=self._seconds)
        return [block_of(row["block"]) for row in rows]

    def all(self, by: Actor) -> list[Block]:
        """The blocks that have not ended, by kind and name. For administrators."""
        must_be_staff(by, "manage blocks")
        return self.current()

    def add(
        self,
        by: Actor,
        kind: BlockKind,
        name: str,
        reason: str = "",
        until: datetime | None = None,
        *,
        caller: Caller | None = None,
    ) -> Block:
        """Keep callers out from their next request on; one block of each name, the last one counts.

        ``caller`` is who asks for it by the API. Raises Forbidden for who is no administrator;
        BadInput for a name that cannot be one, for a time that has passed, for an account or a key
        that does not exist, and for a block that would keep the caller out.
        """
        must_be_staff(by, "manage blocks")
        now = datetime.now(UTC)
        if until is not None and until <= now:
            raise BadInput("until: this time has passed")
        block = Block(kind, checked_name(kind, name), reason[:500], actor_name(by), now, until)
        if caller is not None and block.holds(caller, now):
            raise BadInput(
                f"this would keep yourself out: the {kind} {block.name} covers your own request. "
                "The command line can do it: clew block"
            )
        detail = {"kind": kind, "reason": block.reason, "until": until}
        with audited(self._connection, by, "blocked", block.name, detail) as tx:
            if not tx.run("block_target", {"kind": kind, "name": block.name}):
                raise BadInput(f"there is no {kind} {block.name[:100]!r}")
            values = {
                "kind": kind,
                "name": block.name,
                "reason": block.reason,
                "by": block.by,
                "at": now,
                "until": until,
            }
            tx.run("block_add", {"id": id_of(kind, block.name), "values": values})
        return block

    def remove(self, by: Actor, kind: BlockKind, name: str) -> None:
        """Let callers in again; raises Forbidden, and BadInput where there is no such block."""
        must_be_staff(by, "manage blocks")
        name = checked_name(kind, name)
        with audited(self._connection, by, "unblocked", name, {"kind": kind}) as tx:
            if not tx.run("block_remove", {"id": id_of(kind, name)})[0]["count"]:
                raise BadInput(
                    f"the {kind} {name[:100]!r} is not blocked: see `clew block list`, or "
                    "{ blocks { nodes { kind name } } }"
                )


def id_of(kind: BlockKind, name: str) -> str:
    """What a block is found by."""
    return f"{kind} {name}"


def block_of(values: Mapping[str, Any]) -> Block:
    """The block that a node's properties tell."""
    return Block(
        BlockKind(values["kind"]),
        values["name"],
        values["reason"],
        values["by"],
        moment(values["at"]),
        moment(values.get("until")),
    )

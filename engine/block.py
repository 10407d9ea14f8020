"""A block: who is kept out of the archive, why, and until when. Pure values."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from engine.account import Role, check_account_name
from engine.caller import Caller
from engine.errors import BadInput
from engine.network import is_within, network_of
from engine.secret import KEY_PREFIX, START_LENGTH

ANONYMOUS, REGISTERED = "anonymous", "registered"
ROLES = (ANONYMOUS, REGISTERED, *Role)
"""The roles that can be blocked: callers without an account and all who have one, too."""


class BlockKind(StrEnum):
    """What a block names."""

    ROLE = "role"
    """All callers with a role."""
    ACCOUNT = "account"
    KEY = "key"
    """One API key, by the characters that it begins with."""
    NETWORK = "network"
    """All addresses of a network, or one address."""


@dataclass(frozen=True)
class Block:
    """Who is kept out."""

    kind: BlockKind
    name: str
    reason: str = ""
    """Why, for those who manage blocks; the blocked are not told."""
    by: str = ""
    """Who blocked: an account, or the command line."""
    at: datetime | None = None
    until: datetime | None = None
    """When it ends by itself; None for never."""

    def holds(self, caller: Caller, now: datetime) -> bool:
        """Whether it keeps a caller out now; never the command line."""
        if caller.is_owner or (self.until is not None and self.until <= now):
            return False
        account = caller.account
        if self.kind is BlockKind.NETWORK:
            return caller.address is not None and is_within(
                caller.address, (network_of(self.name),)
            )
        if self.kind is BlockKind.KEY:
            return caller.key is not None and caller.key.start == self.name
        if self.kind is BlockKind.ACCOUNT:
            return account is not None and account.name == self.name
        roles = {ANONYMOUS} if account is None else {REGISTERED, *account.roles}
        return self.name in roles

    def message(self, contact: str) -> str:
        """What a blocked caller is told: what is blocked, until when, and whom to ask."""
        what = {
            BlockKind.ROLE: f"Callers with the role {self.name} are",
            BlockKind.ACCOUNT: f"The account {self.name} is",
            BlockKind.KEY: f"The API key that begins with {self.name} is",
            BlockKind.NETWORK: f"Requests from the network {self.name} are",
        }[self.kind]
        until = (
            "" if self.until is None else f" until {self.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        )
        whom = f"write to {contact}" if contact else "ask those who run this archive"
        return f"{what} blocked{until}. If this is a mistake, {whom}."


def checked_name(kind: BlockKind, name: str) -> str:
    """The name as a block keeps it; raises BadInput for one that cannot be of this kind."""
    if kind is BlockKind.NETWORK:
        return str(network_of(name))
    if kind is BlockKind.ACCOUNT:
        return check_account_name(name)
    if kind is BlockKind.ROLE:
        if name not in ROLES:
            raise BadInput(f"{name[:60]!r} is no role; there are {', '.join(ROLES)}")
        return name
    start = name.removeprefix(KEY_PREFIX)[:START_LENGTH]
    if len(start) < START_LENGTH or not (start.isascii() and start.isalnum()):
        raise BadInput(f"a key is named by its first {START_LENGTH} characters after {KEY_PREFIX}")
    return start

"""Who uses Clew: accounts, groups, their roles, and what is granted to them. Pure values.

Anonymous callers have no account. Whoever has one is registered; roles add to that.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.errors import BadInput

NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,62}(@[a-z0-9][a-z0-9.-]{0,62})?")
"""An account or a group: a short name or an e-mail address, in small letters."""
TAKEN = ("anonymous", "registered")
"""Names that no account has, because they stand for all callers of a kind."""
OWNER_ACCOUNT = "owner"
"""The account in which the owner of the data folder signs in; it is made at the first start."""


class Role(StrEnum):
    """What an account may do beyond what every registered one may."""

    JOURNALIST = "journalist"
    """Granted by staff: may ask for restricted datasets and for exports on request."""
    DATA_TEAM = "data_team"
    """Reads and writes every dataset and investigation."""
    ADMINISTRATOR = "administrator"
    """Manages accounts, groups, grants and blocks; what others add it opens by a logged grant."""


class Level(StrEnum):
    """How much a grant allows; each includes the ones before it."""

    READ = "read"
    WRITE = "write"
    MANAGE = "manage"
    """Also share it with others, rename it and delete it."""


class Scope(StrEnum):
    """What an API key may be used for, within what its account may do."""

    READ = "read"
    WRITE = "write"
    BULK = "bulk"
    """Whole datasets: exports and uploads."""
    RECONCILE = "reconcile"
    """To compare with what its account may read, at ``/reconcile`` and nowhere else. A key with
    this scope alone may stand in an address: OpenRefine cannot send one in another way."""


@dataclass(frozen=True)
class Account:
    """One person, or one program that acts in its own name."""

    name: str
    title: str = ""
    """The name that people read."""
    email: str | None = None
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    disabled: bool = False
    created: datetime | None = None
    terms: str | None = None
    """The version of the terms of use that was accepted last."""
    terms_accepted: datetime | None = None

    def is_staff(self) -> bool:
        """Whether this account manages others."""
        return Role.ADMINISTRATOR in self.roles


class Owner:
    """The owner of the data folder, who acts by the command line and may do everything."""


OWNER = Owner()
"""There is one, and it has no name: the command line."""
Actor = Account | Owner
"""Who makes a change: an account, or the owner of the data folder; never an anonymous caller."""


@dataclass(frozen=True)
class Group:
    """Several accounts that are granted things together: a newsroom."""

    name: str
    title: str = ""
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Grant:
    """An account or a group may read, or write, one dataset or investigation."""

    dataset: str
    to: str
    level: Level
    by: str | None = None
    at: datetime | None = None


def check_account_name(name: str) -> str:
    """The name, if an account or a group may carry it; raises BadInput."""
    if name in TAKEN or not NAME.fullmatch(name):
        raise BadInput(
            f"{name[:100]!r} cannot name an account: small letters, digits and . _ + - only, "
            "at most 63, or an e-mail address in small letters"
        )
    return name

"""One entry of the audit log: who did what, to what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class AuditEvent:
    """One thing that somebody did; ``detail`` holds no secret."""

    id: str
    at: datetime
    actor: str
    """The account's name; ``command line`` for the owner of the data folder."""
    action: str
    subject: str
    detail: Mapping[str, Any]

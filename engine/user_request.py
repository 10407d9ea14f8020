"""What users ask of the data team: to export a dataset, or to load a new one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RequestKind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    """To take a whole dataset as a file."""
    DATASET = "dataset"
    """That a source be loaded, and kept up to date."""


class RequestState(StrEnum):
    """What has become of it."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class UserRequest:
    """One request, as both sides see it."""

    id: str
    kind: RequestKind
    subject: str
    """The name of the dataset, or the title of the source."""
    reason: str
    by: str
    at: datetime
    url: str | None = None
    """Where the source is, for a new dataset."""
    state: RequestState = RequestState.OPEN
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None

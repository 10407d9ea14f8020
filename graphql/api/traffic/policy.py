"""Which limits there are: for each kind of caller, how many requests and points in which time."""

from dataclasses import dataclass
from functools import cached_property

from limits import RateLimitItem, parse_many

from engine.settings import Settings

REQUESTS, POINTS = "requests", "points"


@dataclass(frozen=True)
class Policy:
    """One limit: so much of something within a window of time."""

    unit: str
    """What is counted: requests, points, bytes, failures."""
    item: RateLimitItem

    @cached_property
    def name(self) -> str:
        """What headers and errors call it: ``points-per-minute``."""
        times = "" if self.item.multiples == 1 else f"-{self.item.multiples}"
        return f"{self.unit}-per{times}-{self.item.GRANULARITY.name}"

    @cached_property
    def window(self) -> int:
        """Seconds of the window."""
        return self.item.get_expiry()

    @property
    def amount(self) -> int:
        """How much may be taken in a window."""
        return self.item.amount


@dataclass(frozen=True)
class Tier:
    """The limits of one kind of caller."""

    name: str
    requests: tuple[Policy, ...]
    points: tuple[Policy, ...]

    @cached_property
    def most(self) -> int | None:
        """The points that one query may cost at most; None without a limit."""
        return min((policy.amount for policy in self.points), default=None)


@dataclass(frozen=True)
class Policies:
    """All limits of an installation."""

    anonymous: Tier
    registered: Tier
    failures: tuple[Policy, ...]
    uploads: tuple[Policy, ...]
    anonymous_exports: tuple[Policy, ...]
    registered_exports: tuple[Policy, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Policies":
        """The limits that the settings name."""
        return cls(
            Tier(
                "anonymous",
                policies(REQUESTS, settings.anonymous_requests),
                policies(POINTS, settings.anonymous_points),
            ),
            Tier(
                "registered",
                policies(REQUESTS, settings.registered_requests),
                policies(POINTS, settings.registered_points),
            ),
            policies("failures", settings.failed_credentials),
            policies("bytes", settings.upload_bytes),
            policies("bytes", settings.anonymous_export_bytes),
            policies("bytes", settings.registered_export_bytes),
        )


def policies(unit: str, text: str) -> tuple[Policy, ...]:
    """The limits of a setting, the shortest window first."""
    items = parse_many(text) if text else []
    return tuple(Policy(unit, item) for item in sorted(items, key=lambda item: item.get_expiry()))

"""GraphQL's ``RateLimit`` and ``Terms``: what a caller has left, and what they have agreed to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import strawberry

from api.session import Info


@strawberry.type(description="What this caller has left, in points, and what this operation costs.")
class RateLimit:
    """What a caller has left of the limit that ends first."""

    limit: int | None = strawberry.field(
        description="The points that may be taken in a window; null where no limit holds."
    )
    remaining: int | None = strawberry.field(
        description="The points that are left, after this operation."
    )
    reset_at: datetime | None = strawberry.field(
        description="When the window ends; what was taken in it counts less and less afterwards."
    )
    cost: int = strawberry.field(description="What this operation costs.")


@strawberry.type(description="The terms of use as they are now.")
class Terms:
    """The terms of use as they are now."""

    version: str = strawberry.field(description="The version, which users accept once.")
    text: str = strawberry.field(description="The whole text.")
    accepted_at: datetime | None = strawberry.field(
        description="When you accepted this version; null if you have not, or have no account."
    )


async def _rate_limit(info: Info) -> RateLimit:
    visit = info.context.visit
    if visit is None:  # the command line
        return RateLimit(limit=None, remaining=None, reset_at=None, cost=0)
    quotas = await visit.points()
    if not quotas:
        return RateLimit(limit=None, remaining=None, reset_at=None, cost=visit.cost)
    first = min(quotas, key=lambda quota: quota.left)
    reset_at = datetime.now(UTC) + timedelta(seconds=first.ends)
    return RateLimit(
        limit=first.policy.amount, remaining=first.left, reset_at=reset_at, cost=visit.cost
    )


async def _terms(info: Info) -> Any:
    terms, account = info.context.engine.terms, info.context.caller.account
    if terms is None:
        return None
    accepted = account is not None and account.terms == terms.version
    at = account.terms_accepted if account is not None and accepted else None
    return Terms(version=terms.version, text=terms.text, accepted_at=at)


@strawberry.type
class AllowanceQuery:
    """The root fields about limits and terms."""

    rate_limit: RateLimit | None = strawberry.field(
        resolver=_rate_limit,
        description="What you have left of the limit on points that has least left.",
    )
    terms: Terms | None = strawberry.field(
        resolver=_terms, description="The terms of use; null where there are none."
    )

"""The headers that tell a client its limits: ``RateLimit-Policy`` and ``RateLimit``.

They follow the draft below, the one place that names it. Both are lists of structured fields: a
limit's name, then ``q`` (how much), ``w`` (the seconds of the window) and ``qu`` (the unit) for a
policy; ``r`` (what is left) and ``t`` (the seconds until the window ends) for the state of it.
"""

from collections.abc import Sequence

from api.traffic.meter import Quota
from api.traffic.policy import REQUESTS

DRAFT = "draft-ietf-httpapi-ratelimit-headers-11"
UNITS = {REQUESTS: "", "bytes": ';qu="content-bytes"'}
"""The draft's own units; requests are what a policy counts if it says nothing. A unit of our own
begins with our name."""


def rate_limit_headers(quotas: Sequence[Quota]) -> dict[str, str]:
    """The headers for some limits; none where there are no limits."""
    if not quotas:
        return {}
    policies = [
        f'"{each.policy.name}";q={each.policy.amount};w={each.policy.window}{unit(each)}'
        for each in quotas
    ]
    states = [f'"{each.policy.name}";r={each.left};t={each.ends}' for each in quotas]
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}


def unit(quota: Quota) -> str:
    """The parameter that names the unit of a policy."""
    name = quota.policy.unit
    return UNITS.get(name, f';qu="clew-{name}"')

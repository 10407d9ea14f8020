"""Which edge of FollowTheMoney an interest of the Beneficial Ownership Data Standard is.

The edge leads from the interested party to the subject:

| Interest | Edge |
| --- | --- |
| shareholding, beneficiary of a trust or other legal arrangement | Ownership, with its percentage |
| board member, board chair, senior managing official | Directorship |
| voting rights, appointment of the board, other influence or control | Control |
| settlor, trustee, protector, nominator; control by rules, contract or law | Control |
| nominee, who acts for the arrangement | Representation |
| rights to profit, to income, to surplus assets, to the use of assets | UnknownLink |
| unknown, unpublished or not stated | UnknownLink |

Only shares in the capital and in a trust are Ownership: one relationship often has a share of 50 %
and voting rights of 50 %, and that is half of the company and not all of it. Shares of other
interests stand in the description. The codes of 0.2 (``voting-rights``, ``settlor-of-trust``) are
taken as those of 0.3 and 0.4 (``votingRights``).
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

OWNERSHIP = "shareholding beneficiaryoflegalarrangement beneficiaryoftrust"
DIRECTORSHIP = "boardmember boardchair seniormanagingofficial"
CONTROL = """
    votingrights appointmentofboard otherinfluenceorcontrol influenceorcontrol
    otherinfluenceorcontroloftrust settlor settloroftrust trustee trusteeoftrust protector
    protectoroftrust nominator rightsgrantedbycontract conditionalrightsgrantedbycontract
    controlviacompanyrulesorarticles controlbylegalframework
"""


class Edge(NamedTuple):
    """An edge schema, the properties of its two ends, and the schema its subject has at least."""

    schema: str
    party: str
    subject: str
    least: str


UNKNOWN = Edge("UnknownLink", "subject", "object", "LegalEntity")
OWNER = Edge("Ownership", "owner", "asset", "Company")
EDGES = {
    **dict.fromkeys(OWNERSHIP.split(), OWNER),
    **dict.fromkeys(
        DIRECTORSHIP.split(), Edge("Directorship", "director", "organization", "Organization")
    ),
    **dict.fromkeys(CONTROL.split(), Edge("Control", "controller", "controlled", "LegalEntity")),
    "nominee": Edge("Representation", "agent", "client", "LegalEntity"),
}


def edge_of(interest: Mapping[str, Any]) -> Edge:
    """The edge that an interest is; UnknownLink for what the standard does not know."""
    return EDGES.get(re.sub(r"[^a-z]", "", str(interest.get("type") or "").lower()), UNKNOWN)


def directness(interest: Mapping[str, Any]) -> str:
    """``direct`` or ``indirect``: the ``directOrIndirect`` of 0.3, or 0.2's ``interestLevel``."""
    return words(interest.get("directOrIndirect") or interest.get("interestLevel"))


def words(code: Any) -> str:
    """A code as words: ``votingRights`` and ``voting-rights`` are both ``voting rights``."""
    if not isinstance(code, str):
        return ""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[-_]", " ", code).strip().lower()


def share_of(interest: Mapping[str, Any]) -> str:
    """How much, with bounds: ``60%``, ``25% but less than 50%``, ``more than 25%``; or empty."""
    share = interest.get("share")
    if not isinstance(share, dict):
        return ""
    if exact := number(share.get("exact")) or impossible(share.get("exact")):
        return f"{exact}%"
    least, most = number(share.get("minimum")), number(share.get("maximum"))
    above, below = number(share.get("exclusiveMinimum")), number(share.get("exclusiveMaximum"))
    # in 0.1 to 0.3 these two say whether the minimum and the maximum are themselves left out
    if least and is_true(share.get("exclusiveMinimum")):
        least, above = "", least
    if most and is_true(share.get("exclusiveMaximum")):
        most, below = "", most
    if least and least == most:
        return f"{least}%"
    return range_of(least, above, most, below)


def is_true(value: Any) -> bool:
    """Whether a Boolean is true, written as one or as a text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def range_of(least: str, above: str, most: str, below: str) -> str:
    """A range of percents in words; ``above`` and ``below`` are not in it, and any may be empty."""
    if not least and not above:
        return f"less than {below}%" if below else f"up to {most}%" if most else ""
    if not most and not below:
        return f"more than {above}%" if above else f"at least {least}%"
    lower = f"more than {above}%" if above else f"{least}%"
    return f"{lower} but less than {below}%" if below else f"{lower} to {most}%"


def impossible(value: Any) -> str:
    """A number of percents that cannot be, so that it is told as it was written; else empty."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}(\.\d{1,10})?", value):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{value:.15g}"


def number(value: Any) -> str:
    """Percents as text, also out of a text; empty for what is no number from 0 to 100."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.\d{1,10})?", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        return ""
    return f"{value:.10f}".rstrip("0").rstrip(".")

"""Which edge of FollowTheMoney a relationship of the Offshore Leaks data is.

Its type (``rel_type``) and the words of its ``link`` decide; the edge leads from start to end:

| Type and words | Edge |
| --- | --- |
| registered_address; an address at the end | the start's addressEntity |
| officer_of: shareholder, owner, beneficiary, UBO, subscriber, investor | Ownership |
| officer_of: director, president, chairman, secretary, treasurer, board, manager … | Directorship |
| officer_of: trustee, liquidator, administrator, commissioner, executive … | Directorship |
| officer_of: settlor, protector, founder, enforcer, appointor, controller | Control |
| officer_of: attorney, signatory, representative, proxy, agent, adviser … | Representation |
| officer_of: auditor, custodian, nominee, lawyer, registrar, broker … | Representation |
| officer_of: partner, member | Membership |
| intermediary_of | Representation |
| same_name_as, similar, probably_same_officer_as, connected_to, underlying … | UnknownLink |
| a link that says nothing of this | UnknownLink |

A link that names ownership and an office ("director and shareholder of") is both edges; otherwise
the first line that fits counts. "Nominee shareholder" and "nominee director" are Ownership and
Directorship, and say so in their role. The link as it is written is the edge's role.

In the release of 2016 the type is what the link is today ("shareholder of"), and there is no link:
a type that ends with "of" and is none of today's is taken as the link.
"""

import re
from functools import lru_cache
from typing import NamedTuple

ADDRESS = "addressEntity"


class Edge(NamedTuple):
    """An edge schema, the properties of its two ends, and the schema its end has at least."""

    schema: str
    start: str
    end: str
    least: str


UNKNOWN = Edge("UnknownLink", "subject", "object", "")
REPRESENTATION = Edge("Representation", "agent", "client", "LegalEntity")
TOGETHER = (
    (
        Edge("Ownership", "owner", "asset", "Company"),
        re.compile(
            r"share ?holders?|owners?\b|beneficiar|\bubo\b|^bo\b|\bbo$|/bo\b|subscriber|\binvestor"
        ),
    ),
    (
        Edge("Directorship", "director", "organization", "Organization"),
        re.compile(
            r"direct(or|eur)|\bdir\b|president|chair|secretary|\bsec\b|treasur|\bboard\b|council"
            r"|officer\b(?! of$)|manager|managing|trustee|liquidator|administrator|commissioner"
            r"|\bc\.?e\.?o\b|\bc\.?f\.?o\b|executive"
        ),
    ),
)
"""Edges that one link can be together."""
ALONE = (
    (
        Edge("Control", "controller", "controlled", "LegalEntity"),
        re.compile(r"settlor|grantor|protector|founder|enforcer|appoint[oe]r|control|significant"),
    ),
    (
        REPRESENTATION,
        re.compile(
            r"attorney|signator|representative|proxy|agent|advis[oe]r|audit|accountant|custodian"
            r"|nominee|lawyer|intermediary|correspondent|registrar|counsel|broker|\bpoa\b"
            r"|authori[sz]ed|nominated"
        ),
    ),
    (Edge("Membership", "member", "organization", "Organization"), re.compile(r"partner|\bmember")),
)
"""Edges of which the first that fits counts, where none of the others do."""


@lru_cache(10_000)
def edges_of(kind: str, link: str) -> tuple[Edge, ...]:
    """The edges that a relationship of this type with this link is: one, or two."""
    kind = re.sub(r"[^a-z]+", "_", kind.lower()).strip("_")
    words = re.sub(r"[\s_]+", " ", link.lower()).strip()
    if kind == "intermediary_of":
        return (REPRESENTATION,)
    if not words and kind.endswith("_of") and kind != "officer_of":
        kind, words = "", kind.replace("_", " ")
    if kind not in ("officer_of", ""):
        return (UNKNOWN,)
    edges = tuple(edge for edge, pattern in TOGETHER if pattern.search(words))
    return edges or (next((edge for edge, pattern in ALONE if pattern.search(words)), UNKNOWN),)


def is_address(kind: str) -> bool:
    """Whether a relationship's type says that its end is an address."""
    return kind.lower().strip() in ("registered_address", "registered address")

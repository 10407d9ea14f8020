"""How much of an asset a holder has: a fraction, read from FtM's ``percentage``, a free text.

Numbers are percents: ``0.5`` is half a percent, ``100`` is all. A range, ``more than 25 %`` and
``75 % or more`` count with their lower bounds, and are not exact; ``up to 25 %`` has no useful one
and is unknown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

NUMBER = r"(\d{1,3}(?:[.,]\d{1,20})?|[.,]\d{1,20})"
UNIT = r"(?: ?(?:%|percent|per cent|pct\.?|prozent|procent))?"
TOPIC = (
    r"(?:(?:indirect |direct )?"
    r"(?:ownership|ownership of shares|voting rights|shares|right to share surplus assets) )?"
)
TAIL = (
    r"(?: (?:of (?:the )?(?:shares|voting rights|capital|votes)|"
    r"as (?:trust|firm|control over trust)|shares))?"
)
AT_LEAST = (
    r"(?:>=?|≥|more than|over|above|at least|min\.?|minimum|greater than|exceeding|no less than|"
    r"not less than|from|mehr als|über|mindestens|mere end|~|≈|"
    r"ca\.?|circa|approx\.?|approximately|about|around)"
)
BETWEEN = r"(?:-|–|—|to|and|bis|til|\.\.\.?|(?:but|and) (?:not more|no more|less) than|<)"
OR_MORE = r"(?: ?\+| (?:or|and|und|oder) (?:more|above|over|mehr)| plus one(?: share)?)"

EXACT = re.compile(rf"{TOPIC}=? ?{NUMBER}{UNIT}{TAIL}")
RANGE = re.compile(
    rf"{TOPIC}(?:(?:between|{AT_LEAST}) ?)?{NUMBER}{UNIT} ?{BETWEEN} ?{NUMBER}{UNIT}{TAIL}"
)
LOWER = re.compile(rf"{TOPIC}{AT_LEAST} ?{NUMBER}{UNIT}{TAIL}")
MORE = re.compile(rf"{TOPIC}{NUMBER}{UNIT}{OR_MORE}{UNIT}{TAIL}")


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction, or None where it is unknown; not ``exact`` where the value is a lower bound."""

    value: float | None
    exact: bool


UNKNOWN = Share(None, False)


def fraction(number: str) -> float | None:
    """Percents as a fraction; None above 100."""
    value = float(number.replace(",", "."))
    return value / 100 if value <= 100 else None


def parse_share(text: str) -> Share:
    """The share in a percentage; unknown where it cannot be understood."""
    plain = re.sub(r"\s+", " ", text[:200].lower()).strip()
    plain = re.sub(r"(?<=[a-z])-(?=\w)|(?<=\w)-(?=[a-z])| [-–—] (?=[a-z])", " ", plain)
    if match := EXACT.fullmatch(plain):
        value = fraction(match[1])
        return UNKNOWN if value is None else Share(value, True)
    for pattern in (RANGE, LOWER, MORE):
        if match := pattern.fullmatch(plain):
            bounds = [fraction(number) for number in match.groups()]
            if None not in bounds:
                return Share(min(bound for bound in bounds if bound is not None), False)
    return UNKNOWN


def lowest_share(texts: Iterable[str]) -> Share:
    """The lowest known share among several percentages of one record."""
    known = [share for share in map(parse_share, texts) if share.value is not None]
    if not known:
        return UNKNOWN
    values = {share.value for share in known if share.value is not None}
    return Share(min(values), len(values) == 1 and all(share.exact for share in known))

"""What the values of a list's column look like: dates, e-mail addresses, countries, names."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from followthemoney import registry

ENOUGH = 0.7
"""The part of a column's values that must look alike."""
LOOKED_AT = 500
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
WEB = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
PHONE = re.compile(r"\+[0-9][0-9 ()./-]{6,}")
DATE = re.compile(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}|(19|20)\d\d(-\d\d){0,2}")
LETTERS = re.compile(r"[^\W\d_]{2,}")
FORMATS = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d"),
    *("%d.%m.%y", "%d/%m/%y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y"),
    *("%Y%m%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"),
)
"""How dates are written besides FollowTheMoney's way; of two that fit alike the first counts."""
COMPANY = re.compile(
    r"(?<!\w)(ltd|limited|llc|l\.l\.c|llp|inc|incorporated|corp|corporation|plc|gmbh|ag|kg|ohg|ug|"
    r"e\.?v|se|s\.?a|s\.?a\.?s|sarl|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|vof|oyj?|abp?|asa?|aps|a/s|"
    r"pty|pte|sdn|bhd|sp\.? ?z ?o\.?o|s\.?r\.?o|d\.?o\.?o|d\.?d|kft|zrt|lda|ltda|s\.?l|s\.?l\.?u|"
    r"s\.?c|eood|ood|ооо|зао|оао|пао|ао|ип|фгуп|тов|ват|прат|ад|еоод|епе|α\.?ε|ε\.?π\.?ε|ι\.?κ\.?ε|"
    r"holdings?|group|bank|company|co|trust|foundation|stiftung|university|ministry|association|"
    r"partners|services|industries|international|enterprises|investments?|trading|verein|банк|"
    r"фонд|компания|завод|شركة|公司|株式会社|有限公司|有限责任公司)(?!\w)|公司|株式会社",
    re.IGNORECASE,
)
"""Words that companies and other organisations have in their names."""


def share(values: Sequence[str], test: Callable[[str], object]) -> float:
    """The part of some values that pass a test; 0 for none."""
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def sample(values: Sequence[str]) -> list[str]:
    """The first values that are not empty."""
    return [text for value in values if (text := value.strip())][:LOOKED_AT]


def looks_like(values: Sequence[str]) -> str | None:
    """The property that these values are of, where they show it; None where they do not."""
    for prop, test in TESTS.items():
        if share(values, test) >= ENOUGH:
            return prop
    return None


def is_country(value: str) -> bool:
    """Whether this is a country's code or name."""
    return len(value) < 40 and registry.country.clean(value) is not None


def is_birth(value: str) -> bool:
    """Whether this is a date on which somebody may have been born."""
    years = [int(year) for year in re.findall(r"\d{4}", value)]
    return DATE.fullmatch(value) is not None and any(1900 <= year <= 2020 for year in years)


def is_name(value: str) -> bool:
    """Whether this may be somebody's name: a few words, the first with a capital if there are."""
    words = LETTERS.findall(value)
    return 1 <= len(words) <= 12 and len(value) < 120 and not any(map(str.isdigit, value[:1]))


TESTS: Mapping[str, Callable[[str], object]] = {
    "email": EMAIL.fullmatch,
    "website": WEB.fullmatch,
    "leiCode": LEI.fullmatch,
    "phone": PHONE.fullmatch,
    "birthDate": is_birth,
    "country": is_country,
}
"""What a column of each property looks like, where no heading says so."""


def date_format(values: Sequence[str]) -> str | None:
    """How dates are written; None where FollowTheMoney reads most of them as they are."""
    if not values or share(values, registry.date.clean) >= ENOUGH:
        return None
    best = max(FORMATS, key=lambda each: share(values, lambda value: is_written(value, each)))
    return best if share(values, lambda value: is_written(value, best)) > 0 else None


def is_ambiguous(values: Sequence[str], format: str) -> bool:
    """Whether day and month could be exchanged in all of these dates."""
    if "%d" not in format or "%m" not in format or format.startswith("%Y"):
        return False
    swapped = format.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    written = [value for value in values if is_written(value, format)]
    return "." not in format and share(written, lambda value: is_written(value, swapped)) == 1


def is_written(value: str, format: str) -> bool:
    """Whether a date is written in this way."""
    try:
        datetime.strptime(value, format)
    except ValueError:
        return False
    return True


def separator(values: Sequence[str]) -> str | None:
    """What stands between several values of one cell, if many have several."""
    for mark in (";", "|"):
        if share(values, lambda value: mark in value) >= 0.1:  # noqa: B023
            return mark
    return None


def schema_of_names(names: Sequence[str]) -> str:
    """What things of these names are: persons, companies, or some of each."""
    companies = share(names, COMPANY.search)
    if companies >= 0.6:
        return "Company"
    return "LegalEntity" if companies >= 0.05 else "Person"

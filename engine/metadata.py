"""What may be said of a dataset: each field checked as FtM does, and FtM's and Aleph's formats.

FtM's ``DatasetModel`` describes a whole dataset, and refuses what Clew loads: a licence as a name,
a deprecated dataset without an end, a resource of unknown type. Clew keeps some fields, and changes
one at a time; so there is a model of these fields here, of the types that FtM's model is made of.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from followthemoney.dataset.util import CountryCode, PartialDate, Url, type_check_http_url
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from rigour.langs import iso_639_alpha3

from engine.dataset import ExportPolicy, Frequency
from engine.errors import BadInput

MAX_LENGTH = 5_000
MAX_COUNTRIES = 300
MAX_LANGUAGES = 20
Changes = Mapping[str, Any]


def _printable(value: str) -> str:
    # such a character could change what a terminal shows
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value):
        raise ValueError("a control character")
    return value


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _license(value: str) -> str:
    return type_check_http_url(value) if "://" in value else value


def _language(value: str) -> str:
    code = iso_639_alpha3(value.strip().lower())
    if code is None:
        raise ValueError("no language")
    return code


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _ftm_frequency(value: Any) -> Any:
    return "annually" if value == "annual" else value  # Aleph's word


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _unique(values: list[str]) -> list[str] | None:
    return list(dict.fromkeys(values)) or None


Text = Annotated[str, Field(max_length=MAX_LENGTH), AfterValidator(_printable)]
Line = Annotated[Text, AfterValidator(_one_line)]
Countries = Annotated[
    list[CountryCode],
    Field(max_length=MAX_COUNTRIES),
    BeforeValidator(_listed),
    AfterValidator(_unique),
]
Languages = Annotated[
    list[Annotated[str, AfterValidator(_language)]],
    Field(max_length=MAX_LANGUAGES),
    BeforeValidator(_listed),
    AfterValidator(_unique),
]
Often = Annotated[Frequency, BeforeValidator(_ftm_frequency), BeforeValidator(_lower)]
Policy = Annotated[ExportPolicy, BeforeValidator(_lower)]


class Metadata(BaseModel):
    """Every field of a dataset that can be set; None takes its value away."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)

    title: Line | None = None
    summary: Text | None = None
    publisher: Line | None = None
    publisher_url: Url | None = None
    publisher_country: CountryCode | None = None
    url: Url | None = None
    license: Annotated[Line, AfterValidator(_license)] | None = None
    countries: Countries | None = None
    languages: Languages | None = None
    category: Line | None = None
    maintainer: Line | None = None
    frequency: Often | None = None
    coverage_start: PartialDate | None = None
    coverage_end: PartialDate | None = None
    export_policy: Policy | None = None


FIELDS = tuple(Metadata.model_fields)
LINE = f"text of at most {MAX_LENGTH:,} characters without control characters"
WEB = "a web address that begins with http:// or https://"
COUNTRY = "a country's code, such as de or gb, or its name"
DATE = "a date: 2019, 2019-04 or 2019-04-30"
ALLOWED = dict.fromkeys(FIELDS, LINE) | {
    "publisher_url": WEB,
    "publisher_country": COUNTRY,
    "url": WEB,
    "license": f"{WEB}, or the licence's name",
    "languages": f"a language's code (ISO 639-3), such as rus; at most {MAX_LANGUAGES} of them",
    "countries": f"{COUNTRY}; at most {MAX_COUNTRIES} of them",
    "frequency": f"one of {', '.join(Frequency)}",
    "coverage_start": DATE,
    "coverage_end": DATE,
    "export_policy": f"one of {', '.join(ExportPolicy)}",
}
"""What is right, for the message about a value that is not: pydantic's own names no example."""
PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("title", ("title",)),
    ("title", ("label",)),
    ("summary", ("summary",)),
    ("publisher", ("publisher",)),
    ("publisher", ("publisher", "name")),
    ("publisher_url", ("publisher", "url")),
    ("publisher_url", ("publisher_url",)),
    ("publisher_country", ("publisher", "country")),
    ("url", ("url",)),
    ("url", ("info_url",)),
    ("license", ("license",)),
    ("countries", ("coverage", "countries")),
    ("countries", ("countries",)),
    ("languages", ("languages",)),
    ("category", ("category",)),
    ("maintainer", ("maintainer",)),
    ("frequency", ("coverage", "frequency")),
    ("frequency", ("frequency",)),
    ("coverage_start", ("coverage", "start")),
    ("coverage_end", ("coverage", "end")),
    ("export_policy", ("export_policy",)),
)
"""Where FtM's format has each field; where Aleph's collections have it too."""


def checked(changes: Changes) -> dict[str, Any]:
    """The values as they are kept, None for one that is taken away.

    Raises BadInput, which names the field, the value, and what is right.
    """
    try:
        found = Metadata.model_validate({name: _stripped(changes[name]) for name in changes})
    except ValidationError as error:
        raise _refused(error, changes) from None
    values = found.model_dump(include=set(changes))
    if "publisher" in values and values["publisher"] is None:
        values = {"publisher_url": None, "publisher_country": None, **values}
    return values


def _stripped(value: Any) -> Any:
    """A value without spaces around it; nothing for an empty one."""
    if isinstance(value, list | tuple):
        return [item for item in map(_stripped, value) if item is not None]
    return value.strip() or None if isinstance(value, str) else value


def _refused(error: ValidationError, changes: Changes) -> BadInput:
    details = error.errors()[0]
    name, *place = details["loc"]
    name = str(name)
    value = details["input"] if place else changes[name]
    if details["type"] == "extra_forbidden":
        return BadInput(f"a dataset has no field {name[:100]!r}: there are {', '.join(FIELDS)}")
    return BadInput(f"{name} {value!r:.100} is not allowed: give {ALLOWED[name]}")


def check_together(values: Changes) -> None:
    """Raises BadInput where fields, each good by itself, do not fit together."""
    start, end = values.get("coverage_start"), values.get("coverage_end")
    # "~" sorts after every character of a date: 2019-05 does not begin after 2019 ends
    if start is not None and end is not None and start > end + "~":
        raise BadInput(f"coverage_start {start} is after coverage_end {end}")
    for name in ("publisher_url", "publisher_country"):
        if values.get(name) is not None and values.get("publisher") is None:
            raise BadInput(f"{name} {values[name]!r} needs a publisher: give its name too")


def from_ftm(data: Any) -> tuple[dict[str, Any], list[str]]:
    """The changes that a description in FtM's dataset format asks for, and the keys it ignores.

    Aleph's collections are read too: their ``label``, ``publisher_url``, ``info_url``, and at the
    top what FtM has under ``coverage``. The values are not checked yet.
    """
    if not isinstance(data, Mapping):
        raise BadInput("a dataset is described by named fields: name, title, publisher, coverage …")
    changes: dict[str, Any] = {}
    for name, place in PLACES:
        value: Any = data
        for key in place:
            value = value.get(key, data) if isinstance(value, Mapping) else data
        if value is not data and not (name == "publisher" and isinstance(value, Mapping)):
            changes.setdefault(name, value)
    known = {place for _, place in PLACES} | {("name",)}
    return changes, sorted(_ignored(data, (), known))


def _ignored(
    data: Mapping[Any, Any], under: tuple[str, ...], known: Collection[tuple[str, ...]]
) -> Iterator[str]:
    """The keys of a description, with dots between them, that are none of the known places."""
    for key, value in data.items():
        place = (*under, str(key))
        if isinstance(value, Mapping) and any(each[: len(place)] == place for each in known):
            yield from _ignored(value, place, known)
        elif place not in known:
            yield ".".join(place)

"""What the Beneficial Ownership Data Standard says of people, companies, trusts and states, as FollowTheMoney has it.

| Entity type | Schema |
| --- | --- |
| registeredEntity | Company |
| legalEntity | Organization |
| arrangement, anonymousEntity, unknownEntity, anything else | LegalEntity |
| state, stateBody | PublicBody |

A LegalEntity or an Organization that is owned, or listed on an exchange, becomes a Company: FollowTheMoney has it
that only assets are owned. Who is anonymous or unknown has no name and the reason as its weak alias: it is shown,
and matches nobody.

An identifier's number goes where its scheme says, and into the notes with the scheme. One that is a web address is a
sourceUrl (or opencorporatesUrl), and one that is a path within a register's site (``/company/1``) only a note.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from followthemoney import registry

from engine.partial_date import parse_date
from loaders.format.bods.interest import words

Pairs = Iterator[tuple[str, str]]
SCHEMATA = {
    "registeredEntity": "Company",
    "legalEntity": "Organization",
    "state": "PublicBody",
    "stateBody": "PublicBody",
}
SCHEMES = (
    (re.compile(r"(XI-)?LEI"), "leiCode"),
    (re.compile(r"RU-OGRN"), "ogrnCode"),
    (re.compile(r"RU-INN"), "innCode"),
    (re.compile(r".*-VAT"), "vatCode"),
    (re.compile(r".*-(TAXID|RFC|TIN)"), "taxNumber"),
    (re.compile(r".*-PASSPORT"), "passportNumber"),
    (re.compile(r".*-(IDCARD|NATID)"), "idNumber"),
)
"""Which property an identifier's scheme names; of the others a person's is an idNumber, else a registrationNumber."""
ADDRESS = re.compile(r"https?://", re.I)
OPENCORPORATES = re.compile(r"https?://(www\.)?opencorporates\.com/", re.I)
NAMES = {"alternative": "alias", "former": "previousName", "birth": "previousName"}


def schema_of(kind: str, details: Mapping[str, Any]) -> str:
    """The schema of a ``person`` or ``entity``."""
    if kind == "person":
        return "Person"
    given = details.get("entityType")
    schema = SCHEMATA.get(
        text(given.get("type") if isinstance(given, dict) else given), "LegalEntity"
    )
    listed = (
        is_told(details, "publicListing")
        and details["publicListing"].get("hasPublicListing") is True
    )
    return "Company" if listed and schema != "PublicBody" else schema


def person(details: Mapping[str, Any]) -> Pairs:
    """What is told of a person, property by property."""
    for name in objects(details.get("names")):
        yield NAMES.get(text(name.get("type")), "name"), full_name(name)
        for part, prop in (
            ("givenName", "firstName"),
            ("familyName", "lastName"),
            ("patronymicName", "fatherName"),
        ):
            yield prop, text(name.get(part))
    for nationality in objects(details.get("nationalities")):
        yield from country("nationality", nationality)
    for residency in objects(details.get("taxResidencies")):
        if name_ := text(residency.get("name")) or text(residency.get("code")):
            yield "notes", f"tax residency: {name_}"
    yield from day("birthDate", details.get("birthDate"))
    yield from day("deathDate", details.get("deathDate"))
    yield from address(
        {**details["placeOfBirth"], "type": "placeOfBirth"}
        if is_told(details, "placeOfBirth")
        else {}
    )
    yield from address(details["placeOfResidence"] if is_told(details, "placeOfResidence") else {})
    yield from shared(
        details, "idNumber", "unspecifiedPersonDetails", text(details.get("personType"))
    )
    yield from exposure(details)


def entity(details: Mapping[str, Any], schema: str) -> Pairs:
    """What is told of an entity, property by property."""
    yield "name", text(details.get("name"))
    for name in texts(details.get("alternateNames")):
        yield "alias", name
    for key in ("jurisdiction", "incorporatedInJurisdiction"):
        if is_told(details, key):
            yield from country("jurisdiction", details[key])
    given = details.get("entityType")
    kind = given if isinstance(given, dict) else {"type": given}
    if text(kind.get("type")) not in ("registeredEntity", "legalEntity", ""):
        yield "legalForm", words(kind.get("subtype")) or words(kind.get("type"))
    yield "legalForm", text(kind.get("details"))
    yield from day("incorporationDate", details.get("foundingDate"))
    yield from day("dissolutionDate", details.get("dissolutionDate"))
    yield from shared(
        details, "registrationNumber", "unspecifiedEntityDetails", text(kind.get("type"))
    )
    yield "sourceUrl", text(details.get("uri"))
    if is_told(details, "formedByStatute"):
        statute = details["formedByStatute"]
        yield (
            "notes",
            f"formed by statute: {text(statute.get('name'))} {text(statute.get('date'))}".rstrip(
                ": "
            ),
        )
    if is_told(details, "publicListing"):
        yield from listing(details["publicListing"], schema)


def shared(details: Mapping[str, Any], number: str, unspecified: str, kind: str) -> Pairs:
    """What persons and entities have alike: identifiers, addresses, and why one is not specified."""
    for identifier in objects(details.get("identifiers")):
        value, scheme = text(identifier.get("id")), text(identifier.get("scheme"))
        prop = next(
            (prop for pattern, prop in SCHEMES if pattern.fullmatch(scheme.upper())), number
        )
        if prop == "passportNumber" and number != "idNumber":
            prop = number
        authority = scheme or text(identifier.get("schemeName"))
        if ADDRESS.match(value):
            yield from web(value)
        elif value.startswith("/"):
            authority = authority or "identifier"
        else:
            yield prop, value
        if value and authority:
            yield "notes", f"{authority}: {value}"
        yield from web(text(identifier.get("uri")))
    for place in objects(details.get("addresses")):
        yield from address(place)
    reason = details.get(unspecified)
    if isinstance(reason, dict):
        yield from unknown(reason, words(kind))
    elif kind.startswith(("anonymous", "unknown")):
        yield "weakAlias", words(kind)


def web(address: str) -> Pairs:
    """The property of a web address."""
    yield "opencorporatesUrl" if OPENCORPORATES.match(address) else "sourceUrl", address


def unknown(reason: Mapping[str, Any], who: str = "") -> Pairs:
    """Why somebody is not specified."""
    why = words(reason.get("reason")) or "no reason given"
    yield "weakAlias", f"{who or 'unspecified'} ({why})"
    yield "notes", text(reason.get("description"))


def exposure(details: Mapping[str, Any]) -> Pairs:
    """Whether a person is politically exposed, and as what: ``politicalExposure``, or 0.2's ``hasPepStatus``."""
    told = details.get("politicalExposure")
    told = told if isinstance(told, dict) else {}
    if text(told.get("status")) == "isPep" or details.get("hasPepStatus") is True:
        yield "topics", "role.pep"
    for role in (*objects(told.get("details")), *objects(details.get("pepStatusDetails"))):
        reason = text(role.get("reason"))
        yield "position", reason
        where = role.get("jurisdiction")
        where_ = text(where.get("name")) if isinstance(where, dict) else ""
        when = "–".join((text(role.get("startDate")), text(role.get("endDate")))).strip("–")
        if reason and (where_ or when):
            yield "notes", f"politically exposed: {', '.join(filter(None, (reason, where_, when)))}"
        if missing := text(role.get("missingInfoReason")):
            yield "notes", f"political exposure not told: {missing}"


def listing(told: Mapping[str, Any], schema: str) -> Pairs:
    """A listing on a stock exchange."""
    if told.get("hasPublicListing") is True:
        yield "topics", "corp.public"
    for url in texts(told.get("companyFilingsURLs")):
        yield "sourceUrl", url
    for listed in objects(told.get("securitiesListings")):
        security = listed["security"] if is_told(listed, "security") else {}
        ticker, id_, scheme = (text(security.get(key)) for key in ("ticker", "id", "idScheme"))
        if schema == "Company":
            yield "ticker", ticker
            yield "isinCode", id_ if scheme == "isin" else ""
        yield (
            "notes",
            " ".join(filter(None, (text(listed.get("stockExchangeName")), ticker, scheme, id_))),
        )


def address(place: Mapping[str, Any]) -> Pairs:
    """An address as one text, and its country; a place of birth as such."""
    where = place.get("country")
    where = where if isinstance(where, dict) else {"code": where, "name": where}
    lines = [text(place.get("address")).strip(" ,\n")]
    if (code := text(place.get("postCode"))) and code not in lines[0]:
        lines.append(code)
    birth = text(place.get("type")) == "placeOfBirth"
    if (
        lines[0]
        and (name := text(where.get("name")))
        and name.lower() not in lines[0].lower()
        and len(name) > 2
    ):
        lines.append(name)
    yield "birthPlace" if birth else "address", ", ".join(filter(None, lines))
    yield from country("birthCountry" if birth else "country", where)


def country(prop: str, told: Mapping[str, Any]) -> Pairs:
    """A country by its code, else by its name; one that FollowTheMoney does not know becomes a note."""
    code, name = text(told.get("code")), text(told.get("name"))
    if known := country_code(code) or country_code(name):
        yield prop, known
    elif code or name:
        yield "notes", f"{words(prop)}: {name or code}"


@lru_cache(10_000)
def country_code(name: str) -> str:
    """FollowTheMoney's code of a country; nothing for one that it does not know."""
    return registry.country.clean(name) or "" if name else ""


def day(prop: str, value: Any) -> Pairs:
    """A date as the standard writes it; anything else, and a day that no calendar has, becomes a note."""
    told = text(value)
    if is_day(told):
        yield prop, told
    elif told:
        yield "notes", f"{words(prop)}: {told}"


def is_day(told: str) -> bool:
    """Whether a text is a date, and one that a register may mean."""
    date = parse_date(told)
    return date is not None and date.plausible


def full_name(name: Mapping[str, Any]) -> str:
    """A name in one piece."""
    parts = (text(name.get(key)) for key in ("givenName", "patronymicName", "familyName"))
    return text(name.get("fullName")) or " ".join(filter(None, parts))


def is_told(details: Mapping[str, Any], key: str) -> bool:
    """Whether this is an object."""
    return isinstance(details.get(key), dict)


def text(value: Any) -> str:
    """A text without blanks around it; nothing for what is none."""
    return value.strip() if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [text(item) for item in value] if isinstance(value, list) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

"""What BODS says of people, companies, trusts and states, as properties of FollowTheMoney.

| Entity type | Schema |
| --- | --- |
| registeredEntity | Company |
| legalEntity | Organization |
| arrangement, anonymousEntity, unknownEntity, anything else | LegalEntity |
| state, stateBody | PublicBody |

A LegalEntity or an Organization that is owned, or listed on an exchange, becomes a Company:
FollowTheMoney has it that only assets are owned. An anonymous or unknown party has no name, and the
reason as its weak alias: it is shown, and matches nobody.

An identifier's number goes where its scheme says, and into the notes with the scheme. One that is a
web address is a sourceUrl (or opencorporatesUrl), and one that is a path within a register's site
(``/company/1``) only a note.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from followthemoney import registry

from engine.partial_date import parse_date
from engine.unnamed import unnamed
from loaders.format.bods.interest import words

Details = Mapping[str, Any]
Pairs = Iterator[tuple[str, str]]
"""Names of properties, each with a value; an empty value is none."""
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
"""Properties by the scheme of an identifier; of others a person's is an idNumber, a company's a
registrationNumber."""
ADDRESS = re.compile(r"https?://", re.I)
OPENCORPORATES = re.compile(r"https?://(www\.)?opencorporates\.com/", re.I)
NAMES = {"alternative": "alias", "former": "previousName", "birth": "previousName"}
PARTS = (
    ("givenName", "firstName"),
    ("familyName", "lastName"),
    ("patronymicName", "fatherName"),
)


def schema_of(kind: str, details: Details) -> str:
    """The schema of a ``person`` or ``entity``."""
    if kind == "person":
        return "Person"
    schema = SCHEMATA.get(text(entity_type(details).get("type")), "LegalEntity")
    listed = object_of(details, "publicListing").get("hasPublicListing") is True
    return "Company" if listed and schema != "PublicBody" else schema


def entity_type(details: Details) -> Details:
    """An entity's type: an object, or before 0.4 only its name."""
    value = details.get("entityType")
    return value if isinstance(value, dict) else {"type": value}


def person(details: Details) -> Pairs:
    """A person, property by property."""
    for name in objects(details.get("names")):
        yield NAMES.get(text(name.get("type")), "name"), full_name(name)
        for part, prop in PARTS:
            yield prop, text(name.get(part))
    for nationality in objects(details.get("nationalities")):
        yield from country("nationality", nationality)
    for residency in objects(details.get("taxResidencies")):
        if place := text(residency.get("name")) or text(residency.get("code")):
            yield "notes", f"tax residency: {place}"
    yield from day("birthDate", details.get("birthDate"))
    yield from day("deathDate", details.get("deathDate"))
    if born := object_of(details, "placeOfBirth"):
        yield from address({**born, "type": "placeOfBirth"})
    yield from address(object_of(details, "placeOfResidence"))
    kind = text(details.get("personType"))
    yield from shared(details, "idNumber", "unspecifiedPersonDetails", kind)
    yield from exposure(details)


def entity(details: Details, schema: str) -> Pairs:
    """An entity, property by property."""
    yield "name", text(details.get("name"))
    for name in texts(details.get("alternateNames")):
        yield "alias", name
    for key in ("jurisdiction", "incorporatedInJurisdiction"):
        yield from country("jurisdiction", object_of(details, key))
    kind = entity_type(details)
    if text(kind.get("type")) not in ("registeredEntity", "legalEntity", ""):
        yield "legalForm", words(kind.get("subtype")) or words(kind.get("type"))
    yield "legalForm", text(kind.get("details"))
    yield from day("incorporationDate", details.get("foundingDate"))
    yield from day("dissolutionDate", details.get("dissolutionDate"))
    number = "registrationNumber"
    yield from shared(details, number, "unspecifiedEntityDetails", text(kind.get("type")))
    yield "sourceUrl", text(details.get("uri"))
    if isinstance(details.get("formedByStatute"), dict):
        statute = details["formedByStatute"]
        name_and_date = f"{text(statute.get('name'))} {text(statute.get('date'))}"
        yield "notes", f"formed by statute: {name_and_date}".rstrip(": ")
    yield from listing(object_of(details, "publicListing"), schema)


def shared(details: Details, number: str, unspecified: str, kind: str) -> Pairs:
    """What persons and entities share: identifiers, addresses, and why one is not specified.

    ``number`` is the property of identifiers without a known scheme.
    """
    for one in objects(details.get("identifiers")):
        yield from identifier(one, number)
    for place in objects(details.get("addresses")):
        yield from address(place)
    reason = details.get(unspecified)
    if isinstance(reason, dict):
        yield from unknown(reason, words(kind))
    elif kind.startswith(("anonymous", "unknown")):
        yield "weakAlias", words(kind)


def identifier(details: Details, number: str) -> Pairs:
    """An identifier: as the property that its scheme names, and as a note with the scheme."""
    value, scheme = text(details.get("id")), text(details.get("scheme"))
    prop = next((prop for pattern, prop in SCHEMES if pattern.fullmatch(scheme.upper())), number)
    # only people have passports
    if prop == "passportNumber" and number != "idNumber":
        prop = number
    authority = scheme or text(details.get("schemeName"))
    if ADDRESS.match(value):
        yield from web(value)
    elif value.startswith("/"):
        authority = authority or "identifier"
    else:
        yield prop, value
    if value and authority:
        yield "notes", f"{authority}: {value}"
    yield from web(text(details.get("uri")))


def web(address: str) -> Pairs:
    """A web address."""
    yield "opencorporatesUrl" if OPENCORPORATES.match(address) else "sourceUrl", address


def unknown(reason: Details, who: str = "") -> Pairs:
    """Why a party is not specified."""
    yield "weakAlias", unnamed(who, words(reason.get("reason")))
    yield "notes", text(reason.get("description"))


def exposure(details: Details) -> Pairs:
    """Whether a person is politically exposed: ``politicalExposure``, or 0.2's ``hasPepStatus``."""
    exposed = object_of(details, "politicalExposure")
    if text(exposed.get("status")) == "isPep" or details.get("hasPepStatus") is True:
        yield "topics", "role.pep"
    for role in (*objects(exposed.get("details")), *objects(details.get("pepStatusDetails"))):
        reason = text(role.get("reason"))
        yield "position", reason
        where = text(object_of(role, "jurisdiction").get("name"))
        when = "–".join((text(role.get("startDate")), text(role.get("endDate")))).strip("–")
        if reason and (where or when):
            yield "notes", f"politically exposed: {', '.join(filter(None, (reason, where, when)))}"
        if missing := text(role.get("missingInfoReason")):
            yield "notes", f"political exposure not told: {missing}"


def listing(details: Details, schema: str) -> Pairs:
    """A listing on a stock exchange."""
    if details.get("hasPublicListing") is True:
        yield "topics", "corp.public"
    for url in texts(details.get("companyFilingsURLs")):
        yield "sourceUrl", url
    for listed in objects(details.get("securitiesListings")):
        security = object_of(listed, "security")
        ticker, id_, scheme = (text(security.get(key)) for key in ("ticker", "id", "idScheme"))
        if schema == "Company":
            yield "ticker", ticker
            yield "isinCode", id_ if scheme == "isin" else ""
        exchange = text(listed.get("stockExchangeName"))
        yield "notes", " ".join(filter(None, (exchange, ticker, scheme, id_)))


def address(place: Details) -> Pairs:
    """An address as one text, and its country; a place of birth as such."""
    where = place.get("country")
    where = where if isinstance(where, dict) else {"code": where, "name": where}
    lines = [text(place.get("address")).strip(" ,\n")]
    if (code := text(place.get("postCode"))) and code not in lines[0]:
        lines.append(code)
    name = text(where.get("name"))
    # two letters are a code, and no name to write into an address
    if lines[0] and len(name) > 2 and name.lower() not in lines[0].lower():
        lines.append(name)
    birth = text(place.get("type")) == "placeOfBirth"
    yield "birthPlace" if birth else "address", ", ".join(filter(None, lines))
    yield from country("birthCountry" if birth else "country", where)


def country(prop: str, place: Details) -> Pairs:
    """A country by its code or its name; one that FollowTheMoney does not know becomes a note."""
    code, name = text(place.get("code")), text(place.get("name"))
    if known := country_code(code) or country_code(name):
        yield prop, known
    elif code or name:
        yield "notes", f"{words(prop)}: {name or code}"


@lru_cache(10_000)
def country_code(name: str) -> str:
    """FollowTheMoney's code of a country; empty for one that it does not know."""
    return registry.country.clean(name) or "" if name else ""


def day(prop: str, value: Any) -> Pairs:
    """A date that a register may mean; anything else, and a day of no calendar, becomes a note."""
    written = text(value)
    date = parse_date(written)
    if date is not None and date.plausible:
        yield prop, written
    elif written:
        yield "notes", f"{words(prop)}: {written}"


def full_name(name: Details) -> str:
    """A name in one piece."""
    parts = (text(name.get(key)) for key in ("givenName", "patronymicName", "familyName"))
    return text(name.get("fullName")) or " ".join(filter(None, parts))


def text(value: Any) -> str:
    """A text without blanks around it; empty for what is no text."""
    return value.strip() if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [text(item) for item in value] if isinstance(value, list) else []


def object_of(details: Details, key: str) -> Details:
    """The object under this key; empty where there is none."""
    value = details.get(key)
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Details]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

"""ICIJ's Offshore Leaks bundle: CSV files of entities, officers, intermediaries, addresses, others, relationships.

Given as several files, a folder, or the .zip as it is published, or several of them. A file with two ends in each
row is of relationships; which of the other five it is, its name tells (``nodes-officers.csv``), else its columns.
Relationships are put aside until all nodes of all that is given are known; which edge one becomes stands in ``link``.

The releases of 2016 to 2018 call columns and files otherwise (``n.node_id``, ``START_ID``, ``all_edges.csv``) and
are read alike; names of columns may be in capitals.

| File | Schema |
| --- | --- |
| entities | Company, topic ``corp.offshore`` |
| officers, intermediaries, others | LegalEntity; Organization or Company where a relationship says so |
| addresses | Address, on the others as addressEntity |

A node's id is its ``node_id``; one that stands in several rows or files is one entity with what all of them say. A
relationship has no id: it gets the digest of its ends, type, link and dates, so that rows that repeat it are one.

Dates are written as ISO has them where they can be read with certainty (``23-MAR-2006``, ``2006-03-23``,
``27/06/2009``). Anything else (``04/05/2005``, ``18/19/2015``) is kept as said, as a note. So are countries that
FollowTheMoney does not know. Struck off and closed are a dissolutionDate; inactive and dormant are notes, since
either may be reactivated. Lost are the ``link`` of addresses, ``XXX`` and "Undetermined" places, and the ``note`` and
``valid_until`` of relationships.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from hashlib import sha1
from itertools import islice
from typing import NamedTuple

import orjson
from followthemoney import registry

from engine.errors import BadInput
from engine.partial_date import parse_date
from loaders.format.icij.link import ADDRESS, UNKNOWN, edges_of, is_address
from loaders.intake.bundle import BROKEN, ZIP, archive_of, members, opened
from loaders.intake.escape import allowed
from loaders.intake.fragment import Fragments, gathered
from loaders.intake.intake import Intake, Reading
from loaders.intake.seen import Seen
from loaders.intake.source import Source
from loaders.table.csvfile import CsvFile, NamedRow, Readable, columns_of

NAME = re.compile(
    r"(?:^|[/\\.\-_ ])(entit(?:y|ies)|officers?|intermediar(?:y|ies)|address(?:es)?|others?|relationships?|edges?)"
    r"(?: ?\(\d+\))?\.csv(?:\.gz)?$",
    re.I,
)
KINDS = {
    "e": "entities",
    "o": "officers",
    "i": "intermediaries",
    "a": "addresses",
    "r": "relationships",
}
ORDER = ("entities", "officers", "intermediaries", "others", "addresses", "", "relationships")
SCHEMATA = {"entities": "Company", "addresses": "Address"}
SIGNS = (
    ("ibcruc", "entities"),
    ("company_type", "entities"),
    ("closed_date", "others"),
    ("type", "others"),
    ("internal_id", "intermediaries"),
    ("address", "addresses"),
)
"""Columns that only one of the node files has, or the first of those that have it."""
ENDS = ("node_id_start", "node_id_end")
OLD = {
    "start_id": ENDS[0],
    "end_id": ENDS[1],
    "_start": ENDS[0],
    "_end": ENDS[1],
    "node_1": ENDS[0],
    "node_2": ENDS[1],
}
OLD |= {"type": "rel_type", "_type": "rel_type"}
"""Columns of relationships as older bundles have them."""
PREFIX = re.compile(r"[a-z]\.")
"""What the columns of 2017 begin with: a variable of the query that made them."""
KEPT = (*ENDS, "rel_type", "link", "status", "sourceid", "start_date", "end_date")
"""Columns of relationships that are read."""
NODE = "https://offshoreleaks.icij.org/nodes/"
BATCH = 2_000
PLAIN = (
    ("name", "name"),
    ("former_name", "previousName"),
    ("company_type", "legalForm"),
    ("type", "legalForm"),
    ("status", "status"),
    ("ibcruc", "registrationNumber"),
    ("address", "address"),
    ("service_provider", "keywords"),
    ("sourceid", "publisher"),
    ("valid_until", "notes"),
    ("note", "notes"),
)
DATES = (
    ("incorporation_date", "incorporationDate"),
    ("struck_off_date", "dissolutionDate"),
    ("closed_date", "dissolutionDate"),
)
NOTED = ("inactivation_date", "dorm_date", "internal_id")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOWHERE = frozenset({"", "xxx", "xx", "undetermined", "not identified", "unknown"})


class Icij:
    """The Offshore Leaks bundle."""

    name = "icij"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether the header has ``node_id`` or both ends' ids, by whatever names."""
        return kind_by_columns(set(renamed(columns_of(head)))) != ""

    def read(self, intake: Intake) -> Iterator[Reading]:
        """Every entity, after the rows that cannot be used."""
        intake.names.sort(key=turn)
        with Fragments(intake.dataset) as fragments, Seen() as kinds:
            reader = Bundle(fragments, kinds, intake.notes)
            for source in intake.sources(archives=True):
                if source.head().startswith(ZIP):
                    yield from archived(source, reader)
                    continue
                with source.reading() as stream:
                    source.truncated = (
                        yield from reader.take(source.name, stream)
                    ) or source.truncated
            if not reader.files:
                raise BadInput("no file of the Offshore Leaks bundle is among what was given")
            yield from reader.relate()
            yield from fragments.readings()


def archived(source: Source, reader: "Bundle") -> Iterator[Reading]:
    """What stands in the files of an archive."""
    with archive_of(source) as archive:
        files = list(
            members(archive, lambda name: name.lower().endswith(".csv") and "__MACOSX" not in name)
        )
        for info, why in sorted(files, key=lambda file: turn(file[0].filename)):
            name = f"{source.name}:{info.filename}"
            try:
                if why:
                    raise BadInput(why)
                with closing(opened(archive, info)) as stream:
                    cut = yield from reader.take(name, stream)
                    source.truncated = source.truncated or (cut and f"{info.filename}: {cut}")
            except (BadInput, *BROKEN) as error:
                source.truncated = source.truncated or f"{info.filename}: {error}"
                yield Reading(name, 0, 0, reason=str(error))


def kind_by_name(name: str) -> str:
    """Which of the six files has this name; nothing for any other."""
    found = NAME.search(name)
    if found is None:
        return ""
    word = found[1].lower()
    return "relationships" if word[:2] == "ed" else "others" if word[:2] == "ot" else KINDS[word[0]]


def turn(name: str) -> int:
    """When a file is read: always in the same order, so that values stand in the same."""
    return ORDER.index(kind_by_name(name))


def kind_by_columns(columns: set[str]) -> str:
    """Which of the six files has these columns, as ``renamed`` has them; nothing for any other."""
    if columns.issuperset(ENDS):
        return "relationships"
    if "node_id" not in columns:
        return ""
    return next((kind for column, kind in SIGNS if column in columns), "officers")


def renamed(columns: Iterable[str]) -> list[str]:
    """Columns of whatever release as those of today, in small letters."""
    plain = [PREFIX.sub("", column.lower(), count=1) for column in columns]
    new = [OLD.get(column, column) for column in plain]
    return new if set(new).issuperset(ENDS) else plain


class Link(NamedTuple):
    """A row of relationships, and where it stands."""

    source: str
    line: int
    size: int
    cells: dict[str, str]


class Bundle:
    """The files of one bundle on their way into pieces; ``files`` counts those that were of it."""

    def __init__(self, fragments: Fragments, kinds: Seen, notes: list[str]) -> None:
        self.files = 0
        self._fragments = fragments
        self._kinds = kinds
        self._notes = notes

    def take(self, name: str, stream: Readable) -> Generator[Reading, None, str | None]:
        """Read one file: its refused rows; returns why it broke off, or None."""
        try:
            sheet = CsvFile(stream)
        except BadInput as error:
            yield Reading(name, 1, 0, reason=str(error))
            return None
        sheet.columns = renamed(sheet.columns)
        known = kind_by_columns(set(sheet.columns))
        kind = known if known == "relationships" else kind_by_name(name) or known
        missing = (set(ENDS) if kind == "relationships" else {"node_id"}) - set(sheet.columns)
        if kind == "" or missing:
            if kind:
                yield Reading(
                    name,
                    1,
                    0,
                    reason=f"no column {sorted(missing)[0]}: this is none of the bundle's files",
                )
            else:
                self._notes.append(f"{name} is none of the bundle's files and was not read")
            return None
        self.files += 1
        rows = iter(sheet)
        while batch := list(islice(rows, BATCH)):
            refused = (
                self._keep(name, batch)
                if kind == "relationships"
                else self._nodes(name, batch, kind)
            )
            for row, reason in refused:
                yield Reading(name, row.line, row.size, reason=reason)
        return sheet.cut

    def _nodes(self, name: str, rows: list[NamedRow], kind: str) -> Iterator[tuple[NamedRow, str]]:
        schema = SCHEMATA.get(kind, "LegalEntity")
        told: list[tuple[str, str]] = []
        for row in rows:
            id_ = row.cells.get("node_id", "").strip()
            if not id_:
                yield row, row.reason or "without node_id"
                continue
            told.append((allowed(id_), schema))
            make = address if kind == "addresses" else node
            self._fragments.put(
                allowed(id_), schema, gathered(make(row.cells, kind)), name, row.line
            )
        self._kinds.add(told)

    def _keep(self, name: str, rows: list[NamedRow]) -> Iterator[tuple[NamedRow, str]]:
        kept = []
        for row in rows:
            said = [row.cells.get(column, "").strip() for column in KEPT]
            if row.reason or not said[0] or not said[1]:
                yield row, row.reason or "without node_id_start or node_id_end"
            else:
                kept.append((name, row.line, row.size, orjson.dumps(said)))
        self._fragments.set_aside(kept)

    def relate(self) -> Iterator[Reading]:
        """Put down the relationships, now that all nodes are known; the refused ones."""
        for rows in self._fragments.taken_back(BATCH):
            links = [
                Link(*row[:3], dict(zip(KEPT, orjson.loads(row[3]), strict=True))) for row in rows
            ]
            kinds = self._kinds.checksums(
                [allowed(link.cells[end]) for link in links for end in ENDS]
            )
            for link in links:
                if reason := self._edge(link, kinds):
                    yield Reading(link.source, link.line, link.size, reason=reason)

    def _edge(self, row: Link, kinds: dict[str, str]) -> str:
        """Put down one relationship: an address on its node, or an edge, or two. Why it cannot be, or nothing."""
        start, end = (allowed(row.cells[column]) for column in ENDS)
        kind, link = row.cells["rel_type"], row.cells["link"]
        if is_address(kind) and kinds.get(start) == "Address" != kinds.get(end, "Address"):
            start, end = end, start
        if (
            kinds.get(start, "") != "Address"
            and kinds.get(end, "Address" if is_address(kind) else "") == "Address"
        ):
            if start not in kinds:
                return f"an address of node {start}, which none of the files has"
            self._fragments.put(start, kinds[start], {ADDRESS: [end]}, row.source, row.line)
            return ""
        between = "Address" in (kinds.get(start), kinds.get(end))
        for edge in (UNKNOWN,) if between else edges_of(kind, link):
            said = (
                start,
                end,
                kind,
                link,
                *(row.cells.get(key, "") for key in ("start_date", "end_date")),
            )
            digest = sha1(
                "\x1f".join((*said, edge.schema)).encode(), usedforsecurity=False
            ).hexdigest()
            properties = gathered(told_of(row.cells, kind, link))
            properties[edge.start], properties[edge.end] = [start], [end]
            self._fragments.put(f"rel-{digest}", edge.schema, properties, row.source, row.line)
            if edge.least and kinds.get(end) == "LegalEntity":
                self._fragments.put(end, edge.least, {}, row.source, row.line)
        return ""


def node(cells: dict[str, str], kind: str) -> Iterator[tuple[str, str]]:
    """What a row tells of a company, a person or whatever it is."""
    for column, prop in PLAIN:
        if said := cells.get(column):
            yield prop, said.strip()
    if (original := cells.get("original_name", "").strip()) != cells.get("name", "").strip():
        yield "alias", original
    for column, prop in DATES:
        if said := cells.get(column):
            yield from day(column, prop, said)
    for column in NOTED:
        if said := (cells.get(column) or "").strip():
            yield "notes", f"{column.replace('_', ' ')}: {iso(said) or said}"
    described, code = (
        cells.get("jurisdiction_description", "").strip(),
        cells.get("jurisdiction", "").strip(),
    )
    yield from place("jurisdiction", described, code)
    yield from countries(cells)
    if kind == "entities":
        yield "topics", "corp.offshore"
    id_ = cells["node_id"].strip()
    yield "icijId", id_
    yield "sourceUrl", NODE + id_


def address(cells: dict[str, str], kind: str) -> Iterator[tuple[str, str]]:
    """What a row tells of an address."""
    yield "full", cells.get("address", "").strip() or cells.get("name", "").strip()
    yield "publisher", cells.get("sourceid", "").strip()
    yield "notes", cells.get("valid_until", "").strip()
    yield "notes", cells.get("note", "").strip()
    yield from countries(cells)
    yield "sourceUrl", NODE + cells["node_id"].strip()


def told_of(cells: dict[str, str], kind: str, link: str) -> Iterator[tuple[str, str]]:
    """What a row tells of a relationship, besides its ends."""
    yield "role", link or kind.replace("_", " ").lower()
    yield "status", cells.get("status", "").strip()
    yield "publisher", cells.get("sourceid", "").strip()
    for column, prop in (("start_date", "startDate"), ("end_date", "endDate")):
        yield from (
            (prop if p == prop else "description", v)
            for p, v in day(column, prop, cells.get(column, ""))
        )


def countries(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The countries of a row: by their codes, each with its name beside it."""
    codes = [code.strip() for code in cells.get("country_codes", "").split(";")]
    names = [name.strip() for name in cells.get("countries", "").split(";")]
    for number in range(max(len(codes), len(names))):
        code = codes[number] if number < len(codes) else ""
        name = names[number] if number < len(names) and len(names) >= len(codes) else ""
        yield from place("country", code, name)


def place(prop: str, first: str, second: str) -> Iterator[tuple[str, str]]:
    """A country by what is told of it; one that FollowTheMoney does not know becomes a note."""
    if known := country_code(first) or country_code(second):
        yield prop, known
    elif {first.lower(), second.lower()} - NOWHERE:
        yield "notes", f"{prop}: {max(first, second, key=len)}"


@lru_cache(10_000)
def country_code(said: str) -> str:
    """FollowTheMoney's code of a country; nothing for one that it does not know."""
    return registry.country.clean(said) or "" if said.lower() not in NOWHERE else ""


def day(column: str, prop: str, said: str) -> Iterator[tuple[str, str]]:
    """A date, or a note with what was said instead."""
    if found := iso(said.strip()):
        yield prop, found
    elif said.strip():
        yield "notes", f"{column.replace('_', ' ')}: {said.strip()}"


def month_of(name: str) -> int:
    """A month's number by its first three letters; 0 for none."""
    return MONTHS.index(name.lower()) + 1 if name.lower() in MONTHS else 0


@lru_cache(50_000)
def iso(said: str) -> str:
    """A date as ISO has it; nothing where it cannot be read with certainty."""
    date = parse_date(year_first(said))
    return date.text if date is not None and date.plausible else ""


def year_first(said: str) -> str:
    """A date with its parts in ISO's order, whether it exists or not; other texts as they are."""
    if match := re.fullmatch(r"(\d\d?)[-. /]([A-Za-z]{3})[a-z]*[-. /](\d{4})", said):
        return f"{match[3]}-{month_of(match[2])}-{match[1]}"
    if match := re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? (\d\d?),? (\d{4})", said):
        return f"{match[3]}-{month_of(match[1])}-{match[2]}"
    if match := re.fullmatch(r"(\d\d?)[/.](\d\d?)[/.](\d{4})", said):
        first, second = int(match[1]), int(match[2])
        # 05/06/2009 is the fifth of June or the sixth of May, and nothing tells which
        if first > 12 or first == second:
            return f"{match[3]}-{second}-{first}"
        if second > 12:
            return f"{match[3]}-{first}-{second}"
    return said

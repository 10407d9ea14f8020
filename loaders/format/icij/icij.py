"""ICIJ's Offshore Leaks bundle: CSV files of entities, officers and others, and relationships.

They come as several files, a folder, or the .zip as it is published, or several of them. A file
with two ends in each row is of relationships; which of the other five it is, its name tells
(``nodes-officers.csv``), or else its columns (``layout``). Relationships are set aside until all
nodes are known; which edge one becomes stands in ``link``, what the rows say in ``node``.

| File | Schema |
| --- | --- |
| entities | Company, topic ``corp.offshore`` |
| officers, intermediaries, others | LegalEntity; Organization or Company for some relationships |
| addresses | Address, on the others as addressEntity |

A node's id is its ``node_id``; one that stands in several rows or files is one entity with what
all of them say. A relationship has no id: it gets the digest of its ends, type, link and dates, so
that rows that repeat it are one.

Struck off and closed are a dissolutionDate; inactive and dormant are notes. Lost are the ``link``
of addresses, ``XXX`` and "Undetermined" places, and the ``note`` and ``valid_until`` of
relationships.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from hashlib import sha1
from itertools import islice
from typing import NamedTuple

import orjson

from engine.errors import BadInput
from loaders.format.icij.layout import (
    ENDS,
    kind_by_columns,
    kind_by_name,
    reading_order,
    renamed,
)
from loaders.format.icij.link import ADDRESS, UNKNOWN, Edge, edges_of, is_address
from loaders.format.icij.node import address, node, relationship
from loaders.intake.bundle import BROKEN, ZIP, archive_of, members, opened
from loaders.intake.escape import allowed
from loaders.intake.fragment import Fragments, gathered
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.seen import Seen
from loaders.intake.source import Source
from loaders.table.csvfile import CsvFile, NamedRow, Readable, columns_of

SCHEMATA = {"entities": "Company", "addresses": "Address"}
KEPT = (*ENDS, "rel_type", "link", "status", "sourceid", "start_date", "end_date")
"""Columns of relationships that are read."""
BATCH = 2_000
"""Rows that are put down at once."""


class Icij:
    """The Offshore Leaks bundle."""

    name = "icij"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether the header has ``node_id`` or both ends' ids, under any release's names."""
        return kind_by_columns(set(renamed(columns_of(head)))) != ""

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Every entity, after the rows that cannot be used."""
        intake.names.sort(key=reading_order)
        with Fragments(intake.dataset) as fragments, Seen() as schemata:
            bundle = Bundle(fragments, schemata, intake.notes)
            for source in intake.sources(archives=True):
                if source.head().startswith(ZIP):
                    yield from archived(source, bundle)
                    continue
                with source.reading() as stream:
                    cut = yield from bundle.take(source.name, stream)
                    source.truncated = cut or source.truncated
            if not bundle.files:
                raise BadInput("no file of the Offshore Leaks bundle is among what was given")
            yield from bundle.relate()
            yield from fragments.readings()


def archived(source: Source, bundle: "Bundle") -> Iterator[ParseResult]:
    """The refused rows of the files in an archive."""
    with archive_of(source) as archive:
        files = list(members(archive, is_csv))
        for info, why in sorted(files, key=lambda file: reading_order(file[0].filename)):
            name = f"{source.name}:{info.filename}"
            try:
                if why:
                    raise BadInput(why)
                with closing(opened(archive, info)) as stream:
                    cut = yield from bundle.take(name, stream)
                    source.truncated = source.truncated or (cut and f"{info.filename}: {cut}")
            except (BadInput, *BROKEN) as error:
                source.truncated = source.truncated or f"{info.filename}: {error}"
                yield ParseResult(name, 0, 0, reason=str(error))


def is_csv(name: str) -> bool:
    """Whether a file of an archive is read: macOS adds a shadow of each, which is not."""
    return name.lower().endswith(".csv") and "__MACOSX" not in name


class Link(NamedTuple):
    """A row of relationships, and where it stands."""

    source: str
    line: int
    size: int
    cells: dict[str, str]


class Bundle:
    """The files of one bundle on their way into pieces; ``files`` counts those that were of it."""

    def __init__(self, fragments: Fragments, schemata: Seen, notes: list[str]) -> None:
        """``schemata`` keeps each node's schema on disk, in the place of a checksum."""
        self.files = 0
        self._fragments = fragments
        self._schemata = schemata
        self._notes = notes

    def take(self, name: str, stream: Readable) -> Generator[ParseResult, None, str | None]:
        """Read one file: its refused rows; returns why it broke off, or None."""
        try:
            file = CsvFile(stream)
            file.columns = renamed(file.columns)
            kind = kind_of(name, set(file.columns))
        except BadInput as error:
            yield ParseResult(name, 1, 0, reason=str(error))
            return None
        if not kind:
            self._notes.append(f"{name} is none of the bundle's files and was not read")
            return None
        self.files += 1
        rows = iter(file)
        while batch := list(islice(rows, BATCH)):
            refused = (
                self._set_aside(name, batch)
                if kind == "relationships"
                else self._nodes(name, batch, kind)
            )
            for row, reason in refused:
                yield ParseResult(name, row.line, row.size, reason=reason)
        return file.cut

    def _nodes(self, name: str, rows: list[NamedRow], kind: str) -> Iterator[tuple[NamedRow, str]]:
        """Put down the nodes of these rows; yields the rows that are refused, each with why."""
        schema = SCHEMATA.get(kind, "LegalEntity")
        pairs_of = address if kind == "addresses" else node
        met: list[tuple[str, str]] = []
        for row in rows:
            node_id = row.cells.get("node_id", "").strip()
            if not node_id:
                yield row, row.reason or "without node_id"
                continue
            met.append((allowed(node_id), schema))
            properties = gathered(pairs_of(row.cells, kind))
            self._fragments.put(allowed(node_id), schema, properties, name, row.line)
        self._schemata.add(met)

    def _set_aside(self, name: str, rows: list[NamedRow]) -> Iterator[tuple[NamedRow, str]]:
        """Keep the relationships of these rows; yields the rows that are refused, each with why."""
        kept = []
        for row in rows:
            cells = [row.cells.get(column, "").strip() for column in KEPT]
            if row.reason or not cells[0] or not cells[1]:
                yield row, row.reason or "without node_id_start or node_id_end"
            else:
                kept.append((name, row.line, row.size, orjson.dumps(cells)))
        self._fragments.set_aside(kept)

    def relate(self) -> Iterator[ParseResult]:
        """Put down the relationships, now that all nodes are known; the refused ones."""
        for rows in self._fragments.taken_back(BATCH):
            links = [
                Link(*row[:3], dict(zip(KEPT, orjson.loads(row[3]), strict=True))) for row in rows
            ]
            ends = [allowed(link.cells[end]) for link in links for end in ENDS]
            schemata = self._schemata.checksums(ends)
            for link in links:
                if reason := self._relate(link, schemata):
                    yield ParseResult(link.source, link.line, link.size, reason=reason)

    def _relate(self, link: Link, schemata: dict[str, str]) -> str:
        """Put down one relationship; returns why it cannot be, or nothing."""
        start, end = (allowed(link.cells[column]) for column in ENDS)
        kind = link.cells["rel_type"]
        # some rows of an address have it at the start
        if is_address(kind) and schemata.get(start) == "Address" != schemata.get(end, "Address"):
            start, end = end, start
        if leads_to_address(kind, schemata.get(start, ""), schemata.get(end, "")):
            if start not in schemata:
                return f"an address of node {start}, which none of the files has"
            properties = {ADDRESS: [end]}
            self._fragments.put(start, schemata[start], properties, link.source, link.line)
            return ""
        between = "Address" in (schemata.get(start), schemata.get(end))
        for edge in (UNKNOWN,) if between else edges_of(kind, link.cells["link"]):
            self._edge(link, edge, start, end)
            if edge.least and schemata.get(end) == "LegalEntity":
                self._fragments.put(end, edge.least, {}, link.source, link.line)
        return ""

    def _edge(self, link: Link, edge: Edge, start: str, end: str) -> None:
        """Put down one edge from start to end."""
        cells = link.cells
        about = (cells["rel_type"], cells["link"], cells["start_date"], cells["end_date"])
        text = "\x1f".join((start, end, *about, edge.schema))
        digest = sha1(text.encode(), usedforsecurity=False).hexdigest()
        properties = gathered(relationship(cells))
        properties[edge.start], properties[edge.end] = [start], [end]
        self._fragments.put(f"rel-{digest}", edge.schema, properties, link.source, link.line)


def kind_of(name: str, columns: set[str]) -> str:
    """Which of the six files this is, empty for none; raises BadInput where a column lacks."""
    by_columns = kind_by_columns(columns)
    if by_columns == "relationships":
        return by_columns
    kind = kind_by_name(name) or by_columns
    missing = (set(ENDS) if kind == "relationships" else {"node_id"}) - columns
    if kind and missing:
        raise BadInput(f"no column {sorted(missing)[0]}: this is none of the bundle's files")
    return kind


def leads_to_address(kind: str, start: str, end: str) -> bool:
    """Whether a relationship from a node says its address; schemata are empty where not known."""
    at_end = end or ("Address" if is_address(kind) else "")
    return start != "Address" and at_end == "Address"

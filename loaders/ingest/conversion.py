"""From what was read in one file to records of FollowTheMoney, and to the state of the file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import orjson

from engine.document import PageBundle, PageReading, Reason, State, StoredFile, Sureness
from engine.documents import Documents
from engine.entity import Entity, make_entity
from engine.page import page_record
from engine.place import document_id, folder_id, party_id
from loaders.document.part import Facts, Member, Part, Party, Problem, Rows, Text, parts_in
from loaders.document.sandbox import PARTS, Ending
from loaders.ingest.passage import Passages, languages_in, lines_of

Properties = dict[str, list[str]]
STATUS = {State.READ: "success", State.FAILED: "failure"}
"""FtM's ``processingStatus``."""
NAMED_COLUMNS = 1_000
"""Columns whose names are kept with a table, at most."""


@dataclass
class Outcome:
    """What became of a file, known once all of its records were made."""

    file: StoredFile
    children: list[StoredFile] = field(default_factory=list)


class Conversion:
    """The reading of one file; ``entities`` can be asked for once, then ``outcome`` holds."""

    def __init__(
        self,
        file: StoredFile,
        folder: Path,
        ending: Ending,
        documents: Documents,
        corrected: Mapping[int, str],
    ) -> None:
        """``folder`` is that of the reading; some pages were ``corrected``, by their numbers.

        The caller holds the archive.
        """
        self._corrected = corrected
        self._file = file
        self._folder = folder
        self._ending = ending
        self._documents = documents
        self._facts = Facts("Document", "application/octet-stream")
        self._passages = Passages(file.id)
        self._parties: dict[str, dict[str, None]] = {}
        self._problems: list[Problem] = []
        self._tables: list[str] = []
        self._table: Properties = {}
        """What a document that is itself a table has besides."""
        self._folders: set[str] = set()
        self._places: dict[tuple[str, ...], int] = {}
        """How many members are at each place: archives may have several with one name."""
        self._pages = 0
        self._sureness = Sureness()
        self._bundle: PageBundle | None = None
        self.outcome = Outcome(file)

    def entities(self) -> Iterator[Entity]:
        """The records: pages, tables, people and folders, and last the document itself."""
        path = self._folder / PARTS
        bundle = self._folder / "bundle.zip"
        for part in parts_in(path):
            yield from self._records_of(part)
        if not self._is_bomb():
            yield from self._passages.rest()
        self._pages = self._pages or self._passages.count
        if self._bundle is not None:
            self._bundle.close()
        yield self._finished(bundle)

    def _records_of(self, part: Part) -> Iterator[Entity]:
        match part:
            case Facts():
                self._facts = part
            case Text():
                yield from self._passages.add(part.text)
            case PageReading():
                yield self._page(part)
            case Party():
                yield self._party(part)
            case Member():
                yield from self._member(part)
            case Rows():
                yield from self._rows(part)
            case Problem():
                self._problems.append(part)

    def _page(self, page: PageReading) -> Entity:
        if self._bundle is None:
            self._bundle = PageBundle(self._folder / "bundle.zip")
        self._bundle.add(page)
        self._pages += 1
        self._sureness.add(page)
        # what somebody wrote stays what the page says; what was read now is in the bundle
        text = self._corrected.get(page.number, page.text)
        return page_record(self._file.id, page.number, text, page.languages)

    def _party(self, party: Party) -> Entity:
        values: Properties = {}
        if party.name:
            values["name"] = [party.name]
        if party.email:
            values["email"] = [party.email]
        entity_id = party_id(party.name, party.email)
        self._parties.setdefault(party.role, {})[entity_id] = None
        return make_entity(self._file.dataset, entity_id, "LegalEntity", values)

    def _member(self, member: Member) -> Iterator[Entity]:
        file, around = self._file, (*self._file.within, self._file.id)
        for count in range(1, len(member.folders) + 1):
            inner = folder_id(file.id, member.folders[:count])
            if inner not in self._folders:
                self._folders.add(inner)
                yield record(inner, "Folder", {"fileName": [member.folders[count - 1]]}, around)
            around = (*around, inner)
        with (self._folder / member.file).open("rb") as source:
            kept = self._documents.archive(source)
        place = (*member.folders, member.name)
        self._places[place] = count = self._places.get(place, 0) + 1
        steps = (file.id, *place, *([str(count)] if count > 1 else []))
        self.outcome.children.append(
            StoredFile(
                f"{file.dataset}:{document_id(*steps)}",
                file.dataset,
                member.name,
                "/".join((file.path, *place)),
                kept.sha256,
                kept.size,
                kept.sha1,
                file.root,
                parent=file.id,
                within=around,
                depth=file.depth + 1,
                languages=file.languages,
            )
        )

    def _rows(self, rows: Rows) -> Iterator[Entity]:
        with (self._folder / rows.file).open("rb") as source:
            kept = self._documents.archive(source)
        self._tables.append(kept.sha256)
        columns = orjson.dumps(rows.columns[:NAMED_COLUMNS]).decode()
        values = {"columns": [columns], "rowCount": [str(rows.count)], "csvHash": [kept.sha1]}
        if self._facts.schema == "Table":
            self._table, id_ = values, self._file.id
        else:
            id_ = f"{self._file.id}-t{len(self._tables)}"
            around = (*self._file.within, self._file.id)
            yield record(id_, "Table", {"title": [rows.name], **values}, around)
        passages = Passages(id_, always=True)
        for line in lines_of(self._folder / rows.file):
            yield from passages.add(line)
        yield from passages.rest()
        self._pages += passages.count

    def _is_bomb(self) -> bool:
        return any(problem.reason is Reason.TOO_LARGE for problem in self._problems)

    def _finished(self, bundle: Path) -> Entity:
        """Work out the state, and make the record of the document itself."""
        bundled = None
        if self._bundle is not None:
            with bundle.open("rb") as source:
                bundled = self._documents.archive(source).sha256
        state, reason, detail = self._state()
        if state is State.FAILED:
            self.outcome.children = []
        values = self._values(state, reason, detail)
        self.outcome.file = replace(
            self._file,
            state=state,
            reason=reason,
            detail=detail,
            schema=self._facts.schema,
            media_type=self._facts.media_type,
            pages=self._pages,
            confidence=self._sureness.mean,
            bundle=bundled,
            kept=tuple(self._tables),
            message=next(iter(values.get("messageId", ())), None),
            reply_to=next(iter(values.get("inReplyTo", ())), None),
        )
        return record(self._file.id, self._facts.schema, values, self._file.within)

    def _state(self) -> tuple[State, Reason | None, str | None]:
        """The state, what was wrong, and that in words."""
        problems = [*self._problems]
        if self._ending.reason is not None:
            problems.append(Problem(self._ending.reason, self._ending.detail))
        if not problems:
            return State.READ, None, None
        worst = next((each for each in problems if each.reason is not Reason.PARTIAL), problems[0])
        read = bool(self._pages or self._passages.total or self._tables or self.outcome.children)
        if self._is_bomb() or not (read or self._parties or worst.reason is Reason.PARTIAL):
            return State.FAILED, worst.reason, worst.detail
        known = "" if worst.reason is Reason.PARTIAL else f"{worst.reason}: "
        return State.READ, Reason.PARTIAL, known + worst.detail

    def _values(self, state: State, reason: Reason | None, detail: str | None) -> Properties:
        file = self._file
        extension = PurePosixPath(file.name).suffix.lstrip(".").lower()
        values: Properties = {
            **{name: list(found) for name, found in self._facts.properties.items()},
            **{role: list(ids) for role, ids in self._parties.items()},
            **self._table,
            "fileName": [file.name],
            "fileSize": [str(file.size)],
            "contentHash": [file.sha1],
            "mimeType": [self._facts.media_type],
            "processingStatus": [STATUS[state]],
        }
        if extension:
            values["extension"] = [extension]
        if reason is not None:
            values["processingError"] = [f"{reason}: {detail}" if detail else str(reason)]
        if languages := languages_in(self._passages.sample):
            values["detectedLanguage"] = list(languages)
        if self._passages.only:
            values["bodyText"] = [self._passages.only]
        return values


def record(id_: str, schema: str, values: Properties, around: tuple[str, ...]) -> Entity:
    """A record of a document, with what it is in: ``parent`` and ``ancestors``."""
    dataset, _, entity_id = id_.partition(":")
    places = [place.partition(":")[2] for place in around]
    if places:
        values = {**values, "parent": places[-1:], "ancestors": places}
    return make_entity(dataset, entity_id, schema, values)


def folder_record(dataset: str, entity_id: str, name: str, around: Iterable[str]) -> Entity:
    """The record of a folder that was brought in."""
    return record(f"{dataset}:{entity_id}", "Folder", {"fileName": [name]}, tuple(around))

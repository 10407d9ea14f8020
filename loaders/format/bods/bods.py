"""The Beneficial Ownership Data Standard (BODS), 0.2 to 0.4: statements of persons, entities and relationships.

A JSON array (a "package"), an object with an array ``statements`` among others, JSON lines, or statements one after
the other over several lines each; all are streamed. A statement's place is its line in JSON lines, else its number.
Which schema a record becomes stands in ``party``, which edge an interest becomes in ``interest``; every interest is
an edge of its own, with its own share and dates.

**Versions.** Only the newest statement of a record counts (``version``). A relationship whose record is closed
stays, with its end: the interest's ``endDate``, or else the date of the closing statement. Records keep their
``recordId`` as id; before 0.4, where only statements have ids, the first statement that is known of a chain of
replaced ones gives it. Ids that FollowTheMoney does not allow are written as ``escape`` says.

**Indirect interests.** An indirect relationship with component records is told twice: as a whole, and step by
step. Where its components lead from the party to the subject by shareholdings whose shares are all known, they
are the ownership, and the whole becomes an UnknownLink that says its share. Where a share on a way between them is
not known, the whole is the ownership, of as much as the other ways do not come to, so that nothing is lost and
nothing counts twice; its description has the share as told (``step``). An indirect interest without components
is ownership as it stands.

**Nobody.** An unspecified party is a LegalEntity of its own with the reason as weak alias; where there is no
beneficial owner to name, the subject has a note and no owner is made up.

**Dates** that are none (2011-02-30) are kept as notes, on an edge in its description.

**Lost**: ``isComponent``, ``declaration`` and ``declarationSubject``, who asserted it (``source.assertedBy``),
source types, licences, older versions, the upper bound of a share beyond its text, sub-national jurisdictions
that FollowTheMoney has no code for, and what annotations point at (their texts are kept).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import IO, Any, NamedTuple

import ijson
import orjson
from ijson.common import ObjectBuilder

from engine.errors import BadInput
from loaders.format.bods.interest import UNKNOWN, Edge, directness, edge_of, share_of, words
from loaders.format.bods.party import (
    day,
    entity,
    is_told,
    objects,
    person,
    schema_of,
    text,
    texts,
    unknown,
)
from loaders.format.bods.step import Steps, components_of, end_of
from loaders.format.bods.version import KINDS, Version, Versions, details_of, end_key, kind_of
from loaders.intake.escape import allowed, derived
from loaders.intake.fragment import Fragments, gathered
from loaders.intake.intake import Intake, Reading
from loaders.intake.record import shown, why_unreadable
from loaders.intake.source import BOM, LONGEST_LINE, Source, lines

MARK = re.compile(
    rb'"statementType"\s*:\s*"(?:entityStatement|personStatement|ownershipOrControlStatement)"'
    rb'|"recordType"\s*:\s*"(?:entity|person|relationship)"'
)
WRAPPED = re.compile(rb'"statements"\s*:\s*\[')
GOES_ON = (b"{", b"[", b",", b":")
"""What the first line of a value ends with that is written over several lines."""
DEEPEST = 100
NOBODY = "no beneficial owners"


class Bods:
    """Statements of beneficial ownership."""

    name = "bods"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether this is JSON with the keys that every statement has."""
        return head.removeprefix(BOM).lstrip()[:1] in (b"[", b"{") and MARK.search(head) is not None

    def read(self, intake: Intake) -> Iterator[Reading]:
        """Every entity, after the statements that cannot be used."""
        with closing(Versions()) as versions, Fragments(intake.dataset) as fragments:
            for source in intake.sources():
                for place, size, told in statements(source):
                    reason = (
                        told if isinstance(told, str) else put(versions, told, source.name, place)
                    )
                    if reason:
                        yield Reading(source.name, place, size, reason=reason)
            versions.settle()
            for version in versions.newest():
                try:
                    Conversion(versions, fragments, version).put()
                except BadInput as error:
                    yield Reading(
                        version.source, version.place, len(version.body), reason=str(error)
                    )
            yield from fragments.readings()


def statements(source: Source) -> Iterator[tuple[int, int, Any]]:
    """Each value of a source, with its number and size; a text instead says why there is none."""
    if is_by_lines(source.head().removeprefix(BOM).lstrip()):
        yield from of_lines(source)
        return
    with source.reading() as stream:
        bounded = Bounded(stream)
        place = 0
        try:
            for told in items(bounded):
                place += 1
                yield place, bounded.taken, told if isinstance(told, dict) else "not a JSON object"
                bounded.taken = 0
        except (ijson.JSONError, UnicodeDecodeError, BadInput) as error:
            cut = (
                "is cut off" if "premature EOF" in str(error) else f"is broken: {first_line(error)}"
            )
            source.truncated = source.truncated or f"statement {place + 1} {cut}"


def is_by_lines(head: bytes) -> bool:
    """Whether what begins so has one value a line; else it is an array, or values over lines as they come."""
    line, end, _ = head.partition(b"\n")
    if line.startswith(b"["):
        return False
    try:
        told = orjson.loads(line)
        return not (isinstance(told, dict) and isinstance(told.get("statements"), list))
    except orjson.JSONDecodeError:
        return bool(end) and not line.rstrip().endswith(GOES_ON) and not WRAPPED.search(line)


def items(stream: "Bounded") -> Iterator[Any]:
    """Each value, as it is read: of the outermost, or of an array that is one or that is its ``statements``.

    ``ijson.items`` does this too, but remembers the whole way to every value, which a file that is nested without
    end turns into all the memory there is.
    """
    depth, home, key, skipping = 0, 0, None, False
    builder: Any = None
    for event, value in ijson.basic_parse(stream, use_float=True, multiple_values=True):
        begins, ends = event in ("start_map", "start_array"), event in ("end_map", "end_array")
        opens = (
            event == "start_array"
            and home == 0
            and (depth == 0 or (depth == 1 and key == "statements"))
        )
        depth += begins - ends
        if depth > DEEPEST:
            raise BadInput(f"nested more than {DEEPEST} times")
        if skipping:
            skipping = depth > 0
        elif opens:
            home, builder = depth, None
        elif ends and depth < home:
            home, skipping = 0, depth > 0
        else:
            key = value if event == "map_key" and depth == 1 else key
            builder = builder or ObjectBuilder()
            builder.event(event, value)
            if depth == home:
                yield builder.value
                builder, key = None, None


def first_line(error: Exception) -> str:
    """What a parser says, without the piece of input that it adds."""
    return str(error).partition("\n")[0].strip()


def of_lines(source: Source) -> Iterator[tuple[int, int, Any]]:
    """Each line's value; a last line that is no JSON and has no end broke off there."""
    with source.reading() as stream:
        for line in lines(stream):
            told: Any = line.reason
            if line.reason is None:
                try:
                    value = orjson.loads(line.data)
                    told = value if isinstance(value, dict) else "not a JSON object"
                except orjson.JSONDecodeError as error:
                    told = why_unreadable(line.data, error)
                    if not line.data.endswith(b"\n"):
                        source.truncated = source.truncated or f"line {line.number} is cut off"
            yield line.number, len(line.data), told


class Bounded:
    """A stream in which one statement may not be without end; ``taken`` is what was read since the last one."""

    def __init__(self, stream: "IO[bytes] | Any") -> None:
        self.taken = 0
        self._stream = stream
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, without the byte order mark at the beginning."""
        data: bytes = self._stream.read(size)
        self.taken += len(data)
        if self.taken > LONGEST_LINE:
            raise BadInput(f"longer than {LONGEST_LINE // 1024 // 1024} MiB")
        if not self._begun and size != 0:
            self._begun = True
            return data.removeprefix(BOM)
        return data


def put(versions: Versions, told: Mapping[str, Any], source: str, place: int) -> str:
    """Take one statement; why it cannot be taken, or nothing."""
    kind = KINDS.get(text(told.get("recordType")) or text(told.get("statementType")))
    if kind is None:
        return f"recordType or statementType {shown(told.get('recordType') or told.get('statementType'))} is not BODS"
    details = told.get("recordDetails", told if "statementType" in told else None)
    if not isinstance(details, dict):
        return "without recordDetails"
    key = (
        text(told.get("recordId")) or text(told.get("statementId")) or text(told.get("statementID"))
    )
    if not key:
        return "without recordId or statementID"
    try:
        body = orjson.dumps(told)
        key.encode()
    except (orjson.JSONEncodeError, UnicodeEncodeError) as error:
        return f"a value that cannot be stored: {error}"
    date = text(told.get("statementDate"))
    replaces = (
        [old for old in texts(told.get("replacesStatements")) if old]
        if "recordId" not in told
        else []
    )
    versions.put(Version(key, date, place, source, body), replaces)
    return ""


class End(NamedTuple):
    """One end of a relationship: the key of its record, and the id of what is made of it."""

    key: str
    id: str


class Conversion:
    """One record on its way into pieces."""

    def __init__(self, versions: Versions, fragments: Fragments, version: Version) -> None:
        self._versions = versions
        self._fragments = fragments
        self._version = version
        self._told: dict[str, Any] = orjson.loads(version.body)
        self._details = details_of(self._told)

    def put(self) -> None:
        """Put down what the record tells; raises BadInput."""
        kind = kind_of(self._told)
        if kind == "relationship":
            self._put_relationship()
            return
        schema = schema_of(kind, self._details)
        told = person(self._details) if kind == "person" else entity(self._details, schema)
        properties = gathered([*told, *self._about(), *(("notes", note) for note in self._notes())])
        if text(self._told.get("recordStatus")) == "closed":
            properties.setdefault("notes", []).append(
                f"record closed {text(self._told.get('statementDate'))}".strip()
            )
        self._piece(allowed(self._version.key), schema, properties)

    def _piece(self, id_: str, schema: str, properties: Mapping[str, Iterable[str]]) -> None:
        self._fragments.put(id_, schema, properties, self._version.source, self._version.place)

    def _about(self) -> Iterator[tuple[str, str]]:
        """Who published the statement, when it was made, and from which source."""
        yield from day("modifiedAt", self._told.get("statementDate"))
        if is_told(self._told, "publicationDetails") and is_told(
            self._told["publicationDetails"], "publisher"
        ):
            publisher = self._told["publicationDetails"]["publisher"]
            yield "publisher", text(publisher.get("name"))
            yield "publisherUrl", text(publisher.get("url"))
        if is_told(self._told, "source"):
            yield "sourceUrl", text(self._told["source"].get("url"))
            yield from day("retrievedAt", self._told["source"].get("retrievedAt"))

    def _notes(self) -> Iterator[str]:
        """What annotations and the source's description say."""
        for annotation in objects(self._told.get("annotations")):
            parts = (text(annotation.get(key)) for key in ("description", "url"))
            yield " ".join(filter(None, parts))
        if is_told(self._told, "source"):
            yield text(self._told["source"].get("description"))

    def _put_relationship(self) -> None:
        subject = self._end("subject", "v")
        party = self._end("interestedParty", "u")
        if party is None or subject is None:
            return
        interests: list[Mapping[str, Any]] = objects(self._details.get("interests")) or [{}]
        steps = (
            Steps(self._versions, self._told, (party.key, subject.key))
            if components_of(self._told)
            else None
        )
        for number, interest in enumerate(interests, start=1):
            edge, share = edge_of(interest), share_of(interest)
            if steps and edge.schema == "Ownership" and directness(interest) != "direct":
                left = steps.left(interest)
                edge, share = (UNKNOWN, "") if left is None else (edge, left)
            properties = gathered(self._edge(interest, edge, share))
            properties[edge.party], properties[edge.subject] = [party.id], [subject.id]
            self._fit(subject, edge)
            self._piece(derived(self._version.key, "i", number), edge.schema, properties)

    def _edge(
        self, interest: Mapping[str, Any], edge: Edge, share: str
    ) -> Iterator[tuple[str, str]]:
        """What an interest tells, besides its ends; ``share`` is so much of its share as no steps tell."""
        kind = words(interest.get("type")) or "interest not stated"
        how = directness(interest)
        yield "role", f"indirect {kind}" if how == "indirect" else kind
        yield "role", text(interest.get("details"))
        if edge.schema == "Control":
            yield "controlType", kind
        if edge.schema == "Ownership":
            yield "percentage", share
            yield "ownershipType", how if how in ("direct", "indirect") else ""
            yield (
                "ownershipType",
                "beneficial" if interest.get("beneficialOwnershipOrControl") is True else "",
            )
        if (said := share_of(interest)) and (edge.schema != "Ownership" or said != share):
            through = "" if said == share else ", held through the companies between"
            through = (
                ", here without what is held through the companies between"
                if through and share
                else through
            )
            yield "description", f"{kind}: {said}{through}"
        yield from remarked(day("startDate", interest.get("startDate")))
        yield from remarked(day("endDate", end_of(self._told, interest)))
        yield "status", "closed" if text(self._told.get("recordStatus")) == "closed" else ""
        yield "recordId", text(self._told.get("statementId")) or text(self._told.get("statementID"))
        yield from remarked(self._about())
        yield from (("description", note) for note in self._notes())

    def _fit(self, subject: End, edge: Edge) -> None:
        """Make the subject what the edge leads to, where it is told to be less."""
        if edge.least != "LegalEntity" and self._schema(subject.key) in (
            "LegalEntity",
            "Organization",
        ):
            self._piece(subject.id, edge.least, {})

    def _schema(self, key: str) -> str:
        """What the record with this key is told to be; nothing where it is not told."""
        body = self._versions.find(key)
        told = {} if body is None else orjson.loads(body)
        return (
            schema_of(kind_of(told), details_of(told))
            if kind_of(told) in ("entity", "person")
            else ""
        )

    def _end(self, name: str, letter: str) -> End | None:
        """One end, made up where it is not specified; None where there is nobody."""
        told = self._details.get(name)
        if isinstance(told, dict) and not end_key(told):
            reason = told.get("unspecified", told)
            return self._nobody(reason if isinstance(reason, dict) else {}, letter)
        if not (key := end_key(told)):
            raise BadInput(f"{name} {shown(told)} names no record")
        key = self._versions.record(key)
        return End(key, allowed(key))

    def _nobody(self, reason: Mapping[str, Any], letter: str) -> End | None:
        subject = self._versions.record(end_key(self._details.get("subject")))
        if words(reason.get("reason")) == NOBODY and letter == "u":
            if self._schema(subject):
                said = ": ".join(filter(None, (NOBODY, text(reason.get("description")))))
                self._piece(allowed(subject), "LegalEntity", {"notes": [said]})
            return None
        id_ = derived(self._version.key, letter, 1)
        self._piece(id_, "LegalEntity", gathered([*unknown(reason), *self._about()]))
        return End("", id_)


def remarked(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is told of an edge, which has a description where others have notes."""
    return (("description" if name == "notes" else name, value) for name, value in pairs)

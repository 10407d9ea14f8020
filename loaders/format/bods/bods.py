"""The Beneficial Ownership Data Standard (BODS), 0.2 to 0.4: persons, entities, relationships.

``stream`` reads the statements. Which schema a record becomes stands in ``party``, which edge an
interest becomes in ``interest``; every interest is an edge of its own, with its share and dates.

**Versions.** The newest statement of a record says what it is (``version``). Of a relationship,
what earlier statements said of its interests differently is kept too, as edges of the time until
then that are ``superseded`` (``history``). A relationship whose record is closed stays, with its
end: the interest's ``endDate``, or else the date of the closing statement. Records keep their
``recordId`` as id; before 0.4, where only statements have ids, the first known statement of a chain
of replaced ones gives it. Ids that FollowTheMoney does not allow are written as ``escape`` says.

**Indirect interests.** An indirect relationship with component records is said twice: as a whole,
and step by step (``step``). Where its components lead from the party to the subject by
shareholdings whose shares are all known, they are the ownership, and the whole becomes an
UnknownLink that says its share. Where a share on a path between them is not known, the whole is the
ownership, of as much as the other paths do not come to, so that nothing is lost and nothing counts
twice; its description has the share as written. An indirect interest without components is
ownership as it stands.

**Nobody.** An unspecified party is a LegalEntity of its own with the reason as weak alias. If its
interest is not told either, it counts as the owner whom nobody names. Where there is no beneficial
owner to name, the subject has a note and no owner is made up.

**Dates** that are none (2011-02-30) are kept as notes, on an edge in its description.

**Lost**: ``isComponent``, ``declaration`` and ``declarationSubject``, who asserted it
(``source.assertedBy``), source types, licences, older versions of persons and entities, the upper
bound of a share beyond its text, sub-national jurisdictions that FollowTheMoney has no code for,
and what annotations point at (their texts are kept).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import orjson

from engine.errors import BadInput
from engine.partial_date import parse_date
from engine.unnamed import NO_OWNER
from engine.validation import shown
from loaders.format.bods.history import Said, history
from loaders.format.bods.interest import (
    OWNER,
    UNKNOWN,
    Edge,
    directness,
    edge_of,
    share_of,
    words,
)
from loaders.format.bods.party import (
    Pairs,
    day,
    entity,
    entity_type,
    object_of,
    objects,
    person,
    schema_of,
    text,
    texts,
    unknown,
)
from loaders.format.bods.step import Steps, components_of, end_of
from loaders.format.bods.stream import statements
from loaders.format.bods.version import Version, Versions, details_of, end_key, kind_of
from loaders.intake.escape import allowed, derived
from loaders.intake.fragment import Fragments, gathered
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.source import BOM

MARK = re.compile(
    rb'"statementType"\s*:\s*"(?:entityStatement|personStatement|ownershipOrControlStatement)"'
    rb'|"recordType"\s*:\s*"(?:entity|person|relationship)"'
)
"""What every statement has."""
PARTY, SUBJECT = "u", "v"
"""Letters of ids that are made for an unspecified end."""
EARLIER = "h"
"""Letter of ids of what earlier statements said."""
SUPERSEDED = "superseded"
"""Status of what a later statement of the same record changed; the engine knows it, too."""
NOT_TOLD = ("", "unknown interest", "unpublished interest")
"""Interests that a statement does not tell."""


class Bods:
    """Statements of beneficial ownership."""

    name = "bods"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether this is JSON with the keys that every statement has."""
        return head.removeprefix(BOM).lstrip()[:1] in (b"[", b"{") and MARK.search(head) is not None

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Every entity, after the statements that cannot be used."""
        with closing(Versions()) as versions, Fragments(intake.dataset) as fragments:
            for source in intake.sources():
                for place, size, statement in statements(source):
                    reason = (
                        statement
                        if isinstance(statement, str)
                        else put(versions, statement, source.name, place)
                    )
                    if reason:
                        yield ParseResult(source.name, place, size, reason=reason)
            versions.settle()
            for version in versions.newest():
                try:
                    put_record(versions, fragments, version)
                except BadInput as error:
                    size = len(version.body)
                    yield ParseResult(version.source, version.place, size, reason=str(error))
            yield from fragments.readings()


def put(versions: Versions, statement: Mapping[str, Any], source: str, place: int) -> str:
    """Take one statement; returns why it cannot be taken, or nothing."""
    if not kind_of(statement):
        kind = shown(statement.get("recordType") or statement.get("statementType"))
        return f"recordType or statementType {kind} is not BODS"
    # before 0.4 the details stand in the statement itself
    details = statement.get("recordDetails", statement if "statementType" in statement else None)
    if not isinstance(details, dict):
        return "without recordDetails"
    keys = (text(statement.get(name)) for name in ("recordId", "statementId", "statementID"))
    key = next(filter(None, keys), "")
    if not key:
        return "without recordId or statementID"
    try:
        body = orjson.dumps(statement)
        key.encode()
    except (orjson.JSONEncodeError, UnicodeEncodeError) as error:
        return f"a value that cannot be stored: {error}"
    # since 0.4 the records have ids, and statements of one are known by that
    replaces = [] if "recordId" in statement else texts(statement.get("replacesStatements"))
    version = Version(key, text(statement.get("statementDate")), place, source, body)
    versions.put(version, filter(None, replaces))
    return ""


def put_record(versions: Versions, fragments: Fragments, version: Version) -> None:
    """Put down what a record says now, and of a relationship what it said before."""
    newest = Conversion(versions, fragments, version)
    if not newest.is_relationship():
        newest.put_node()
        return
    conversions = [
        Conversion(versions, fragments, earlier._replace(key=version.key))
        for earlier in versions.earlier(version.key)
    ]
    conversions.append(newest)
    past, current = history([conversion.statement for conversion in conversions])
    newest.put_relationship(current)
    for number, said in enumerate(past, start=1):
        conversions[said.statement].put_relationship([said], past=number)


class End(NamedTuple):
    """One end of a relationship: the key of its record, and the id of its entity."""

    key: str
    id: str


class Conversion:
    """One record on its way into pieces."""

    def __init__(self, versions: Versions, fragments: Fragments, version: Version) -> None:
        self._versions = versions
        self._fragments = fragments
        self._version = version
        self.statement: dict[str, Any] = orjson.loads(version.body)
        self._details = details_of(self.statement)
        self._closed = text(self.statement.get("recordStatus")) == "closed"

    def is_relationship(self) -> bool:
        """Whether the record is of a relationship, and not of a person or an entity."""
        return kind_of(self.statement) == "relationship"

    def put_node(self) -> None:
        """Put down what the record of a person or an entity says; raises BadInput."""
        kind = kind_of(self.statement)
        schema = schema_of(kind, self._details)
        pairs = person(self._details) if kind == "person" else entity(self._details, schema)
        notes = (("notes", note) for note in self._notes())
        properties = gathered([*pairs, *self._about(), *notes])
        if self._closed:
            note = f"record closed {text(self.statement.get('statementDate'))}".strip()
            properties.setdefault("notes", []).append(note)
        self._piece(allowed(self._version.key), schema, properties)

    def _piece(self, id_: str, schema: str, properties: Mapping[str, Iterable[str]]) -> None:
        self._fragments.put(id_, schema, properties, self._version.source, self._version.place)

    def _about(self) -> Pairs:
        """Who published the statement, when it was made, and from which source."""
        yield from day("modifiedAt", self.statement.get("statementDate"))
        publisher = object_of(object_of(self.statement, "publicationDetails"), "publisher")
        yield "publisher", text(publisher.get("name"))
        yield "publisherUrl", text(publisher.get("url"))
        source = object_of(self.statement, "source")
        yield "sourceUrl", text(source.get("url"))
        yield from day("retrievedAt", source.get("retrievedAt"))

    def _notes(self) -> Iterator[str]:
        """What annotations and the source's description say."""
        for annotation in objects(self.statement.get("annotations")):
            parts = (text(annotation.get(key)) for key in ("description", "url"))
            yield " ".join(filter(None, parts))
        yield text(object_of(self.statement, "source").get("description"))

    def put_relationship(self, interests: Iterable[Said], past: int = 0) -> None:
        """Put down some interests of the relationship; raises BadInput.

        ``past`` is a number for what was said before a later statement changed it.
        """
        subject = self._end("subject", SUBJECT)
        party = self._end("interestedParty", PARTY, is_past=past > 0)
        if party is None or subject is None:
            return
        steps = None
        if components_of(self.statement):
            steps = Steps(self._versions, self.statement, (party.key, subject.key))
        for number, said in enumerate(interests, start=1):
            edge, share = self._edge_of(said.interest, party, steps)
            properties = gathered(self._edge(said, edge, share))
            properties[edge.party], properties[edge.subject] = [party.id], [subject.id]
            self._fit(subject, edge)
            id_ = derived(self._version.key, *((EARLIER, past) if past else ("i", number)))
            self._piece(id_, edge.schema, properties)

    def _edge_of(
        self, interest: Mapping[str, Any], party: End, steps: Steps | None
    ) -> tuple[Edge, str]:
        """Which edge an interest is, and the share that counts."""
        edge, share = edge_of(interest), share_of(interest)
        if edge is UNKNOWN and words(interest.get("type")) in NOT_TOLD and self._unnamed(party):
            # nobody names the owner, nor says what the interest is: the question is who owns it
            edge = OWNER
        if steps and edge.schema == "Ownership" and directness(interest) != "direct":
            left = steps.left(interest)
            return (UNKNOWN, "") if left is None else (edge, left)
        return edge, share

    def _edge(self, said: Said, edge: Edge, share: str) -> Pairs:
        """An interest, but for its ends; ``share`` is what its steps do not have of its share."""
        interest = said.interest
        kind = words(interest.get("type")) or "interest not stated"
        how = directness(interest)
        yield "role", f"indirect {kind}" if how == "indirect" else kind
        yield "role", text(interest.get("details"))
        if edge.schema == "Control":
            yield "controlType", kind
        if edge.schema == "Ownership":
            yield "percentage", share
            yield "ownershipType", how if how in ("direct", "indirect") else ""
            beneficial = interest.get("beneficialOwnershipOrControl") is True
            yield "ownershipType", "beneficial" if beneficial else ""
        yield "description", self._share_in_words(interest, kind, edge, share)
        yield from self._period(said)
        statement_id = self.statement.get("statementId")
        yield "recordId", text(statement_id) or text(self.statement.get("statementID"))
        yield from as_description(self._about())
        yield from (("description", note) for note in self._notes())

    def _period(self, said: Said) -> Pairs:
        """When it was so, and whether that is over."""
        stated = text(said.interest.get("startDate"))
        yield from as_description(day("startDate", said.start or stated))
        if said.start and stated and said.start != stated:
            yield "description", f"interest since {stated}"
        ended = end_of(self.statement, said.interest)
        if said.end:
            known = [end for end in (said.end, ended) if parse_date(end)]
            yield from day("endDate", min(known))
            yield "status", SUPERSEDED
        else:
            yield from as_description(day("endDate", ended))
            yield "status", "closed" if self._closed else ""

    def _share_in_words(
        self, interest: Mapping[str, Any], kind: str, edge: Edge, share: str
    ) -> str:
        """The share as it is written, where the edge's percentage is not that; else empty."""
        written = share_of(interest)
        if not written or (edge.schema == "Ownership" and written == share):
            return ""
        if written == share:
            return f"{kind}: {written}"
        here = "here without what is held" if share else "held"
        return f"{kind}: {written}, {here} through the companies between"

    def _fit(self, subject: End, edge: Edge) -> None:
        """Make the subject what the edge leads to, where its own record says less."""
        general = ("LegalEntity", "Organization")
        if edge.least != "LegalEntity" and self._schema(subject.key) in general:
            self._piece(subject.id, edge.least, {})

    def _schema(self, key: str) -> str:
        """The schema of the record with this key; empty where it is not there."""
        body = self._versions.find(key)
        statement = {} if body is None else orjson.loads(body)
        kind = kind_of(statement)
        return schema_of(kind, details_of(statement)) if kind in ("entity", "person") else ""

    def _end(self, name: str, letter: str, *, is_past: bool = False) -> End | None:
        """One end, made up where it is not specified; None where there is nobody."""
        end = self._details.get(name)
        if isinstance(end, dict) and not end_key(end):
            reason = end.get("unspecified", end)
            reason = reason if isinstance(reason, dict) else {}
            if words(reason.get("reason")) == NO_OWNER and letter == PARTY and is_past:
                return None  # the subject's note is of today
            return self._nobody(reason, letter)
        if not (key := end_key(end)):
            raise BadInput(f"{name} {shown(end)} names no record")
        key = self._versions.record(key)
        return End(key, allowed(key))

    def _unnamed(self, party: End) -> bool:
        """Whether the source names nobody as this party."""
        if not party.key:
            return True
        body = self._versions.find(party.key)
        details = details_of({} if body is None else orjson.loads(body))
        kind = text(details.get("personType")) or text(entity_type(details).get("type"))
        reasons = (details.get(f"unspecified{what}Details") for what in ("Person", "Entity"))
        return kind.startswith(("anonymous", "unknown")) or any(
            isinstance(reason, dict) for reason in reasons
        )

    def _nobody(self, reason: Mapping[str, Any], letter: str) -> End | None:
        """An end that is not specified; None for the owner of a company that has none."""
        subject = self._versions.record(end_key(self._details.get("subject")))
        if words(reason.get("reason")) == NO_OWNER and letter == PARTY:
            if self._schema(subject):
                note = ": ".join(filter(None, (NO_OWNER, text(reason.get("description")))))
                self._piece(allowed(subject), "LegalEntity", {"notes": [note]})
            return None
        id_ = derived(self._version.key, letter, 1)
        self._piece(id_, "LegalEntity", gathered([*unknown(reason), *self._about()]))
        return End("", id_)


def as_description(pairs: Pairs) -> Pairs:
    """What would be notes, as a description: an edge has no notes."""
    return (("description" if name == "notes" else name, value) for name, value in pairs)

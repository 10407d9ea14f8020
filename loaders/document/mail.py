"""Mails: who wrote what to whom, and when; what is attached comes out as files of its own."""

import email.policy
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from mimetypes import guess_extension

from engine.document import Reason
from loaders.document.member import Folder
from loaders.document.part import (
    Asked,
    Facts,
    Member,
    Part,
    Party,
    Problem,
    Text,
    Unreadable,
    clean,
)
from loaders.document.text import decoded, text_of_markup

MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,998})\s*>")
ODD_HEADER = (ValueError, IndexError, AttributeError, TypeError, LookupError, HeaderParseError)
"""What the standard library raises for headers that no mail should have."""
MOST_PARTS = 10_000
"""Parts of one mail."""
ROLES = {
    "from": "emitters",
    "sender": "emitters",
    "to": "recipients",
    "cc": "recipients",
    "bcc": "recipients",
}
"""The headers that name people, and the property of the mail that holds them."""


CONTEXT = "Message-Context"
"""RFC 3458's header, which says what kind of message is in a mail."""
CHAT = "pager-message"
"""Its word for short messages, of phones and chats."""
CHATS = frozenset({CHAT, "multimedia-message"})
CHAT_CLASSES = (
    "IPM.SKYPETEAMS.MESSAGE",
    "IPM.NOTE.MICROSOFT.CONVERSATION",
    "IPM.NOTE.MOBILE.SMS",
    "IPM.NOTE.MOBILE.MMS",
)
"""What Outlook calls messages of Teams and of Skype, and those of phones."""
SENDERS_OF_CHATS = {"emitters": "sender"}
"""What FtM's Message calls those whom its Email calls so."""
OF_CHATS = frozenset({"subject", "title", "threadTopic", "messageId", "inReplyTo", "date"})
"""The properties of FtM's Message that headers have."""


def is_chat_class(kind: str) -> bool:
    """Whether Outlook's class of an item is that of a chat or a phone."""
    return kind.upper().startswith(CHAT_CLASSES)


def read_mail(asked: Asked, media_type: str) -> Iterator[Part]:
    """A mail as it is sent (.eml), or as Apple keeps it (.emlx)."""
    data = asked.path.read_bytes()
    if media_type == "message/x-emlx":
        length, _, rest = data.partition(b"\n")
        data = rest[: int(length)]
    message = BytesParser(policy=email.policy.compat32).parsebytes(data)
    yield from mail_parts(asked, message)


def mail_parts(asked: Asked, message: Message) -> Iterator[Part]:
    """What a mail says, and what is attached to it; raises Unreadable for what is no mail."""
    if not message.keys():
        raise Unreadable(Reason.CORRUPT, "it has no headers, which every mail has")
    chat = is_chat(message)
    yield of_chat(message) if chat else Facts("Email", "message/rfc822", properties_of(message))
    yield from parties(message, SENDERS_OF_CHATS if chat else {})
    folder = Folder(asked)
    texts: list[str] = []
    for part in leaves(message, texts):
        yield attachment(part, folder)
    if text := "\n\n".join(filter(None, texts)):
        yield Text(text)
    if defects := [type(defect).__name__ for part in message.walk() for defect in part.defects]:
        broken = ", ".join(sorted(set(defects)))
        yield Problem(Reason.PARTIAL, f"the mail is not as the standard has it: {broken}")


def parties(message: Message, others: Mapping[str, str]) -> Iterator[Party]:
    """Who sent and received it, in their roles, or in the ``others`` that stand for these."""
    for header, role in ROLES.items():
        for name, address in addresses(message, header):
            yield Party(others.get(role, role), name, address)


def of_chat(message: Message) -> Facts:
    """What the headers of a message of a chat say."""
    values = properties_of(message).items()
    kept = {name: found for name, found in values if name in OF_CHATS}
    return Facts("Message", "message/rfc822", kept)


def is_chat(message: Message) -> bool:
    """Whether a mail holds a message of a chat or of a phone, as archives of these are kept."""
    context = header(message, CONTEXT.lower()).lower()
    return context in CHATS or bool(header(message, "x-smssync-datatype"))


def properties_of(message: Message) -> dict[str, list[str]]:
    """The properties of FtM's Email that stand in the headers."""
    values: dict[str, list[str]] = {}
    subject = header(message, "subject")
    if subject:
        values["subject"] = values["title"] = [subject]
    for name in ("from", "to", "cc", "bcc"):
        if people := addresses(message, name):
            values[name] = [f"{who} <{address}>" if who else address for who, address in people]
    if sender := header(message, "sender"):
        values["sender"] = [sender]
    if thread := header(message, "thread-topic"):
        values["threadTopic"] = [thread]
    if ids := MESSAGE_ID.findall(header(message, "message-id")):
        values["messageId"] = ids[:1]
    replied = MESSAGE_ID.findall(header(message, "in-reply-to"))
    if replied := replied or MESSAGE_ID.findall(header(message, "references"))[-1:]:
        values["inReplyTo"] = replied[:1]
    if sent := date_of(header(message, "date")):
        values["date"] = [sent]
    return values


def header(message: Message, name: str) -> str:
    """A header as a person reads it; empty where there is none."""
    raw = next(iter(raw_headers(message, name)), "")
    try:
        text = str(make_header(decode_header(unescaped(raw))))
    except ODD_HEADER:
        text = unescaped(raw)
    return " ".join(clean(text).split())


def raw_headers(message: Message, name: str) -> list[str]:
    """The headers of this name, as they were sent."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


def unescaped(text: str) -> str:
    """A header whose bytes beyond ASCII were not encoded, as some programs send them."""
    data = text.encode("utf-8", "surrogateescape")
    return decoded(data) if "\udc80" <= max(text, default="") <= "\udcff" else clean(text)


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """The people in a header: each with a name and an address, of which one may be empty."""
    raws = [unescaped(raw) for raw in raw_headers(message, name)]
    people: dict[tuple[str, str], None] = {}
    for who, address in getaddresses([raw.replace("\r", " ").replace("\n", " ") for raw in raws]):
        with suppress(*ODD_HEADER):
            who = str(make_header(decode_header(who)))
        who = " ".join(clean(who).split()).strip("'\"")
        who = "" if who.lower() == address.lower() else who
        if "@" not in address:
            who, address = who or address, ""
        if who or address:
            people[who, address] = None
    return list(people)


def date_of(text: str) -> str:
    """When a mail was sent, in UTC as FtM writes it; empty where that is not to be told."""
    try:
        iso = re.match(r"\d{4}-", text)
        when = datetime.fromisoformat(text) if iso else parsedate_to_datetime(text)
        return (when.astimezone(UTC) if when.tzinfo else when).strftime("%Y-%m-%dT%H:%M:%S")
    except (*ODD_HEADER, OverflowError):
        return ""


def leaves(message: Message, texts: list[str]) -> Iterator[Message]:
    """What is attached to a mail; what it says itself is added to ``texts``."""
    waiting, count = [message], 0
    while waiting:
        part = waiting.pop()
        if (count := count + 1) > MOST_PARTS:
            raise Unreadable(Reason.TOO_LARGE, f"it has more than {MOST_PARTS:,} parts")
        kind = part.get_content_type()
        if kind == "multipart/alternative":
            waiting.extend(reversed(best_of(part)))
        elif part.is_multipart() and kind != "message/rfc822":
            waiting.extend(reversed(children(part)))
        elif is_body(part, kind):
            texts.append(body_of(part, kind))
        else:
            yield part


def children(part: Message) -> list[Message]:
    """The parts of a part."""
    payload = part.get_payload()
    return (
        [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
    )


def best_of(part: Message) -> list[Message]:
    """Of several ways to say the same the plainest that says something, and what is not text."""
    parts = children(part)
    plain = [each for each in parts if each.get_content_type() == "text/plain"]
    html = [each for each in parts if each.get_content_type() == "text/html"]
    said = any(body_of(each, "text/plain").strip() for each in plain)
    return [each for each in parts if each not in (html if said else plain)]


def is_body(part: Message, kind: str) -> bool:
    """Whether a part is what the mail says, not something attached to it."""
    if part.get_content_disposition() == "attachment" or file_name(part):
        return False
    return kind in ("text/plain", "text/html", "message/delivery-status")


def body_of(part: Message, kind: str) -> str:
    """The text of a part."""
    text = decoded(content_of(part), charset_of(part))
    return text_of_markup(text) if kind == "text/html" else text.replace("\r\n", "\n")


def charset_of(part: Message) -> str:
    """The charset that a part names."""
    try:
        return part.get_content_charset() or ""
    except ODD_HEADER:
        return ""


def content_of(part: Message) -> bytes:
    """The bytes of a part, decoded as far as they can be."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def file_name(part: Message) -> str:
    """The name that a part gives to its file; empty where it gives none."""
    try:
        name = part.get_filename() or ""
        return str(make_header(decode_header(name)))
    except ODD_HEADER:
        return ""


def attachment(part: Message, folder: Folder) -> Member:
    """What is attached, as a file."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = children(part)
        data = inner[0].as_bytes() if inner else content_of(part)
        name = file_name(part) or "message.eml"
    else:
        data = content_of(part)
        name = file_name(part) or f"attachment{guess_extension(kind) or ''}"
    return folder.add(name, [data])


def bytes_of(message: EmailMessage) -> bytes:
    """A mail that was put together from another format, as a file: the same each time."""
    leaves = [part for part in message.walk() if not part.is_multipart()]
    digest = hashlib.sha256(b"".join(map(content_of, leaves))).hexdigest()[:32]
    for number, part in enumerate(message.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{number}_{digest}")
    return message.as_bytes(policy=email.policy.SMTP)

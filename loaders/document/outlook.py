"""Mails of Outlook that were saved as files (.msg); each is read as a mail that can be sent.

The layout is Microsoft's [MS-OXMSG]. python-oxmsg reads it: unlike extract-msg, it has a licence
that fits with MIT. What it does not know is here: mails that are attached to mails.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr
from struct import error as StructError
from typing import TypeVar

import compressed_rtf
from olefile import OleFileIO
from oxmsg.domain import constants as tag
from oxmsg.domain.model import UnrecognizedCodePageError, UnsupportedEncodingError
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from engine.document import Reason
from loaders.document.mail import CHAT, CONTEXT, bytes_of, is_chat_class, mail_parts
from loaders.document.mailbox import DEEPEST, RTF_BODY, attach, put, put_headers
from loaders.document.part import Asked, Facts, Part, Unreadable, clean
from loaders.document.text import decoded

V = TypeVar("V")
BROKEN = (
    ValueError,
    KeyError,
    AttributeError,
    TypeError,
    OverflowError,
    AssertionError,
    LookupError,
    StructError,
    UnrecognizedCodePageError,
    UnsupportedEncodingError,
)
"""What the library raises for a property that is broken."""
TOP, INNER, PART = 32, 24, 8
"""Bytes before the properties of a file, of an attached mail, of an attachment or a recipient."""
ATTACHED_MAIL = "__substg1.0_3701000D"
"""The storage in an attachment that is a mail itself."""
ROLES = {1: "To", 2: "Cc", 3: "Bcc"}
"""The types of recipients."""


def read_msg(asked: Asked, media_type: str) -> Iterator[Part]:
    """One of Outlook's mails that was saved as a file."""
    try:
        with OleFileIO(asked.path) as file:
            message = mail_of(Storage.from_ole(file), TOP, DEEPEST)
    except (*BROKEN, OSError) as error:  # OSError is what olefile raises
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as a mail: {error}") from None
    for part in mail_parts(asked, message):
        yield Facts(part.schema, media_type, part.properties) if isinstance(part, Facts) else part


def mail_of(storage: Storage, offset: int, left: int) -> EmailMessage:
    """A saved mail as one that can be sent; raises Unreadable for another item of Outlook."""
    item = Properties(storage, offset)
    kind = text(item, tag.PID_MESSAGE_CLASS)
    chat = is_chat_class(kind)
    if kind and not chat and not kind.upper().startswith(("IPM.NOTE", "REPORT.IPM", "IPM.POST")):
        raise Unreadable(Reason.UNSUPPORTED, f"an item of Outlook that is no mail: {kind}")
    message = EmailMessage()
    put_headers(message, text(item, tag.PID_TRANSPORT_MESSAGE_HEADERS))
    put(message, CONTEXT, CHAT if chat else "")
    put(message, "Subject", text(item, tag.PID_SUBJECT))
    put(message, "From", sender_of(item))
    for role, people in recipients_of(storage).items():
        put(message, role, ", ".join(people))
    put(message, "Message-ID", text(item, tag.PID_INTERNET_MESSAGE_ID))
    put(message, "In-Reply-To", text(item, tag.PID_IN_REPLY_TO_ID))
    put(message, "References", text(item, tag.PID_INTERNET_REFERENCES))
    if when := date_of(item):
        put(message, "Date", when.strftime("%a, %d %b %Y %H:%M:%S +0000"))
    put_body(message, item)
    for number, attached in enumerate(storage.iter_attachment_storages(), 1):
        put_attachment(message, attached, number, left)
    return message


def known(ask: Callable[[int], V | None], pid: int) -> V | None:
    """What the library says of a property; None where it is broken."""
    with suppress(*BROKEN):
        return ask(pid)
    return None


def text(item: Properties, pid: int) -> str:
    """A property that is text; empty where there is none."""
    return clean(known(item.str_prop_value, pid) or "")


def data(item: Properties, pid: int) -> bytes:
    """A property that is bytes; empty where there is none."""
    return known(item.binary_prop_value, pid) or b""


def date_of(item: Properties) -> datetime | None:
    """When it was sent, else when it arrived."""
    sent = known(item.date_prop_value, tag.PID_CLIENT_SUBMIT_TIME)
    return sent or known(item.date_prop_value, tag.PID_MESSAGE_DELIVERY_TIME)


def sender_of(item: Properties) -> str:
    """Who sent it, as a header names people."""
    return person(
        text(item, tag.PID_SENDER_NAME) or text(item, tag.PID_SENT_REPRESENTING_NAME),
        text(item, tag.PID_SENDER_SMTP_ADDRESS)
        or text(item, tag.PID_SENDER_EMAIL_ADDRESS)
        or text(item, tag.PID_SENT_REPRESENTING_EMAIL_ADDRESS),
    )


def person(name: str, address: str) -> str:
    """A person as a header names them; an address inside of an organisation is none of a mail."""
    return formataddr((name, address if "@" in address else ""), "utf-8") if address else name


def recipients_of(storage: Storage) -> dict[str, list[str]]:
    """To whom it went, by header."""
    people: dict[str, list[str]] = {}
    for each in storage.iter_recipient_storages():
        item = Properties(each, PART)
        name = text(item, tag.PID_DISPLAY_NAME)
        address = text(item, tag.PID_SMTP_ADDRESS) or text(item, tag.PID_EMAIL_ADDRESS)
        kind = known(item.int_prop_value, tag.PID_RECIPIENT_TYPE)
        if name or address:
            people.setdefault(ROLES.get((kind or 1) & 3, "To"), []).append(person(name, address))
    return people


def put_body(message: EmailMessage, item: Properties) -> None:
    """What the mail says: its plain text, else its HTML, else its RTF, which is attached."""
    plain = text(item, tag.PID_BODY)
    html = decoded(data(item, tag.PID_HTML)) or text(item, tag.PID_BODY_HTML)
    if plain.strip():
        message.set_content(plain)
    elif html.strip():
        message.set_content(clean(html), subtype="html")
    elif packed := data(item, tag.PID_RTF_COMPRESSED):
        with suppress(*BROKEN):
            attach(message, compressed_rtf.decompress(packed), RTF_BODY)


def put_attachment(message: EmailMessage, storage: Storage, number: int, left: int) -> None:
    """Attach what was attached: a file, or a mail, which becomes a file of a mail."""
    item = Properties(storage, PART)
    name = text(item, tag.PID_ATTACH_LONG_FILENAME) or text(item, tag.PID_ATTACH_FILENAME)
    inner = next((each for each in storage.storages if each.name == ATTACHED_MAIL), None)
    if inner is not None and left:
        with suppress(Unreadable):  # an appointment, or a contact
            content = bytes_of(mail_of(inner, INNER, left - 1))
            name = name or text(item, tag.PID_DISPLAY_NAME) or f"message-{number}"
            attach(message, content, f"{name}.eml")
    elif content := data(item, tag.PID_ATTACH_DATA_BINARY):
        attach(message, content, name or f"attachment-{number}")

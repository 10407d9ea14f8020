"""Mailboxes: mbox, Outlook's .pst and Outlook for Mac's .olm. Mails come out as .eml."""

import mailbox
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.parser import HeaderParser
from pathlib import PurePosixPath
from typing import Any

import pypff

from engine.document import Reason
from loaders.document.mail import CHAT, CONTEXT, bytes_of, is_chat_class
from loaders.document.member import Folder
from loaders.document.olm import mail_of
from loaders.document.part import Asked, Facts, Part, Problem, Unreadable, clean
from loaders.document.text import decoded

UNFIT_HEADERS = frozenset(
    {"content-type", "content-transfer-encoding", "mime-version", "content-length"}
)
"""Headers that told how a mail was written when it was sent, not as it is put together here."""
RTF_BODY = "message.rtf"
"""The file name of a text that Outlook keeps as RTF only: it is read as an attached file."""
MESSAGE_CLASS = 0x001A
"""The number of the property that says what kind of item a mail is."""
DEEPEST = 100
"""Folders in folders of a mailbox."""


def read_mbox(asked: Asked, media_type: str) -> Iterator[Part]:
    """The mails of an mbox file."""
    yield Facts("Package", media_type)
    folder = Folder(asked)
    with closing(mailbox.mbox(asked.path, create=False)) as box:
        for number, key in enumerate(box.iterkeys(), 1):
            yield folder.add(f"{number:06}.eml", [box.get_bytes(key)])


def read_olm(asked: Asked, media_type: str) -> Iterator[Part]:
    """The mails of Outlook for Mac, with what is attached to them."""
    yield Facts("Package", media_type)
    folder = Folder(asked)
    with zipfile.ZipFile(asked.path) as archive:
        names = set(archive.namelist())
        for name in sorted(names):
            path = PurePosixPath(name)
            if path.suffix != ".xml" or not path.name.startswith("message_"):
                continue
            try:
                message = mail_of(archive, name, names)
            except (ValueError, KeyError, zipfile.BadZipFile) as error:
                yield Problem(Reason.PARTIAL, f"{name} could not be read: {error}")
                continue
            steps = [step for step in path.parts[:-1] if not step.startswith("com.microsoft.__")]
            yield folder.add("/".join([*steps, f"{path.stem}.eml"]), [bytes_of(message)])


def read_pst(asked: Asked, media_type: str) -> Iterator[Part]:
    """The mails of an Outlook data file, in its folders."""
    yield Facts("Package", media_type)
    box = pypff.file()
    try:
        box.open(str(asked.path))
    except OSError as error:
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as a mailbox: {error}") from None
    with closing(box):
        yield from pst_folder(box.get_root_folder(), "", Folder(asked), DEEPEST)


def pst_folder(source: Any, path: str, folder: Folder, left: int) -> Iterator[Part]:
    """The mails of a folder, and those of the folders in it."""
    for number in range(source.number_of_sub_messages):
        try:
            message = pst_mail(source.get_sub_message(number))
        except OSError as error:
            yield Problem(Reason.PARTIAL, f"mail {number + 1} of {path or 'the top'}: {error}")
            continue
        yield folder.add(f"{path}{number + 1:06}.eml", [bytes_of(message)])
    for number in range(source.number_of_sub_folders if left else 0):
        inner = source.get_sub_folder(number)
        name = clean(inner.name or f"folder {number + 1}").replace("/", "_")
        yield from pst_folder(inner, f"{path}{name}/", folder, left - 1)


def pst_mail(source: Any) -> EmailMessage:
    """A mail of Outlook's as one that can be sent."""
    message = EmailMessage()
    put_headers(message, attribute(source, "transport_headers") or "")
    put(message, CONTEXT, CHAT if is_chat_class(class_of(source)) else "")
    put(message, "Subject", attribute(source, "subject"))
    put(message, "From", attribute(source, "sender_name"))
    if "date" not in message and (when := attribute(source, "client_submit_time")):
        put(message, "Date", when.strftime("%a, %d %b %Y %H:%M:%S +0000"))
    put_body(message, source)
    for number in range(attribute(source, "number_of_attachments") or 0):
        with suppress(OSError):  # an attachment by reference has no bytes
            attachment = source.get_attachment(number)
            name = attribute(attachment, "long_filename") or f"attachment-{number + 1}"
            attach(message, attachment.read_buffer(attachment.get_size()), name)
    return message


def class_of(source: Any) -> str:
    """What kind of item it is to Outlook: ``IPM.Note`` for a mail; empty where that is broken."""
    with suppress(OSError, AttributeError):
        for record in source.record_sets:
            for entry in record.entries:
                if entry.entry_type == MESSAGE_CLASS:
                    return str(entry.get_data_as_string())
    return ""


def put_body(message: EmailMessage, source: Any) -> None:
    """What a mail of Outlook's says: as text, as HTML, or as RTF, which is attached."""
    plain, html = attribute(source, "plain_text_body"), attribute(source, "html_body")
    if plain:
        message.set_content(decoded(plain))
    if html:
        text = decoded(html)
        if plain:
            message.add_alternative(text, subtype="html")
        else:
            message.set_content(text, subtype="html")
    if not (plain or html) and (rtf := attribute(source, "rtf_body")):
        attach(message, rtf, RTF_BODY)


def attribute(source: Any, name: str) -> Any:
    """A property of Outlook's; None where there is none, or where it is broken."""
    with suppress(OSError):
        return getattr(source, name)
    return None


def attach(message: EmailMessage, data: bytes, name: str) -> None:
    """Attach a file to a mail."""
    message.add_attachment(
        data, maintype="application", subtype="octet-stream", filename=clean(name)
    )


def put_headers(message: EmailMessage, text: str) -> None:
    """Copy the headers with which a mail came."""
    for name, value in HeaderParser().parsestr(text).items():
        if name.lower() not in UNFIT_HEADERS:
            put(message, name, value, repeated=True)


def put(message: EmailMessage, name: str, value: Any, *, repeated: bool = False) -> None:
    """Set a header that a mail does not have yet, as far as it can be one."""
    if not value or (name in message and not repeated):
        return
    text = " ".join(clean(str(value)).split())
    with suppress(ValueError, IndexError, AttributeError, TypeError, HeaderParseError):
        message[name] = text

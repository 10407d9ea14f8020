"""One mail of Outlook for Mac's archive (.olm), where each is an XML file."""

import zipfile
from collections.abc import Set
from email.message import EmailMessage

from loaders.document.part import clean
from loaders.table.archive import parser_for

LARGEST = 64 * 1024**2
"""Bytes of one mail's XML, and of one attachment."""
HEADERS = {
    "OPFMessageCopySubject": "Subject",
    "OPFMessageCopyMessageID": "Message-ID",
    "OPFMessageCopyInReplyTo": "In-Reply-To",
    "OPFMessageCopyReferences": "References",
    "OPFMessageCopyThreadTopic": "Thread-Topic",
}
PEOPLE = {
    "OPFMessageCopyFromAddresses": "From",
    "OPFMessageCopySenderAddress": "Sender",
    "OPFMessageCopyToAddresses": "To",
    "OPFMessageCopyCCAddresses": "Cc",
    "OPFMessageCopyBCCAddresses": "Bcc",
}


class Copy:
    """Listens to the XML of a mail."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.people: dict[str, list[str]] = {}
        self.attachments: list[tuple[str, str]] = []
        """The path in the archive and the name of each."""
        self._around: list[str] = []
        self._data: list[str] = []

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """An element begins."""
        self._around.append(tag)
        self._data = []
        if tag == "emailAddress":
            header = next((PEOPLE[each] for each in self._around if each in PEOPLE), None)
            name = attributes.get("OPFContactEmailAddressName", "")
            address = attributes.get("OPFContactEmailAddressAddress", "")
            if header and (name or address):
                quoted = name.replace('"', "'")
                self.people.setdefault(header, []).append(f'"{quoted}" <{address}>')
        elif tag == "messageAttachment":
            path = attributes.get("OPFAttachmentURL", "")
            self.attachments.append((path, attributes.get("OPFAttachmentName", path)))

    def characters(self, data: str, /) -> None:
        """Text in an element."""
        self._data.append(data)

    def end(self, tag: str, /) -> None:
        """An element ends."""
        self._around.pop()
        if data := "".join(self._data).strip():
            self.texts.setdefault(tag, clean(data))
        self._data = []


def mail_of(archive: zipfile.ZipFile, name: str, names: Set[str]) -> EmailMessage:
    """A mail that stands in the archive under this name; raises ValueError, KeyError."""
    copy = Copy()
    parser_for(copy).Parse(content(archive, name), True)
    message = EmailMessage()
    for tag, header in HEADERS.items():
        if tag in copy.texts:
            message[header] = " ".join(copy.texts[tag].split())
    for header, people in copy.people.items():
        message[header] = " ".join(", ".join(people).split())
    if sent := copy.texts.get("OPFMessageCopySentTime"):
        message["Date"] = f"{sent}Z" if "Z" not in sent and "+" not in sent else sent
    if body := copy.texts.get("OPFMessageCopyBody"):
        message.set_content(body)
    elif html := copy.texts.get("OPFMessageCopyHTMLBody"):
        message.set_content(html, subtype="html")
    for path, called in copy.attachments:
        if path in names:
            message.add_attachment(
                content(archive, path),
                maintype="application",
                subtype="octet-stream",
                filename=clean(called),
            )
    return message


def content(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a member; raises ValueError for too many."""
    with archive.open(name) as member:
        data = member.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST:,} bytes")
    return data

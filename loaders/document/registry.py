"""Which reader reads which kind of file, and what becomes of those that none reads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from engine.document import Reason
from loaders.document import (
    archive,
    djvu,
    mail,
    mailbox,
    office,
    opendocument,
    outlook,
    paged,
    proof,
    table,
    text,
)
from loaders.document.kind import OOXML, media_type_of
from loaders.document.part import Asked, Facts, Part, Unreadable

Reader = Callable[[Asked, str], Iterator[Part]]
"""Yields what is in a file of this media type: ``Facts`` first. Raises Unreadable."""
ODF = "application/vnd.oasis.opendocument."
OFFICE = (
    "application/msword",
    "application/vnd.ms-powerpoint",
    "application/rtf",
    "application/epub+zip",
    f"{OOXML}wordprocessingml.document",
    f"{OOXML}presentationml.presentation",
    f"{ODF}text",
    f"{ODF}presentation",
)
TEXTS = (
    "text/plain",
    "text/vcard",
    "text/calendar",
    "text/markdown",
    "application/json",
    "application/xml",
)
ARCHIVES = (
    "application/zip",
    "application/x-tar",
    "application/x-7z-compressed",
    "application/vnd.rar",
    "application/vnd.ms-cab-compressed",
    "application/x-iso9660-image",
)
PACKED = ("application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd")
IMAGES = (
    "image/bmp",
    "image/gif",
    "image/jp2",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
)
READERS: Mapping[str, Reader] = {
    **dict.fromkeys(OFFICE, office.read_office),
    **dict.fromkeys(TEXTS, text.read_text),
    **dict.fromkeys(ARCHIVES, archive.read_archive),
    **dict.fromkeys(PACKED, archive.read_packed),
    "application/pdf": paged.read_pdf,
    "text/html": text.read_markup,
    **dict.fromkeys(IMAGES, paged.read_image),
    "image/svg+xml": text.read_markup,
    "image/vnd.djvu": djvu.read_djvu,
    "message/rfc822": mail.read_mail,
    "message/x-emlx": mail.read_mail,
    "application/mbox": mailbox.read_mbox,
    "application/vnd.ms-outlook": outlook.read_msg,
    "application/vnd.ms-outlook-pst": mailbox.read_pst,
    "application/vnd.ms-outlook-olm": mailbox.read_olm,
    "text/csv": table.read_csv,
    "text/tab-separated-values": table.read_csv,
    f"{OOXML}spreadsheetml.sheet": table.read_xlsx,
    f"{ODF}spreadsheet": table.read_ods,
    "application/vnd.ms-excel": table.read_xls,
    "application/vnd.sqlite3": table.read_sqlite,
    "application/vnd.dbf": table.read_dbf,
    "application/vnd.ms-access": table.read_access,
}
LOCKABLE = frozenset(
    {
        "application/x-encrypted-ooxml",
        "application/msword",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-excel",
    }
)
"""What may be locked as Microsoft locks office documents."""
UNREAD = {"image": "Image", "audio": "Audio", "video": "Video"}
"""The schemata of what is kept and not read."""


def parts_of(asked: Asked) -> Iterator[Part]:
    """What is in a file; raises Unreadable, and whatever libraries raise for hostile ones."""
    if not asked.path.stat().st_size:
        yield Facts("Document", "application/octet-stream")
        raise Unreadable(Reason.EMPTY, "it has no bytes")
    media_type = media_type_of(asked.path, asked.name)
    schema = UNREAD.get(media_type.partition("/")[0], "Document")
    # first of all, so that it is known whatever happens; what the reader finds replaces it
    yield Facts(schema, media_type)
    if media_type in LOCKABLE and office.is_locked(asked.path):
        asked = replace(asked, path=office.unlocked(asked))
        media_type = media_type_of(asked.path, asked.name)
    elif media_type.startswith(ODF) and opendocument.is_locked(asked.path):
        asked = replace(asked, path=opendocument.unlocked(asked))
    if asked.picture is not None or asked.bundle is not None:
        proof.make_proof(asked, media_type)
        return
    reader = READERS.get(media_type)
    if reader is None:
        raise Unreadable(Reason.UNSUPPORTED, why_unread(media_type))
    yield from reader(asked, media_type)


def why_unread(media_type: str) -> str:
    """Why there is no text of a file of this kind."""
    main = media_type.partition("/")[0]
    if main in ("audio", "video"):
        return f"{main} is kept, and not transcribed ({media_type})"
    if main == "image":
        return f"images of this kind are kept, and not read ({media_type})"
    return f"Clew does not read this kind of file ({media_type})"

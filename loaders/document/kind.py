"""What a file is, by its content: its name is only a hint where texts look alike."""

import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from mimetypes import guess_type
from pathlib import Path

import olefile
import puremagic

HEAD = 16 * 1024
"""Bytes at the beginning that are looked at."""
OOXML = "application/vnd.openxmlformats-officedocument."
MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF-", 1024, "application/pdf"),
    (b"7z\xbc\xaf\x27\x1c", 0, "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", 0, "application/vnd.rar"),
    (b"\x1f\x8b", 0, "application/gzip"),
    (b"BZh", 0, "application/x-bzip2"),
    (b"\xfd7zXZ\0", 0, "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", 0, "application/zstd"),
    (b"MSCF", 0, "application/vnd.ms-cab-compressed"),
    (b"!BDN", 0, "application/vnd.ms-outlook-pst"),
    (b"AT&TFORM", 0, "image/vnd.djvu"),
    (b"SQLite format 3\0", 0, "application/vnd.sqlite3"),
    (b"\0\x01\0\0Standard Jet DB", 0, "application/vnd.ms-access"),
    (b"\0\x01\0\0Standard ACE DB", 0, "application/vnd.ms-access"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"II*\0", 0, "image/tiff"),
    (b"MM\0*", 0, "image/tiff"),
    (b"II+\0", 0, "image/tiff"),
    (b"MM\0+", 0, "image/tiff"),
    (b"BM", 0, "image/bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", 0, "image/jp2"),
    (b"{\\rtf", 0, "application/rtf"),
)
"""Beginnings, how far into the file they may stand, and what has them."""
NAMED: Mapping[str, str] = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".vcf": "text/vcard",
    ".ics": "text/calendar",
    ".ical": "text/calendar",
    ".md": "text/markdown",
    ".htm": "text/html",
    ".html": "text/html",
    ".xhtml": "text/html",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
    ".eml": "message/rfc822",
    ".mbox": "application/mbox",
    ".emlx": "message/x-emlx",
}
"""What a text is that has such a name."""
DAMAGED: Mapping[str, str] = {
    ".msg": "application/vnd.ms-outlook",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
"""What a compound file is called whose directory cannot be read."""
HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2}")
MAIL = re.compile(
    rb"^(?:from|to|subject|received|return-path|message-id|mime-version|date|x-[a-z-]+):",
    re.IGNORECASE | re.MULTILINE,
)
EMLX = re.compile(rb"\d+ *\r?\n" + HEADER.pattern)
MBOX = re.compile(rb"From [^\n]{3,200}\n" + HEADER.pattern)
HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.I | re.S
)
SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
DBF_VERSIONS = frozenset(
    {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xF5, 0xFB}
)
VOLUMES: Mapping[str, re.Pattern[str]] = {
    "application/x-7z-compressed": re.compile(r"\.7z\.\d{3,}$", re.IGNORECASE),
    "application/vnd.rar": re.compile(r"\.part\d+\.rar$|\.r\d\d$|\.rar\.\d{3,}$", re.IGNORECASE),
    "application/zip": re.compile(r"\.z\d\d+$|\.zip$|\.zip\.\d{3,}$", re.IGNORECASE),
    "application/x-tar": re.compile(r"\.tar\.\d{3,}$", re.IGNORECASE),
}
"""What ends the names of volumes of archives, whose own bytes may say nothing."""
TEXT_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")


def media_type_of(path: Path, name: str) -> str:
    """The media type of a file that is called so; ``application/octet-stream`` where unknown."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    suffix = Path(name.lower()).suffix
    if kind := told(head):
        return kind
    if head.startswith(b"PK") and (kind_ := zipped(path)):
        return kind_
    if olefile.isOleFile(str(path)):
        return compound(path, suffix)
    if suffix == ".dbf" and head[:1] and head[0] in DBF_VERSIONS:
        return "application/vnd.dbf"
    if is_text(head):
        return text_kind(head, suffix)
    return guessed(path, name, suffix)


def told(head: bytes) -> str:
    """The kind that the first bytes tell; empty where they tell none."""
    for start, within, kind in MAGIC:
        if 0 <= head.find(start, 0, within + len(start)) <= within:
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "application/x-tar" if head[257:262] == b"ustar" else ""


def zipped(path: Path) -> str:
    """What kind of .zip a file is."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with suppress(RuntimeError, zipfile.BadZipFile, NotImplementedError):
                    return archive.read("mimetype")[:100].decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "application/zip"
    for part, kind in (
        ("word/document.xml", f"{OOXML}wordprocessingml.document"),
        ("xl/workbook.xml", f"{OOXML}spreadsheetml.sheet"),
        ("ppt/presentation.xml", f"{OOXML}presentationml.presentation"),
        ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"),
    ):
        if part in names:
            return kind
    if any(name.startswith(("com.microsoft.__", "Local/com.microsoft.__")) for name in names):
        return "application/vnd.ms-outlook-olm"
    return "application/zip"


def compound(path: Path, suffix: str) -> str:
    """What kind of Microsoft's compound file a file is, by the streams in it.

    Where they cannot be listed the file is damaged, and taken for what its name says.
    """
    try:
        with olefile.OleFileIO(str(path)) as ole:
            streams = {"/".join(parts).lower() for parts in ole.listdir()}
    except (OSError, ValueError, IndexError, TypeError):
        return DAMAGED.get(suffix, "application/x-ole-storage")
    for stream, kind in (
        ("encryptedpackage", "application/x-encrypted-ooxml"),
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("worddocument", "application/msword"),
        ("workbook", "application/vnd.ms-excel"),
        ("book", "application/vnd.ms-excel"),
        ("powerpoint document", "application/vnd.ms-powerpoint"),
    ):
        if stream in streams:
            return kind
    return "application/x-ole-storage"


def is_text(head: bytes) -> bool:
    """Whether bytes look like a text in any encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    return not TEXT_CONTROL.search(head)


def text_kind(head: bytes, suffix: str) -> str:
    """What kind of text this is: by its beginning, else by the end of its name."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if EMLX.match(head):
        return "message/x-emlx"
    if MBOX.match(head):
        return "application/mbox"
    if start.startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    if start.startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar"
    if suffix == ".eml" or (HEADER.match(start) and len(MAIL.findall(start[:4096])) >= 2):
        return "message/rfc822"
    if HTML.match(start):
        return "text/html"
    if SVG.search(start[:4096]) and start.startswith(b"<"):
        return "image/svg+xml"
    return NAMED.get(suffix, "text/plain")


def guessed(path: Path, name: str, suffix: str) -> str:
    """What puremagic takes a file for; a file of a name that tar files have may be an old one."""
    if suffix == ".tar":
        return "application/x-tar"
    if volumes := [kind for kind, ends in VOLUMES.items() if ends.search(name)]:
        return volumes[0]
    named = guess_type(f"x{suffix}")[0] or ""
    if named.startswith("audio/"):  # the containers of audio and video are the same
        return named
    with suppress(puremagic.PureError, ValueError, OSError):
        found = puremagic.magic_file(str(path))
        if found and found[0].mime_type:
            return str(found[0].mime_type)
    return named or "application/octet-stream"

"""Whether a zip file is harmless to unpack, and which spreadsheet it is: before it is parsed."""

import re
import zipfile
from pathlib import Path
from typing import Protocol
from xml.parsers.expat import ParserCreate, XMLParserType

from engine.errors import BadInput

MOST_MEMBERS = 10_000
"""Files in a spreadsheet's zip."""
LARGEST = 8 * 1024 * 1024 * 1024
"""Bytes of a spreadsheet in all, unpacked."""
LARGEST_PART = 512 * 1024 * 1024
"""Bytes of a part that is read whole (an XLSX file's strings and styles)."""
STREAMED = re.compile(r"xl/worksheets/[^/]+\.xml|content\.xml")
"""The parts that are read piece by piece."""
INNOCENT = 64 * 1024 * 1024
"""Bytes that may be packed as tightly as anyone likes."""
TIGHTEST = 300
"""How many times smaller a larger part may be packed: real sheets come to 100, bombs to 1,000."""
INNOCENT_TEXTS, TIGHTEST_TEXTS = 16 * 1024 * 1024, 100
"""The same for an XLSX file's texts, which are held in memory: real ones come to 50."""
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
DTD = (b"<!DOCTYPE", b"<!ENTITY")


def kind_of(name: str, path: Path) -> str:
    """``xlsx`` or ``ods``; raises BadInput for what is neither, is broken, or is a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(name, archive.infolist())
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                kind = "xlsx"
            elif (
                "content.xml" in names
                and "mimetype" in names
                and archive.read("mimetype").startswith(ODS)
            ):
                kind = "ods"
            else:
                raise BadInput(f"{name} is a zip file, but neither an XLSX nor an ODS spreadsheet")
            for member in names:
                if member.endswith((".xml", ".rels")):
                    check_beginning(name, archive, member)
            return kind
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadInput(f"{name} is a broken or locked zip file: {error}") from None


def check_sizes(name: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to far more than it is; zipfile itself unpacks no more than declared."""
    if len(members) > MOST_MEMBERS:
        raise BadInput(
            f"{name} holds {len(members):,} files; a spreadsheet has at most {MOST_MEMBERS:,}"
        )
    total = sum(member.file_size for member in members)
    if total > LARGEST:
        raise BadInput(f"{name} unpacks to {total:,} bytes; at most {LARGEST:,}")
    for member in members:
        check_packing(name, member)
        if member.file_size > LARGEST_PART and not STREAMED.fullmatch(member.filename):
            raise BadInput(
                f"{name}: {member.filename} unpacks to {member.file_size:,} bytes; "
                f"at most {LARGEST_PART:,}"
            )


def check_packing(
    name: str, member: zipfile.ZipInfo, innocent: int = INNOCENT, tightest: int = TIGHTEST
) -> None:
    """Refuse a part of more than ``innocent`` bytes that is packed over ``tightest`` to one."""
    size, packed = member.file_size, max(member.compress_size, 1)
    if size > innocent and size / packed > tightest:
        raise BadInput(
            f"{name} is a zip bomb: {member.filename} unpacks from {packed:,} to {size:,} bytes"
        )


def check_beginning(name: str, archive: zipfile.ZipFile, member: str) -> None:
    """Refuse XML that declares entities: no spreadsheet needs them, and bombs are made of them."""
    with archive.open(member) as stream:
        head = stream.read(4096)
    if any(mark in head for mark in DTD):
        raise BadInput(f"{name}: {member} declares a document type, which no spreadsheet does")


class Listener(Protocol):
    """Is called with what an XML file holds, piece by piece."""

    def start(self, tag: str, _: dict[str, str], /) -> None:
        """An element begins."""

    def end(self, tag: str, /) -> None:
        """An element ends."""

    def characters(self, data: str, /) -> None:
        """Text in an element."""


def parser_for(listener: Listener) -> XMLParserType:
    """A parser whose names are ``namespace|name``; it raises ValueError for a declared entity."""
    parser = ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.characters
    parser.EntityDeclHandler = refuse_entity
    return parser


def refuse_entity(*_: object) -> None:
    """No spreadsheet declares an entity; bombs are made of them."""
    raise ValueError("it declares an XML entity")

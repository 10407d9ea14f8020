"""Office documents by xberg, for their text only; and what is encrypted among them."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msoffcrypto
import olefile
import xberg
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from engine.document import Reason
from loaders.document.part import Asked, Facts, Part, Text, Unreadable, clean, still_locked

LOCKED = re.compile("encrypted|password", re.IGNORECASE)
EXCEL_ITSELF = "VelvetSweatshop"
"""The password that Excel takes for none: of workbooks that may only not be changed."""


async def extracted(path: Path, media_type: str) -> str:
    """The text of a file; raises RuntimeError and others of xberg's."""
    config = xberg.ExtractionConfig(disable_ocr=True, use_cache=False)
    source = xberg.ExtractInput(
        kind=xberg.ExtractInputKind.BYTES, bytes=path.read_bytes(), mime_type=media_type
    )
    found = await xberg.extract(source, config)
    if found.errors:
        raise RuntimeError(str(found.errors[0]))
    return "\n\n".join(document.content for document in found.results)


def read_office(asked: Asked, media_type: str) -> Iterator[Part]:
    """The text of an office document."""
    try:
        text = asyncio.run(extracted(asked.path, media_type))
    except (RuntimeError, ValueError, OSError) as error:
        reason = Reason.ENCRYPTED if LOCKED.search(str(error)) else Reason.CORRUPT
        raise Unreadable(reason, f"it cannot be read: {error}") from None
    yield Facts("Document" if not text.strip() else "PlainText", media_type, facts_of(asked.path))
    if text.strip():
        yield Text(clean(text))


def facts_of(path: Path) -> dict[str, list[str]]:
    """Title and author, where Microsoft's compound file tells them."""
    values: dict[str, list[str]] = {}
    with suppress(OSError, ValueError, IndexError, TypeError, AttributeError):
        if olefile.isOleFile(str(path)):
            with olefile.OleFileIO(str(path)) as ole:
                found = ole.get_metadata()
                for name, raw in (("title", found.title), ("author", found.author)):
                    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
                    if text and text.strip("\0 "):
                        values[name] = [clean(text.strip("\0 "))]
    return values


def is_locked(path: Path) -> bool:
    """Whether one of Microsoft's office documents needs a password."""
    with path.open("rb") as file, suppress(FileFormatError, ParseError, OSError, ValueError):
        return bool(msoffcrypto.OfficeFile(file).is_encrypted())
    return False


def unlocked(asked: Asked) -> Path:
    """An unlocked copy of such a document; raises Unreadable where no password fits."""
    for number, password in enumerate((EXCEL_ITSELF, *asked.passwords)):
        copy = asked.folder / f"unlocked-{number}"
        try:
            with asked.path.open("rb") as file, copy.open("wb") as target:
                office = msoffcrypto.OfficeFile(file)
                office.load_key(password=password)
                office.decrypt(target)
        except (InvalidKeyError, DecryptionError, ValueError):
            continue
        except (FileFormatError, ParseError, OSError) as error:
            raise Unreadable(Reason.CORRUPT, f"it is locked, and damaged: {error}") from None
        return copy
    raise still_locked(asked)

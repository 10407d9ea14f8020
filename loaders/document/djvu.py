"""DjVu by the programs of DjVuLibre, page by page: xberg's reader of it kills its process."""

import re
import subprocess
from collections.abc import Iterator

from engine.document import PageKind, PageReading, Reason
from loaders.document.part import Asked, Facts, Part, Problem, Unreadable, clean

MISSING = "reading it needs DjVuLibre: install the package djvulibre-bin and retry"
UNWRITTEN = "it has no text layer, and images of DjVu are not read"


def read_djvu(asked: Asked, media_type: str) -> Iterator[Part]:
    """The text layer of each page."""
    counted = printed(["djvused", "-e", "n", str(asked.path)]).strip()
    if not re.fullmatch(r"\d{1,6}", counted):
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as DjVu: {counted[:100]}")
    yield Facts("Pages", media_type)
    empty = 0
    for number in range(1, int(counted) + 1):
        text = printed(["djvutxt", f"--page={number}", str(asked.path)]).strip("\f\n ")
        empty += not text
        kind = PageKind.TEXT if text else PageKind.SCAN
        why = "it has a text layer" if text else UNWRITTEN
        yield PageReading(number, clean(text), kind, why, engine="djvutxt")
    if empty:
        yield Problem(Reason.PARTIAL, f"{empty:,} of {counted} pages: {UNWRITTEN}")


def printed(command: list[str]) -> str:
    """What a program of DjVuLibre prints; raises Unreadable."""
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise Unreadable(Reason.UNSUPPORTED, MISSING) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as DjVu: {(said or ['?'])[0][:200]}")
    return done.stdout.decode("utf-8", "replace")

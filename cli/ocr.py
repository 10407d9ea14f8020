"""``clew ocr``: reads the pages of one file, without a data folder and without Neo4j."""

import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import click
import orjson

from cli.bar import count_bar
from cli.terminal import note, paced
from engine.account import OWNER
from engine.document import PageKind, PageReading, State, packed
from engine.engine import Engine
from engine.errors import BadInput, EngineInUse
from engine.settings import Settings
from loaders.ingest.again import read_again
from loaders.ingest.language import languages_of
from loaders.ocr.failure import Unreadable
from loaders.ocr.file import FailedPage, PagedFile, paged_file, read_pages
from loaders.ocr.page import Instruction
from loaders.ocr.searchable import write_searchable

LOW = 0.75
"""Confidence below which a page's words should be compared with its image."""
OUTPUTS = (".pdf", ".txt", ".json")
WAIT = 0.5
"""Seconds between two looks whether the pages were read."""
NEW_PAGE = "\f"


@click.command("ocr")
@click.argument(
    "file",
    type=click.Path(path_type=Path),
    metavar="[FILE]",
    required=False,
    help="A PDF or an image.",
)
@click.option(
    "--document",
    metavar="ID",
    help="Instead of a file: read pages of this stored document again, and keep what is read.",
)
@click.option(
    "--language",
    metavar="CODES",
    help="The languages of the pages, such as rus,eng. Without it they are detected.",
)
@click.option("--pages", metavar="NUMBERS", help="Only these pages, such as 1,3-5,9-.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="FILE.txt, FILE.pdf (searchable) or FILE.json (all words). Without it, text on stdout.",
)
@click.option("--password", metavar="TEXT", help="The password of an encrypted PDF.")
@click.option(
    "--as-image", is_flag=True, help="Read every page as an image, also those that have text."
)
def ocr_command(
    file: Path | None,
    document: str | None,
    language: str | None,
    pages: str | None,
    output: Path | None,
    password: str | None,
    as_image: bool,
) -> None:
    """Read the pages of a PDF or an image: as text, as a searchable PDF, or with every proof.

    With --document the pages of a document in an archive are read again, in other languages say,
    and replace what was read of them; pages that were corrected by hand keep their text.

    Each page is looked at: one that has its text is taken as it is, a scan is read by Tesseract.
    What was done with each page, and how sure it is, is said on stderr. Nothing is kept. The exit
    code is 1 when a page could not be read.
    """
    if document is not None:
        if any(each is not None for each in (file, output, password)):
            raise BadInput("--document reads a stored document: leave out FILE, -o and --password")
        if not read_stored(document, pages, language or "", as_image):
            raise SystemExit(1)
        return
    file = checked(file, output)
    started = time.monotonic()
    try:
        source = paged_file(file, password)
    except Unreadable as error:
        raise BadInput(f"{file.name}: {error.detail}") from None
    numbers = numbers_of(pages, source.pages)
    languages = tuple(part for part in (language or "").replace("+", ",").split(",") if part)
    how = Instruction(languages=tuple(map(str.strip, languages)), as_image=as_image)
    readings, failed = read(source, numbers, how)
    write(source, readings, output)
    show_end(readings, failed, time.monotonic() - started, output)
    if failed:
        raise SystemExit(1)


def checked(file: Path | None, output: Path | None) -> Path:
    """The file that is read; raises BadInput for what cannot be read or written so."""
    if file is None:
        raise BadInput("name a file, or a stored document by --document ID")
    if output is not None and output.suffix.lower() not in OUTPUTS:
        raise BadInput(f"{output}: name a file that ends in {', '.join(OUTPUTS)}")
    if output is not None and output.exists() and file.exists() and output.samefile(file):
        raise BadInput(f"{output} is the file that is read: name another one")
    return file


def read_stored(document: str, pages: str | None, language: str, as_image: bool) -> bool:
    """Read pages of a stored document again, and say what came of each; whether all were read."""
    languages = languages_of(language)
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        access = engine.owner_access()
        file = engine.documents.readable(document, access)
        numbers = numbers_of(pages, file.pages)
        engine.pages.read_again(OWNER, document, numbers, languages, as_image=as_image)
        while any(order.state is State.WAITING for order in engine.pages.orders_of(document)):
            with suppress(EngineInUse):  # a running `clew up` may be quicker
                read_again(engine, file.dataset)
            time.sleep(WAIT)
        orders = {order.number: order for order in engine.pages.orders_of(document)}
        stored = engine.documents.readable(document, access)
        for number in numbers:
            order, reading = orders[number], engine.pages.reading(stored, number)
            if order.state is State.FAILED or reading is None:
                note(f"page {number}: not read: {order.detail}")
            else:
                note(f"page {number}: {said(reading)}")
    return all(orders[number].state is State.READ for number in numbers)


def read(source: PagedFile, numbers: list[int], how: Instruction) -> tuple[list[PageReading], int]:
    """Read pages with a bar, and say what came of each; the readings, and how many failed."""
    readings, failed = [], 0
    with count_bar("pages", len(numbers)) as advance:
        for page in read_pages(source, numbers, how):
            advance(1)
            if isinstance(page, FailedPage):
                failed += 1
                note(f"page {page.number}: not read ({page.reason.value}): {page.detail}")
                continue
            readings.append(page)
            note(f"page {page.number}: {said(page)}")
    return readings, failed


def said(page: PageReading) -> str:
    """What was done with a page and how sure it is, in one line."""
    parts = [f"{page.kind.value} ({page.why})"]
    if page.confidence is not None:
        parts.append("+".join(page.languages))
        if page.rotation:
            parts.append(f"turned by {page.rotation} degrees")
        low = ": LOW, compare it with the image" if page.confidence < LOW else ""
        parts.append(f"confidence {page.confidence:.0%}{low}")
    elif page.kind not in (PageKind.TEXT, PageKind.BLANK):
        parts.append("no words")
    return ", ".join(parts)


def numbers_of(text: str | None, count: int) -> list[int]:
    """The numbers of pages that were typed, in order and each once; all without a text."""
    if not text:
        return list(range(1, count + 1))
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        try:
            start = int(first or 1)
            end = int(last) if last else (count if dash else start)
        except ValueError:
            raise BadInput(f"--pages: {part[:40]!r} is no page: give 1,3-5,9-") from None
        if not 1 <= start <= end or start > count:
            raise BadInput(f"--pages: there is no page {part.strip()}: the file has {count:,}")
        found |= set(range(start, min(end, count) + 1))
    return sorted(found)


def write(source: PagedFile, readings: list[PageReading], output: Path | None) -> None:
    """Write what was read: on stdout, or into a file that appears when it is complete."""
    if output is None:
        sys.stdout.write(text_of(readings))
        return
    number, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}")
    os.close(number)
    part = Path(name)
    try:
        if output.suffix.lower() == ".pdf":
            found = {reading.number: reading for reading in readings}
            write_searchable(source.path, source.is_pdf, found, part, source.password)
        elif output.suffix.lower() == ".json":
            part.write_bytes(json_of(source, readings))
        else:
            part.write_text(text_of(readings), encoding="utf-8")
        part.chmod(0o644)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def text_of(readings: list[PageReading]) -> str:
    """The text of pages, one after the other as pdftotext has it: a form feed between two."""
    return NEW_PAGE.join(f"{reading.text}\n" for reading in readings)


def json_of(source: PagedFile, readings: list[PageReading]) -> bytes:
    """All that is known of the pages."""
    values = {"pages": [orjson.loads(packed(reading)) for reading in readings]}
    return orjson.dumps({"file": source.path.name, **values}, option=orjson.OPT_INDENT_2) + b"\n"


def show_end(readings: list[PageReading], failed: int, seconds: float, output: Path | None) -> None:
    """The last line on stderr: how many pages of each kind there were."""
    kinds = [reading.kind for reading in readings]
    counts = [f"{kinds.count(kind):,} {kind.value}" for kind in PageKind if kind in kinds]
    counts += [f"{failed:,} not read"] if failed else []
    where = f" to {output}" if output else ""
    total = len(readings) + failed
    noun = "page" if total == 1 else "pages"
    note(f"Read {total:,} {noun}: {', '.join(counts)} ({seconds:.1f} s){where}")

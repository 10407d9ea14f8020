"""Tables as text: CSV, TSV and the like, their encoding, delimiter and quotes found out from the beginning.

While all is ASCII the encoding is open: the first bytes beyond it tell, however far down they are.

A row is named by the line on which it begins. A row that cannot be read is given back line by line, so that an
unclosed quote costs the row that it is in and not the rest of the file.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

import chardet

from engine.errors import BadInput
from loaders.intake.source import Source
from loaders.table.table import (
    LONGEST_CELL,
    Layout,
    Row,
    Table,
    columns_of,
    counted,
    fitted,
    unreadable,
)

DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'"}
"""Those that are tried, each as a person calls it."""
TRIED = 200
"""Rows that a delimiter is tried on."""
LONGEST_ROW = 4 * LONGEST_CELL
"""Characters of the longest row; also how far an unclosed quote is followed."""
CHUNK = 256 * 1024
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
BACKSLASHED = re.compile(r'\\"[^",;\t|\r\n]')
HIGH = re.compile(rb"[\x80-\xff]+")
LATIN = 1.5
"""Bytes in a row beyond ASCII: in Latin script they stand mostly alone, in others they make whole words."""
NUL = b"\0"
FEW = 30
"""So few letters with an accent tell nothing; most such tables are of Western Europe."""
WESTERN = [
    "Windows-1252",
    "Windows-1250",
    "Windows-1254",
    "Windows-1257",
    "ISO-8859-2",
    "ISO-8859-15",
]
TOO_LONG = "a line that is too long"
TOO_FAR = "a row of too many lines"
CUT = "".join(["\n", "\n"])
"""Stands for a line that was too long: told by what it is, not by what it says."""
QUOTED = re.compile(r"'[^']*'")
BROKEN = re.compile("[\ud800-\udfff]")
"""What stands for bytes that are not of the encoding."""
MARKED = "clew-marked"
"""How decoding goes on there."""


def marked(error: UnicodeError) -> tuple[str, int]:
    """What stands for broken bytes, and where decoding goes on; Python's own surrogates are not for all encodings."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(MARKED, marked)


@dataclass(frozen=True)
class Dialect:
    """How the text is written; without an encoding it is ASCII so far."""

    encoding: str
    guessed: bool
    delimiter: str
    quote: str
    escape: str | None
    end: str

    def facts(self, encoding: str, columns: int) -> str:
        """The same for a person."""
        told = [encoding, DELIMITERS.get(self.delimiter, repr(self.delimiter))]
        if self.quote != '"':
            told.append(f"quoted with {self.quote}")
        if self.escape:
            told.append("quotes escaped by \\")
        return f"{', '.join(told)}, {counted(columns)}"

    def reader(self, lines: Iterator[str], strict: bool = True) -> Iterator[list[str]]:
        """The rows of these lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.delimiter != " ",
            strict=strict,
        )

    def whole_cells(self, row: str) -> int:
        """How many cells of a row that cannot be read come before the one that is broken."""
        quote, end = re.escape(self.quote), re.escape(self.delimiter)
        inside = f"{quote}{quote}|" + (rf"[^{quote}\\]|\\." if self.escape else f"[^{quote}]")
        space = "" if self.delimiter == " " else " *+"
        text = rf"{quote}(?:{inside})*+{quote}|[^{quote}{end}\r\n][^{end}\r\n]*|"
        cell = re.compile(f"{space}(?:{text}){end}", re.DOTALL)
        count = at = 0
        while found := cell.match(row, at):
            count, at = count + 1, found.end()
        return count


def text_table(source: Source, head: bytes, wanted: Layout) -> Table:
    """The table in a text that begins with ``head``; raises BadInput where it has no header."""
    dialect = found_out(source.name, head, wanted)
    lines = Lines(source, dialect)
    rows = rows_of(lines, dialect)
    header = next(
        (row for row in rows if row.place >= wanted.header and (row.reason or any(row.cells))),
        Row(1, ()),
    )
    if header.reason:
        raise BadInput(f"{source.name}: its header in row {header.place}: {header.reason}")
    lines.columns = columns = columns_of(source.name, header.cells)
    return Table(
        source.name,
        lambda: dialect.facts(lines.facts(), len(columns)),
        columns,
        lambda: body(rows, lines, columns),
    )


def body(rows: Iterator[Row], lines: "Lines", columns: list[str]) -> Iterator[Row]:
    """The rows after the header, each with one cell a column or the reason why not; blank ones are left out."""
    width = len(columns)
    for row in rows:
        if not row.reason:
            if not row.cells:
                continue
            if len(row.cells) != width:
                if not any(row.cells):
                    continue
                row = fitted(row, columns, pad=False)
            if lines.suspect:
                row = unreadable(row, columns, lines.encoding)
        yield row


def rows_of(lines: "Lines", dialect: Dialect) -> Iterator[Row]:
    """Every row, broken ones with the reason; raises nothing."""
    csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_ROW))
    reader = dialect.reader(lines)
    while True:
        place = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = why_broken(error, dialect.quote)
            at = -1 if str(error) == TOO_LONG else dialect.whole_cells(lines.row)
            lines.give_back()
            yield Row(
                place,
                (),
                f"column {lines.columns[at]!r}: {reason}"
                if 0 <= at < len(lines.columns)
                else reason,
            )
            continue
        yield Row(place, cells)


def why_broken(error: csv.Error, quote: str) -> str:
    """Why a row cannot be read, in words of the table."""
    text = str(error)
    if text == TOO_LONG:
        return f"longer than {LONGEST_ROW:,} characters"
    if "expected after" in text:
        return f"text after a closing {quote}: a {quote} inside of a quoted cell must be doubled"
    if "unexpected end" in text or text == TOO_FAR:
        return f"a {quote} that is opened here is never closed"
    if "new-line" in text:
        return "a carriage return in a cell without quotes, where other lines end otherwise"
    return f"cannot be read: {text}"


class Lines:
    """The lines of a text: counted, bounded, and ready to be given once more. An iterator."""

    def __init__(self, source: Source, dialect: Dialect) -> None:
        self._source = source
        self._data = chunks(source)
        self._decide(dialect.encoding, dialect.guessed)
        self._end = dialect.end
        self._ready: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._before = 0
        self._rest = ""
        self._ended = False
        self._short = False
        self._foreign = False
        self.suspect = False
        """Whether something was read that cannot be text."""
        self.columns: list[str] = []
        """Their names, once the header was read."""

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        while not self._ready:
            self._fill()
        line = self._ready.popleft()
        self._taken.append(line)
        if line is CUT:
            raise csv.Error(TOO_LONG)
        if len(self._taken) > 1:
            self._size += len(line)
            if self._size > LONGEST_ROW:
                raise csv.Error(TOO_FAR)
        return line

    def facts(self) -> str:
        """The encoding, as far as the lines that were read tell it."""
        if not self.encoding:
            return "UTF-8" if self._short else "ASCII as far as it was read"
        name = "UTF-8" if self.encoding.startswith("utf-8") else self.encoding
        if self._guessed:
            return f"{name} (a guess; 'encoding' in the mapping says better)"
        return (
            f"{name} (but not all of it; 'encoding' in the mapping names another)"
            if self._foreign
            else name
        )

    @property
    def row(self) -> str:
        """What was taken of the row that began last."""
        return "".join(self._taken)

    def begin(self) -> int:
        """A row begins: the number of its line."""
        self._before += len(self._taken)
        self._taken = []
        self._size = 0
        return self._before + 1

    def give_back(self) -> None:
        """Give all lines of this row once more, but for its first."""
        self._ready.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def _fill(self) -> None:
        """Make lines ready out of the next bytes; raises StopIteration where there are none."""
        if self._ended:
            raise StopIteration
        text = self._rest + self._decoded()
        if not text.isascii() and BROKEN.search(text):
            self._foreign = True
        if self._foreign or "\0" in text:
            self.suspect = True
        lines = text.split(self._end)
        self._rest = lines.pop()
        self._ready.extend([line + self._end for line in lines])
        if len(self._rest) > LONGEST_ROW:
            self._skip()
        if self._ended and self._rest and self._source.truncated is None:
            self._ready.append(self._rest)
        if self._ended:
            self._rest = ""

    def _skip(self) -> None:
        """Leave out a line that is too long; ``CUT`` stands for it."""
        end = self._rest = ""
        while not end and not self._ended:
            _, end, self._rest = self._decoded().partition(self._end)
        self._ready.append(CUT)

    def _decoded(self) -> str:
        """The text of the next bytes; its encoding is decided with the first of them that are not ASCII."""
        data = next(self._data, b"")
        self._ended, self._short = not data, len(data) < CHUNK
        if not self.encoding and not data.isascii():
            more = next(self._data, b"")
            data += more
            self._decide(*told_by(data, final=not more))
        return self._decoder.decode(data, self._ended)

    def _decide(self, encoding: str, guessed: bool) -> None:
        self.encoding = encoding
        self._guessed = guessed
        self._decoder = codecs.getincrementaldecoder(encoding or "utf-8")(MARKED)


def chunks(source: Source) -> Iterator[bytes]:
    """The source's bytes, as far as they can be read."""
    with source.reading() as stream:
        while data := stream.read(CHUNK):
            yield data


def found_out(name: str, head: bytes, wanted: Layout) -> Dialect:
    """How a text that begins so is written; what is told is not guessed. Raises BadInput."""
    encoding, guessed = (wanted.encoding, False) if wanted.encoding else encoding_of(name, head)
    try:
        # of those that Python knows some are none of text, and some of names alone
        b"a\xff".decode(encoding or "utf-8", "replace")
        text = codecs.getincrementaldecoder(encoding or "utf-8")("replace").decode(head)
    except (LookupError, ValueError):
        raise BadInput(
            f"{name}: {encoding!r} is no encoding of text; such as utf-8, cp1252, latin-1"
        ) from None
    end = "\r" if "\r" in text and "\n" not in text else "\n"
    whole = text if len(head) < CHUNK // 4 else text[: text.rfind(end) + 1] or text
    # what stands above the header is no table
    whole = end.join(whole.split(end)[max(wanted.header - 1, 0) :]) or whole
    escape = "\\" if BACKSLASHED.search(whole) else None
    quote = "'" if '"' not in whole and len(QUOTED.findall(whole.split(end)[0])) > 1 else '"'
    delimiter = wanted.delimiter or (
        "\t" if PurePath(name).suffix.lower() in (".tsv", ".tab") else ""
    )
    if len(delimiter) > 1:
        raise BadInput(f"{name}: delimiter {delimiter!r} is not one character")
    tried = Dialect(encoding, guessed, delimiter or ",", quote, escape, end)
    if delimiter:
        return tried
    choices = [Dialect(encoding, guessed, known, quote, escape, end) for known in DELIMITERS]
    return max(choices, key=lambda choice: consistency(choice, whole))


def consistency(dialect: Dialect, text: str) -> tuple[bool, float, int]:
    """How well the text is a table with this delimiter: whether its first row has several cells, and then how many
    rows are as wide as that one, and how wide."""
    lines = (line + dialect.end for line in text.split(dialect.end) if line)
    widths: list[int] = []
    try:
        for row in dialect.reader(lines, strict=False):
            widths.append(len(row))
            if len(widths) >= TRIED:
                break
    except csv.Error:
        return False, 0.0, 0
    first = widths[0] if widths else 0
    width = first if first > 1 else max(widths[:5], default=0)
    return first > 1, widths.count(width) / len(widths) if width > 1 else 0.0, width


def encoding_of(name: str, head: bytes) -> tuple[str, bool]:
    """The encoding of a text that begins so, and whether it is a guess; empty where all of it is ASCII, a last
    character that may be cut off aside. Raises BadInput for what is no text."""
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return encoding, False
    first = HIGH.search(head)
    if first is None or first.end() == len(head):
        return "", False
    encoding, guessed = told_by(head, final=False)
    if guessed and NUL in head:
        byte = f"byte {min(first.start(), head.index(NUL)) + 1:,}"
        raise BadInput(
            f"{name} is no table: it is not text ({byte}); if it is, name its 'encoding'"
        )
    return encoding, guessed


def told_by(head: bytes, final: bool) -> tuple[str, bool]:
    """The encoding that bytes which are not all ASCII tell, and whether it is a guess; unless they are ``final``, the
    last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final)
        return "utf-8", False
    except UnicodeDecodeError:
        runs = HIGH.findall(head)
    valid = sum(map(is_utf8, runs))
    # in no other encoding is a tenth of the words valid by chance: the rest is broken, and a guess would garble all
    if valid > len(runs) - valid - head.endswith(runs[-1]):
        return "utf-8", True
    latin = sum(map(len, runs)) < LATIN * len(runs)
    if latin and len(runs) < FEW:
        return WESTERN[0], True
    telling = b"\n".join(line for line in head.splitlines() if not line.isascii())
    guess = chardet.detect(
        telling,
        encoding_era=chardet.EncodingEra.MODERN_WEB,
        include_encodings=WESTERN if latin else None,
    )["encoding"]
    return guess or WESTERN[0], True


def is_utf8(run: bytes) -> bool:
    """Whether these bytes beyond ASCII are whole characters of UTF-8."""
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True

"""How a CSV file is written: its delimiter, quotes and line ends, detected from its beginning."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from engine.errors import BadInput
from loaders.intake.wording import counted
from loaders.table.encoding import check_encoding, encoding_of
from loaders.table.lines import CHUNK
from loaders.table.table import Layout

DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'"}
"""Those that are tried, each as a person calls it."""
TRIED = 200
"""Rows that a delimiter is tried on."""
WIDEST_OF = 5
"""Rows of which the widest counts, where the first has a single cell."""
BACKSLASHED = re.compile(r'\\"[^",;\t|\r\n]')
TOLD = re.compile(r'"? *sep *=(?: *([^\s"])|(\t| )) *"?[,;\t ]*\r?\n?', re.IGNORECASE)
"""What Excel reads, and does not show, as the first line of a CSV file."""
QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Dialect:
    """How a text is written; without an encoding it is ASCII so far."""

    encoding: str = ""
    guessed: bool = False
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    end: str = "\n"
    trimmed: bool = True
    """Whether spaces after a delimiter do not count."""
    header: int = 0
    """The line from which on the header stands; 0 where it may be the first."""

    def facts(self, encoding: str, columns: int) -> str:
        """The dialect in a line for a person."""
        facts = [encoding, DELIMITERS.get(self.delimiter, repr(self.delimiter))]
        if self.quote != '"':
            facts.append(f"quoted with {self.quote}")
        if self.escape:
            facts.append("quotes escaped by \\")
        return f"{', '.join(facts)}, {counted(columns, 'column')}"

    def reader(self, lines: Iterable[str], strict: bool = True) -> Iterator[list[str]]:
        """The rows of these lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.trimmed and self.delimiter != " ",
            strict=strict,
        )

    def whole_cells(self, row: str) -> int:
        """How many cells of a row that cannot be read come before the broken one."""
        quote, end = re.escape(self.quote), re.escape(self.delimiter)
        inside = f"{quote}{quote}|" + (rf"[^{quote}\\]|\\." if self.escape else f"[^{quote}]")
        space = "" if self.delimiter == " " else " *+"
        text = rf"{quote}(?:{inside})*+{quote}|[^{quote}{end}\r\n][^{end}\r\n]*|"
        cell = re.compile(f"{space}(?:{text}){end}", re.DOTALL)
        count = at = 0
        while match := cell.match(row, at):
            count, at = count + 1, match.end()
        return count


def dialect_of(name: str, head: bytes, layout: Layout) -> Dialect:
    """The dialect of a text by its head; what the layout says is not guessed. Raises BadInput."""
    encoding, guessed = (layout.encoding, False) if layout.encoding else encoding_of(name, head)
    check_encoding(name, encoding)
    text = codecs.getincrementaldecoder(encoding or "utf-8")("replace").decode(head)
    end = "\r" if "\r" in text and "\n" not in text else "\n"
    told = told_delimiter(text.split(end, 1)[0])
    header = max(layout.header, 2) if told else layout.header
    sample = sample_of(text, end, header, cut=len(head) >= CHUNK // 4)
    quote, escape = quotes_of(sample, end)
    delimiter = delimiter_named(name, layout) if layout.delimiter or not told else told
    dialect = Dialect(encoding, guessed, delimiter, quote, escape, end, header=header)
    if dialect.delimiter:
        return dialect
    choices = [replace(dialect, delimiter=delimiter) for delimiter in DELIMITERS]
    return max(choices, key=lambda choice: consistency(choice, sample))


def quotes_of(sample: str, end: str) -> tuple[str, str | None]:
    """The quotes of a text, and what escapes one inside of them where it is not doubled."""
    escape = "\\" if BACKSLASHED.search(sample) else None
    single = '"' not in sample and len(QUOTED.findall(sample.split(end)[0])) > 1
    return "'" if single else '"', escape


def told_delimiter(line: str) -> str:
    """The delimiter that Excel's line before the header tells, ``sep=;``; else nothing."""
    match = TOLD.fullmatch(line.removeprefix("\ufeff"))
    return match[1] or match[2] if match else ""


def sample_of(text: str, end: str, header: int, cut: bool) -> str:
    """The whole lines of a text's beginning, from its header on: what is above is no table."""
    whole = (text[: text.rfind(end) + 1] or text) if cut else text
    return end.join(whole.split(end)[max(header - 1, 0) :]) or whole


def delimiter_named(name: str, layout: Layout) -> str:
    """The delimiter that the layout or the file's name tells, or nothing; raises BadInput."""
    if len(layout.delimiter) > 1:
        raise BadInput(f"{name}: delimiter {layout.delimiter!r} is not one character")
    tabs = PurePath(name).suffix.lower() in (".tsv", ".tab")
    return layout.delimiter or ("\t" if tabs else "")


def consistency(dialect: Dialect, text: str) -> tuple[bool, float, int]:
    """How well the text is a table with this delimiter: the higher, the better.

    First whether the first row has several cells, then the share of rows that are as wide as it,
    then how wide that is.
    """
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
    width = first if first > 1 else max(widths[:WIDEST_OF], default=0)
    return first > 1, widths.count(width) / len(widths) if width > 1 else 0.0, width


def header_delimiter(header: str) -> str:
    """The delimiter that makes the most columns of a header; a comma where none makes more."""

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader([header], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=width)

"""The lines of a text that comes as bytes: decoded, counted, bounded, and able to be given back.

While all bytes are ASCII the encoding stays open: the first bytes beyond it decide, however far
down they are.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterator

from loaders.table.encoding import detected
from loaders.table.table import LONGEST_CELL

CHUNK = 256 * 1024
"""Bytes that are read at once."""
LONGEST_ROW = 4 * LONGEST_CELL
"""Characters of a table's longest row; also how far an unclosed quote is followed."""
TOO_LONG = "a line that is too long"
TOO_FAR = "a row of too many lines"
CUT = "".join(["\n", "\n"])
"""Stands for a line that was too long: known by its identity, so no line of a file can be it."""
BROKEN = re.compile("[\ud800-\udfff]")
"""What stands for bytes that are not of the encoding."""
MARKS = {
    "invalid start byte": "\udcff",
    "invalid continuation byte": "\udcfe",
    "unexpected end of data": "\udcfd",
}
"""The same by what is wrong with them, where that is UTF-8."""
MARKED = "clew-marked"
"""How decoding goes on there."""


def marked(error: UnicodeError) -> tuple[str, int]:
    """What stands for broken bytes, and where decoding goes on.

    Python's own ``surrogateescape`` is not for all encodings.
    """
    assert isinstance(error, UnicodeDecodeError)
    return MARKS.get(error.reason, "\udcff"), error.end


codecs.register_error(MARKED, marked)


class Lines:
    """An iterator of lines, for ``csv.reader``; a row that is too long raises csv.Error.

    ``begin`` says that a row begins. Its lines can be given back: after an unclosed quote they
    are rows of their own.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        encoding: str = "",
        guessed: bool = False,
        end: str = "\n",
        longest: int = LONGEST_ROW,
        whole: Callable[[], bool] = lambda: True,
    ) -> None:
        """``whole`` says at the end whether all bytes came: if not, the last line is not one."""
        self._chunks = chunks
        self._decide(encoding, guessed)
        self._end = end
        self._longest = longest
        self._whole = whole
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

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        while not self._ready:
            self._fill()
        line = self._ready.popleft()
        self._taken.append(line)
        if line is CUT:
            raise csv.Error(TOO_LONG)
        # a first line of any length was bounded when it was made
        if len(self._taken) > 1:
            self._size += len(line)
            if self._size > self._longest:
                raise csv.Error(TOO_FAR)
        return line

    def peek(self) -> str:
        """The next line, which is still to come; nothing at the end."""
        while not self._ready and not self._ended:
            self._fill()
        return self._ready[0] if self._ready else ""

    def facts(self) -> str:
        """The encoding in words, as far as the lines that were read tell it."""
        if not self.encoding:
            return "UTF-8" if self._short else "ASCII as far as it was read"
        name = "UTF-8" if self.encoding.startswith("utf-8") else self.encoding
        if self._guessed:
            return f"{name} (a guess; 'encoding' in the mapping says better)"
        if self._foreign:
            return f"{name} (but not all of it; 'encoding' in the mapping names another)"
        return name

    @property
    def row(self) -> list[str]:
        """The lines of the row that began last, as far as they were taken."""
        return self._taken

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
        if len(self._rest) > self._longest:
            self._skip()
        if self._ended and self._rest and self._whole():
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
        """The text of the next bytes; the first that are not ASCII decide the encoding."""
        data = next(self._chunks, b"")
        self._ended, self._short = not data, len(data) < CHUNK
        if not self.encoding and not data.isascii():
            # one more chunk, as a last character may be cut off
            more = next(self._chunks, b"")
            data += more
            self._decide(*detected(data, final=not more))
        return self._decoder.decode(data, self._ended)

    def _decide(self, encoding: str, guessed: bool) -> None:
        self.encoding = encoding
        self._guessed = guessed
        self._decoder = codecs.getincrementaldecoder(encoding or "utf-8")(MARKED)

"""A source of a load: a file, a gzip file, a URL or stdin, read as a stream in flat memory."""

import gzip
import io
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias, cast

from engine.errors import BadInput
from loaders.intake.address import is_web, masked
from loaders.intake.http import BrokenOff, FetchFailed
from loaders.intake.remote import Remote

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of the longest line that is read."""
HEAD = 4096
"""Bytes that are kept of a longer one, to identify it by."""
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
HEAD_BYTES = 128 * 1024
"""Bytes that are looked at to tell a source's format; more where the first line is longer."""
Stream: TypeAlias = "io.BufferedReader[io.RawIOBase]"
LARGEST_COPY = 16 * 1024 * 1024 * 1024
"""Bytes of the largest source that is unpacked to disk."""
CHUNK = 1024 * 1024
READ_ERRORS = (OSError, EOFError, zlib.error, FetchFailed)


class Line(NamedTuple):
    """One line of a source; where ``reason`` says why it cannot be used, ``data`` is its head."""

    number: int
    data: bytes
    reason: str | None = None


class CountingStream(io.RawIOBase):
    """A stream that knows how many bytes were taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "bytearray | memoryview[int]") -> int:  # type: ignore[override]
        """Fill the buffer from the stream beneath."""
        read = getattr(self.stream, "read1", self.stream.read)
        data: bytes = read(len(buffer))
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


class Lookahead(io.RawIOBase):
    """A stream whose beginning can be looked at, and is read again."""

    def __init__(self, stream: "io.BufferedReader[io.RawIOBase] | gzip.GzipFile") -> None:
        self._stream = stream
        self._held = bytearray()
        self._fault: BaseException | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def look(self) -> bytes:
        """The first HEAD_BYTES and the first line, as far as they come; ask before you read."""
        line = False
        while len(self._held) < (HEAD_BYTES if line else LONGEST_LINE):
            try:
                data = self._stream.read1(HEAD_BYTES)
            except READ_ERRORS as error:  # what came before it counts, and is read first
                self._fault = error
                break
            if not data:
                break
            self._held += data
            line = line or b"\n" in data
        return bytes(self._held)

    def readinto(self, buffer: "bytearray | memoryview[int]") -> int:  # type: ignore[override]
        """Fill the buffer with what was looked at, then from the stream beneath."""
        if self._held:
            data = bytes(self._held[: len(buffer)])
            del self._held[: len(buffer)]
        elif self._fault is not None:
            raise self._fault
        else:
            data = self._stream.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class Source:
    """One source of lines; ``truncated`` says, once they are read, why it ended before its end."""

    def __init__(
        self, name: str, stream: BinaryIO, size: int | None, path: Path | None = None
    ) -> None:
        self.name = name
        self.size = size
        self._path = path
        self.truncated: str | None = None
        self._stream = stream
        self._counted = CountingStream(stream)
        self._ahead: Lookahead | None = None
        self._plain: Stream | None = None
        self._packed = False
        self._head: bytes | None = None

    @property
    def position(self) -> int:
        """How many of the ``size`` bytes are read."""
        return self._counted.position

    @classmethod
    def open(cls, name: str) -> "Source":
        """The source of this name: ``-``, a URL or a path; raises BadInput."""
        try:
            if name == "-":
                return cls("stdin", sys.stdin.buffer, None)
            if is_web(name):
                remote = Remote(name)
                return cls(name_of(name), cast(BinaryIO, remote), remote.size)
            path = Path(name)
            if not path.is_file():
                return cls(name, path.open("rb"), None)
            return cls(name, path.open("rb"), path.stat().st_size, path)
        except (OSError, FetchFailed, ValueError) as error:
            raise BadInput(f"{name_of(name)} cannot be opened: {reason_of(error)}") from None

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not sys.stdin.buffer:
            self._stream.close()

    def head(self) -> bytes:
        """The first bytes, unpacked, with all of the first line; reading begins with them again."""
        if self._head is None:
            self._reader()
            assert self._ahead is not None
            self._head = self._ahead.look()
        return self._head

    def lines(self) -> Iterator[Line]:
        """Every line that is not blank; ends early, with ``truncated`` set, where reading fails."""
        with self.reading() as stream:
            yield from lines(stream)

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """All lines, in blocks of complete ones, each with the number of lines before it.

        The function ``lines`` splits a block. A line that is too long is there only so far that
        this can be seen.
        """
        with self.reading() as stream:
            yield from blocks(stream)

    @contextmanager
    def reading(self) -> Iterator[Stream]:
        """The bytes, unpacked if the first ones are those of gzip.

        Where they cannot be read to their end, the block ends there and ``truncated`` says why.
        """
        stream = self._reader()
        try:
            yield stream
            if not self.truncated and self._lacks_bytes() and not stream.peek(1):
                self.truncated = self._shortfall()
        except READ_ERRORS as error:
            broken = isinstance(error, BrokenOff) and self._lacks_bytes()
            self.truncated = self._shortfall() if broken else reason_of(error)

    def _lacks_bytes(self) -> bool:
        return self.size is not None and self.position < self.size

    def _shortfall(self) -> str:
        return f"only {self.position:,} of {self.size:,} bytes arrived"

    @contextmanager
    def file(self) -> Iterator[Path]:
        """The bytes, unpacked, as a file on disk: the source's own, or a copy for this block.

        Raises BadInput for a copy that cannot be completed.
        """
        self._reader()
        if self._path is not None and not self._packed:
            yield self._path
            return
        with tempfile.NamedTemporaryFile(prefix="clew-") as copy:
            with self.reading() as stream:
                while data := stream.read(CHUNK):
                    if copy.tell() + len(data) > LARGEST_COPY:
                        raise BadInput(
                            f"{self.name} is larger than {LARGEST_COPY >> 30} GiB unpacked"
                        )
                    copy.write(data)
            if self.truncated is not None:
                raise BadInput(f"{self.name}: {self.truncated}")
            copy.flush()
            yield Path(copy.name)

    def _reader(self) -> Stream:
        if self._plain is None:
            packed = io.BufferedReader(cast(io.RawIOBase, self._counted), HEAD_BYTES)
            try:
                self._packed = packed.peek(2)[:2] == GZIP
            except READ_ERRORS as error:
                self.truncated = reason_of(error)
                packed = io.BufferedReader(cast(io.RawIOBase, io.BytesIO()))
            self._ahead = Lookahead(gzip.GzipFile(fileobj=packed) if self._packed else packed)
            self._plain = io.BufferedReader(self._ahead, HEAD_BYTES)
        return self._plain


def lines(stream: "Stream | io.BytesIO", before: int = 0) -> Iterator[Line]:
    """Every line of a stream that is not blank, without a byte order mark.

    ``before`` is the number of lines that come before the stream's first.
    """
    number = before
    while data := stream.readline(LONGEST_LINE + 1):
        number += 1
        long = len(data) > LONGEST_LINE and not data.endswith(b"\n")
        if number == 1:
            data = data.removeprefix(BOM)
        if long:
            head = data[:HEAD]
            while data and not data.endswith(b"\n"):
                data = stream.readline(CHUNK)
            yield Line(number, head, f"longer than {LONGEST_LINE // 1024 // 1024} MiB")
        elif not data.isspace():
            yield Line(number, data)


def blocks(stream: Stream) -> Iterator[tuple[int, bytes]]:
    """The lines in blocks of about CHUNK bytes, each with the number of lines before it."""
    before, held = 0, bytearray()
    try:
        while data := stream.read1(CHUNK):
            held += data
            end = held.rfind(b"\n") + 1
            if end and len(held) >= CHUNK:
                yield before, bytes(held[:end])
                before += held.count(b"\n", 0, end)
                del held[:end]
            elif not end and len(held) > LONGEST_LINE:
                while (data := stream.readline(CHUNK)) and not data.endswith(b"\n"):
                    pass
                yield before, bytes(held)
                before += 1
                held.clear()
    except READ_ERRORS:
        if end := held.rfind(b"\n") + 1:
            yield before, bytes(held[:end])
        raise
    if held:
        yield before, bytes(held)


def name_of(name: str) -> str:
    """What a source is called wherever it is shown: its name, without what is secret in a URL."""
    return masked(name) if is_web(name) else name


def reason_of(error: BaseException) -> str:
    """What went wrong, in words that name no Python."""
    if isinstance(error, FetchFailed):
        return error.reason
    if isinstance(error, EOFError):
        return "the gzip data ends before its end"
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        return f"the gzip data is broken ({error})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or "it cannot be read"

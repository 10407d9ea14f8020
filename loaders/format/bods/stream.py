"""The statements in a BODS file, one after the other: a file of any length is read in flat memory.

There are four ways to write them: a JSON array (a "package"), an object with an array
``statements`` among others, JSON lines, or statements one after the other over several lines each.
A statement's place is its line in JSON lines, else its number.
"""

import re
from collections.abc import Iterator
from typing import IO, Any

import ijson
import orjson
from ijson.common import ObjectBuilder

from engine.errors import BadInput
from loaders.intake.record import why_unreadable
from loaders.intake.source import BOM, LONGEST_LINE, Source, lines

WRAPPED = re.compile(rb'"statements"\s*:\s*\[')
GOES_ON = (b"{", b"[", b",", b":")
"""What the first line of a value ends with that is written over several lines."""
STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
"""How much deeper a parser's event leads."""
DEEPEST = 100
"""How deep values may be nested."""


def statements(source: Source) -> Iterator[tuple[int, int, Any]]:
    """Each statement's place and size, and its object, or a text that says why there is none."""
    if is_by_lines(source.head().removeprefix(BOM).lstrip()):
        yield from of_lines(source)
        return
    with source.reading() as stream:
        bounded = Bounded(stream)
        place = 0
        try:
            for value in values(bounded):
                place += 1
                statement = value if isinstance(value, dict) else "not a JSON object"
                yield place, bounded.taken, statement
                bounded.taken = 0
        except (ijson.JSONError, UnicodeDecodeError, BadInput) as error:
            ending = "premature EOF" in str(error)
            why = "is cut off" if ending else f"is broken: {first_line(error)}"
            source.truncated = source.truncated or f"statement {place + 1} {why}"


def is_by_lines(head: bytes) -> bool:
    """Whether what begins so has one value a line; else it is an array, or values over lines."""
    line, end, _ = head.partition(b"\n")
    if line.startswith(b"["):
        return False
    try:
        value = orjson.loads(line)
        return not (isinstance(value, dict) and isinstance(value.get("statements"), list))
    except orjson.JSONDecodeError:
        return bool(end) and not line.rstrip().endswith(GOES_ON) and not WRAPPED.search(line)


def values(stream: "Bounded") -> Iterator[Any]:
    """Each value as it is read; raises BadInput and ijson's errors.

    Values are the outermost ones, or the items of an outermost array or of its ``statements``.
    ``ijson.items`` does this too, but remembers the whole path to every value, which a file that is
    nested without end turns into all the memory there is.
    """
    # ``home`` is how many arrays and objects surround a wanted value: none where values follow one
    # another, one in an array, two in the statements of an object
    depth, home, key, skipping = 0, 0, None, False
    builder: Any = None
    for event, value in ijson.basic_parse(stream, use_float=True, multiple_values=True):
        opens = home == 0 and event == "start_array" and holds_statements(depth, key)
        depth += STEPS.get(event, 0)
        if depth > DEEPEST:
            raise BadInput(f"nested more than {DEEPEST} times")
        if skipping:
            # what follows the statements in their object is passed over
            skipping = depth > 0
        elif opens:
            home, builder = depth, None
        elif depth < home:
            home, skipping = 0, depth > 0
        else:
            if depth == 1 and event == "map_key":
                key = value
            builder = builder or ObjectBuilder()
            builder.event(event, value)
            if depth == home:
                yield builder.value
                builder, key = None, None


def holds_statements(depth: int, key: str | None) -> bool:
    """Whether an array that begins at this depth, under this name, holds the statements."""
    return depth == 0 or (depth == 1 and key == "statements")


def first_line(error: Exception) -> str:
    """What a parser says, without the piece of input that it adds."""
    return str(error).partition("\n")[0].strip()


def of_lines(source: Source) -> Iterator[tuple[int, int, Any]]:
    """Each line's statement; a last line that is no JSON and has no end broke off there."""
    with source.reading() as stream:
        for line in lines(stream):
            statement: Any = line.reason
            if line.reason is None:
                try:
                    value = orjson.loads(line.data)
                    statement = value if isinstance(value, dict) else "not a JSON object"
                except orjson.JSONDecodeError as error:
                    statement = why_unreadable(line.data, error)
                    if not line.data.endswith(b"\n"):
                        source.truncated = source.truncated or f"line {line.number} is cut off"
            yield line.number, len(line.data), statement


class Bounded:
    """A stream in which no statement may be longer than a line; ``taken`` counts its bytes."""

    def __init__(self, stream: "IO[bytes] | Any") -> None:
        self.taken = 0
        self._stream = stream
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, without the byte order mark; raises BadInput for a long statement."""
        data: bytes = self._stream.read(size)
        self.taken += len(data)
        if self.taken > LONGEST_LINE:
            raise BadInput(f"longer than {LONGEST_LINE // 1024 // 1024} MiB")
        # ijson asks for no bytes at first, to see whether the stream gives bytes or text
        if not self._begun and size != 0:
            self._begun = True
            return data.removeprefix(BOM)
        return data

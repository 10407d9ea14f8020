"""Which names ``rigour`` takes for spellings of one name: its list, in a file that is mapped.

``rigour`` knows 550,000 given names, surnames and nicknames, and builds an automaton of them when
it reads the first person's name: that takes 7 seconds of a processor and 270 MB, in each process.
This module writes the same list once, sorted by a checksum of each phrase, to the user's cache
(``~/.cache/clew``). A process maps that file, and reads no more of it than what it looks up.

The list is in ``rigour``'s compiled part, as frames of zstd. So it is read from there for the one
version that the tests compare with the library's own answers (``CHECKED``); with any other version
the library reads its list itself.
"""

import bisect
import hashlib
import mmap
import os
import struct
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path

import orjson
import zstandard
from rigour import _core
from rigour._core import _normalize, ordinals_dict
from rigour.names import Symbol, SymbolCategory
from rigour.text.normalize import Cleanup, Normalize

CHECKED = "2.6.1"
"""The version of rigour whose list was compared with its answers."""
FORMAT = 1
"""The version of the file's form."""
HEAD = struct.Struct("<8sQ")
"""What the file begins with: a mark, and how many phrases there are."""
MARK = b"CLEWNAM1"
FRAME = b"\x28\xb5\x2f\xfd"
"""What a frame of zstd begins with."""
GIVES = " => "
"""What stands between the spellings and the id of a name."""
MOST_WORDS = 7
"""The words of the longest phrase."""
_FLAGS = int(Normalize.CASEFOLD | Normalize.NAME)
_KINDS = (
    ("person_symbols", SymbolCategory.SYMBOL),
    ("person_name_parts", SymbolCategory.NAME),
    ("person_nick", SymbolCategory.NICK),
)
_CATEGORIES = {each.value: each for _, each in _KINDS} | {"NUM": SymbolCategory.NUMERIC}


class Lexicon:
    """Phrases with the symbols that they stand for."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        """``data`` is what ``written`` has made; raises ValueError for anything else."""
        view = memoryview(data)
        if len(view) < HEAD.size or HEAD.unpack(view[: HEAD.size])[0] != MARK:
            raise ValueError("this is no list of names")
        count = HEAD.unpack(view[: HEAD.size])[1]
        ends = HEAD.size + 8 * count, HEAD.size + 12 * count + 4
        if len(view) < ends[1]:
            raise ValueError("this list of names has no end")
        self._keys = view[HEAD.size : ends[0]].cast("Q")
        self._places = view[ends[0] : ends[1]].cast("I")
        self._texts = view[ends[1] :]
        self.symbols = lru_cache(maxsize=50_000)(self._symbols)
        """The symbols of a phrase, as ``rigour`` orders them."""

    def __len__(self) -> int:
        return len(self._keys)

    def _symbols(self, phrase: str) -> tuple[Symbol, ...]:
        key = key_of(phrase)
        at = bisect.bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            return ()
        text = bytes(self._texts[self._places[at] : self._places[at + 1]]).decode()
        pairs = (each.partition(":") for each in text.split())
        return tuple(Symbol(_CATEGORIES[kind], id_) for kind, _, id_ in pairs)


def key_of(phrase: str) -> int:
    """The checksum of a phrase: 64 bits, so that no two of a million have the same one."""
    return int.from_bytes(hashlib.blake2b(phrase.encode(), digest_size=8).digest(), "little")


def written(phrases: Iterable[tuple[str, str]]) -> bytes:
    """The form in which phrases and the texts of their symbols are looked up."""
    ordered = sorted((key_of(phrase), text) for phrase, text in phrases)
    count, texts = len(ordered), [text.encode() for _, text in ordered]
    places, end = [0], 0
    for text in texts:
        places.append(end := end + len(text))
    keys = struct.pack(f"<{count}Q", *(key for key, _ in ordered))
    return b"".join([HEAD.pack(MARK, count), keys, struct.pack(f"<{count + 1}I", *places), *texts])


@cache
def lexicon() -> Lexicon | None:
    """The list of this machine's user, written when it is missing; None where it cannot be had."""
    if metadata.version("rigour") != CHECKED:
        return None
    path = Path.home() / ".cache" / "clew" / f"names-{CHECKED}-{FORMAT}"
    with suppress(OSError, ValueError):
        return mapped(path)
    with suppress(OSError, ValueError):
        # in a process of its own, as it takes 300 MB for some seconds
        process = get_context("spawn").Process(target=write, args=(path,))
        process.start()
        process.join()
        return mapped(path)
    return None


def mapped(path: Path) -> Lexicon:
    """The list in a file; raises OSError, and ValueError where it is something else."""
    with path.open("rb") as file:
        return Lexicon(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def write(path: Path) -> None:
    """Write the list to a file, which is there when it is complete; raises OSError."""
    data = written((phrase, " ".join(found)) for phrase, found in listed().items())
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)  # there where it was not complete


def listed() -> dict[str, list[str]]:
    """Each phrase that ``rigour`` knows in a person's name, with its symbols as texts.

    Raises ValueError where the lists are not where they were in the version that was checked.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    names, symbols = _frames()
    for number, forms in ordinals_dict().items():
        _add(found, forms, f"{SymbolCategory.NUMERIC.value}:{number}")
    for kind, category in _KINDS:
        for key, forms in symbols[kind].items():
            _add(found, forms, f"{category.value}:{key.upper()}")
    for line in names.splitlines():
        spellings, gives, id_ = line.strip().rpartition(GIVES)
        phrases = set(_phrases(spellings.split(", "))) if gives else set()
        if len(phrases) > 1:  # one spelling says no more than itself
            _put(found, phrases, f"{SymbolCategory.NAME.value}:{id_}")
    return found


def _frames() -> tuple[str, dict[str, dict[str, list[str]]]]:
    """The list of names, and that of other words in names."""
    data = Path(_core.__file__).read_bytes()
    texts = [text for text in _unpacked(data) if text]
    names = [text for text in texts if GIVES.encode() in text[:1000] and text[:1] not in b"{["]
    others = [text for text in texts if text.startswith(b"{") and b'"person_nick"' in text]
    if len(names) != 1 or len(others) != 1:
        raise ValueError("rigour's lists are not where they were")
    return names[0].decode(), orjson.loads(others[0])


def _unpacked(data: bytes) -> Iterator[bytes]:
    at = data.find(FRAME)
    while at >= 0:
        with suppress(zstandard.ZstdError):  # the same four bytes stand elsewhere by chance
            yield zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
        at = data.find(FRAME, at + 1)


def _phrases(forms: Iterable[str]) -> Iterator[str]:
    for form in forms:
        if phrase := _normalize(form, _FLAGS, int(Cleanup.Noop)):
            yield phrase


def _add(found: dict[str, list[str]], forms: Iterable[str], symbol: str) -> None:
    _put(found, set(_phrases(forms)), symbol)


def _put(found: dict[str, list[str]], phrases: Iterable[str], symbol: str) -> None:
    for phrase in phrases:
        if symbol not in found[phrase]:
            found[phrase].append(symbol)

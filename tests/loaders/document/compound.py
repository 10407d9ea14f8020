"""Writes compound files ([MS-CFB]), the container of Outlook's .msg, and mails in them."""

import struct
from dataclasses import dataclass, field

from oxmsg.domain import constants as tag

SECTOR = 512
END, TABLE, NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
CUTOFF = 4096
"""Shorter streams lie in small sectors."""
TOP, INNER, PART = 32, 24, 8


@dataclass
class Store:
    """A folder of a compound file."""

    streams: dict[str, bytes] = field(default_factory=dict)
    stores: dict[str, "Store"] = field(default_factory=dict)


class Chains:
    """Streams as chains of sectors of one size."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = b""
        self.table: list[int] = []

    def put(self, data: bytes) -> int:
        """Append a stream; its first sector."""
        first, count = len(self.table), -(-len(data) // self.size)
        self.data += data.ljust(count * self.size, b"\0")
        self.table += [*range(first + 1, first + count), END] if count else []
        return first if count else END


def compound(root: Store) -> bytes:
    """A compound file; its entries are a chain rather than a balanced tree."""
    large, small = Chains(SECTOR), Chains(64)
    entries: list[bytes] = [b""]

    def entry(name: str, kind: int, following: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le")
        head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if text else 0, kind, 1)
        return head + struct.pack("<III36xIQ", NONE, following, child, start, size)

    def add(store: Store) -> int:
        """The entries of all that is in a folder; the number of the first."""
        following = NONE
        for name, inner in store.stores.items():
            entries.append(entry(name, 1, following, add(inner), 0, 0))
            following = len(entries) - 1
        for name, data in store.streams.items():
            start = (small if len(data) < CUTOFF else large).put(data)
            entries.append(entry(name, 2, following, NONE, start, len(data)))
            following = len(entries) - 1
        return following

    child = add(root)
    entries[0] = entry("Root Entry", 5, NONE, child, large.put(small.data), len(small.data))
    directory = large.put(b"".join(entries))
    small_count = -(-len(small.table) * 4 // SECTOR)
    small_table = large.put(struct.pack(f"<{len(small.table)}I", *small.table))
    count = 1
    while (len(large.table) + count) * 4 > count * SECTOR:
        count += 1
    numbers = range(len(large.table), len(large.table) + count)
    fat = struct.pack(f"<{len(large.table) + count}I", *large.table, *[TABLE] * count)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xII", 62, 3, 0xFFFE, 9, 6, 0, count)
    head += struct.pack("<IIIIIII", directory, 0, CUTOFF, small_table, small_count, END, 0)
    head += struct.pack("<109I", *numbers, *[NONE] * (109 - count))
    return head + large.data + fat.ljust(count * SECTOR, b"\xff")


def properties(offset: int, values: dict[int, str | bytes | int]) -> Store:
    """A folder of properties, as Outlook keeps them: what has a length is a stream of its own."""
    rows = bytes(offset)
    store = Store()
    for pid, value in values.items():
        if isinstance(value, int):
            kind, payload = tag.PTYP_INTEGER_32, struct.pack("<q", value)
        else:
            kind = tag.PTYP_STRING if isinstance(value, str) else tag.PTYP_BINARY
            data = value.encode("utf-16-le") if isinstance(value, str) else value
            store.streams[f"__substg1.0_{pid:04X}{kind:04X}"] = data
            payload = struct.pack("<q", len(data))
        rows += struct.pack("<HHI", kind, pid, 6) + payload
    store.streams["__properties_version1.0"] = rows
    return store

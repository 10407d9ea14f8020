"""Archives in several volumes: read when all are there, and with a named reason when one is not."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import libarchive
import pytest

from engine.document import Reason
from loaders.document.volume import volume_of
from tests.loaders.document.conftest import Read

LEDGER = b"".join(b"line %d of the ledger\n" % line for line in range(5_000))


@pytest.mark.parametrize(
    ("name", "head", "number", "next_name"),
    [
        ("x.7z.001", "x.7z.001", 0, "x.7z.002"),
        ("x.7z.012", "x.7z.001", 11, "x.7z.002"),
        ("a.part1.rar", "a.part1.rar", 0, "a.part2.rar"),
        ("a.PART03.RAR", "a.PART01.RAR", 2, "a.PART02.RAR"),
        ("a.rar", "a.rar", 0, "a.r00"),
        ("a.r01", "a.rar", 2, "a.r00"),
        ("a.s00", "a.rar", 101, "a.r00"),
        ("a.zip", "a.zip", 0, "a.z01"),
        ("A.Z02", "A.ZIP", 2, "A.Z01"),
    ],
)
def test_names_tell_which_volume_a_file_is(
    name: str, head: str, number: int, next_name: str
) -> None:
    volume = volume_of(name)
    assert volume is not None
    assert (volume.head, volume.number, volume.name(1)) == (head, number, next_name)


@pytest.mark.parametrize("name", ["a.txt", "a.z00", "rar", "a.7z", "a.001", "a.z1"])
def test_other_names_tell_of_no_volumes(name: str) -> None:
    assert volume_of(name) is None


def cut(data: bytes, count: int) -> list[bytes]:
    """Bytes in so many pieces."""
    size = -(-len(data) // count)
    return [data[start : start + size] for start in range(0, len(data), size)]


def seven_zip() -> list[bytes]:
    """A .7z that was cut."""
    pieces: list[bytes] = []
    with libarchive.custom_writer(
        lambda block: pieces.append(bytes(block)) or len(block), "7zip"
    ) as archive:
        archive.add_file_from_memory("ledger.txt", len(LEDGER), LEDGER)
    return cut(b"".join(pieces), 3)


def split_zip() -> list[bytes]:
    """A .zip in three volumes; the directory is in the last, and counts from each volume's start.

    As ``zip -s`` writes it, which takes 64 KiB a volume at least.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ledger.txt", LEDGER)
    data = b"PK\x07\x08" + target.getvalue()
    end = data.rindex(b"PK\5\6")
    directory = data.index(b"PK\1\2")
    entry = bytearray(data[directory:end])
    struct.pack_into("<H", entry, 34, 0)
    struct.pack_into("<I", entry, 42, 4)
    volumes = cut(data[:directory], 2)
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 2, 2, 1, 1, len(entry), 0, 0)
    return [*volumes, bytes(entry) + tail]


def old_rar(name: bytes) -> list[bytes]:
    """A .rar of the fourth version with the ledger as it is, in three volumes."""

    def block(kind: int, flags: int, more: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(more)) + more
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    volumes, pieces = [], cut(LEDGER, 3)
    for number, piece in enumerate(pieces):
        follows = number + 1 < len(pieces)
        crc = zlib.crc32(piece if follows else LEDGER)
        size, stamp = len(LEDGER), 0x5A21_6000
        told = struct.pack(
            "<IIBIIBBHI", len(piece), size, 3, crc, stamp, 20, 0x30, len(name), 0o100644
        )
        flags = 0x8000 | bool(number) | 2 * follows
        main = block(0x73, 0x11 | (0 if number else 0x100), bytes(6))
        file = block(0x74, flags, told + name, piece)
        volumes.append(b"Rar!\x1a\x07\0" + main + file + block(0x7B, 0x4000 | follows, b""))
    return volumes


def new_rar(name: bytes) -> list[bytes]:
    """A .rar of the fifth version with the ledger as it is, in three volumes."""

    def number_of(value: int) -> bytes:
        return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number_of(value >> 7)

    def block(kind: int, flags: int, more: bytes, data: bytes = b"") -> bytes:
        length = number_of(len(data)) if flags & 2 else b""
        body = number_of(kind) + number_of(flags) + length + more
        head = number_of(len(body)) + body
        return struct.pack("<I", zlib.crc32(head)) + head + data

    volumes, pieces = [], cut(LEDGER, 3)
    for number, piece in enumerate(pieces):
        follows = number + 1 < len(pieces)
        crc = struct.pack("<I", zlib.crc32(piece if follows else LEDGER))
        main = block(1, 0, b"\3" + number_of(number) if number else b"\1")
        told = b"\4" + number_of(len(LEDGER)) + number_of(0o100644) + crc + b"\0\1"
        flags = 2 | 8 * bool(number) | 16 * follows
        file = block(2, flags, told + number_of(len(name)) + name, piece)
        volumes.append(b"Rar!\x1a\x07\1\0" + main + file + block(5, 0, bytes([follows])))
    return volumes


SETS = {
    "x.7z.001": (seven_zip(), ["x.7z.001", "x.7z.002", "x.7z.003"]),
    "x.zip": (split_zip(), ["x.z01", "x.z02", "x.zip"]),
    "x.part1.rar": (old_rar(b"ledger.txt"), ["x.part1.rar", "x.part2.rar", "x.part3.rar"]),
    "x.rar": (new_rar(b"ledger.txt"), ["x.rar", "x.r00", "x.r01"]),
}


@pytest.fixture(params=SETS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """The volumes of an archive as files without telling names, its head first."""
    contents, names = SETS[request.param]
    folder = tmp_path / "volumes"
    folder.mkdir()
    paths = {name: folder / f"{number}" for number, name in enumerate(names)}
    for path, content in zip(paths.values(), contents, strict=True):
        path.write_bytes(content)
    return [paths[request.param], *(path for name, path in paths.items() if name != request.param)]


def test_all_volumes_are_read_as_one_archive(
    read: Read, kept: list[Path], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["kept"]
    answer = read(name, kept[0], volumes=kept[1:])
    assert (answer.reason, answer.members) == (None, {"ledger.txt": LEDGER})


def test_a_missing_volume_is_named(
    read: Read, kept: list[Path], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.params["kept"]
    volume = volume_of(name)
    assert volume is not None
    answer = read(name, kept[0], volumes=kept[1:-1])
    assert answer.reason in (Reason.CORRUPT, Reason.PARTIAL)
    assert answer.detail.endswith(f"this volume of it is missing: {volume.name(2)}")
    alone = read(volume.name(1), kept[1])
    assert (alone.reason, volume.head in alone.detail) == (Reason.CORRUPT, True)
    beside = read(volume.name(1), kept[1], volumes=kept[:1])
    assert (beside.reason, beside.members, beside.facts.schema) == (None, {}, "Package")

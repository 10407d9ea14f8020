"""Unlocks OpenDocument files: of OpenOffice, and of LibreOffice before and since 24.8.

The format is that of OpenDocument 1.2, part 3 (packages), and LibreOffice's own for files that are
locked as a whole (Argon2id and AES-GCM), which is proposed for OpenDocument 1.5.
"""

import base64
import hashlib
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from engine.document import Reason
from loaders.document.part import Asked, Unreadable, still_locked
from loaders.table.archive import parser_for

MANIFEST = "META-INF/manifest.xml"
LARGEST_MANIFEST = 4 * 1024**2
WHOLE = "encrypted-package"
"""The one entry of a file that is locked as a whole: another OpenDocument file."""
CHECKED = 1024
"""Bytes at the beginning of an entry over which its checksum is."""
NONCE = 12
"""Bytes before what AES-GCM has encrypted."""


class WrongPassword(Exception):
    """A password does not fit."""


@dataclass
class Entry:
    """How one entry of the package is locked: the attributes of the manifest's elements."""

    name: str
    values: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, least: int = 1) -> int:
        """An attribute that is a number; raises ValueError."""
        value = int(self.values.get(name, "0"))
        if value < least:
            raise ValueError(f"{name} is {value}")
        return value

    def data(self, name: str) -> bytes:
        """An attribute that is bytes; raises ValueError."""
        return base64.b64decode(self.values.get(name, ""), validate=False)


class Manifest:
    """Listens to the XML of a manifest."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._current = Entry("")

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """An element begins."""
        values = {name.rpartition("|")[2]: value for name, value in attributes.items()}
        tag = tag.rpartition("|")[2]
        if tag == "file-entry":
            self._current = Entry(values.get("full-path", ""))
        elif tag == "encryption-data":
            self.entries[self._current.name] = self._current
        self._current.values.update({f"{tag} {name}": value for name, value in values.items()})

    def end(self, tag: str, /) -> None:
        """An element ends: nothing depends on it."""

    def characters(self, text: str, /) -> None:
        """There is text between elements: nothing is said by it."""


def manifest_of(archive: zipfile.ZipFile) -> Manifest:
    """What a package says of its entries; raises KeyError where it has no manifest."""
    found = Manifest()
    parser = parser_for(found)
    with archive.open(MANIFEST) as file:
        parser.Parse(file.read(LARGEST_MANIFEST), True)
    return found


def is_locked(path: Path) -> bool:
    """Whether an OpenDocument file needs a password."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(manifest_of(archive).entries)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, ExpatError, ValueError):
        return False


def unlocked(asked: Asked) -> Path:
    """An unlocked copy of a locked file; raises Unreadable where no password fits."""
    for number, password in enumerate(asked.passwords):
        copy = asked.folder / f"unlocked-{number}"
        try:
            with zipfile.ZipFile(asked.path) as archive:
                unlock(archive, manifest_of(archive), password, copy)
        except WrongPassword:
            continue
        except (zipfile.BadZipFile, KeyError, OSError, ValueError, ExpatError) as error:
            raise Unreadable(Reason.CORRUPT, f"it is locked, and damaged: {error}") from None
        return copy
    raise still_locked(asked)


def unlock(archive: zipfile.ZipFile, manifest: Manifest, password: str, copy: Path) -> None:
    """Write the unlocked package; raises WrongPassword, and ValueError for what is damaged."""
    if WHOLE in manifest.entries:
        copy.write_bytes(content(archive.read(WHOLE), manifest.entries[WHOLE], password))
        return
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            if name == MANIFEST:
                continue
            data = archive.read(name)
            if name in manifest.entries:
                data = content(data, manifest.entries[name], password)
            target.writestr(name, data)


def content(data: bytes, entry: Entry, password: str) -> bytes:
    """What an entry holds; raises WrongPassword, and ValueError for what is not known."""
    key = key_of(entry, password)
    iv = entry.data("algorithm initialisation-vector")
    algorithm = entry.values.get("algorithm algorithm-name", "").lower()
    if algorithm.endswith("gcm"):
        try:
            packed = AESGCM(key).decrypt(data[:NONCE], data[NONCE:], None)
        except InvalidTag:
            raise WrongPassword from None
    elif algorithm.endswith("cbc"):
        packed = decrypted(Cipher(algorithms.AES(key), modes.CBC(iv)), data)
        packed = packed[: -packed[-1]] if packed else packed
    elif "blowfish" in algorithm:
        packed = decrypted(Cipher(Blowfish(key), CFB(iv)), data)
    else:
        raise ValueError(f"the cipher {algorithm!r} is not known")
    if not fits(packed, entry):
        raise WrongPassword
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed)
    except zlib.error:
        raise WrongPassword from None


def decrypted(cipher: Cipher, data: bytes) -> bytes:  # type: ignore[type-arg]
    """The bytes behind a cipher; raises ValueError."""
    decryptor = cipher.decryptor()
    return decryptor.update(data) + decryptor.finalize()


def key_of(entry: Entry, password: str) -> bytes:
    """The key of an entry; raises ValueError for a way to make it that is not known."""
    kind = entry.values.get("start-key-generation start-key-generation-name", "SHA1").lower()
    start = password.encode()
    start = hashlib.sha256(start).digest() if "256" in kind else hashlib.sha1(start).digest()
    how = entry.values.get("key-derivation key-derivation-name", "").lower()
    salt = entry.data("key-derivation salt")
    length = int(entry.values.get("key-derivation key-size", "16"))
    if how.endswith("argon2id"):
        return Argon2id(
            salt=salt,
            length=length,
            iterations=entry.number("key-derivation argon2-iterations"),
            lanes=entry.number("key-derivation argon2-lanes"),
            memory_cost=entry.number("key-derivation argon2-memory"),
        ).derive(start)
    if how.endswith("pbkdf2"):
        count = entry.number("key-derivation iteration-count")
        return PBKDF2HMAC(SHA1(), length, salt, count).derive(start)
    raise ValueError(f"the key derivation {how!r} is not known")


def fits(packed: bytes, entry: Entry) -> bool:
    """Whether the checksum of an entry is right; one without a checksum has another proof."""
    kind = entry.values.get("encryption-data checksum-type", "").lower()
    if not kind:
        return True
    data = packed[:CHECKED] if kind.endswith("1k") else packed
    digest = hashlib.sha256(data) if "256" in kind else hashlib.sha1(data)
    return digest.digest() == entry.data("encryption-data checksum")

"""Files that need a password: with the right one they are read, without it they say so."""

import base64
import hashlib
import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from engine.document import Reason
from tests.loaders.document.conftest import Read

SEVEN_ZIP = """
N3q8ryccAATMyVpPowAAAAAAAAAWAAAAAAAAABqsFLGX75eT+xiabsZvmREiWnUBKN21ri/icdajy7W+7xZXdeAAiAB7XQAA
gTMHrg/QDv4VOx4ctZFzD7Ou6uS/CZiclEkOMsYUFYqhI5JTCUJbvrxODWs/LZd3L68btbu6Svq6LKFeF3g0hkhrKKKXvuuk
VeVu7Ff4+23Ybm4tt6t1GLlKD1RcKX8f4KI6Hwwua2rKyHvASeX1JuNMsjmvKDAAAAAAFwYgAQmAgwAHCwEAASEhARgMgIkA
AA==
"""
"""Made by py7zr with the password "pä ss"."""
PASSWORD = "pä ss"
CONTENT = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>
 <text:p>The crane was paid twice.</text:p></office:text></office:body></office:document-content>"""
MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
SALT, IV = bytes(range(16)), bytes(range(100, 116))
ENTRY = """<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml">
<manifest:encryption-data {checksum}>
<manifest:algorithm manifest:algorithm-name="{cipher}" manifest:initialisation-vector="{iv}"/>
<manifest:start-key-generation manifest:start-key-generation-name="{start}"/>
<manifest:key-derivation manifest:salt="{salt}" {how}/>
</manifest:encryption-data></manifest:file-entry>"""
BY_COUNT = """manifest:key-derivation-name="PBKDF2" manifest:key-size="{}"
 manifest:iteration-count="1024\""""
BY_MEMORY = """manifest:key-derivation-name="urn:example:argon2id" manifest:key-size="32"
 loext:argon2-iterations="1" loext:argon2-memory="64" loext:argon2-lanes="1\""""


def package(entries: dict[str, bytes], manifest: str) -> bytes:
    """An OpenDocument file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", MEDIA_TYPE)
        for name, data in entries.items():
            archive.writestr(name, data)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
            f' xmlns:loext="urn:example:loext">{manifest}</manifest:manifest>',
        )
    return target.getvalue()


def entry(name: str, cipher: str, start: str, how: str, checksum: str = "", iv: bytes = IV) -> str:
    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    values = {"name": name, "cipher": cipher, "start": start, "how": how, "checksum": checksum}
    return ENTRY.format(**values, salt=text(SALT), iv=text(iv))


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def checked(kind: str, digest: bytes) -> str:
    value = base64.b64encode(digest).decode()
    return f'manifest:checksum-type="{kind}" manifest:checksum="{value}"'


def of_libreoffice(password: str) -> bytes:
    """As LibreOffice 3.5 to 24.2 locks each entry."""
    start = hashlib.sha256(password.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", start, SALT, 1024, 32)
    packed = deflated(CONTENT.encode())
    missing = 16 - len(packed) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(IV)).encryptor()
    data = encryptor.update(packed + bytes(missing - 1) + bytes([missing]))
    digest = checked("urn:example#sha256-1k", hashlib.sha256(packed[:1024]).digest())
    cipher, hashed = "urn:example#aes256-cbc", "urn:example#sha256"
    told = entry("content.xml", cipher, hashed, BY_COUNT.format(32), digest)
    return package({"content.xml": data}, told)


def of_openoffice(password: str) -> bytes:
    """As OpenOffice locks each entry."""
    start = hashlib.sha1(password.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", start, SALT, 1024, 16)
    packed = deflated(CONTENT.encode())
    data = Cipher(Blowfish(key), CFB(IV[:8])).encryptor().update(packed)
    digest = checked("SHA1/1K", hashlib.sha1(packed[:1024]).digest())
    told = entry("content.xml", "Blowfish CFB", "SHA1", BY_COUNT.format(16), digest, IV[:8])
    return package({"content.xml": data}, told)


def of_new_libreoffice(password: str) -> bytes:
    """As LibreOffice since 24.8 locks the whole file."""
    start = hashlib.sha256(password.encode()).digest()
    key = Argon2id(salt=SALT, length=32, iterations=1, lanes=1, memory_cost=64).derive(start)
    inner = package({"content.xml": CONTENT.encode()}, "")
    nonce = os.urandom(12)
    data = nonce + AESGCM(key).encrypt(nonce, deflated(inner), None)
    told = entry("encrypted-package", "urn:example#aes256-gcm", "urn:example#sha256", BY_MEMORY)
    return package({"encrypted-package": data}, told)


@pytest.mark.parametrize("locked", [of_libreoffice, of_openoffice, of_new_libreoffice])
def test_an_opendocument_file_is_read_with_its_password(read: Read, locked: object) -> None:
    assert callable(locked)
    data = locked(PASSWORD)
    assert read("deal.odt", data, "other", PASSWORD).text.strip() == "The crane was paid twice."
    assert read("deal.odt", data).reason is Reason.ENCRYPTED
    answer = read("deal.odt", data, "other")
    assert (answer.reason, answer.text) == (Reason.ENCRYPTED, "")
    assert "none of the passwords fits" in answer.detail


def test_a_damaged_one_is_told_from_one_whose_password_is_wrong(read: Read) -> None:
    odd = package({"content.xml": b"x"}, entry("content.xml", "urn:rot13", "SHA1", BY_COUNT))
    answer = read("deal.odt", odd, PASSWORD)
    assert answer.reason is Reason.CORRUPT


def test_a_locked_archive_is_unpacked_with_its_password(read: Read, tmp_path: Path) -> None:
    data = base64.b64decode(SEVEN_ZIP)
    expected = {"a.txt": b"the crane\n", "d/b.txt": b"was paid twice\n"}
    assert read("deal.7z", data, "other", PASSWORD).members == expected
    half = tmp_path / "half"
    half.write_bytes(data[100:])
    found = read("deal.7z.001", data[:100], "other", PASSWORD, volumes=[half])
    assert found.members == expected
    for passwords in ((), ("other",)):
        answer = read("deal.7z", data, *passwords)
        assert (answer.reason, answer.members) == (Reason.ENCRYPTED, {})
        assert "--password" in answer.detail

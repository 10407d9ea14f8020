"""Secrets that Clew makes: API keys, sign-in links and sessions. Only their hashes are stored."""

import hashlib
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""Base62."""
KEY_PREFIX = "clew_"
KEY_LENGTH, CHECKSUM_LENGTH = 30, 6
START_LENGTH = 8
"""So many characters of a key, after its prefix, are shown to tell it from others."""


def new_key() -> str:
    """A new API key: ``clew_``, 30 random base62 characters (178 bits) and a checksum of 6.

    With the checksum a fake costs no look-up, and scanners find leaks, as with GitHub's keys.
    """
    body = "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))
    return f"{KEY_PREFIX}{body}{checksum(body)}"


def checksum(body: str) -> str:
    """The CRC-32 of the random part, as 6 base62 characters."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        digits = ALPHABET[place] + digits
    return digits


def is_key(text: str) -> bool:
    """Whether a text has the form and the checksum of an API key."""
    body = text.removeprefix(KEY_PREFIX)
    if body == text or len(body) != KEY_LENGTH + CHECKSUM_LENGTH or not body.isascii():
        return False
    return secrets.compare_digest(checksum(body[:KEY_LENGTH]), body[KEY_LENGTH:])


def key_start(key: str) -> str:
    """The first characters of a key, by which a person tells it from others."""
    return key.removeprefix(KEY_PREFIX)[:START_LENGTH]


def new_token() -> str:
    """A random token of 256 bits for a sign-in link or a session, safe in a URL and a cookie."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is stored of a secret: its SHA-256. Secrets are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()

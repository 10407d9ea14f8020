"""Encrypts what is given away and comes back, and what is kept of an identity provider's tokens."""

import base64
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.fernet import Fernet

from engine.reading import Reading


class Seal:
    """Encryption for one purpose, by a secret that all processes of an installation share."""

    def __init__(self, engine: Reading, purpose: str) -> None:
        self._engine = engine
        self._purpose = purpose

    def closed(self, values: Mapping[str, Any]) -> str:
        """The values, encrypted and signed, with the time."""
        return self._fernet().encrypt(orjson.dumps(dict(values))).decode()

    def opened(self, text: str, seconds: int | None = None) -> dict[str, Any]:
        """The values in what ``closed`` made, at most so long ago; raises InvalidToken."""
        content: dict[str, Any] = orjson.loads(self._fernet().decrypt(text.encode(), ttl=seconds))
        return content

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._engine.secret(self._purpose)))

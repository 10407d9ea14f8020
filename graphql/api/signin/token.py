"""Checks of what an identity provider signs: ID tokens and logout tokens.

A signature counts only if a key of the provider made it, by an algorithm of the list below: never
``none``, and never one with a secret that both sides know. Keys are kept for an hour; a token with
a key that is not known makes Clew ask for the keys again, at most every half minute.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from engine.errors import Forbidden

ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
]
LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
KEYS_AGE = 3600.0
KEYS_PAUSE = 30.0
"""Seconds before the keys are asked for again, whatever key a token names."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TYPES = (None, "JWT", "logout+jwt")
LOGOUT_AGE = 300
"""Seconds after which a logout token is too old."""


class BadToken(Forbidden):
    """A token that the identity provider did not make, or not for this."""


@dataclass(frozen=True)
class Logout:
    """What a logout token says: whose sessions end."""

    id: str
    subject: str | None
    sid: str | None


class Keys:
    """The public keys of a provider."""

    def __init__(self, fetch: Callable[[], Mapping[str, Any]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched = -KEYS_AGE

    def decode(self, token: str) -> jwt.Token:
        """The content of a token whose signature holds; raises BadToken."""
        keys = self._current(KEYS_AGE)
        try:
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS)
            except InvalidKeyIdError:  # the provider may have new keys
                return jwt.decode(token, self._current(KEYS_PAUSE), algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise BadToken(
                f"the token of the identity provider is not valid: {kind(error)}"
            ) from None

    def _current(self, max_age: float) -> KeySet:
        with self._lock:
            now = time.monotonic()
            if self._keys is None or now - self._fetched >= max_age:
                self._fetched = now  # before the request: one that fails is not repeated at once
                self._keys = key_set(self._fetch())
            return self._keys


def key_set(document: Mapping[str, Any]) -> KeySet:
    """The keys of a document; those of a kind that we do not know are left out."""
    keys = []
    for key in document.get("keys", ()):
        try:
            keys += KeySet.import_key_set({"keys": [key]}).keys
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return KeySet(keys)


def id_token_claims(
    keys: Keys, token: str, issuer: str, client: str, nonce: str | None, access_token: str | None
) -> dict[str, Any]:
    """What an ID token says, once all of it was checked; raises BadToken.

    ``nonce`` is None for the token of a refresh, which has none.
    """
    decoded = keys.decode(token)
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client},
    }
    params = {"nonce": nonce, "client_id": client, "access_token": access_token}
    try:
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(leeway=LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(
            f"the ID token of the identity provider is not valid: {kind(error)}"
        ) from None
    if not isinstance(claims["sub"], str) or not claims["sub"] or len(claims["sub"]) > 255:
        raise BadToken("the ID token of the identity provider names nobody")
    return dict(claims)


def logout_of(keys: Keys, token: str, issuer: str, client: str) -> Logout:
    """What a logout token says, checked as OpenID Connect Back-Channel Logout asks; or BadToken."""
    decoded = keys.decode(token)
    claims = decoded.claims
    registry = JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client},
        iat={"essential": True},
        jti={"essential": True},
    )
    try:
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(f"the logout token is not valid: {kind(error)}") from None
    events, subject, sid = claims.get("events"), claims.get("sub"), claims.get("sid")
    if decoded.header.get("typ") not in LOGOUT_TYPES:
        raise BadToken("the token is of another type")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise BadToken("the token tells of no logout")
    if "nonce" in claims:
        raise BadToken("a logout token has no nonce")
    if time.time() - float(claims["iat"]) > LOGOUT_AGE:
        raise BadToken("the logout token is too old")
    if not all(isinstance(value, str | None) for value in (subject, sid)) or not (subject or sid):
        raise BadToken("the logout token names neither a subject nor a session")
    return Logout(str(claims["jti"]), subject, sid)


def kind(error: Exception) -> str:
    """What is wrong with a token, without anything that stands in it."""
    claim = getattr(error, "claim", "")
    name = getattr(error, "error", "") or type(error).__name__
    return f"{name} ({claim})" if claim else str(name)

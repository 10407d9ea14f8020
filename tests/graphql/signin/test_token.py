"""What an identity provider signs is checked: forged, old, foreign and mistaken tokens."""

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from api.signin import token
from api.signin.person import person_of
from api.signin.token import LOGOUT, BadToken, Keys, id_token_claims, logout_of

ISSUER, CLIENT, NONCE = "https://login.example.org", "clew", "n-1"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})


def keys(*own: Any) -> Keys:
    document = KeySet(list(own) or [KEY]).as_dict(private=False)
    return Keys(lambda: document)


def id_token(header: dict[str, Any] | None = None, key: Any = KEY, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": "ada",
        "aud": CLIENT,
        "iat": now,
        "exp": now + 300,
        "nonce": NONCE,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(
        {"alg": "RS256", "kid": "one", **(header or {})}, claims, key, ["RS256", "ES256", "HS256"]
    )


def claims_of(text: str, own: Keys | None = None) -> dict[str, Any]:
    return id_token_claims(own or keys(), text, ISSUER, CLIENT, NONCE, None)


def test_a_good_token_says_who_it_is() -> None:
    assert claims_of(id_token())["sub"] == "ada"
    assert (
        claims_of(id_token({"alg": "ES256", "kid": "two"}, OTHER), keys(KEY, OTHER))["sub"] == "ada"
    )
    assert claims_of(id_token(aud=[CLIENT, "other"], azp=CLIENT))["sub"] == "ada"
    late = id_token_claims(keys(), id_token(nonce=None), ISSUER, CLIENT, None, None)
    assert late["sub"] == "ada"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["another"]},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"exp": "soon"},
        {"iat": int(time.time()) + 3600},
        {"nonce": "n-2"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_a_token_that_is_not_for_this_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        claims_of(id_token(**changes))


def test_a_forged_signature_is_refused() -> None:
    good = id_token()
    head, body, signature = good.split(".")
    none = encoded({"alg": "none", "kid": "one"})
    # signed with the public key, as if it were a secret
    shared = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{body}"
    by_public = hmac.digest(KEY.as_pem(private=False), shared.encode(), "sha256")
    mixed = f"{shared}.{base64.urlsafe_b64encode(by_public).rstrip(b'=').decode()}"
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    changed = encoded({"iss": ISSUER, "sub": "eve", "aud": CLIENT, "exp": time.time() + 99})
    for forged in (
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{changed}.{signature}",
        f"{head}.{body}.",
        mixed,
        id_token(key=stranger),
        id_token({"kid": "never"}, RSAKey.generate_key(2048)),
        "",
        "a.b",
        "a.b.c",
        "\x00.\xff.é",
        "." * 5000,
    ):
        with pytest.raises(BadToken):
            claims_of(forged)


def encoded(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def test_a_token_is_for_its_access_token() -> None:
    text = id_token(at_hash="AAAAAAAAAAAAAAAAAAAAAA")
    with pytest.raises(BadToken, match="at_hash"):
        id_token_claims(keys(), text, ISSUER, CLIENT, NONCE, "an access token")


def test_new_keys_are_asked_for_and_not_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[int] = []
    held = [KEY]

    def fetch() -> dict[str, Any]:
        fetched.append(1)
        return dict(KeySet(list(held)).as_dict(private=False))

    own = Keys(fetch)
    new = id_token({"alg": "ES256", "kid": "two"}, OTHER)
    assert claims_of(id_token(), own)
    held.append(OTHER)  # type: ignore[arg-type]
    for _ in range(5):
        with pytest.raises(BadToken):
            claims_of(new, own)
    assert len(fetched) == 1
    monkeypatch.setattr(token, "KEYS_PAUSE", 0.0)
    assert claims_of(new, own)
    assert claims_of(new, own)
    assert len(fetched) == 2


def test_keys_of_an_unknown_kind_are_left_out() -> None:
    document = {
        "keys": [{"kty": "NEW", "kid": "x"}, {}, *KeySet([KEY]).as_dict(private=False)["keys"]]
    }
    assert claims_of(id_token(), Keys(lambda: document))["sub"] == "ada"


def logout_token(header: dict[str, Any] | None = None, **changes: Any) -> str:
    given = {"events": {LOGOUT: {}}, "jti": "j-1", "sid": "s-1", "nonce": None, **changes}
    return id_token({"typ": "logout+jwt", **(header or {})}, **given)


def test_a_logout_token_names_a_session_or_a_subject() -> None:
    logout = logout_of(keys(), logout_token(), ISSUER, CLIENT)
    assert (logout.id, logout.subject, logout.sid) == ("j-1", "ada", "s-1")
    assert logout_of(keys(), logout_token(sid=None), ISSUER, CLIENT).sid is None


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "n"},
        {"events": None},
        {"events": {}},
        {"events": {LOGOUT: True}},
        {"events": [LOGOUT]},
        {"jti": None},
        {"sub": None, "sid": None},
        {"sub": None, "sid": 7},
        {"iat": None},
        {"iat": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"exp": int(time.time()) - 3600},
        {"iss": "https://evil.example"},
        {"aud": "another"},
    ],
)
def test_what_is_no_logout_token_ends_no_session(changes: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        logout_of(keys(), logout_token(**changes), ISSUER, CLIENT)


def test_an_id_token_or_an_access_token_is_no_logout_token() -> None:
    with pytest.raises(BadToken):
        logout_of(keys(), id_token(), ISSUER, CLIENT)
    with pytest.raises(BadToken, match="another type"):
        logout_of(keys(), logout_token({"typ": "at+jwt"}), ISSUER, CLIENT)


@pytest.mark.parametrize(
    ("claims", "name", "email"),
    [
        ({"preferred_username": "Ada"}, "ada", None),
        ({"preferred_username": "ada@example.org"}, "ada", None),
        (
            {"email": "Ada@Example.org", "email_verified": True},
            "ada@example.org",
            "ada@example.org",
        ),
        ({"email": "ada@example.org", "email_verified": "true"}, "user", None),
        ({"email": "ada@example.org"}, "user", None),
        ({"name": "Ada Stone"}, "ada-stone", None),
        ({"preferred_username": "../../etc"}, "etc", None),
        ({"preferred_username": "Αδα"}, "user", None),
        ({"preferred_username": "x" * 500}, "x" * 60, None),
        ({"preferred_username": 7, "name": ["Ada"]}, "user", None),
        ({}, "user", None),
    ],
)
def test_a_person_becomes_a_name_that_an_account_can_have(
    claims: dict[str, Any], name: str, email: str | None
) -> None:
    person = person_of(claims)
    assert (person.name, person.email) == (name, email)

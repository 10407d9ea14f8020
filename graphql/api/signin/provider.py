"""The identity provider: what is asked of it, by OpenID Connect with the library authlib.

``CLEW_OIDC_URL`` names any provider by its issuer. What it can do is in its discovery document,
which is read when it is first needed, so that Clew starts while the provider is down.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from api.signin.token import BadToken, Keys, Logout, id_token_claims, logout_of
from engine.errors import BadInput, ClewError, Forbidden
from engine.settings import Settings

LOG = logging.getLogger("clew.api")
WELL_KNOWN = "/.well-known/openid-configuration"
DOCUMENT_AGE = 3600.0
TIMEOUT = 5.0
"""Seconds for a connection, and for each answer."""
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
REFUSALS = frozenset(
    {"invalid_grant", "access_denied", "login_required", "interaction_required", "consent_required"}
)
"""Errors that are about the person. Others are about us, and end nobody's session."""


class ProviderDown(ClewError):
    """The identity provider cannot be asked at the moment, or does not understand us."""


class ProviderRefused(Forbidden):
    """The identity provider does not vouch for this person, or not any more."""


@dataclass(frozen=True)
class Tokens:
    """What a provider gave: by ``refresh`` or ``access`` it can be asked about the person again."""

    claims: Mapping[str, Any]
    access: str | None = None
    refresh: str | None = None
    offline: bool = False
    """Whether the refresh token holds also when the person has signed out."""


class Provider:
    """One identity provider; used by many threads."""

    def __init__(self, settings: Settings) -> None:
        """Raises BadInput for settings that do not fit together."""
        url = settings.oidc_url.removesuffix(WELL_KNOWN)
        parts = urlsplit(url)
        if not settings.oidc_client_id:
            raise BadInput("CLEW_OIDC_URL is set, but CLEW_OIDC_CLIENT_ID is not")
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise BadInput("CLEW_OIDC_URL must begin with https://, or be on this machine")
        self.name = parts.hostname or url
        self.client_id = settings.oidc_client_id
        self._url = url
        self._secret = settings.oidc_client_secret
        self._scope = settings.oidc_scope
        self._lock = threading.Lock()
        self._document: Mapping[str, Any] = {}
        self._read_at = -DOCUMENT_AGE
        self._keys = Keys(lambda: self._get(self.document()["jwks_uri"]))

    @classmethod
    def of(cls, settings: Settings) -> "Provider | None":
        """The provider that the settings name, if they do; raises BadInput."""
        return cls(settings) if settings.oidc_url else None

    def document(self) -> Mapping[str, Any]:
        """The discovery document; raises ProviderDown."""
        with self._lock:
            if time.monotonic() - self._read_at >= DOCUMENT_AGE:
                self._document = self._checked(self._get(f"{self._url}{WELL_KNOWN}"))
                self._read_at = time.monotonic()
            return self._document

    @property
    def issuer(self) -> str:
        """The provider's name in what it signs; raises ProviderDown."""
        return str(self.document()["issuer"])

    def address(self, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser goes to sign in, with a challenge (PKCE) for ``verifier``."""
        document = self.document()
        scope = self._wanted_scope(document)
        extra = {"prompt": "consent"} if "offline_access" in scope.split() else {}
        with self._client(scope=scope, redirect_uri=redirect) as client:
            address, _ = client.create_authorization_url(
                document["authorization_endpoint"],
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                **extra,
            )
        return str(address)

    def redeem(self, code: str, redirect: str, nonce: str, verifier: str) -> Tokens:
        """Who has signed in, by the code that the browser brought.

        Raises ProviderRefused, ProviderDown, BadToken.
        """
        with self._client(redirect_uri=redirect) as client:
            try:
                given = client.fetch_token(
                    self.document()["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT,
                )
            except (OAuthError, requests.RequestException, ValueError) as error:
                refuse(error)
        claims = self._claims(given, nonce)
        return Tokens(
            {**self._about(claims, given), **claims},
            given.get("access_token"),
            given.get("refresh_token"),
            "refresh_token" in given and "offline_access" in str(given.get("scope", "")).split(),
        )

    def renew(self, known: Tokens) -> Tokens:
        """New tokens for those that are known, if the provider still vouches for the person.

        Raises ProviderRefused where it does not, ProviderDown.
        """
        if known.refresh is None:
            if known.access is None or "userinfo_endpoint" not in self.document():
                raise ProviderRefused("the identity provider gives no way to ask it again")
            self._userinfo(known.access, str(known.claims["sub"]))
            return known
        with self._client() as client:
            try:
                given = client.refresh_token(
                    self.document()["token_endpoint"], refresh_token=known.refresh, timeout=TIMEOUT
                )
            except (OAuthError, requests.RequestException, ValueError) as error:
                refuse(error)
        if given.get("id_token"):
            claims = self._claims(given, None)
            if claims["sub"] != known.claims["sub"]:
                raise BadToken("the identity provider answered about somebody else")
        refresh = given.get("refresh_token") or known.refresh
        return Tokens(known.claims, given.get("access_token"), refresh)

    def logout(self, token: str) -> Logout:
        """What a logout token says; raises BadToken, ProviderDown."""
        return logout_of(self._keys, token, self.issuer, self.client_id)

    # --- how it is asked --------------------------------------------------------------------------

    def _claims(self, given: Mapping[str, Any], nonce: str | None) -> dict[str, Any]:
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str):
            raise BadToken("the identity provider gave no ID token")
        return id_token_claims(self._keys, token, self.issuer, self.client_id, nonce, access)

    def _about(self, claims: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Name and e-mail address, for which many providers must be asked once more."""
        access = given.get("access_token")
        if "email" in claims or access is None or "userinfo_endpoint" not in self.document():
            return {}
        return self._userinfo(access, str(claims["sub"]))

    def _userinfo(self, access: str, subject: str) -> Mapping[str, Any]:
        header = {"Authorization": f"Bearer {access}"}
        try:
            answer = self._request(self.document()["userinfo_endpoint"], header)
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code in (401, 403):
                raise ProviderRefused("the identity provider does not vouch any more") from None
            raise ProviderDown("the identity provider cannot be asked at the moment") from None
        if answer.get("sub") != subject:
            raise BadToken("the identity provider answered about somebody else")
        return answer

    def _client(self, **options: Any) -> OAuth2Session:
        methods = self.document().get("token_endpoint_auth_methods_supported")
        method = "none"
        if self._secret:
            basic = methods is None or "client_secret_basic" in methods
            method = "client_secret_basic" if basic else "client_secret_post"
        return OAuth2Session(
            self.client_id,
            self._secret or None,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            **options,
        )

    def _wanted_scope(self, document: Mapping[str, Any]) -> str:
        supported = document.get("scopes_supported")
        wanted = self._scope.split()
        return " ".join(
            scope for scope in wanted if supported is None or scope in ("openid", *supported)
        )

    def _checked(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The discovery document, if it is one, and this provider's; raises ProviderDown."""
        if any(not isinstance(document.get(name), str) for name in NEEDED):
            raise down("its discovery document is not complete")
        if str(document["issuer"]).rstrip("/") != self._url:
            raise down("its discovery document names another issuer than CLEW_OIDC_URL does")
        secure = urlsplit(self._url).scheme == "https"
        addresses = [str(document[name]) for name in NEEDED[1:]]
        if secure and any(urlsplit(address).scheme != "https" for address in addresses):
            raise down("its discovery document has an address without https")
        return document

    def _get(self, url: str) -> Mapping[str, Any]:
        try:
            return self._request(url, {})
        except requests.HTTPError:
            raise down("it does not answer as it should") from None

    def _request(self, url: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
        """A JSON object that the provider has; raises ProviderDown, HTTPError for its statuses."""
        accept = {"Accept": "application/json", **headers}
        try:
            answer = requests.get(url, headers=accept, timeout=TIMEOUT, allow_redirects=False)
            answer.raise_for_status()
            content = answer.json()
        except requests.HTTPError:
            raise
        except (requests.RequestException, ValueError) as error:
            raise down(type(error).__name__) from None
        if not isinstance(content, dict):
            raise down("its answer is no JSON object")
        return content


def refuse(error: Exception) -> NoReturn:
    """Raises what an error at the token endpoint means."""
    if isinstance(error, OAuthError) and error.error in REFUSALS:
        raise ProviderRefused("the identity provider does not vouch for this sign-in") from None
    # of the error only its name: messages of libraries may hold what was sent
    raise down(
        str(error.error) if isinstance(error, OAuthError) else type(error).__name__
    ) from None


def down(why: str) -> ProviderDown:
    """The error for a provider that cannot be asked; the log says why."""
    LOG.warning("identity provider: %s", why[:200])
    return ProviderDown("the identity provider cannot be asked at the moment: try again later")

"""The routes by which people sign in with an identity provider, and by which it signs them out.

A browser that begins here takes a sealed cookie along: state, nonce and the secret behind the
challenge (PKCE). Only that browser can end what it began, and only within ten minutes.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from anyio import to_thread
from cryptography.fernet import InvalidToken
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.signin.cookie import is_secure, keep_session
from api.signin.form import BadForm, form_of, local_page
from api.signin.guard import Handler, guarded
from api.signin.person import person_of
from api.signin.provider import Provider, ProviderDown, Tokens
from api.signin.renewal import Renewal
from api.signin.route import HOME
from api.signin.seal import Seal
from api.signin.token import LEEWAY, LOGOUT_AGE, BadToken
from api.traffic.gate import Gate
from api.traffic.visit import Visit
from engine.engine import Engine
from engine.errors import Forbidden

COOKIE = "clew_oidc"
PATH = "/oidc"
SECONDS = 600
CODE = re.compile(r"[a-z_]{1,60}")
"""What an error of a provider looks like."""
BEGIN_AGAIN = "This sign-in was not begun in this browser within the last ten minutes: begin again."
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Begun:
    """What a browser takes along while it is at the identity provider."""

    state: str
    nonce: str
    verifier: str
    next_page: str


class OpenIdConnect:
    """The routes of one application that has an identity provider."""

    def __init__(self, engine: Engine, gate: Gate, provider: Provider, renewal: Renewal) -> None:
        self._engine = engine
        self._gate = gate
        self._provider = provider
        self._renewal = renewal
        self._seal = Seal(engine, "oidc sign-in")

    def routes(self) -> list[Route]:
        """Where each step is."""
        handlers: tuple[tuple[str, Handler], ...] = (
            (f"{PATH}/signin", self._begin),
            (f"{PATH}/callback", self._end),
        )
        return [
            *(
                Route(path, guarded(self._engine, self._gate, handler), methods=["GET"])
                for path, handler in handlers
            ),
            Route(f"{PATH}/logout", self._logout, methods=["POST"]),
        ]

    async def _begin(self, request: Request, _: Visit) -> Response:
        begun = Begun(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(48),
            local_page(request.query_params.get("next"), HOME),
        )
        address = await to_thread.run_sync(
            self._provider.address,
            self._callback(request),
            begun.state,
            begun.nonce,
            begun.verifier,
        )
        answer = RedirectResponse(address, 302, NO_STORE)
        answer.set_cookie(
            COOKIE,
            await to_thread.run_sync(self._seal.closed, vars(begun)),
            max_age=SECONDS,
            path=PATH,
            secure=is_secure(request, self._engine),
            httponly=True,
            samesite="lax",  # the provider's site leads back here
        )
        return answer

    async def _end(self, request: Request, visit: Visit) -> Response:
        begun = await to_thread.run_sync(self._begun, request)
        given = request.query_params
        if "error" in given:
            error = given["error"] if CODE.fullmatch(given["error"]) else "it does not say why"
            raise Forbidden(f"the identity provider did not sign you in: {error}")
        await to_thread.run_sync(self._check_issuer, given.get("iss"))
        if not given.get("code"):
            raise BadForm(400, "The identity provider sent no code.")
        session = await to_thread.run_sync(
            self._sign_in, given["code"], self._callback(request), begun
        )
        answer = RedirectResponse(begun.next_page, 302, NO_STORE)
        keep_session(answer, request, self._engine, session)
        answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
        return answer

    def _begun(self, request: Request) -> Begun:
        """What this browser began; raises BadForm where the state is another one."""
        try:
            begun = Begun(**self._seal.opened(request.cookies.get(COOKIE, ""), SECONDS))
        except (InvalidToken, TypeError):
            raise BadForm(400, BEGIN_AGAIN) from None
        state = request.query_params.get("state", "")
        if not secrets.compare_digest(begun.state.encode(), state.encode(errors="replace")):
            raise BadForm(400, BEGIN_AGAIN)
        return begun

    def _check_issuer(self, issuer: str | None) -> None:
        """Raises Forbidden where another provider answers than the one that was asked."""
        expected = self._provider.issuer
        required = self._provider.document().get("authorization_response_iss_parameter_supported")
        if issuer != expected and (issuer is not None or required):
            raise Forbidden("another identity provider answered than the one that was asked")

    def _sign_in(self, code: str, redirect: str, begun: Begun) -> str:
        """The token of a new session, for who has signed in at the provider."""
        tokens = self._provider.redeem(code, redirect, begun.nonce, begun.verifier)
        issuer, subject = self._provider.issuer, str(tokens.claims["sub"])
        account = self._engine.directory.account_of_subject(issuer, subject)
        if account is None:
            person = person_of(tokens.claims)
            account = self._engine.directory.register(
                issuer, subject, person.name, person.title, person.email
            )
        return self._engine.credentials.sign_in(
            account, "identity provider", **self._kept(issuer, subject, tokens)
        )

    def _kept(self, issuer: str, subject: str, tokens: Tokens) -> dict[str, Any]:
        """What a session keeps of what the provider said."""
        sid = tokens.claims.get("sid")
        return {
            "issuer": issuer,
            "subject": subject,
            "sid": sid if isinstance(sid, str) else None,
            "offline": tokens.offline,
            "checked": datetime.now(UTC),
            "refresh": self._renewal.kept(tokens),
        }

    def _callback(self, request: Request) -> str:
        """The address that the provider leads back to."""
        public = self._engine.settings.public_url
        return f"{public or f'{request.url.scheme}://{request.url.netloc}'}{PATH}/callback"

    async def _logout(self, request: Request) -> Response:
        """Back-channel logout: the provider says whose sessions end."""
        try:
            token = (await form_of(request)).get("logout_token", [""])[0]
            ended = await to_thread.run_sync(self._end_sessions, token)
        except (BadForm, BadToken) as error:
            return logout_refused(str(error))
        except ProviderDown:
            return JSONResponse({"error": "temporarily_unavailable"}, 503, {"Retry-After": "60"})
        if ended is None:
            return logout_refused("the token was used before")
        return Response(status_code=200, headers=NO_STORE)

    def _end_sessions(self, token: str) -> int | None:
        logout = self._provider.logout(token)
        return self._engine.credentials.end_sessions(
            issuer=self._provider.issuer,
            token_id=logout.id,
            expires=datetime.now(UTC) + timedelta(seconds=2 * (LOGOUT_AGE + LEEWAY)),
            subject=logout.subject,
            sid=logout.sid,
        )


def logout_refused(why: str) -> Response:
    """The answer to a logout token that does not hold, in the form that the standard has."""
    body = {"error": "invalid_request", "error_description": why}
    return JSONResponse(body, 400, NO_STORE)

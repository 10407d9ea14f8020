"""The routes by which people sign in with a link, see their account, and sign out."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.credential import credential_of
from api.signin.cookie import forget_session, keep_session
from api.signin.form import BadForm, form_of, local_page
from api.signin.guard import Handler, guarded, refused
from api.signin.page import account_page, sign_in_page, terms_page
from api.traffic.address import client_address
from api.traffic.gate import Gate
from api.traffic.visit import Visit
from engine.account import Account, Scope
from engine.caller import KEY_DAYS, Caller
from engine.engine import Engine
from engine.errors import NotSignedIn

HOME = "/account"
TOKEN_LENGTH = 43
"""Characters of a token (``engine.secret``): anything else costs no look-up."""
BAD_LINK = (
    "This link does not hold: it was used, is older than 15 minutes, or another was made after it. "
    "Whoever runs this Clew makes a new one with: clew user link NAME"
)


class LinkSignIn:
    """The routes of one application."""

    def __init__(self, engine: Engine, gate: Gate, provider: str | None = None) -> None:
        """``provider`` is what people call the identity provider, if there is one."""
        self._engine = engine
        self._gate = gate
        self._provider = provider

    def routes(self) -> list[Route]:
        """Where each page is."""
        handlers: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/signin", self._show),
            ("POST", "/signin", self._sign_in),
            ("POST", "/signout", self._sign_out),
            ("GET", HOME, self._account),
            ("POST", "/account/terms", self._take_terms),
            ("POST", "/account/key", self._make_key),
            ("POST", "/account/revoke", self._revoke_key),
        )
        return [
            Route(path, guarded(self._engine, self._gate, handler), methods=[method])
            for method, path, handler in handlers
        ]

    async def _show(self, request: Request, _: Visit) -> Response:
        # nothing is looked up and nothing changed: programs that preview links come here, too
        token = request.query_params.get("token", "")
        next_page = local_page(request.query_params.get("next"), HOME)
        return sign_in_page(token[:100], next_page, self._provider, self._engine.terms)

    async def _sign_in(self, request: Request, visit: Visit) -> Response:
        form = await form_of(request)
        token = form.get("token", [""])[0]
        accepted = form.get("terms", [""])[0]
        session = await to_thread.run_sync(self._redeem, token, accepted)
        if session is None:
            await to_thread.run_sync(visit.note_failure, "link")
            return refused(403, BAD_LINK)
        answer = RedirectResponse(local_page(form.get("next", [None])[0], HOME), 303)
        keep_session(answer, request, self._engine, session)
        return answer

    def _redeem(self, token: str, accepted: str) -> str | None:
        """The token of a new session, for that of a link; None if the link does not hold.

        ``accepted`` is the version of the terms of use that the page has shown.
        """
        if len(token) != TOKEN_LENGTH:
            return None
        name = self._engine.credentials.redeem(token)
        account = self._engine.directory.account(name) if name is not None else None
        if account is None:
            return None
        session = self._engine.credentials.sign_in(account, "link")
        self._accept_terms(account, accepted)
        return session

    def _accept_terms(self, account: Account, version: str) -> None:
        """Note that a user accepts the terms of use, if this is their version."""
        terms = self._engine.terms
        if terms is not None and version == terms.version != account.terms:
            self._engine.directory.accept_terms(account, version)

    async def _sign_out(self, request: Request, _: Visit) -> Response:
        await to_thread.run_sync(self._end_session, request)
        answer = RedirectResponse("/signin", 303)
        forget_session(answer)
        return answer

    def _end_session(self, request: Request) -> None:
        try:
            caller = self._caller(request)
        except NotSignedIn:
            return  # it has ended already
        if caller.session is not None and caller.account is not None:
            self._engine.credentials.sign_out(caller.account, caller.session)

    async def _account(self, request: Request, _: Visit) -> Response:
        try:
            account = await to_thread.run_sync(self._signed_in, request)
        except NotSignedIn:
            answer = RedirectResponse("/signin", 303)
            forget_session(answer)
            return answer
        terms = self._engine.terms
        if terms is not None and account.terms != terms.version:
            return terms_page(terms)
        keys = await to_thread.run_sync(self._engine.credentials.keys, account, account.name)
        return account_page(account, keys)

    async def _take_terms(self, request: Request, _: Visit) -> Response:
        version = (await form_of(request)).get("terms", [""])[0]
        account = await to_thread.run_sync(self._signed_in, request)
        await to_thread.run_sync(self._accept_terms, account, version)
        return RedirectResponse(HOME, 303)

    async def _make_key(self, request: Request, _: Visit) -> Response:
        form = await form_of(request)
        try:
            scopes = frozenset(Scope(scope) for scope in form.get("scope", ()))
            days = int(form.get("days", [str(KEY_DAYS)])[0][:10])
        except ValueError:
            raise BadForm(400, "The days are a number, and scopes read, write and bulk.") from None
        if not scopes:
            raise BadForm(400, "A key needs one scope at least.")
        title = form.get("title", [""])[0]
        account = await to_thread.run_sync(self._signed_in, request)
        make, name = self._engine.credentials.make_key, account.name
        key, _known = await to_thread.run_sync(make, account, name, title, scopes, days)
        keys = await to_thread.run_sync(self._engine.credentials.keys, account, name)
        return account_page(account, keys, key)

    async def _revoke_key(self, request: Request, _: Visit) -> Response:
        start = (await form_of(request)).get("start", [""])[0]
        account = await to_thread.run_sync(self._signed_in, request)
        revoke = self._engine.credentials.revoke_key
        await to_thread.run_sync(revoke, account, account.name, start)
        return RedirectResponse(HOME, 303)

    def _signed_in(self, request: Request) -> Account:
        """The account whose session a request shows; raises NotSignedIn. A key opens no page."""
        caller = self._caller(request)
        if caller.account is None or caller.session is None:
            raise NotSignedIn("sign in to see your account")
        return caller.account

    def _caller(self, request: Request) -> Caller:
        address = client_address(request.scope, self._gate.proxies)
        return credential_of(request).caller(self._engine, address)

"""Mutations of credentials: API keys, sign-in links, and signing out.

A key gives nothing that it does not have: it makes keys of its own scopes only, and no sign-in
links unless it has every scope, since who signs in may do all that the account may.
"""

from datetime import UTC, datetime
from typing import Any

import strawberry

from api.credential import sign_in_link
from api.session import Info, Session
from api.user import ApiKey
from engine.account import Scope
from engine.caller import EVERY_SCOPE, KEY_DAYS, LINK_LIFE
from engine.errors import BadInput, Forbidden, NotSignedIn


@strawberry.type(description="A new API key. It is shown this once: nobody can read it later.")
class NewApiKey:
    """A new API key, which is shown this once."""

    secret: str = strawberry.field(
        description="The key itself, for the header `Authorization: Bearer …`."
    )
    key: ApiKey = strawberry.field(description="What stays known of it.")


@strawberry.type(description="A link by which a user signs in, once.")
class SignInLink:
    """A link by which a user signs in, once."""

    url: str = strawberry.field(description="The link.")
    expires: datetime = strawberry.field(description="Until when it can be used.")


async def _create_key(
    info: Info,
    user: str | None = None,
    title: str = "",
    scopes: list[Scope] | None = None,
    days: int = KEY_DAYS,
) -> Any:
    session = info.context
    wanted = frozenset(scopes) if scopes is not None else frozenset({Scope.READ})
    if not wanted:
        raise BadInput("scopes: a key needs one at least")
    _must_have(session, wanted)
    name = _user(session, user)
    made = await session.change(session.engine.credentials.make_key, name, title, wanted, days)
    return NewApiKey(secret=made[0], key=made[1])  # type: ignore[arg-type]


async def _revoke_key(info: Info, start: str, user: str | None = None) -> bool:
    session = info.context
    await session.change(session.engine.credentials.revoke_key, _user(session, user), start)
    return True


async def _create_link(info: Info, user: str | None = None) -> SignInLink:
    session = info.context
    _must_have(session, EVERY_SCOPE)
    token = await session.change(session.engine.credentials.make_link, _user(session, user))
    address = session.engine.settings.public_url or (session.visit.site if session.visit else "")
    url = sign_in_link(address, token)
    return SignInLink(url=url, expires=datetime.now(UTC) + LINK_LIFE)


def _must_have(session: Session, scopes: frozenset[Scope]) -> None:
    """Raises Forbidden where a key asks for more than it has itself."""
    key = session.caller.key
    if key is not None and not scopes <= key.reach:
        lacking = ", ".join(sorted(scopes - key.reach))
        raise Forbidden(f"this API key cannot give what it does not have: {lacking}")


def _user(session: Session, named: str | None) -> str:
    """Whose credential is meant: who is named, else who asks."""
    if named is not None:
        return named
    if session.caller.account is not None:
        return session.caller.account.name
    if session.caller.is_owner:
        raise BadInput("user: name one, since the command line has no account")
    raise NotSignedIn("sign in for this, or send an API key")


async def _sign_out(info: Info) -> bool:
    session = info.context
    signed_in = session.caller.session
    if signed_in is None:
        raise BadInput("there is no session to end: this request shows no cookie of one")
    await session.change(session.engine.credentials.sign_out, signed_in)
    return True


@strawberry.type
class CredentialMutation:
    """What can be changed of keys and sessions."""

    create_key: NewApiKey | None = strawberry.field(
        resolver=_create_key,
        description="Make an API key for yourself; administrators may for users who have never "
        "signed in and never used a key. A user has at most ten. A key that asks for another gets "
        "no more scopes than it has.",
    )
    revoke_key: bool | None = strawberry.field(
        resolver=_revoke_key,
        description="End an API key, named by its first eight characters after `clew_`.",
    )
    create_sign_in_link: SignInLink | None = strawberry.field(
        resolver=_create_link,
        description="Make a link by which you sign in once; administrators may for users who have "
        "never signed in and never used a key. Older ones end.",
    )
    sign_out: bool | None = strawberry.field(
        resolver=_sign_out, description="End the browser session that makes this request."
    )

"""The mutation by which a user accepts the terms of use."""

from typing import Any

import strawberry
from anyio import to_thread

from api.allowance import Terms
from api.session import Info
from engine.errors import BadInput, NotSignedIn


async def _accept_terms(info: Info, version: str) -> Any:
    session = info.context
    terms, account = session.engine.terms, session.caller.account
    if account is None:
        raise NotSignedIn("only users accept the terms; nobody else has to")
    if terms is None or version != terms.version:
        named = "there are none" if terms is None else f"the version is {terms.version}"
        raise BadInput(f"these are not the terms of use: {named}")
    # whatever the scopes of a key: it changes nothing but what its own user has agreed to
    accept = session.engine.directory.accept_terms
    at = await to_thread.run_sync(accept, account, terms.version)
    return Terms(version=terms.version, text=terms.text, accepted_at=at)


@strawberry.type
class TermsMutation:
    """What can be changed of a user's consent."""

    accept_terms: Terms | None = strawberry.field(
        resolver=_accept_terms,
        description="Accept a version of the terms of use, as a user; until then little else is "
        "answered.",
    )

"""Who an identity provider says somebody is, as an account can hold it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.account import NAME

FORBIDDEN = re.compile(r"[^a-z0-9._+-]+")
LONGEST = 60
"""Characters of a name, so that a number fits behind it."""
FALLBACK = "user"


@dataclass(frozen=True)
class Person:
    """What an account is made of; the name may be taken."""

    name: str
    title: str
    email: str | None


def person_of(claims: Mapping[str, Any]) -> Person:
    """The person that the claims of an ID token describe.

    An e-mail address counts only if the provider says that it has verified it: others could claim
    somebody else's. A name is never an address that is not verified.
    """
    email = text(claims, "email").lower()
    verified = email if claims.get("email_verified") is True and NAME.fullmatch(email) else ""
    preferred = text(claims, "preferred_username").lower()
    wanted = preferred or verified or text(claims, "name").lower()
    if wanted != verified:
        wanted = plain(wanted.partition("@")[0])
    name = wanted if NAME.fullmatch(wanted) else FALLBACK
    title = text(claims, "name") or text(claims, "preferred_username")
    return Person(name, title, verified or None)


def plain(text: str) -> str:
    """A text as a name may be: small letters, digits and . _ + - only."""
    return FORBIDDEN.sub("-", text).strip("-._+")[:LONGEST]


def text(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is a text of one line, at most 200 characters; empty for anything else."""
    value = claims.get(name)
    return " ".join(value.split())[:200] if isinstance(value, str) else ""

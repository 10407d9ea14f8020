"""The cookie of a session: set when somebody signs in, taken away when they sign out.

Scripts cannot read it (HttpOnly), and other sites cannot send it with what changes something
(SameSite). It is signed, so that a forged one costs no look-up.
"""

from starlette.requests import Request
from starlette.responses import Response

from api.credential import COOKIE, sealed
from engine.caller import SESSION_LIFE
from engine.reading import Reading


def keep_session(response: Response, request: Request, engine: Reading, token: str) -> None:
    """Let the browser keep the token of a session."""
    response.set_cookie(
        COOKIE,
        sealed(engine, token),
        max_age=int(SESSION_LIFE.total_seconds()),
        secure=is_secure(request, engine),
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response) -> None:
    """Let the browser forget the token of a session."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def is_secure(request: Request, engine: Reading) -> bool:
    """Whether people reach Clew by https, so that the cookie need not go over anything else."""
    public = engine.settings.public_url
    return public.startswith("https:") or (not public and request.url.scheme == "https")

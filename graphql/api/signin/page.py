"""The pages around signing in: small, without scripts, with every value escaped."""

from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse

from api.asset import template, with_versions
from engine.account import Account, Scope
from engine.caller import KEY_DAYS, LONGEST_KEY_DAYS, MOST_KEYS, ApiKey
from engine.terms import Terms

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # with no-referrer browsers send forms without their origin, as if they were of another site
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page with a title; ``body`` is HTML."""
    text = template("signin.html").substitute(title=escape(title), body=body)
    return HTMLResponse(with_versions(text), status, HEADERS)


def message_page(title: str, message: str, status: int) -> HTMLResponse:
    """A page that says what went wrong, and leads back."""
    body = f'<p>{escape(message)}</p><p><a href="/signin">Sign in</a></p>'
    return page(title, body, status)


def sign_in_page(
    token: str, next_page: str, provider: str | None, terms: Terms | None = None
) -> HTMLResponse:
    """The page with the button that signs in: a link alone does not, since programs open links."""
    parts = []
    if token:
        parts.append(
            '<form method="post" action="/signin">'
            f'<input type="hidden" name="token" value="{escape(token)}">'
            f'<input type="hidden" name="next" value="{escape(next_page)}">'
            f"<p>This link signs you in once.{consent(terms)}</p><button>Sign in</button></form>"
        )
    if provider is not None:
        # a link: no form may lead to another site
        address = f"/oidc/signin?next={quote(next_page, safe='')}"
        parts.append(f'<p><a href="{address}">Sign in with {escape(provider)}</a></p>')
    if not parts:
        parts.append(
            "<p>Open the sign-in link that you were given. Whoever runs this Clew makes one with "
            "<code>clew user link NAME</code>.</p>"
        )
    return page("Sign in to Clew", "".join(parts))


def consent(terms: Terms | None) -> str:
    """The sentence about the terms of use, with the version that whoever goes on accepts."""
    if terms is None:
        return ""
    field = f'<input type="hidden" name="terms" value="{escape(terms.version)}">'
    return f' By signing in you accept the <a href="/terms">terms of use</a>.{field}'


def terms_page(terms: Terms) -> HTMLResponse:
    """The page where a user who has signed in accepts the terms of use."""
    body = (
        '<p>Please read the <a href="/terms">terms of use</a>. '
        "Nothing can be searched or read before you accept them.</p>"
        '<form method="post" action="/account/terms">'
        f'<input type="hidden" name="terms" value="{escape(terms.version)}">'
        "<button>I accept them</button></form>"
        '<form method="post" action="/signout"><button>Sign out</button></form>'
    )
    return page("Terms of use", body)


def account_page(account: Account, keys: list[ApiKey], new: str | None = None) -> HTMLResponse:
    """Who has signed in, with their keys; ``new`` is a key that was made just now."""
    now = datetime.now(UTC)
    lines = [
        f"<p>{escape(account.title or account.name)} (<code>{escape(account.name)}</code>)</p>",
        f"<p>{escape(words('Roles', account.roles))}<br>"
        f"{escape(words('Groups', account.groups))}</p>",
        '<p><a href="/">Search and draw</a></p>',
        '<form method="post" action="/signout"><button>Sign out</button></form>',
        "<h2>API keys</h2>",
    ]
    if new is not None:
        lines.append(
            "<p>Copy this key now: nobody can read it later.</p>"
            f'<p><code class="key">{escape(new)}</code></p>'
        )
    holding = [key for key in keys if key.revoked is None and key.expires > now]
    lines += [key_row(key) for key in holding]
    if len(holding) < MOST_KEYS:
        lines.append(new_key_form())
    return page("Your account", "".join(lines))


def words(name: str, values: frozenset[str]) -> str:
    """A few names in a sentence: ``Roles: journalist``."""
    return f"{name}: {', '.join(sorted(values)) or 'none'}"


def key_row(key: ApiKey) -> str:
    """A key, with a button that revokes it."""
    used = f"last used {key.used:%Y-%m-%d %H:%M}" if key.used else "never used"
    scopes = ", ".join(sorted(key.scopes))
    return (
        '<form method="post" action="/account/revoke" class="row">'
        f"<code>clew_{escape(key.start)}…</code> <span>{escape(key.title)}</span> "
        f"<span>{scopes}; until {key.expires:%Y-%m-%d}; {used}</span> "
        f'<input type="hidden" name="start" value="{escape(key.start)}"><button>Revoke</button>'
        "</form>"
    )


def new_key_form() -> str:
    """The form that makes a key."""
    scopes = "".join(
        f'<label><input type="checkbox" name="scope" value="{scope}"'
        f"{' checked' if scope is Scope.READ else ''}> {scope}</label> "
        for scope in Scope
    )
    return (
        '<form method="post" action="/account/key"><h3>Another key</h3>'
        '<p><label>What for <input name="title" maxlength="200"></label></p>'
        f"<p>{scopes}</p>"
        f'<p><label>Days <input name="days" type="number" min="1" max="{LONGEST_KEY_DAYS}" '
        f'value="{KEY_DAYS}"></label></p><button>Make a key</button></form>'
    )

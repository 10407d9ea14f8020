"""API keys, sign-in links and sessions: which account does this secret belong to?

Secrets are shown once; the graph holds their SHA-256 only (``engine.secret``).
"""

import threading
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.account import Account, Actor, Scope
from engine.caller import (
    KEY_DAYS,
    LINK_LIFE,
    LONGEST_KEY_DAYS,
    MOST_KEYS,
    SESSION_LIFE,
    ApiKey,
    LoginSession,
)
from engine.errors import BadInput, Forbidden
from engine.graph.access.audit import actor_name, add_event, audited
from engine.graph.access.directory import NO_SESSION
from engine.graph.access.rule import account_of, no_account
from engine.graph.connection import Connection, Transaction
from engine.secret import hashed, is_key, key_start, new_key, new_token


class Credentials:
    """The keys, links and sessions that the graph holds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    # --- API keys ---------------------------------------------------------------------------------

    def make_key(
        self,
        by: Actor,
        account: str,
        title: str = "",
        scopes: Collection[Scope] = (Scope.READ,),
        days: int = KEY_DAYS,
    ) -> tuple[str, ApiKey]:
        """A new key, which is shown this once, and what is known of it.

        Raises Forbidden for the key of somebody else (``must_be_new``), BadInput where there are
        ten already, or no such account.
        """
        must_be_own(by, account)
        if not 1 <= days <= LONGEST_KEY_DAYS:
            raise BadInput(f"a key holds from 1 to {LONGEST_KEY_DAYS} days, not {days}")
        key, now = new_key(), datetime.now(UTC)
        expires = now + timedelta(days=days)
        parameters = {
            "account": account,
            "most": MOST_KEYS,
            "hash": hashed(key),
            "start": key_start(key),
            "title": title[:200],
            "scopes": sorted(set(scopes)),
            "expires": expires,
        }
        with audited(self._connection, by, "key made", account, {"start": key_start(key)}) as tx:
            must_be_new(tx, by, account)
            if not tx.run("key_add", parameters):
                raise BadInput(
                    f"{account} has {MOST_KEYS} keys already, as many as it may have: revoke one"
                )
        return key, ApiKey(key_start(key), title[:200], frozenset(scopes), now, expires)

    def account_of_key(self, key: str) -> tuple[Account, ApiKey, LoginSession | None] | None:
        """The account of a key and the key, if both hold; a fake is refused without a look-up.

        The session is that by which the account's identity provider can be asked about it.
        """
        if not is_key(key):
            return None
        digest = hashed(key)
        rows = self._connection.read("key_by_hash", {"hash": digest}, timeout=self._seconds)
        if not rows or rows[0]["account"].get("disabled"):
            return None
        vouching = [session_of(values) for values in rows[0]["vouching"]]
        return account_of(rows[0]), key_of(rows[0]["key"]), vouching[0] if vouching else None

    def mark_used(self, key: str) -> None:
        """Remember that a key has been used now; ``note_used`` writes it down."""
        with self._lock:
            self._used[hashed(key)] = datetime.now(UTC)

    def note_used(self) -> None:
        """Write down when keys were used last; done now and again, not for each request."""
        with self._lock:
            used, self._used = self._used, {}
        if used:
            rows = [{"hash": digest, "at": at} for digest, at in used.items()]
            self._connection.write("key_used", {"rows": rows})

    def keys(self, by: Actor, account: str) -> list[ApiKey]:
        """The keys of an account, newest first; raises Forbidden for those of somebody else."""
        must_be_own(by, account)
        rows = self._connection.read("key_list", {"account": account}, timeout=self._seconds)
        return [key_of(row["key"]) for row in rows]

    def revoke_key(self, by: Actor, account: str, start: str) -> None:
        """End a key, named by its first eight characters."""
        must_be_own(by, account)
        with audited(self._connection, by, "key revoked", account, {"start": start}) as tx:
            if not tx.run("key_revoke", {"account": account, "start": start}):
                raise BadInput(f"{account[:100]!r} has no key that begins with {start[:20]!r}")

    # --- sign-in links ----------------------------------------------------------------------------

    def make_link(self, by: Actor, account: str, life: timedelta = LINK_LIFE) -> str:
        """A token that signs an account in once; older ones of this account end.

        Raises Forbidden for a link of somebody else (``must_be_new``), BadInput.
        """
        must_be_own(by, account)
        token = new_token()
        parameters = {
            "account": account,
            "hash": hashed(token),
            "expires": datetime.now(UTC) + life,
        }
        with self._connection.transaction() as tx:
            must_be_new(tx, by, account)
            if not tx.run("link_add", parameters):
                raise BadInput(f"the account {account} is disabled: enable it first")
            add_event(tx, by, "sign-in link made", account, {})
        return token

    def redeem(self, token: str) -> str | None:
        """The name of the account that a sign-in link is for; it is used up."""
        with self._connection.transaction() as tx:
            rows = tx.run("link_redeem", {"hash": hashed(token)})
        return str(rows[0]["name"]) if rows else None

    # --- sessions ---------------------------------------------------------------------------------

    def sign_in(
        self, account: Account, how: str, life: timedelta = SESSION_LIFE, **values: Any
    ) -> str:
        """The token of a new session; ``values`` are what an identity provider said of it.

        With ``offline`` the provider can be asked by it also once it has ended: about API keys.
        """
        token = new_token()
        parameters = {
            "account": account.name,
            "hash": hashed(token),
            "expires": datetime.now(UTC) + life,
            "values": {"issuer": None, "offline": None, **values},
        }
        with self._connection.transaction() as tx:
            if not tx.run("session_add", parameters):
                raise Forbidden(f"the account {account.name} is disabled")
            if "issuer" in values:
                tx.run("access_change")  # keys that the provider had refused hold again
            add_event(tx, account, "signed in", account.name, {"how": how})
        return token

    def account_of_session(self, token: str) -> tuple[Account, LoginSession] | None:
        """The account of a session and the session, if both hold."""
        parameters = {"hash": hashed(token)}
        rows = self._connection.read("session_by_hash", parameters, timeout=self._seconds)
        if not rows or rows[0]["account"].get("disabled"):
            return None
        return account_of(rows[0]), session_of(rows[0]["session"])

    def set_session(self, session: LoginSession, **values: Any) -> None:
        """Change what is known of a session."""
        with self._connection.transaction() as tx:
            tx.run("session_set", {"hash": session.hash, "values": values})
            tx.run("access_change")

    def claim_check(self, session: LoginSession, due: datetime, stale: datetime) -> bool:
        """Whether the caller is to check a session at its identity provider now.

        It is if the session was checked before ``due`` and no other request claimed it after
        ``stale``. Refresh tokens are used once, so two must never try at a time.
        """
        parameters = {"hash": session.hash, "due": due, "stale": stale, "now": datetime.now(UTC)}
        return bool(self._connection.write("session_claim", parameters))

    def check_state(self, session: LoginSession) -> tuple[datetime | None, bool] | None:
        """When a session was checked last, and whether a claimed check failed; None if it ended."""
        parameters = {"hash": session.hash}
        rows = self._connection.read("session_state", parameters, timeout=self._seconds)
        return (moment(rows[0]["checked"]), bool(rows[0]["failed"])) if rows else None

    def check_failed(self, session: LoginSession) -> None:
        """Note that the identity provider could not be asked."""
        parameters = {"hash": session.hash, "now": datetime.now(UTC)}
        self._connection.write("session_failed", parameters)

    def sign_out(self, by: Actor, session: LoginSession) -> None:
        """End one session."""
        with audited(self._connection, by, "signed out", actor_name(by)) as tx:
            tx.run("session_end", {"hash": session.hash})

    def refuse(self, account: Account, session: LoginSession) -> None:
        """End a session, and its account's keys, since the identity provider does not vouch."""
        by, action = account, "refused by identity provider"
        with audited(self._connection, by, action, account.name) as tx:
            tx.run("session_refuse", {"hash": session.hash})

    def end_sessions(
        self,
        *,
        issuer: str,
        token_id: str,
        expires: datetime,
        subject: str | None = None,
        sid: str | None = None,
    ) -> int | None:
        """End the sessions that an identity provider names; how many there were.

        None where its token was used before; that is remembered until ``expires``.
        """
        parameters = {**NO_SESSION, "issuer": issuer, "subject": subject, "sid": sid}
        once = {"id": hashed(f"{issuer} {token_id}"), "expires": expires}
        with self._connection.transaction() as tx:
            tx.run("access_change")  # takes the lock, so that of two equal tokens one is second
            if not tx.run("logout_once", once)[0]["first"]:
                return None
            return int(tx.run("session_end_all", parameters)[0]["count"])


def must_be_own(by: Actor, account: str) -> None:
    """Raises Forbidden for a key or a link of somebody else, but for administrators."""
    if isinstance(by, Account) and by.name != account and not by.is_staff():
        raise Forbidden("only administrators see and make keys and links of others")


def must_be_new(tx: Transaction, by: Actor, account: str) -> None:
    """Raises Forbidden where ``by`` would get into an account that somebody else uses already.

    Administrators make the first key or link of an account; from the first sign-in, and the first
    use of a key, its keys and links are its own. Only the owner of the data folder, who has all
    the data anyhow, makes others. Raises BadInput where there is no such account.
    """
    rows = tx.run("account_use", {"name": account})
    if not rows:
        raise no_account(account)
    if rows[0]["used"] and isinstance(by, Account) and by.name != account:
        raise Forbidden(
            f"{account} is in use: only {account} makes keys and links for it, and the owner of "
            f"the installation with `clew user link {account}` or `clew user key {account}`"
        )


def key_of(values: Mapping[str, Any]) -> ApiKey:
    """The key that a node's properties tell."""
    return ApiKey(
        values["start"],
        values.get("title") or "",
        frozenset(Scope(scope) for scope in values["scopes"]),
        values["created"].to_native(),
        values["expires"].to_native(),
        moment(values.get("used")),
        moment(values.get("revoked")),
    )


def session_of(values: Mapping[str, Any]) -> LoginSession:
    """The session that a node's properties tell."""
    return LoginSession(
        values["hash"],
        values["expires"].to_native(),
        values.get("issuer"),
        values.get("subject"),
        values.get("sid"),
        moment(values.get("checked")),
        values.get("refresh"),
    )


def moment(value: Any) -> datetime | None:
    """A time of Neo4j's as Python's."""
    return value.to_native() if value is not None else None

"""``clew user``: accounts, their roles, their sign-in links and their API keys."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from api.credential import sign_in_link
from cli.address import address_of
from cli.handle import opened
from cli.terminal import minute, note, show_table
from engine.account import OWNER, Account, Role, Scope
from engine.caller import KEY_DAYS, LINK_LIFE, ApiKey
from engine.engine import Engine
from engine.errors import BadInput

ROLES = click.Choice([role.value for role in Role])
SCOPES = click.Choice([scope.value for scope in Scope])
NAME = click.argument("name", help="The account.")


@click.group("user")
def user_group() -> None:
    """Accounts: who they are, what they may do, and how they sign in."""


@user_group.command("list")
def list_command() -> None:
    """Show all accounts."""
    with opened() as engine:
        accounts = engine.directory.accounts(OWNER)
    headings = ("NAME", "TITLE", "EMAIL", "ROLES", "GROUPS", "CREATED", "STATE")
    show_table(headings, [row_of(account) for account in accounts], folded=("TITLE", "GROUPS"))


def known_account(engine: Engine, name: str) -> Account:
    """The account with this name; raises BadInput."""
    account = engine.directory.account(name)
    if account is None:
        raise BadInput(f"there is no account {name[:100]!r}: `clew user list` names them")
    return account


def row_of(account: Account) -> list[str]:
    """The row of an account in the table."""
    return [
        account.name,
        account.title,
        account.email or "",
        ", ".join(sorted(account.roles)),
        ", ".join(sorted(account.groups)),
        minute(account.created),
        "disabled" if account.disabled else "",
    ]


@user_group.command("add")
@NAME
@click.option("--title", default="", help="The name that people read.")
@click.option("--email", help="The e-mail address.")
@click.option("--role", "roles", multiple=True, type=ROLES, help="A role; repeatable.")
@click.option("--issuer", help="The identity provider that knows this user: its address.")
@click.option("--subject", help="The user's id at the identity provider.")
def add_command(name: str, **values: Any) -> None:
    """Make an account. Without a role it may read what is public or for registered users."""
    together(values)
    with opened() as engine:
        engine.directory.add_account(OWNER, name, **values)
    click.echo(f"{name}: made")
    note(f"To sign in: clew user link {name}; for programs: clew user key {name}")


def together(values: dict[str, Any]) -> None:
    """Raises BadInput where only one of ``issuer`` and ``subject`` is given."""
    if bool(values.get("issuer")) != bool(values.get("subject")):
        raise BadInput("--issuer and --subject go together")


@user_group.command("show")
@NAME
def show_command(name: str) -> None:
    """Show an account, what it was granted, and its keys."""
    with opened() as engine:
        account = known_account(engine, name)
        grants = engine.directory.grants(OWNER)
        keys = engine.credentials.keys(OWNER, name)
    for heading, cell in zip(
        ("name", "title", "email", "roles", "groups", "created", "state"),
        row_of(account),
        strict=True,
    ):
        if cell:
            click.echo(f"{heading:<9} {cell}")
    for grant in grants:
        if grant.to == name or grant.to in account.groups:
            through = f" through {grant.to}" if grant.to != name else ""
            click.echo(f"{'may':<9} {grant.level} {grant.dataset}{through}")
    for key in keys:
        click.echo(f"{'key':<9} {key.start}… {state_of(key)}".rstrip())


@user_group.command("set")
@NAME
@click.option("--title", help="The name that people read.")
@click.option("--email", help="The e-mail address; an empty one removes it.")
@click.option("--role", "roles", multiple=True, type=ROLES, help="A role; repeatable.")
@click.option("--no-role", is_flag=True, help="Take all roles away.")
@click.option("--issuer", help="The identity provider that knows this user: its address.")
@click.option("--subject", help="The user's id at the identity provider.")
def set_command(name: str, roles: Sequence[str], no_role: bool, **given: str | None) -> None:
    """Change an account. Roles that are given replace those that it has."""
    values: dict[str, Any] = {
        field: value or None for field, value in given.items() if value is not None
    }
    together(values)
    if roles and no_role:
        raise BadInput("--role and --no-role contradict each other")
    if roles or no_role:
        values["roles"] = roles
    if not values:
        raise BadInput("nothing to set: give --title, --email, --role … (clew user set --help)")
    with opened() as engine:
        engine.directory.set_account(OWNER, name, **values)
    click.echo(f"{name}: set {', '.join(values)}")


@user_group.command("disable")
@NAME
def disable_command(name: str) -> None:
    """Keep an account out, from its next request on: its keys and its sessions."""
    with opened() as engine:
        engine.directory.set_account(OWNER, name, disabled=True)
    click.echo(f"{name}: disabled")


@user_group.command("enable")
@NAME
def enable_command(name: str) -> None:
    """Let a disabled account in again; its keys hold again, its sessions have ended."""
    with opened() as engine:
        engine.directory.set_account(OWNER, name, disabled=False)
    click.echo(f"{name}: enabled")


@user_group.command("remove")
@NAME
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def remove_command(name: str, yes: bool) -> None:
    """Delete an account with its keys, its sessions and its grants. What it added stays."""
    with opened() as engine:
        if engine.directory.account(name) is not None and not yes:
            click.confirm(f"Delete the account {name}? This cannot be undone", abort=True, err=True)
        engine.directory.remove_account(OWNER, name)
    click.echo(f"{name}: removed")


@user_group.command("link")
@NAME
def link_command(name: str) -> None:
    """Print a link by which a user signs in, once. Older ones of the same user end."""
    with opened() as engine:
        token = engine.credentials.make_link(OWNER, name)
        click.echo(sign_in_link(address_of(engine.settings), token))
    note(f"It can be used once, for {LINK_LIFE.seconds // 60} minutes. Give it to {name} only.")


@user_group.command("key")
@NAME
@click.option("--title", default="", help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=SCOPES,
    default=[Scope.READ.value],
    help="What it may be used for; repeatable. Without it, only to read.",
)
@click.option(
    "--days", type=int, default=KEY_DAYS, show_default=True, help="How long the key holds."
)
def key_command(name: str, title: str, scopes: Sequence[str], days: int) -> None:
    """Make an API key. It is printed this once: nobody can read it later."""
    with opened() as engine:
        key, known = engine.credentials.make_key(
            OWNER, name, title, [Scope(scope) for scope in scopes], days
        )
        site = address_of(engine.settings)
    click.echo(key)
    where = "Send it in the header Authorization: Bearer …"
    if known.scopes == {Scope.RECONCILE}:
        where = f"For OpenRefine: {site}/reconcile/ with the key behind it"
    note(
        f"It may {' and '.join(sorted(known.scopes))}, and holds until {minute(known.expires)}. "
        f"{where}"
    )


@user_group.command("keys")
@NAME
def keys_command(name: str) -> None:
    """Show the keys of an account, the newest first."""
    with opened() as engine:
        known_account(engine, name)
        keys = engine.credentials.keys(OWNER, name)
    rows = [
        [
            key.start,
            key.title,
            ", ".join(sorted(key.scopes)),
            minute(key.created),
            minute(key.expires),
            minute(key.used) or "never",
            state_of(key),
        ]
        for key in keys
    ]
    headings = ("STARTS", "TITLE", "SCOPES", "CREATED", "EXPIRES", "USED", "STATE")
    show_table(headings, rows, folded=("TITLE",))


def state_of(key: ApiKey) -> str:
    """Whether a key has ended, in a word; empty for one that holds."""
    if key.revoked is not None:
        return "revoked"
    return "expired" if key.expires <= datetime.now(UTC) else ""


@user_group.command("revoke")
@NAME
@click.argument("start", help="The first eight characters of the key after clew_.")
def revoke_command(name: str, start: str) -> None:
    """End an API key, from the next request on."""
    with opened() as engine:
        engine.credentials.revoke_key(OWNER, name, start.removeprefix("clew_")[:8])
    click.echo(f"{name}: revoked the key {start}")

"""What ``clew doctor`` looks at: each check answers what it found, and what to do about it."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import psutil
import redis
import requests

from cli.address import FILE as ADDRESS_FILE
from cli.terminal import interruption
from engine.account import OWNER, OWNER_ACCOUNT
from engine.dataset import Visibility
from engine.engine import Engine
from engine.settings import Settings

GIB = 1024**3
LEAST_FREE = 5 * GIB
LEAST_FREE_SHARE = 0.1
MOST_MEMORY = 0.85
"""The part of the machine that Neo4j and the API may take."""
API_MB = 800
"""MiB that one API process takes, with the process that compares records for it."""
BEHIND = 10
"""Revisions that an index may be behind for a moment."""
SOON = timedelta(days=14)
GUESSED = {"", "neo4j", "password", "changeme", "secret", "admin", "test", "at-least-8-characters"}
SHORTEST_PASSWORD = 8
SHOWN = 5
TIMEOUT = 5


class Grade(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing."""
    WARNING = "warning"
    """Not well, or soon not well."""
    FAULT = "fault"
    """Unsafe, or broken."""


@dataclass(frozen=True)
class Finding:
    """What one look found, in a sentence; for all but what is well, what to do."""

    grade: Grade
    text: str
    advice: str = ""


Findings = Iterator[Finding]


def ok(text: str) -> Finding:
    """Something is as it should be."""
    return Finding(Grade.OK, text)


def is_public(settings: Settings) -> bool:
    """Whether more than this machine reaches the installation."""
    if settings.public_url and urlsplit(settings.public_url).hostname not in ("localhost", None):
        return True
    try:
        return not ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host != "localhost"


# --- safety -----------------------------------------------------------------------------------


def files(settings: Settings, _: Engine) -> Findings:
    """Who may read the data folder: it holds the password of Neo4j and the secret of sessions."""
    open_ones = [
        path.name or str(path)
        for path in (settings.data.resolve(), *settings.data.glob("*password*"))
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP)
    ]
    if open_ones:
        yield Finding(
            Grade.WARNING,
            f"other users of this machine can read {', '.join(open_ones)}",
            f"chmod 700 {settings.data.resolve()}",
        )
    else:
        yield ok("only you can read the data folder")


def passwords(settings: Settings, _: Engine) -> Findings:
    """Whether the password of a named Neo4j is one that everybody tries first."""
    if not settings.neo4j_uri:
        yield ok("Neo4j has a generated password and listens on loopback only")
    elif settings.neo4j_password.lower() in GUESSED or (
        len(settings.neo4j_password) < SHORTEST_PASSWORD
    ):
        yield Finding(
            Grade.FAULT,
            "the password of Neo4j is empty, short, or one that everybody tries first",
            "ALTER CURRENT USER SET PASSWORD in Neo4j, and set CLEW_NEO4J_PASSWORD",
        )
    else:
        yield ok("the password of Neo4j is no default")


def transport(settings: Settings, _: Engine) -> Findings:
    """Whether what people send and get can be read on the way."""
    if not is_public(settings):
        yield ok("only this machine reaches Clew")
    elif not settings.public_url.startswith("https://"):
        yield Finding(
            Grade.FAULT,
            "other machines reach Clew without TLS: keys and sessions can be read on the way",
            "put a TLS proxy before it and set CLEW_PUBLIC_URL=https://… (docs/hosting.md)",
        )
    elif not settings.trusted_proxies:
        yield Finding(
            Grade.WARNING,
            "no proxy is trusted, so all callers have the proxy's address and share its limits",
            "set CLEW_TRUSTED_PROXIES to the address of the proxy",
        )
    else:
        yield ok(f"people reach Clew at {settings.public_url}")


def limits(settings: Settings, _: Engine) -> Findings:
    """Whether strangers may ask without end."""
    if settings.rate_limit == "off" and is_public(settings):
        yield Finding(
            Grade.FAULT, "rate limits are off, and strangers reach Clew", "set CLEW_RATE_LIMIT=on"
        )
    else:
        yield ok(f"rate limits are {settings.rate_limit}")
    if settings.origins == "*":
        yield Finding(
            Grade.NOTE,
            "pages of any origin may read what anonymous callers may",
            "name the pages in CLEW_ORIGINS if that is not meant",
        )


def readers(_: Settings, engine: Engine) -> Findings:
    """What everybody may read."""
    datasets = engine.datasets(engine.owner_access())
    public = [each.name for each in datasets if each.visibility is Visibility.PUBLIC]
    if public:
        more = f" and {len(public) - SHOWN} more" if len(public) > SHOWN else ""
        yield Finding(
            Grade.NOTE,
            f"everybody may read {', '.join(public[:SHOWN])}{more}",
            "clew dataset publish NAME --restricted, for one that is not meant to be public",
        )
    else:
        yield ok("no dataset is public")


def accounts(settings: Settings, engine: Engine) -> Findings:
    """Whether somebody besides the owner manages the accounts, and how people sign in."""
    known = [each for each in engine.directory.accounts(OWNER) if not each.disabled]
    people = [each for each in known if each.name != OWNER_ACCOUNT]
    if people and not any(each.is_staff() for each in people):
        yield Finding(
            Grade.NOTE,
            "nobody but the owner manages the accounts",
            "clew user set NAME --role administrator",
        )
    if people and not settings.oidc_url and is_public(settings):
        yield Finding(
            Grade.NOTE,
            "people sign in by links that you make: there is no identity provider",
            "set CLEW_OIDC_URL (docs/access.md)",
        )
    yield ok(f"{len(known)} accounts can sign in")


def keys(_: Settings, engine: Engine) -> Findings:
    """Which API keys are about to end."""
    now = datetime.now(UTC)
    ending = [
        f"{account.name} ({key.start})"
        for account in engine.directory.accounts(OWNER)
        for key in engine.credentials.keys(OWNER, account.name)
        if not account.disabled and key.revoked is None and now < key.expires < now + SOON
    ]
    if ending:
        yield Finding(
            Grade.NOTE,
            f"{len(ending)} API keys end within {SOON.days} days: {', '.join(ending[:SHOWN])}",
            "tell their users to make new ones",
        )


# --- health -----------------------------------------------------------------------------------


def disk(settings: Settings, _: Engine) -> Findings:
    """Whether there is room for another load."""
    usage = shutil.disk_usage(settings.data)
    text = f"{usage.free / GIB:.1f} GiB of the disk are free ({usage.free / usage.total:.0%})"
    if usage.free < LEAST_FREE or usage.free < LEAST_FREE_SHARE * usage.total:
        advice = "make room: on a full disk loads stop, and Neo4j with them"
        yield Finding(Grade.WARNING, text, advice)
    else:
        yield ok(text)


def memory(_: Settings, engine: Engine) -> Findings:
    """Whether Neo4j has taken more memory than the machine can spare."""
    server = engine.server()
    if server is None:
        return
    wanted = server.memory["heap_mb"] + server.memory["pagecache_mb"] + API_MB
    total = psutil.virtual_memory().total // 1024**2
    text = f"Neo4j and the API may take {wanted:,} of {total:,} MiB of memory"
    if wanted > MOST_MEMORY * total:
        yield Finding(Grade.WARNING, text, "set CLEW_HEAP_MB and CLEW_PAGECACHE_MB lower")
    else:
        yield ok(text)


def stores(_: Settings, engine: Engine) -> Findings:
    """Whether Neo4j answers, the index keeps up, and deletions were finished."""
    health = engine.health()
    if health["neo4j"] != "ok":
        yield Finding(Grade.FAULT, f"Neo4j: {health['neo4j']}", "look into its log (docs)")
        return
    behind = engine.revision() - engine.index_revision()
    if behind > BEHIND:
        yield Finding(
            Grade.WARNING,
            f"the index is {behind:,} revisions behind the graph: searches miss what is new",
            "clew up brings it up to date; clew reindex makes it anew",
        )
    else:
        yield ok("Neo4j answers, and the index is up to date")
    for name, began in engine.interrupted().items():
        yield Finding(
            Grade.WARNING,
            f"{name}: {interruption(began)}",
            "load or crawl it again: that writes the rest, and removes what is gone",
        )
    if names := engine.deleting():
        yield Finding(
            Grade.WARNING,
            f"the deletion of {', '.join(names[:SHOWN])} was interrupted",
            "clew up finishes it, or clew dataset delete NAME",
        )


def datasets(_: Settings, engine: Engine) -> Findings:
    """Whether the datasets are as fresh as their sources."""
    late = engine.datasets(engine.owner_access(), overdue=True)
    if late:
        yield Finding(
            Grade.NOTE,
            f"{len(late)} datasets are overdue: {', '.join(each.name for each in late[:SHOWN])}",
            "clew dataset list --overdue; clew crawl --due",
        )
    else:
        yield ok("no dataset is overdue")


def rates(_: Settings, engine: Engine) -> Findings:
    """Which currencies sums are converted from, where they are: a bad table ends the start."""
    if engine.rates is not None:
        names = sorted(engine.rates.series)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        known = ", ".join(names[:SHOWN]) + more
        yield ok(f"sums are converted to {engine.rates.currency}, from {known}")


def queue(settings: Settings, _: Engine) -> Findings:
    """Whether the Redis that the settings name answers."""
    if not settings.redis_url:
        return
    try:
        with redis.Redis.from_url(settings.redis_url, socket_timeout=TIMEOUT) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        yield Finding(
            Grade.FAULT,
            f"Redis does not answer, so each process counts by itself: {type(error).__name__}",
            "start it, or correct CLEW_REDIS_URL",
        )
    else:
        yield ok("Redis answers")


def web(settings: Settings, _: Engine) -> Findings:
    """Whether the API runs and says that it is well."""
    try:
        address = (settings.data / ADDRESS_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        yield Finding(Grade.NOTE, "the API does not run", "clew up")
        return
    try:
        answer = requests.get(f"{address}/healthz", timeout=TIMEOUT)
    except requests.RequestException:
        yield Finding(
            Grade.FAULT,
            f"the API at {address} does not answer",
            "look into its log; start it again",
        )
        return
    if answer.ok:
        yield ok(f"the API at {address} is well")
    else:
        yield Finding(Grade.FAULT, f"the API says {answer.text[:200]}", "see above, and its log")


CHECKS: tuple[Callable[[Settings, Engine], Findings], ...] = (
    web,
    stores,
    queue,
    disk,
    memory,
    transport,
    limits,
    passwords,
    files,
    accounts,
    keys,
    readers,
    datasets,
    rates,
)


def examined(settings: Settings, engine: Engine) -> list[Finding]:
    """All findings, in the order of the checks."""
    return [finding for check in CHECKS for finding in check(settings, engine)]

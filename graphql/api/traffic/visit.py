"""What one request takes: a request when it arrives, points when its caller and cost are known.

A request counts for the account whose key or session it shows, with all keys together: somebody
with ten keys gets no more than somebody with one. Otherwise it counts for the address: together
with all that come without a credential, or, where the request shows one that this process has not
seen yet, together with all of that kind. So a flood of anonymous requests does not shut out a user
at the same address. Credentials that are not valid have a limit of their own too: nobody can guess,
or make the graph look up, without end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from anyio import to_thread
from starlette.requests import Request

from api.credential import Credential
from api.error import Refused
from api.http.exchange import exchange_of
from api.terms import LINK
from api.traffic.address import client_address
from api.traffic.gate import Gate
from api.traffic.header import rate_limit_headers
from api.traffic.meter import Quota, TooMany
from api.traffic.policy import Policy, Tier
from engine.account import Account
from engine.caller import Caller
from engine.errors import NotSignedIn, TermsNotAccepted
from engine.network import caller_network
from engine.secret import hashed

T = TypeVar("T")

WITHOUT_TERMS = frozenset({"__typename", "acceptTerms", "me", "rateLimit", "signOut", "terms"})
"""What users may ask before they have accepted the terms of use."""


@dataclass(frozen=True)
class Asked:
    """What an operation asks for: its cost in points, and the names of its root fields.

    What is no GraphQL, such as an export, has no fields.
    """

    cost: int
    fields: frozenset[str] = frozenset()


class Visit:
    """One request at the gate."""

    def __init__(self, gate: Gate, request: Request, credential: Credential) -> None:
        self._gate = gate
        self._request = request
        self._credential = credential
        self.address = client_address(request.scope, gate.proxies)
        self._who = f"address {caller_network(self.address)}"
        self._tier: Tier | None = None
        self.site = f"{request.url.scheme}://{request.url.netloc}"
        """The address under which the caller asks; its host is one that the settings name."""
        self.exchange = exchange_of(request.scope)
        self.cost = 0

    async def arrive(self) -> None:
        """Take one request; raises Refused, with a status, where there are too many."""
        if await self._gate.limits(self._request):
            self._tier = self._gate.policies.anonymous
            await self._counted(self._take_request)

    def admit(self, find: Callable[[], Caller], asked: Asked) -> Caller:
        """Who makes the request, whose points are taken; runs in a thread.

        Raises NotSignedIn for a credential that is not valid, Refused for a query that costs more
        than this caller may ever pay, or more than is left.
        """
        self.cost = asked.cost
        try:
            caller = find()
        except NotSignedIn:
            self.note_failure()
            raise
        if caller.account is not None:
            self._become(caller.account.name)
            self._check_terms(caller.account, asked.fields)
        self._take_points()
        return caller

    def note_caller(self, caller: Caller) -> str:
        """Note for the log who calls; who takes turns with others."""
        if caller.account is None:
            return caller_network(self.address)
        self.exchange.account = caller.account.name
        return f"account {caller.account.name}"

    def take_bytes(self, amount: int, *, exported: bool) -> None:
        """Take bytes of what the caller may export or upload; raises Refused."""
        policies = self._byte_policies(exported)
        if amount and policies:
            self._check(lambda: self._gate.meter.take(policies, self._who, amount))

    def check_bytes(self, *, exported: bool) -> None:
        """Raises Refused where nothing is left of what the caller may export or upload."""
        policies = self._byte_policies(exported)
        self._check(lambda: self._gate.meter.check(policies, self._who))

    def _byte_policies(self, exported: bool) -> tuple[Policy, ...]:
        policies = self._gate.policies
        if self._tier is None:
            return ()
        if not exported:
            return policies.uploads
        is_anonymous = self._tier is policies.anonymous
        return policies.anonymous_exports if is_anonymous else policies.registered_exports

    async def headers(self) -> dict[str, str]:
        """The headers that tell what is left, and where the terms of use are."""
        link = {} if self._gate.engine.terms is None else {"Link": LINK}
        return link | rate_limit_headers(await self._counted(self.quotas))

    def quotas(self) -> list[Quota]:
        """What is left of each limit that holds for this caller."""
        if self._tier is None:
            return []
        return self._gate.meter.quotas((*self._tier.requests, *self._tier.points), self._who)

    async def points(self) -> list[Quota]:
        """What is left of each limit on points."""
        tier = self._tier
        if tier is None:
            return []
        return await self._counted(lambda: self._gate.meter.quotas(tier.points, self._who))

    async def _counted(self, count: Callable[[], T]) -> T:
        """What a call of the counters answers; in a thread where they wait for the network."""
        return await to_thread.run_sync(count) if self._gate.meter.is_remote else count()

    def _take_request(self) -> None:
        meter, policies = self._gate.meter, self._gate.policies
        shown = self._shown()
        account = self._gate.account_of(shown) if shown else None
        if account is not None:
            self._who, self._tier = f"account {account}", policies.registered
        elif shown:
            self._check(lambda: meter.check(policies.failures, self._who))
        assert self._tier is not None
        requests = self._tier.requests
        who = f"{self._who} unseen" if shown and account is None else self._who
        self._check(lambda: meter.take(requests, who))

    def _take_points(self) -> None:
        if self._tier is None:
            return
        most, points = self._tier.most, self._tier.points
        if most is not None and self.cost > most:
            raise too_complex(self.cost, most, self._tier.name)
        self._check(lambda: self._gate.meter.take(points, self._who, self.cost))

    def _become(self, account: str) -> None:
        """Count for an account from now on; the request too, if it counted for the address."""
        who = f"account {account}"
        if self._tier is None or self._who == who:
            return
        self._who, self._tier = who, self._gate.policies.registered
        if shown := self._shown():
            self._gate.remember(shown, account)
        requests = self._tier.requests
        self._check(lambda: self._gate.meter.take(requests, who))

    def _check_terms(self, account: Account, fields: frozenset[str]) -> None:
        """Raises TermsNotAccepted for what needs the terms of use to be accepted."""
        terms = self._gate.engine.terms
        is_free = bool(fields) and fields <= WITHOUT_TERMS
        if terms is not None and account.terms != terms.version and not is_free:
            again = "" if account.terms is None else "They have changed. "
            raise TermsNotAccepted(
                f"Accept the terms of use first. {again}Read them at /terms or with "
                "{ terms { version text } }, and accept them with "
                f'mutation {{ acceptTerms(version: "{terms.version}") {{ version }} }}'
            )

    def note_failure(self, kind: str | None = None) -> None:
        """Count a key, a session or a link that is not valid, for the address it came from."""
        self._gate.remember(self._shown() or "", None)
        kind = kind or ("key" if self._credential.key else "session")
        if self._tier is not None:
            self._who = f"address {caller_network(self.address)}"
            self._tier = self._gate.policies.anonymous
        self._check(lambda: self._gate.fail(self.address, kind, counts=self._tier is not None))

    def _shown(self) -> str | None:
        """The hash of the key or the session that the request shows."""
        secret = self._credential.key or self._credential.session
        return hashed(secret) if secret else None

    def _check(self, take: Callable[[], None]) -> None:
        try:
            take()
        except TooMany as error:
            raise too_many(error.policy, error.wait) from None


def too_many(policy: Policy, wait: int) -> Refused:
    """The error for a caller who has taken what a limit allows."""
    window = f"{policy.amount:,} {policy.unit} in {policy.window:,} s"
    if policy.unit == "failures":
        window = f"{policy.amount:,} credentials that are not valid in {policy.window:,} s"
    return Refused(
        f"Too many {policy.unit}: at most {window}. Ask again in {wait} s.",
        "RATE_LIMITED",
        429,
        {"Retry-After": str(wait)},
    )


def too_complex(cost: int, most: int, tier: str) -> Refused:
    """The error for a query that costs more than its caller may ever pay."""
    return Refused(
        f"The operation costs {cost:,} points: at most {most:,} for {tier} callers. "
        "Ask for smaller pages, for fewer pages within pages, or for fewer paths.",
        "QUERY_TOO_COMPLEX",
        400,
    )

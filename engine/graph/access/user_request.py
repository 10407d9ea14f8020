"""Requests of users to the data team, and who may take a whole dataset as a file."""

from collections.abc import Mapping
from typing import Any

from engine.access import Access
from engine.account import Account, Actor, Level, Owner, Role
from engine.caller import Caller
from engine.dataset import Dataset, ExportPolicy
from engine.errors import BadInput, Forbidden, NotSignedIn
from engine.graph.access.audit import audited
from engine.graph.access.directory import Directory
from engine.graph.connection import Connection
from engine.user_request import RequestKind, RequestState, UserRequest

ASKING = frozenset({Role.JOURNALIST, Role.DATA_TEAM})
"""Who may ask for exports."""
MOST_OPEN = 20
"""Open requests of one user."""
MOST_LISTED = 1_000
LONGEST = 5_000
"""Characters of a reason or an answer."""


class UserRequests:
    """The requests that the graph holds."""

    def __init__(self, connection: Connection, deadline: float, directory: Directory) -> None:
        self._connection = connection
        self._seconds = deadline
        self._directory = directory

    # --- asking and answering ---------------------------------------------------------------------

    def ask_export(self, by: Actor, dataset: Dataset | None, reason: str) -> UserRequest:
        """Ask to export a dataset; None is one that is not there for who asks.

        Raises Forbidden for who is no journalist, BadInput where nobody need ask, or may.
        """
        account = must_be_account(by)
        if dataset is None:
            raise BadInput("there is no such dataset, or none that you may see")
        if not account.roles & ASKING:
            raise Forbidden("only journalists ask for exports: ask an administrator for the role")
        if dataset.export_policy is ExportPolicy.NOBODY:
            raise BadInput(
                f"nobody exports the dataset {dataset.name}: its policy does not allow it"
            )
        if dataset.export_policy is not ExportPolicy.MEMBERS:
            raise BadInput(f"you may export the dataset {dataset.name} without asking")
        return self._file(account, RequestKind.EXPORT, dataset.name, reason, None)

    def ask_dataset(self, by: Actor, title: str, url: str | None, reason: str) -> UserRequest:
        """Ask the data team to load a source."""
        account = must_be_account(by)
        if url is not None and not url.startswith(("http://", "https://")):
            raise BadInput("url: give a web address that begins with http:// or https://")
        subject = short(" ".join(title.split()), "title", 300)
        return self._file(account, RequestKind.DATASET, subject, reason, url)

    def _file(
        self, by: Account, kind: RequestKind, subject: str, reason: str, url: str | None
    ) -> UserRequest:
        parameters = {
            "by": by.name,
            "kind": kind,
            "subject": subject,
            "reason": short(reason, "reason", LONGEST),
            "url": short(url, "url", 2_000) if url is not None else None,
            "most": MOST_OPEN,
        }
        with audited(self._connection, by, f"{kind} requested", subject) as tx:
            if tx.run("request_same", parameters):
                raise BadInput("you have asked for this already: it waits for an answer")
            rows = tx.run("request_add", parameters)
            if not rows:
                raise BadInput(f"you have {MOST_OPEN} open requests: wait for answers first")
        return request_of(rows[0]["request"])

    def answer(self, by: Actor, id: str, granted: bool, answer: str = "") -> UserRequest:
        """Grant or refuse a request; again, another answer takes the place of the first.

        An export is granted by who manages its dataset, a new dataset by the data team. Raises
        BadInput for a request that is not there for ``by``.
        """
        found = self._connection.read("request_by_id", {"id": id}, timeout=self._seconds)
        if not found or not self._may_answer(by, request_of(found[0]["request"])):
            raise BadInput("there is no such request that you may answer")
        request = request_of(found[0]["request"])
        state = RequestState.GRANTED if granted else RequestState.REFUSED
        parameters = {
            "id": id,
            "state": state,
            "answer": short(answer, "answer", LONGEST) if answer.strip() else None,
            "by": by.name if isinstance(by, Account) else None,
        }
        detail = {"by": request.by, "state": state}
        with audited(self._connection, by, "request answered", request.subject, detail) as tx:
            rows = tx.run("request_answer", parameters)
        return request_of(rows[0]["request"])

    def _may_answer(self, by: Actor, request: UserRequest, access: Access | None = None) -> bool:
        if isinstance(by, Owner) or Role.DATA_TEAM in by.roles:
            return True
        known = access or self._directory.access(by)
        return request.kind is RequestKind.EXPORT and known.may(Level.MANAGE, request.subject)

    def listed(
        self,
        by: Actor,
        kind: RequestKind | None = None,
        state: RequestState | None = None,
    ) -> list[UserRequest]:
        """One's own requests and those that one may answer, newest first; at most 1,000."""
        parameters = {"by": None, "kind": kind, "state": state, "limit": MOST_LISTED}
        rows = self._connection.read("request_list", parameters, timeout=self._seconds)
        requests = [request_of(row["request"]) for row in rows]
        if isinstance(by, Owner):
            return requests
        access = self._directory.access(by)
        return [
            each for each in requests if each.by == by.name or self._may_answer(by, each, access)
        ]

    # --- exports ----------------------------------------------------------------------------------

    def must_export(self, caller: Caller, dataset: Dataset) -> None:
        """Raises NotSignedIn or Forbidden where a caller may not take a whole dataset.

        The caller may read it. Who manages it may take it whatever its policy, unless that is that
        nobody may.
        """
        if caller.is_owner:
            return
        policy, account = dataset.export_policy, caller.account
        if policy is ExportPolicy.NOBODY:
            raise Forbidden(f"nobody exports the dataset {dataset.name}: its policy is so")
        if policy is ExportPolicy.EVERYONE:
            return
        if account is None:
            raise NotSignedIn(
                f"the dataset {dataset.name} is exported by registered users: sign in"
            )
        if policy is ExportPolicy.REGISTERED or caller.access.may(Level.MANAGE, dataset.name):
            return
        parameters = {"by": account.name, "dataset": dataset.name}
        if not self._connection.read("request_granted", parameters, timeout=self._seconds):
            raise Forbidden(
                f"the dataset {dataset.name} is exported on request: ask with requestExport"
            )


def request_of(values: Mapping[str, Any]) -> UserRequest:
    """The request that a node's properties tell."""
    answered = values.get("answered_at")
    return UserRequest(
        values["id"],
        RequestKind(values["kind"]),
        values["subject"],
        values["reason"],
        values["by"],
        values["at"].to_native(),
        values.get("url"),
        RequestState(values["state"]),
        values.get("answer"),
        values.get("answered_by"),
        answered.to_native() if answered is not None else None,
    )


def must_be_account(by: Actor) -> Account:
    """The account of who asks; raises BadInput for the command line, which need not ask."""
    if isinstance(by, Owner):
        raise BadInput("the owner of the data folder need not ask: clew load, clew export")
    return by


def short(text: str, what: str, longest: int) -> str:
    """A text that is neither empty nor too long; raises BadInput."""
    stripped = text.strip()
    if not stripped or len(stripped) > longest or "\0" in stripped:
        raise BadInput(f"{what}: write 1 to {longest:,} characters")
    return stripped

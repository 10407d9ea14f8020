"""Mutations of files: read again what failed."""

from functools import partial

import strawberry

from api.session import Info
from engine.account import Actor
from engine.document import Reason
from engine.engine import Engine


def retry(
    engine: Engine, actor: Actor, dataset: str, reasons: list[Reason], passwords: list[str]
) -> int:
    """Let files wait again, and keep passwords for who reads them; raises Forbidden."""
    engine.directory.must_load(actor, dataset, by_hand=True)
    engine.documents.keep_passwords(dataset, passwords)
    return engine.documents.retry(dataset, reasons)


async def _retry_files(
    info: Info,
    dataset: str,
    reasons: list[Reason] | None = None,
    passwords: list[str] | None = None,
) -> int:
    session = info.context
    again = list(Reason) if reasons is None else reasons
    work = partial(retry, session.engine)
    return await session.change(work, dataset, again, passwords or [])


@strawberry.type
class FileMutation:
    """What can be changed of files."""

    retry_files: int | None = strawberry.field(
        resolver=_retry_files,
        description="Read the files of a dataset again that failed, or were read in part, for "
        "these reasons (all, if none are named); how many there are. Passwords are tried with "
        "those that are encrypted, and forgotten. For who may write to the dataset.",
    )

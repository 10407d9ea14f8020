"""``clew judgement``: writes and reads judgements in nomenklatura's format, and undoes them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO

import click

from cli.handle import opened
from cli.terminal import note
from engine.account import OWNER
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput
from engine.investigation import new_id
from engine.judgement import JUDGED_AT_ONCE, Judgement
from engine.question import JudgementQuestion
from engine.resolver import CANONICAL, Line, Plan, lines_of, planned, written

PAGE = 1_000
"""Judgements, and ids, that are read at a time."""
LISTED = 50
"""Lines that are told of one by one."""
COLLECTION = click.option(
    "--collection",
    metavar="NAME",
    required=True,
    help="The dataset or investigation that the judgements belong to.",
)


@click.group("judgement")
def judgement_group() -> None:
    """Read, write and undo what was judged of pairs of records."""


@judgement_group.command("export")
@click.argument(
    "file",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="Where to write; - is stdout.",
)
@COLLECTION
@click.option(
    "--own-ids",
    is_flag=True,
    help="Write ids as datasets write them, as in files of FollowTheMoney.",
)
def export_command(file: IO[str], collection: str, own_ids: bool) -> None:
    """Write the judgements of a collection in the format of nomenklatura's resolver."""
    with opened() as engine:
        must_be_there(engine, collection)
        judgements = list(all_judgements(engine, collection))
        engine.audit.note(OWNER, "judgements exported", collection, pairs=len(judgements))
    lines, left_out = written(judgements, own_ids=own_ids)
    file.writelines(f"{line}\n" for line in lines)
    for judgement in left_out[:LISTED]:
        note(f"Left out: {judgement.left} and {judgement.right} have one id in their datasets")
    note(f"{len(judgements) - len(left_out):,} judgements written, {len(left_out):,} left out")


@judgement_group.command("import")
@click.argument(
    "file", type=click.File("r", encoding="utf-8"), help="A file as nomenklatura dumps it."
)
@COLLECTION
@click.option(
    "--dataset",
    "datasets",
    metavar="NAME",
    multiple=True,
    help="Where to look for ids without a dataset; repeatable. Without it, in all datasets.",
)
@click.option(
    "--rest",
    type=click.File("w", encoding="utf-8"),
    help="Write the lines here that were left out, to be read again when their records are there.",
)
def import_command(
    file: IO[str], collection: str, datasets: Sequence[str], rest: IO[str] | None
) -> None:
    """Take over the judgements of a file of nomenklatura's resolver.

    Reading a file again changes nothing that it has told before.
    """
    lines, suggestions = lines_of(file)
    with opened() as engine:
        must_be_there(engine, collection)
        known, why = found(engine, {end for line in lines for end in line.ends}, datasets)
        plan = planned(lines, known, why)
        operation = new_id()
        made, unchanged, refused = judge_all(engine, collection, plan, operation)
    left_out = [*plan.left_out, *refused]
    tell(left_out)
    if rest is not None:
        rest.writelines(f"{line.text}\n" for line in context(lines, left_out))
    note(f"{made:,} pairs judged, {unchanged:,} known before, {len(left_out):,} lines left out")
    if suggestions:
        note(f"{suggestions:,} suggestions are no judgements: clew xref makes its own")
    if made:
        note(f"To undo this: clew judgement undo {operation} --collection {collection}")


def judge_all(
    engine: Engine, collection: str, plan: Plan, operation: str
) -> tuple[int, int, list[tuple[Line, str]]]:
    """Judge what a file tells: how much was new, how much known, and what was refused."""
    made, unchanged, refused = 0, 0, list[tuple[Line, str]]()
    pairs = iter(plan.judgings)
    while batch := list(islice(pairs, JUDGED_AT_ONCE)):
        of = {judging.ends: line for judging, line in batch}
        judgings = [judging for judging, _ in batch]
        outcome = engine.judgements.judge(
            OWNER, collection, judgings, each=True, operation=operation
        )
        made += len(outcome.made)
        unchanged += len(outcome.unchanged)
        refused += [(of[judging.ends], str(error)) for judging, error in outcome.refused]
    return made, unchanged, refused


@judgement_group.command("undo")
@click.argument("operation", help="Its name, which the import or the review has told.")
@COLLECTION
def undo_command(operation: str, collection: str) -> None:
    """Undo all judgements that were made in one operation: an import, a review in bulk.

    What held before holds again. A pair that was judged again since then stays as it is.
    """
    with opened() as engine:
        undone = engine.judgements.undo(OWNER, collection, operation=operation)
    note(f"{len(undone):,} judgements undone")


def must_be_there(engine: Engine, collection: str) -> None:
    """Raises BadInput for a collection that is not there."""
    if collection not in engine.owner_access().datasets:
        raise BadInput(f"there is no dataset or investigation {collection[:100]!r}")


def all_judgements(engine: Engine, collection: str) -> Iterator[Judgement]:
    """The judgements of a collection, page by page."""
    access, after = engine.owner_access(), None
    while True:
        question = JudgementQuestion(collection, first=PAGE, after=after)
        page = engine.judgements.listed(question, access)
        yield from page.items
        if not page.has_next:
            return
        after = page.cursors[-1]


def found(
    engine: Engine, ids: set[str], datasets: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The record of each id that is there, and of the others why there is none."""
    access = engine.owner_access()
    for name in datasets:
        if name not in access.datasets:
            raise BadInput(f"there is no dataset {name[:100]!r}")
    names = sorted(datasets or access.datasets)
    wanted: dict[str, list[str]] = {}
    for id_ in sorted(ids):
        for whole in [id_] if ":" in id_ else [f"{name}:{id_}" for name in names]:
            wanted.setdefault(whole, []).append(id_)
    there: dict[str, list[str]] = {}
    for whole in records(engine, sorted(wanted)):
        for id_ in wanted[whole]:
            there.setdefault(id_, []).append(whole)
    known = {id_: found[0] for id_, found in there.items() if len(found) == 1}
    return known, {id_: why(id_, there.get(id_, ())) for id_ in ids - known.keys()}


def records(engine: Engine, ids: Sequence[str]) -> Iterator[str]:
    """Those of these ids that are records."""
    access, waiting = engine.owner_access(), iter(ids)
    while batch := list(islice(waiting, PAGE)):
        for node in engine.entities(batch, access):
            if isinstance(node, Entity):
                yield node.id


def why(id: str, found: Sequence[str]) -> str:
    """Why an id of the file is not the id of one record."""
    if not found:
        return f"there is no record {id[:100]!r}"
    return f"{id[:100]!r} is in {', '.join(found)[:300]}: say where with --dataset"


def tell(left_out: Sequence[tuple[Line, str]]) -> None:
    """Say which lines were left out, and why."""
    for line, reason in sorted(left_out, key=lambda pair: pair[0].number)[:LISTED]:
        note(f"line {line.number} left out: {reason}")
    if len(left_out) > LISTED:
        note(f"… and {len(left_out) - LISTED:,} more: --rest FILE writes them all")


def context(lines: Sequence[Line], left_out: Sequence[tuple[Line, str]]) -> Iterator[Line]:
    """The lines that were left out, and those without which they would say less.

    That is all that is said of ids of clusters which are in them.
    """
    out = {line.number for line, _ in left_out}
    ids = {end for line, _ in left_out for end in line.ends if CANONICAL.fullmatch(end) is not None}
    return (line for line in lines if line.number in out or not ids.isdisjoint(line.ends))

"""What is done with the pairs of a run: reviewed one by one, judged together, written to a file."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import click

from cli.handle import opened
from cli.keyboard import Keyboard
from cli.pair import show_pairs
from cli.review import Review, must_be_terminal
from cli.terminal import note
from engine.account import OWNER
from engine.engine import Engine
from engine.errors import BadInput
from engine.export.pair import check_name, write_pairs
from engine.judgement import Verdict
from engine.reviews import Bulk
from engine.xref import Pair, PairOrder, PairQuestion, XrefRun
from loaders.intake.wording import counted

Command = TypeVar("Command", bound=Callable[..., Any])
SCORE = click.FloatRange(0, 1)
PAGE = 500
"""Pairs that are read at a time."""
MOST_TOLD = 10
RUN = click.argument("run", metavar="[RUN]", required=False, help="A run; without it, the last.")
VERDICTS = [each.value for each in Verdict if each is not Verdict.NONE]


def wanted(command: Command) -> Command:
    """Adds the options that say which pairs are wanted."""
    options = (
        click.option("--least", type=SCORE, default=0.0, help="The least score."),
        click.option("--most", type=SCORE, default=1.0, help="The highest score."),
        click.option("--schema", "schemata", multiple=True, help="Of this schema; repeatable."),
        click.option(
            "--dataset", "datasets", multiple=True, help="Candidates of this dataset; repeatable."
        ),
        click.option(
            "--country", "countries", multiple=True, help="Candidates of this country; repeatable."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def question_of(
    run: XrefRun,
    *,
    least: float,
    most: float,
    schemata: tuple[str, ...],
    datasets: tuple[str, ...],
    countries: tuple[str, ...],
    **other: Any,
) -> PairQuestion:
    """Which pairs the options ask for."""
    return PairQuestion(
        run.question.crossing,
        least,
        most,
        schemata or None,
        datasets or None,
        tuple(code.lower() for code in countries) or None,
        **other,
    )


def run_of(engine: Engine, id: str | None) -> XrefRun:
    """The run with this id, or the last one; raises BadInput."""
    access = engine.owner_access()
    if id is not None:
        run = engine.crossings.run(id, access)
        if run is None:
            raise BadInput(f"there is no run {id[:40]!r}: `clew xref list` lists them")
        return run
    runs = engine.crossings.runs(None, access, 1)
    if not runs:
        raise BadInput("nothing was compared yet: `clew xref LIST.csv` does that")
    return runs[0]


@click.command("review")
@RUN
@click.option(
    "--order",
    type=click.Choice([each.value for each in PairOrder]),
    default=PairOrder.HELP.value,
    show_default=True,
    help="Which pairs come first: those that it helps most to judge, the most uncertain, or the "
    "likeliest.",
)
@wanted
def review_command(run: str | None, order: str, **options: Any) -> None:
    """Judge pairs one by one: two records side by side, one key a judgement.

    What nobody has judged is shown; so a review that was ended goes on where it was.
    """
    must_be_terminal()
    with opened() as engine:
        known = run_of(engine, run)
        question = question_of(known, judged=False, order=PairOrder(order), **options)
        with Keyboard() as keyboard:
            Review(engine, known, question, keyboard).go()


@click.command("judge")
@click.argument("verdict", type=click.Choice(VERDICTS), help="What is said of all of them.")
@RUN
@wanted
@click.option("--note", "text", metavar="TEXT", help="Why.")
def judge_command(verdict: str, run: str | None, text: str | None, **options: Any) -> None:
    """Judge many pairs in one step, after a sample of them was shown.

    Only pairs that nobody has judged; such as all with `--least 0.99`. What contradicts other
    judgements is left out.
    """
    if not sys.stdin.isatty():
        raise BadInput(
            "a sample has to be looked at before, so this needs a terminal; programs look at "
            "xrefSample by GraphQL, and judge by judgeXref"
        )
    with opened() as engine:
        known = run_of(engine, run)
        question = question_of(known, **options)
        sample = engine.reviews.sample(OWNER, known.id, question)
        show_pairs(sample.pairs)
        shown = "all" if len(sample.pairs) == sample.count else f"{len(sample.pairs)} of them"
        note(f"{counted(sample.count, 'pair')} would be judged {verdict}; above are {shown}.")
        typed = click.prompt(
            f"Type {sample.count} to judge them", default="", show_default=False, err=True
        )
        if typed.strip() != str(sample.count):
            raise BadInput("nothing was judged")
        bulk = engine.reviews.judge(OWNER, known.id, question, Verdict(verdict), sample.token, text)
        tell(bulk, known)


def tell(bulk: Bulk, run: XrefRun) -> None:
    """Say what became of the pairs, and how to undo it."""
    outcome = bulk.outcome
    for judging, error in outcome.refused[:MOST_TOLD]:
        note(f"{judging.left} and {judging.right}: {error}")
    if len(outcome.refused) > MOST_TOLD:
        note(f"… and {len(outcome.refused) - MOST_TOLD:,} more that contradict other judgements")
    click.echo(f"{counted(len(outcome.made), 'pair')} judged, {len(outcome.refused):,} refused")
    if outcome.made:
        name = run.question.collection
        note(f"To undo all of it: clew judgement undo {bulk.operation} --collection {name}")


@click.command("export")
@RUN
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="FILE.csv or FILE.xlsx.",
)
@click.option(
    "--judged/--unjudged", default=None, help="Only pairs with a judgement, or without. Else all."
)
@wanted
def export_command(run: str | None, output: str, **options: Any) -> None:
    """Write the pairs of a run to a file: scores, why, and what was judged."""
    check_name(output)
    with opened() as engine:
        known = run_of(engine, run)
        question = question_of(known, **options)
        count = write_pairs(every_pair(engine, question), output)
    note(f"Wrote {counted(count, 'pair')} to {output}")


def every_pair(engine: Engine, question: PairQuestion) -> Iterator[Pair]:
    """All pairs that are asked for, read a page at a time."""
    access = engine.owner_access()
    while True:
        page = engine.crossings.pairs(replace(question, first=PAGE), access)
        yield from page.items
        if not page.has_next:
            return
        question = replace(question, after=page.cursors[-1])

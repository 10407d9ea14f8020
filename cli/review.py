"""``clew xref review``: two records side by side, one key a judgement.

What is judged leaves the queue, so a review that was ended goes on where it was. Pairs that were
skipped come again with the next review.
"""

import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace

from rich.console import Console
from rich.text import Text

from cli.keyboard import END, Keyboard
from cli.side import plain, side_by_side
from engine.account import OWNER
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.investigation import new_id
from engine.judgement import Judging, Verdict
from engine.xref import Pair, PairQuestion, XrefRun
from loaders.intake.wording import counted

KEYS = {"y": Verdict.POSITIVE, "n": Verdict.NEGATIVE, "?": Verdict.UNSURE}
HELP = "y same   n different   ? unsure   s skip   t note   u undo   q quit"
LEAVE = ("q", *END)
AT_ONCE = 10
"""Pairs that are read at a time: the order changes with what is judged."""
WORDS = {Verdict.POSITIVE: "same", Verdict.NEGATIVE: "different", Verdict.UNSURE: "unsure"}


def must_be_terminal() -> None:
    """Raises BadInput where no person can press a key."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(
            "a review asks for a key for each pair, so it needs a terminal. Without one: write the "
            "pairs into a file with `clew xref export -o pairs.csv`, and judge them by GraphQL "
            "(judgePairs)"
        )


@dataclass
class Step:
    """What was done with one pair: judged, or skipped."""

    pair: Pair
    judgement: str | None = None
    """The id of the judgement; None for a pair that was skipped."""
    verdict: Verdict | None = None


@dataclass
class Review:
    """One sitting of one person at the pairs of a run."""

    engine: Engine
    run: XrefRun
    question: PairQuestion
    keyboard: Keyboard
    console: Console = field(default_factory=Console)
    operation: str = field(default_factory=new_id)
    """All that is judged in it is one operation, which can be undone in one step."""
    steps: list[Step] = field(default_factory=list)
    _waiting: list[Pair] = field(default_factory=list)
    _note: str = ""

    def go(self) -> None:
        """Show pair after pair, until there are no more, or the person ends it."""
        access = self.engine.owner_access()
        left = self.engine.crossings.count(self.question, access)
        self._titles = {each.name: each.title for each in self.engine.datasets(access)}
        # Ctrl-C may also come between two keys: what was done up to then is told as well
        with suppress(KeyboardInterrupt):
            while (pair := self._next()) is not None:
                self._show(pair, left - sum(step.verdict is not None for step in self.steps))
                if not self._asked(pair):
                    break
        self._end()

    def _next(self) -> Pair | None:
        """The pair that is next; None after the last one."""
        if not self._waiting:
            done = {step.pair.id for step in self.steps}
            access, question = self.engine.owner_access(), replace(self.question, first=AT_ONCE)
            while not self._waiting:
                page = self.engine.crossings.pairs(question, access)
                self._waiting = [pair for pair in page.items if pair.id not in done]
                if not page.has_next:
                    break
                question = replace(question, after=page.cursors[-1])
        return self._waiting[0] if self._waiting else None

    def _show(self, pair: Pair, left: int) -> None:
        """Show a pair; what was pressed before that is not about it."""
        self.keyboard.forget()
        self.console.clear()
        self.console.print(
            Text(f"{self.run.question.source}: {counted(left, 'pair')} left", style="dim")
        )
        self.console.print(side_by_side(pair, self._titles))
        if self._note:
            self.console.print(Text(f"note: {plain(self._note)}", style="yellow"))
        self.console.print(Text(HELP, style="bold"))

    def _asked(self, pair: Pair) -> bool:
        """Take keys until one is about this pair; False if it ends the review."""
        while True:
            key = self.keyboard.key()
            if key in LEAVE:
                return False
            if key in KEYS:
                return self._judged(pair, KEYS[key])
            if key == "s":
                self._done(Step(pair))
                return True
            if key == "t":
                self._note = self.keyboard.line("note: ")
                return True
            if key == "u":
                return self._undone()

    def _judged(self, pair: Pair, verdict: Verdict) -> bool:
        """Keep a verdict; what contradicts others is told, and the pair stays."""
        judging = Judging(
            pair.left.id, pair.right.id, verdict, self._note, pair.score, pair.algorithm
        )
        collection = self.run.question.collection
        try:
            outcome = self.engine.judgements.judge(
                OWNER, collection, [judging], operation=self.operation
            )
        except ClewError as error:
            return self._told(str(error))
        kept = [*outcome.made, *outcome.unchanged]
        self._done(Step(pair, kept[0].id, verdict))
        return True

    def _done(self, step: Step) -> None:
        self.steps.append(step)
        self._waiting = [pair for pair in self._waiting if pair.id != step.pair.id]
        self._note = ""

    def _undone(self) -> bool:
        """Take the last step back, and show its pair again."""
        if not self.steps:
            return self._told("nothing was judged or skipped yet")
        step = self.steps[-1]
        if step.judgement is not None:
            try:
                self.engine.judgements.undo(
                    OWNER, self.run.question.collection, ids=[step.judgement]
                )
            except ClewError as error:
                return self._told(str(error))
        self.steps.pop()
        self._waiting.insert(0, step.pair)
        self._note = ""
        return True

    def _told(self, text: str) -> bool:
        """Show what went wrong, until a key is pressed."""
        self.console.print(Text(plain(text[:1].upper() + text[1:]), style="bold red"))
        self.console.print(Text("Press a key to go on", style="dim"))
        return self.keyboard.key() not in LEAVE

    def _end(self) -> None:
        """Say what was done."""
        counts = [
            f"{sum(step.verdict is verdict for step in self.steps):,} {word}"
            for verdict, word in WORDS.items()
        ]
        judged = sum(step.verdict is not None for step in self.steps)
        skipped = len(self.steps) - judged
        self.console.print(f"{judged:,} judged ({', '.join(counts)}), {skipped:,} skipped")
        if judged:
            self.console.print(
                f"To undo all of it: clew judgement undo {self.operation} "
                f"--collection {self.run.question.collection}"
            )

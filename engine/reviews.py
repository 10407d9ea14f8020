"""Judging many pairs in one step: only after a sample of them was shown to who judges.

A sample comes with a token. It holds for these pairs, this person and half an hour: where a pair
has been found, lost or judged meanwhile, a new sample must be looked at. All that is judged so is
one operation, which can be undone in one step.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import orjson

from engine.account import Actor
from engine.crossings import Crossings
from engine.errors import BadInput
from engine.graph.access.audit import actor_name
from engine.graph.access.directory import Directory
from engine.graph.judgement.candidate import Candidates
from engine.investigation import new_id
from engine.judgement import JUDGED_AT_ONCE, Judging, Outcome, Verdict
from engine.judgements import Judgements
from engine.validation import shown
from engine.xref import Pair, PairQuestion, ShortPair, XrefRun

MOST = 20_000
"""Pairs that are judged in one step."""
HOLDS = 30 * 60
"""Seconds for which a sample's token holds."""
SAMPLE = 10
MOST_SHOWN = 100
LOOK_AGAIN = "look at a new sample, and judge by that"


@dataclass(frozen=True)
class Sample:
    """Some of the pairs that would be judged together."""

    pairs: list[Pair]
    """From the likeliest to the least likely, evenly spread."""
    count: int
    """How many would be judged."""
    token: str


@dataclass(frozen=True)
class Bulk:
    """What became of pairs that were judged in one step."""

    operation: str
    outcome: Outcome


def spread(count: int, wanted: int) -> list[int]:
    """So many places in a list, or all, evenly spread: with the first one and the last one."""
    if count <= wanted:
        return list(range(count))
    step = (count - 1) / max(wanted - 1, 1)
    return [round(at * step) for at in range(wanted)]


class Reviews:
    """Samples of pairs, and what is judged by them; one for each engine."""

    def __init__(
        self,
        candidates: Candidates,
        crossings: Crossings,
        judgements: Judgements,
        directory: Directory,
        secret: Callable[[str], bytes],
    ) -> None:
        """``secret`` answers the key to sign with, for a purpose."""
        self._candidates = candidates
        self._crossings = crossings
        self._judgements = judgements
        self._directory = directory
        self._secret = secret

    def sample(self, by: Actor, run: str, question: PairQuestion, size: int = SAMPLE) -> Sample:
        """A sample of the pairs without a judgement that a question asks for, whatever its page.

        Raises BadInput where there are none, or too many for one step.
        """
        if not 1 <= size <= MOST_SHOWN:
            raise BadInput(f"size: a sample is of 1 to {MOST_SHOWN} pairs, not {size}")
        known = self._run(by, run)
        pairs = self._pairs(by, known, question)
        ids = [pairs[place].id for place in spread(len(pairs), size)]
        access = self._directory.access_of(by)
        named = self._candidates.named(ids, known.question.crossing, access)
        token = self._token(by, known, question, pairs, int(time.time()) + HOLDS)
        return Sample([named[id_] for id_ in ids if id_ in named], len(pairs), token)

    def judge(
        self,
        by: Actor,
        run: str,
        question: PairQuestion,
        verdict: Verdict,
        token: str,
        note: str | None = None,
    ) -> Bulk:
        """Judge all pairs of which a sample was shown, as one operation.

        What other verdicts rule out is refused, and the rest is kept. Raises BadInput for a token
        that does not hold any more, Forbidden.
        """
        known = self._run(by, run)
        pairs = self._pairs(by, known, question)
        expires = int(token.partition(".")[0]) if token.partition(".")[0].isdecimal() else 0
        if not hmac.compare_digest(token, self._token(by, known, question, pairs, expires)):
            raise BadInput(
                "this is not the sample of these pairs: others were asked for, or some were found, "
                f"lost or judged since it was shown; {LOOK_AGAIN}"
            )
        if expires < time.time():
            raise BadInput(f"the sample was shown more than half an hour ago; {LOOK_AGAIN}")
        bulk = Bulk(new_id(), Outcome())
        for start in range(0, len(pairs), JUDGED_AT_ONCE):
            judgings = [
                Judging(each.left, each.right, verdict, note, each.score, each.algorithm)
                for each in pairs[start : start + JUDGED_AT_ONCE]
            ]
            done = self._judgements.judge(
                by, known.question.collection, judgings, each=True, operation=bulk.operation
            )
            bulk.outcome.made += done.made
            bulk.outcome.unchanged += done.unchanged
            bulk.outcome.refused += done.refused
        return bulk

    def _run(self, by: Actor, id: str) -> XrefRun:
        run = self._crossings.run(id, self._directory.access_of(by))
        if run is None:
            raise BadInput(f"there is no run {shown(id)}, or none that you may see")
        return run

    def _pairs(self, by: Actor, run: XrefRun, question: PairQuestion) -> list[ShortPair]:
        """All pairs that would be judged, the likeliest first."""
        asked = replace(question, crossing=run.question.crossing, judged=False)
        pairs = self._candidates.all(asked, self._directory.access_of(by), MOST + 1)
        if not pairs:
            raise BadInput("there are no such pairs that nobody has judged")
        if len(pairs) > MOST:
            raise BadInput(
                f"there are more than {MOST:,} such pairs: judge fewer in one step, such as those "
                "with a higher score, or of one dataset"
            )
        return pairs

    def _token(
        self,
        by: Actor,
        run: XrefRun,
        question: PairQuestion,
        pairs: Sequence[ShortPair],
        expires: int,
    ) -> str:
        """What only who was shown a sample of these pairs knows."""
        asked = asdict(replace(question, crossing=run.question.crossing, judged=False))
        wanted = {name: asked[name] for name in asked if name not in ("first", "after", "order")}
        told = orjson.dumps([actor_name(by), wanted, [each.id for each in pairs], expires])
        digest = hashlib.sha256(told).digest()
        return f"{expires}.{hmac.digest(self._secret('sample'), digest, 'sha256').hex()}"

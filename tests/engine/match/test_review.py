"""The queue of pairs to judge, many judged in one step, and what the statistics say of them."""

from dataclasses import replace

import pytest

from engine.access import Access
from engine.account import OWNER, Account, Level
from engine.engine import Engine
from engine.errors import BadInput, Forbidden
from engine.judgement import Judging, Verdict
from engine.question import SearchFilter
from engine.reviews import spread
from engine.xref import PairOrder, PairQuestion, XrefQuestion, XrefRun
from tests.crossing import ARCHIVE, LIST, SCORES, put, set_scores

pytestmark = pytest.mark.usefixtures("in_this_process")


@pytest.fixture
def run(fresh_engine: Engine) -> XrefRun:
    """A finished run with three pairs, of which the scores are known."""
    put(fresh_engine, "a", *ARCHIVE)
    put(fresh_engine, "list", *LIST)
    question = XrefQuestion("list", "list", SearchFilter(datasets=("a",)))
    started = fresh_engine.crossings.start(OWNER, question, background=False)
    done = fresh_engine.crossings.do(started.id, lambda _: None)
    set_scores(fresh_engine)
    return done


def asked(run: XrefRun, order: PairOrder) -> PairQuestion:
    return PairQuestion(run.question.crossing, order=order, judged=False)


def lefts(engine: Engine, question: PairQuestion, access: Access | None = None) -> list[str]:
    """The left records of all pairs in their order, read in pages of one."""
    found, after = [], None
    while True:
        page = engine.crossings.pairs(
            replace(question, first=1, after=after), access or engine.owner_access()
        )
        found += [pair.left.id for pair in page.items]
        if not page.has_next:
            return found
        after = page.cursors[-1]


def judge(
    engine: Engine, left: str, right: str, verdict: Verdict, collection: str = "list"
) -> None:
    engine.judgements.judge(OWNER, collection, [Judging(left, right, verdict)])


def reader(engine: Engine) -> Account:
    """An account that may read both sides of the pairs."""
    engine.directory.add_account(OWNER, "ada")
    for name in ("list", "a"):
        engine.directory.grant(OWNER, name, "ada", Level.READ)
    account = engine.directory.account("ada")
    assert account is not None
    return account


def test_the_queue_begins_with_what_helps_most(fresh_engine: Engine, run: XrefRun) -> None:
    assert lefts(fresh_engine, asked(run, PairOrder.SCORE)) == ["list:1", "list:2", "list:3"]
    uncertain = asked(run, PairOrder.UNCERTAINTY)
    assert lefts(fresh_engine, uncertain) == ["list:3", "list:2", "list:1"]
    bounded = replace(uncertain, least=0.6, most=0.72)
    assert lefts(fresh_engine, bounded) == ["list:2"]
    assert lefts(fresh_engine, replace(bounded, order=PairOrder.HELP)) == ["list:2"]
    helpful = asked(run, PairOrder.HELP)
    assert lefts(fresh_engine, helpful) == ["list:2", "list:3", "list:1"]
    # one that would join three records comes before all, for who sees what joins two of them
    put(fresh_engine, "b", ("x", "Person", {"name": "Viktor M."}))
    judge(fresh_engine, "b:x", "a:m", Verdict.POSITIVE)
    assert lefts(fresh_engine, helpful) == ["list:1", "list:2", "list:3"]
    without = fresh_engine.owner_access().narrowed(["list", "a"])
    assert lefts(fresh_engine, helpful, without) == ["list:2", "list:3", "list:1"]
    judge(fresh_engine, "list:2", "a:p", Verdict.UNSURE)
    assert lefts(fresh_engine, helpful) == ["list:1", "list:3"]


def test_many_are_judged_after_a_sample_and_undone_in_one_step(
    fresh_engine: Engine, run: XrefRun
) -> None:
    reviews, question = fresh_engine.reviews, PairQuestion("", least=0.6)
    sample = reviews.sample(OWNER, run.id, question)
    assert ([pair.left.id for pair in sample.pairs], sample.count) == (["list:1", "list:2"], 2)
    for token in ("", "x", f"{sample.token[:-1]}?"):
        with pytest.raises(BadInput, match="this is not the sample"):
            reviews.judge(OWNER, run.id, question, Verdict.POSITIVE, token)
    with pytest.raises(BadInput, match="this is not the sample"):
        reviews.judge(OWNER, run.id, PairQuestion(""), Verdict.POSITIVE, sample.token)
    bulk = reviews.judge(OWNER, run.id, question, Verdict.POSITIVE, sample.token, "alike")
    assert [(each.left, each.note) for each in bulk.outcome.made] == [
        ("a:m", "alike"),
        ("a:p", "alike"),
    ]
    assert bulk.outcome.made[0].score == SCORES["list:1"]
    with pytest.raises(BadInput, match="no such pairs that nobody has judged"):
        reviews.sample(OWNER, run.id, question)
    undone = fresh_engine.judgements.undo(OWNER, "list", operation=bulk.operation)
    assert len(undone) == 2
    assert reviews.sample(OWNER, run.id, question).count == 2


def test_a_sample_is_no_longer_good_when_its_pairs_have_changed(
    fresh_engine: Engine, run: XrefRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews, question = fresh_engine.reviews, PairQuestion("")
    ada = reader(fresh_engine)
    token = reviews.sample(ada, run.id, question).token
    with pytest.raises(Forbidden):
        reviews.judge(ada, run.id, question, Verdict.POSITIVE, token)
    with pytest.raises(BadInput, match="not the sample"):  # another person's
        reviews.judge(OWNER, run.id, question, Verdict.POSITIVE, token)
    token = reviews.sample(OWNER, run.id, question).token
    monkeypatch.setattr("engine.reviews.time.time", lambda: 1e10)
    with pytest.raises(BadInput, match="more than half an hour ago"):
        reviews.judge(OWNER, run.id, question, Verdict.POSITIVE, token)
    monkeypatch.undo()
    judge(fresh_engine, "list:2", "a:p", Verdict.NEGATIVE)
    with pytest.raises(BadInput, match="some were found, lost or judged"):
        reviews.judge(OWNER, run.id, question, Verdict.POSITIVE, token)


def test_what_is_ruled_out_is_refused_and_the_rest_is_judged(
    fresh_engine: Engine, run: XrefRun
) -> None:
    put(fresh_engine, "b", ("x", "Person", {"name": "Viktor M."}))
    judge(fresh_engine, "b:x", "a:m", Verdict.POSITIVE)
    judge(fresh_engine, "b:x", "list:1", Verdict.NEGATIVE)
    token = fresh_engine.reviews.sample(OWNER, run.id, PairQuestion("")).token
    bulk = fresh_engine.reviews.judge(OWNER, run.id, PairQuestion(""), Verdict.POSITIVE, token)
    assert len(bulk.outcome.made) == 2
    assert [judging.left for judging, _ in bulk.outcome.refused] == ["list:1"]


def test_statistics_tell_verdicts_and_how_often_scores_were_right(
    fresh_engine: Engine, run: XrefRun
) -> None:
    ada = reader(fresh_engine)
    for name in ("b", "c"):
        put(fresh_engine, name, ("x", "Person", {"name": "Quite Another"}))
    fresh_engine.directory.grant(OWNER, "c", "ada", Level.WRITE)
    judge(fresh_engine, "list:1", "a:m", Verdict.POSITIVE)
    judge(fresh_engine, "list:2", "a:p", Verdict.NEGATIVE, "b")
    # she does not see what was said in b, so that she may say the contrary
    fresh_engine.judgements.judge(ada, "c", [Judging("list:2", "a:p", Verdict.POSITIVE)])
    judge(fresh_engine, "list:3", "a:h", Verdict.UNSURE)
    access, crossing = fresh_engine.owner_access(), run.question.crossing
    told = fresh_engine.crossings.statistics(crossing, access)
    assert (told.pairs, told.judged, told.records) == (3, 3, 3)
    assert (told.positive, told.negative, told.unsure, told.disputed) == (2, 1, 1, 1)
    assert told.agreement == 2 / 3
    assert [(band.least, band.positive, band.agreement) for band in told.bands] == [
        (0.9, 1, 1.0),
        (0.7, 1, 0.5),
        (0.5, 0, None),
    ]


@pytest.mark.parametrize(
    ("count", "wanted", "places"),
    [(3, 5, [0, 1, 2]), (5, 3, [0, 2, 4]), (10, 1, [0]), (100, 3, [0, 50, 99]), (0, 3, [])],
)
def test_a_sample_is_spread_evenly(count: int, wanted: int, places: list[int]) -> None:
    assert spread(count, wanted) == places

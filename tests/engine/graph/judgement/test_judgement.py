"""Judgements: kept with their history, undone exactly, and never against each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.account import OWNER, Level, Role
from engine.engine import Engine
from engine.entity import make_entity
from engine.errors import BadInput, Forbidden
from engine.judgement import Contradiction, Judgement, Judging, Verdict
from engine.question import JudgementQuestion

YES, NO, MAYBE, NONE = Verdict.POSITIVE, Verdict.NEGATIVE, Verdict.UNSURE, Verdict.NONE


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    """Two datasets, of which ada may write to the first; a list of hers; eve may read the list."""
    for name in ("left", "right"):
        with fresh_engine.loading(name) as loading:
            loading.begin(name.title())
            people = [make_entity(name, n, "Person", {"name": [f"Ann {n}"]}) for n in "abcd"]
            loading.add([*people, make_entity(name, "ship", "Vessel", {"name": ["Ann"]})])
            loading.finish(None)
    directory = fresh_engine.directory
    directory.add_account(OWNER, "ada", roles=[Role.JOURNALIST])
    directory.add_account(OWNER, "eve", roles=[Role.JOURNALIST])
    fresh_engine.set_dataset("list", {"title": "A list"})
    for name, to, level in (
        ("left", "ada", Level.WRITE),
        ("right", "ada", Level.READ),
        ("list", "ada", Level.WRITE),
        ("list", "eve", Level.READ),
        ("left", "eve", Level.READ),
    ):
        directory.grant(OWNER, name, to, level)
    return fresh_engine


def judge(engine: Engine, left: str, right: str, verdict: Verdict, into: str = "list") -> Judgement:
    """What ada says of two records."""
    ada = engine.directory.account("ada")
    assert ada is not None
    [made] = engine.judgements.judge(ada, into, [Judging(left, right, verdict)]).made
    return made


def held(engine: Engine, who: str | None = None) -> list[tuple[str, str, Verdict, str]]:
    """What holds for somebody, or for the owner of the data folder."""
    account = engine.directory.account(who) if who else None
    access = engine.directory.access(account) if who else engine.owner_access()
    page = engine.judgements.listed(JudgementQuestion(), access)
    assert engine.judgements.count(JudgementQuestion(), access) == len(page.items)
    return sorted((each.left, each.right, each.verdict, each.id) for each in page.items)


def test_undo_restores_what_was_said_before(engine: Engine) -> None:
    first = judge(engine, "right:a", "left:a", YES)
    assert (first.left, first.right, first.by) == ("left:a", "right:a", "ada")
    second = judge(engine, "left:a", "right:a", NO)
    third = judge(engine, "left:a", "right:a", NONE)
    assert held(engine) == []
    for last, before in ((third, second), (second, first)):
        engine.judgements.undo(OWNER, "list", ids=[last.id])
        [holding] = engine.judgements.listed(JudgementQuestion(), engine.owner_access()).items
        assert holding == before
    with pytest.raises(BadInput, match="undone already, by command line"):
        engine.judgements.undo(OWNER, "list", ids=[second.id])
    engine.judgements.undo(OWNER, "list", ids=[first.id])
    assert held(engine) == []
    history = engine.judgements.history(first, engine.owner_access())
    assert [each.id for each in history] == [third.id, second.id, first.id]
    assert {each.undone_by for each in history} == {"command line"}


def test_what_contradicts_is_refused_with_its_chain(engine: Engine) -> None:
    one = judge(engine, "left:a", "right:a", YES)
    two = judge(engine, "right:a", "left:b", NO)
    three = judge(engine, "left:b", "right:b", YES, into="left")
    with pytest.raises(
        Contradiction, match=r"Ann a \(left:a\) .* cannot be the same, because"
    ) as e:
        judge(engine, "left:a", "right:b", YES)
    assert e.value.chain == (one, two, three)
    with pytest.raises(Contradiction, match="cannot be different"):
        judge(engine, "left:a", "right:a", NO, into="left")
    judge(engine, "left:a", "right:b", MAYBE)
    engine.judgements.undo(OWNER, "list", ids=[two.id])
    joined = judge(engine, "left:a", "right:b", YES)
    with pytest.raises(Contradiction):
        judge(engine, "right:a", "left:b", NO)
    engine.judgements.undo(OWNER, "list", ids=[joined.id])
    assert [each[2] for each in held(engine)] == [YES, MAYBE, YES]


def test_an_undo_that_would_contradict_is_refused(engine: Engine) -> None:
    judge(engine, "left:a", "left:b", YES)
    changed = judge(engine, "left:a", "left:b", NONE)
    judge(engine, "left:a", "left:b", NO, into="left")
    before = held(engine)
    with pytest.raises(Contradiction):
        engine.judgements.undo(OWNER, "list", ids=[changed.id])
    assert held(engine) == before


def test_who_may_judge_what(engine: Engine) -> None:
    eve = engine.directory.account("eve")
    assert eve is not None
    with pytest.raises(Forbidden, match="not judge in it"):
        engine.judgements.judge(eve, "list", [Judging("left:a", "left:b", YES)])
    with pytest.raises(BadInput, match="no dataset or investigation 'right'"):
        engine.judgements.judge(eve, "right", [Judging("left:a", "left:b", YES)])
    for left, right, message in (
        ("left:a", "left:nobody", "no record 'left:nobody'"),
        ("left:a", "left:a", "two different ones"),
        ("left:a", "left:ship", "nothing is both"),
    ):
        with pytest.raises(BadInput, match=message):
            judge(engine, left, right, YES)
    hidden = judge(engine, "left:a", "right:a", YES)
    judge(engine, "left:a", "left:ship", NO)
    judge(engine, "left:a", "left:b", YES, into="left")
    assert hidden.id not in {each[3] for each in held(engine, "eve")}
    assert [each[2] for each in held(engine, "eve")] == [YES, NO]
    with pytest.raises(BadInput, match="no judgement"):
        engine.judgements.undo(OWNER, "left", ids=[hidden.id])


def test_what_is_hidden_refuses_nothing(engine: Engine) -> None:
    """Eve cannot see right:a, so that what it joins and parts is nothing to her."""
    engine.directory.grant(OWNER, "list", "eve", Level.WRITE)
    judge(engine, "left:a", "right:a", YES)
    judge(engine, "right:a", "left:b", NO)
    eve = engine.directory.account("eve")
    assert eve is not None
    assert engine.judgements.judge(eve, "list", [Judging("left:a", "left:b", YES)]).made


def test_judged_together_is_undone_together(engine: Engine) -> None:
    ada = engine.directory.account("ada")
    assert ada is not None
    pairs = [Judging(f"left:{n}", f"right:{n}", YES, score=0.9, algorithm="x") for n in "abc"]
    bad = Judging("left:d", "left:nobody", YES)
    outcome = engine.judgements.judge(ada, "list", [*pairs, bad], each=True)
    assert [judging for judging, _ in outcome.refused] == [bad]
    again = engine.judgements.judge(ada, "list", pairs)
    assert (again.made, again.unchanged) == ([], outcome.made)
    with pytest.raises(BadInput):
        engine.judgements.judge(ada, "list", [Judging("left:d", "right:d", YES), bad])
    later = judge(engine, "left:c", "right:c", NO)
    operation = outcome.made[0].operation
    undone = engine.judgements.undo(ada, "list", operation=operation)
    assert [each.left for each in undone] == ["left:a", "left:b"]
    assert [each[3] for each in held(engine)] == [later.id]


def test_pages_and_filters(engine: Engine) -> None:
    made = [judge(engine, f"left:{n}", f"right:{n}", NO) for n in "abc"]
    access, found, after = engine.owner_access(), [], None
    while True:
        page = engine.judgements.listed(JudgementQuestion(first=2, after=after), access)
        found += page.items
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert found == made[::-1]
    for question, count in (
        (JudgementQuestion(record="right:a"), 1),
        (JudgementQuestion(verdict=YES), 0),
        (JudgementQuestion(by="ada", collection="list"), 3),
        (JudgementQuestion(by="eve"), 0),
        (JudgementQuestion(collection="left"), 0),
    ):
        assert engine.judgements.count(question, access) == count
        assert len(engine.judgements.listed(question, access).items) == count
    assert engine.judgements.at(["left:a"], access) == {"left:a": [made[0]]}


def without_counts(rows: list[str]) -> list[str]:
    """What the graph holds, without how many loads there were."""
    return [row for row in rows if "'Dataset'" not in row]


def test_a_removed_record_comes_back_with_what_was_said_of_it(
    engine: Engine, graph_contents: Callable[[], list[str]]
) -> None:
    made = judge(engine, "left:a", "right:a", YES)
    before = without_counts(graph_contents())
    with engine.loading("right") as loading:
        loading.begin("Right")
        loading.remove(["right:a"])
        loading.finish(None)
    assert held(engine) == []
    assert engine.check() == []
    with engine.loading("right") as loading:
        loading.begin("Right")
        loading.add([make_entity("right", "a", "Person", {"name": ["Ann a"]})])
        loading.finish(None)
    assert [each[3] for each in held(engine)] == [made.id]
    assert without_counts(graph_contents()) == before
    engine.delete_dataset("right", lambda _: None)
    assert held(engine) == []
    engine.delete_dataset("list", lambda _: None)
    assert not [row for row in graph_contents() if "Judgement" in row or "right:" in row]


def test_two_people_and_a_load_at_a_time(engine: Engine) -> None:
    """Each of many judgements of the same pairs is in the history once, and one of them holds."""
    people = [engine.directory.account("ada"), OWNER]
    pairs = [(f"left:{n}", f"right:{n}") for n in "abcd"]

    def say(number: int) -> list[Judgement]:
        by = people[number % 2]
        assert by is not None
        judging = Judging(*pairs[number % 4], [YES, NO, MAYBE][number % 3], f"{number}")
        return engine.judgements.judge(by, "list", [judging]).made

    def load(number: int) -> None:
        person = make_entity("left", "a", "Person", {"name": [f"Ann {number}"]})
        engine._writer.write([person], {"left:a"})

    with ThreadPoolExecutor(8) as pool:
        loads = [pool.submit(load, number) for number in range(12)]
        made = [each for found in pool.map(say, range(48)) for each in found]
        for future in loads:
            future.result()
    access = engine.owner_access()
    holding = engine.judgements.listed(JudgementQuestion(), access).items
    assert sorted(each.ends for each in holding) == pairs
    histories = [engine.judgements.history(each, access) for each in holding]
    assert [history[0] for history in histories] == holding
    assert sorted(each.id for history in histories for each in history) == sorted(
        each.id for each in made
    )

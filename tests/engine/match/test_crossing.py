"""Runs of cross-referencing: whole, again, stopped, killed; and what each reader sees of them."""

import threading

import pytest

from engine.access import Access
from engine.account import OWNER
from engine.engine import Engine
from engine.errors import BadInput
from engine.judgement import Judging, Verdict
from engine.match import plan, runner
from engine.question import ExpandQuestion, PathQuestion, SearchFilter
from engine.xref import PairQuestion, RunState, XrefQuestion, XrefRun
from tests.crossing import ARCHIVE, FOUND, LIST, put

pytestmark = pytest.mark.usefixtures("in_this_process")


def question(**values: object) -> XrefQuestion:
    scope = SearchFilter(datasets=values.pop("datasets", ("a",)))  # type: ignore[arg-type]
    return XrefQuestion("list", "list", scope, **values)  # type: ignore[arg-type]


def run(engine: Engine, asked: XrefQuestion) -> XrefRun:
    started = engine.crossings.start(OWNER, asked, background=False)
    return engine.crossings.do(started.id, lambda _: None)


def pairs(
    engine: Engine, asked: XrefQuestion, access: Access | None = None
) -> set[tuple[str, str]]:
    """The pairs that a reader sees, read in pages of two."""
    access = access or engine.owner_access()
    found, after = [], None
    while True:
        wanted = PairQuestion(asked.crossing, first=2, after=after)
        page = engine.crossings.pairs(wanted, access)
        found += [(pair.left.id, pair.right.id) for pair in page.items]
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert len(found) == len(set(found)) == engine.crossings.count(wanted, access)
    return set(found)


def kept(engine: Engine, asked: XrefQuestion) -> set[str]:
    """The records of the list that are paired, whoever may see it."""
    ids = [f"list:{id_}" for id_, *_ in LIST]
    return set(engine.crossings._pairs.partners(ids, asked.crossing))


@pytest.fixture
def archive(fresh_engine: Engine) -> Engine:
    put(fresh_engine, "a", *ARCHIVE)
    put(fresh_engine, "list", *LIST)
    return fresh_engine


def test_a_second_run_compares_what_is_new_on_either_side(archive: Engine) -> None:
    asked = question()
    first = run(archive, asked)
    assert (first.state, first.progress.done) == (RunState.FINISHED, 4)
    assert pairs(archive, asked) == FOUND
    assert run(archive, asked).progress.done == 0
    put(archive, "list", *LIST[:3], ("4", "Person", {"name": "Somebody Else"}))
    assert run(archive, asked).progress.done == 1
    assert pairs(archive, asked) == {*FOUND, ("list:4", "a:o")}
    put(archive, "a", *ARCHIVE, ("n", "Person", {"name": "Eleni Papadaki", "country": "gr"}))
    assert run(archive, asked).progress.done == 1  # the new one, looked for in the list
    assert pairs(archive, asked) == {*FOUND, ("list:4", "a:o"), ("list:2", "a:n")}


def test_a_pair_goes_with_its_record_and_comes_back(archive: Engine) -> None:
    asked = question()
    run(archive, asked)
    put(archive, "a", *ARCHIVE[1:])
    assert pairs(archive, asked) == FOUND - {("list:1", "a:m")}
    put(archive, "a", *ARCHIVE)
    assert pairs(archive, asked) == FOUND
    put(archive, "a", *ARCHIVE[1:])
    run(archive, asked)
    assert pairs(archive, asked) == FOUND - {("list:1", "a:m")}
    assert kept(archive, asked) == {"list:2", "list:3"}  # nothing is left of it
    put(archive, "a", *ARCHIVE[1:], ("m", "Person", {"name": "Viktor Morozov"}))
    run(archive, asked)
    assert pairs(archive, asked) == FOUND
    put(archive, "a", *ARCHIVE[1:], ("m", "Person", {"name": "Quite Another One"}))
    run(archive, asked)
    assert pairs(archive, asked) == FOUND - {("list:1", "a:m")}


def test_what_is_stopped_or_fails_goes_on(archive: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question()
    started = archive.crossings.start(OWNER, asked, background=False)

    def stop(progress: XrefRun) -> None:
        if progress.progress.done == 1:
            archive.crossings.stop(OWNER, started.id)

    monkeypatch.setattr(runner, "QUEUED", 1)
    monkeypatch.setattr(runner, "TOGETHER", 0)
    stopped = archive.crossings.do(started.id, stop)
    assert (stopped.state, stopped.progress.done) == (RunState.STOPPED, 2)
    assert pairs(archive, asked) < FOUND

    def interrupt(progress: XrefRun) -> None:
        if progress.progress.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.crossings.do(started.id, interrupt)
    again = archive.crossings.start(OWNER, asked, background=False)
    assert (again.id, again.state, again.progress.done) == (started.id, RunState.STOPPED, 3)
    ended = archive.crossings.do(started.id, lambda _: None)
    assert (ended.state, ended.progress.done) == (RunState.FINISHED, 4)
    assert pairs(archive, asked) == FOUND
    with pytest.raises(BadInput, match="only one that has stopped"):
        archive.crossings.resume(OWNER, started.id)


def test_a_reader_sees_pairs_of_records_that_they_may_read(archive: Engine) -> None:
    put(archive, "b", ("x", "Person", {"name": "Viktor Morozov", "birthDate": "1961-03-12"}))
    asked = question(datasets=None, inside=False)
    run(archive, asked)
    assert pairs(archive, asked) == {*FOUND, ("list:1", "b:x")}
    without = Access(frozenset({"a", "list"}))
    assert pairs(archive, asked, without) == FOUND
    assert archive.crossings.statistics(asked.crossing, without).pairs == 3
    assert not pairs(archive, asked, Access(frozenset({"a", "b"})))
    assert not archive.crossings.runs(None, Access(frozenset({"a", "b"})))


def test_no_relationship_leads_along_a_pair(archive: Engine) -> None:
    access = archive.owner_access()
    before = archive.edge_counts(["list:1"], access)
    run(archive, question())
    assert archive.edge_counts(["list:1"], access) == before == {"list:1": []}
    assert not archive.expand(ExpandQuestion("list:1"), access).items
    assert not archive.subgraph(["list:1", "a:m"], access).edges
    assert not archive.paths(PathQuestion(("list:1",), ("a:m",)), access).paths


def test_a_pair_inside_of_a_dataset_is_compared_once(
    archive: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("Viktor Morozov", "Morozov Viktor", "Wiktor Morosow", "Viktor Morozow")
    records = [(str(at), "Person", {"name": name}) for at, name in enumerate(names * 2)]
    put(archive, "list", *records)
    whole = {(f"list:{one}", f"list:{two}") for one in range(8) for two in range(one + 1, 8)}
    monkeypatch.setattr(runner, "TOGETHER", 0)
    for least, chunk, queued in ((0.5, 20, 3), (0.51, 1, 1), (0.52, 3, 1)):
        monkeypatch.setattr(plan, "CHUNK", chunk)
        monkeypatch.setattr(runner, "QUEUED", queued)
        asked = question(datasets=("list",), least=least)
        first = run(archive, asked)
        assert pairs(archive, asked) == whole
        # two processes may be at a pair at the same moment
        assert len(whole) <= first.progress.compared <= (len(whole) if chunk == 20 else 40)
    put(archive, "list", *records[:6], ("6", "Person", {"name": "Somebody Else"}), records[7])
    run(archive, asked)
    assert pairs(archive, asked) == {pair for pair in whole if "list:6" not in pair}
    put(archive, "list", *records)
    run(archive, asked)
    assert pairs(archive, asked) == whole


def test_duplicates_inside_of_a_dataset(archive: Engine) -> None:
    put(archive, "list", *LIST, ("5", "Person", {"name": "Morozov, Viktor"}))
    asked = question(datasets=("list",))
    run(archive, asked)
    assert pairs(archive, asked) == {("list:1", "list:5")}
    across = question(datasets=("list", "a"), inside=False)
    run(archive, across)
    assert pairs(archive, across) == {*FOUND, ("list:5", "a:m")}


def test_pairs_and_runs_go_with_a_dataset(archive: Engine) -> None:
    asked = question()
    run(archive, asked)
    archive.delete_dataset("a", lambda _: None)
    assert not pairs(archive, asked)
    assert (
        archive._connection.read(
            "candidate_partners", {"ids": ["list:1", "a:m"], "crossing": asked.crossing}
        )
        == []
    )
    assert not list(archive._reader.identities("a"))
    archive.delete_dataset("list", lambda _: None)
    assert not archive.crossings.runs(None, archive.owner_access())


def test_a_run_that_waits_is_done_once(archive: Engine) -> None:
    asked = question()
    started = archive.crossings.start(OWNER, asked)
    assert started.state is RunState.QUEUED
    assert archive.crossings.start(OWNER, asked).id == started.id
    troubles: list[str] = []
    threads = [
        threading.Thread(target=archive.crossings.work, args=(troubles.append,)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    assert pairs(archive, asked) == FOUND
    assert len(archive.crossings.runs(None, archive.owner_access())) == 1


def test_a_judgement_made_while_a_run_goes_stays(archive: Engine) -> None:
    asked = question()
    started = archive.crossings.start(OWNER, asked, background=False)

    def judge(progress: XrefRun) -> None:
        if progress.progress.done == 1:
            archive.judgements.judge(OWNER, "list", [Judging("list:1", "a:m", Verdict.POSITIVE)])

    archive.crossings.do(started.id, judge)
    access = archive.owner_access()
    wanted = PairQuestion(asked.crossing, judged=True)
    (pair,) = archive.crossings.pairs(wanted, access).items
    assert (pair.left.id, pair.verdict) == ("list:1", Verdict.POSITIVE)
    assert archive.crossings.count(PairQuestion(asked.crossing, judged=False), access) == 2
    put(archive, "list", ("1", "Person", {"name": "Viktor Morosow"}), *LIST[1:])
    run(archive, asked)
    assert [each.verdict for each in archive.crossings.pairs(wanted, access).items] == [
        Verdict.POSITIVE
    ]
    statistics = archive.crossings.statistics(asked.crossing, access)
    assert (statistics.pairs, statistics.judged, statistics.records) == (3, 1, 3)
    unread = Access(access.datasets - {"list"})
    assert not archive.crossings.statistics(asked.crossing, unread).pairs


def test_another_way_to_score_compares_all_anew(
    archive: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question()
    run(archive, asked)
    monkeypatch.setattr(runner, "ALGORITHM", "another-1")
    assert run(archive, asked).progress.done == 4
    page = archive.crossings.pairs(PairQuestion(asked.crossing), archive.owner_access())
    assert {pair.algorithm for pair in page.items} == {"another-1"}
    assert pairs(archive, asked) == FOUND


def test_the_records_that_an_investigation_includes_are_looked_for(archive: Engine) -> None:
    name = archive.investigations.open(OWNER, "Ferries").name
    archive.investigations.include(OWNER, name, ["list:1", "list:4"])
    archive.investigations.put(OWNER, name, "Person", {"name": ["Eleni Papadaki"]}, "e")
    asked = XrefQuestion(name, name, SearchFilter(datasets=("a",)))
    assert run(archive, asked).progress.done == 3
    assert pairs(archive, asked) == {("list:1", "a:m"), (f"{name}:e", "a:p")}
    archive.investigations.exclude(OWNER, name, ["list:1"])
    run(archive, asked)
    assert pairs(archive, asked) == {(f"{name}:e", "a:p")}

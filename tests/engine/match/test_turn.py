"""With which candidates a record is compared, and when the less likely ones are left."""

from engine.entity import make_entity
from engine.match.side import Side
from engine.match.turn import WAVE, Task, Turn
from engine.xref import XrefQuestion


def side(dataset: str, number: int, name: str) -> Side:
    return Side(make_entity(dataset, f"{number:03}", "Person", {"name": [name]}))


def gone(turn: Turn, sides: dict[str, Side]) -> int:
    """How many waves there were."""
    waves = 0
    while True:
        waves += 1
        if not turn.compare(turn.wave({}), sides, {}):
            return waves


def task(**more: object) -> Task:
    question = XrefQuestion("list", "list")
    return Task(("list:000",), ("a",), question, ("list", "a"), **more)  # type: ignore[arg-type]


def test_the_less_likely_are_left_where_nothing_is_found() -> None:
    others = {s.entity.id: s for s in (side("a", n, f"Osman Velibor {n}") for n in range(75))}
    turn = Turn(task(), side("list", 0, "Anna Kowalczyk"), (), list(others))
    assert gone(turn, others) == 1
    assert (turn.outcome().count, turn.outcome().pairs) == (WAVE, ())


def test_the_next_ones_are_compared_where_something_is_found() -> None:
    sides = [side("a", n, "Anna Kowalczyk" if n in {3, WAVE + 4} else "Osman") for n in range(75)]
    others = {each.entity.id: each for each in sides}
    turn = Turn(task(), side("list", 0, "Anna Kowalczyk"), (), list(others))
    assert gone(turn, others) == 3
    outcome = turn.outcome()
    assert outcome.count == 3 * WAVE
    assert [pair.right for pair in outcome.pairs] == ["a:003", f"a:{WAVE + 4:03}"]


def test_pairs_of_an_earlier_run_are_compared_whatever_is_found() -> None:
    others = {s.entity.id: s for s in (side("a", n, "Osman") for n in range(75))}
    *rest, last = others
    turn = Turn(task(), side("list", 0, "Anna Kowalczyk"), (last,), rest)
    assert last in turn.wave({})


def test_each_pair_of_one_task_is_compared_once() -> None:
    both = [side("list", number, "Anna Kowalczyk") for number in range(2)]
    ids = [each.entity.id for each in both]
    question = XrefQuestion("list", "list")
    together = Task(tuple(ids), ("list",), question, ("list",))
    turns = {
        id_: Turn(together, each, (), [other])
        for id_, each, other in zip(ids, both, reversed(ids), strict=True)
    }
    waves = [turns[id_].wave(turns) for id_ in ids]
    assert waves == [[ids[1]], []]
    sides = dict(zip(ids, both, strict=True))
    for id_, wave in zip(ids, waves, strict=True):
        turns[id_].compare(wave, sides, turns)
    assert [len(turns[id_].outcome().pairs) for id_ in ids] == [1, 0]
    assert turns[ids[1]].outcome().kept == (turns[ids[0]].outcome().pairs[0].id,)


def test_a_pair_of_the_other_ones_turn_is_worth_going_on() -> None:
    """What is compared does not depend on whose turn came first."""
    others = {s.entity.id: s for s in (side("list", n, "Osman") for n in range(1, 75))}
    for is_pair in (True, False):
        together = task(met={"list:000": {"list:003": is_pair}})
        turn = Turn(together, side("list", 0, "Anna Kowalczyk"), (), list(others))
        assert gone(turn, others) == (2 if is_pair else 1)
        assert turn.outcome().count == (2 * WAVE - 1 if is_pair else WAVE - 1)

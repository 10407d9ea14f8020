"""A search by layers answers what it found before its time ran out."""

import pytest

from engine.errors import QueryTimeout
from engine.graph.walk.layer import Layers, Neighbours

TIES = {"a": ["b", "c"], "b": ["a", "d"], "c": ["a", "e"], "d": ["b", "e"], "e": ["c", "d"]}


def search(most: int) -> Layers:
    """A search from a to d for which so many questions are answered in time."""
    left = iter(range(most))

    def ask(place: int, back: bool, ids: list[str]) -> Neighbours:
        if next(left, None) is None:
            raise QueryTimeout("too late")
        return {id_: TIES[id_] for id_ in ids}

    return Layers("a", "d", ask, repeats=True)


def test_what_was_found_in_time_is_answered() -> None:
    whole = search(9)
    every = [["a", "b", "d"], ["a", "c", "e", "d"]]
    assert whole.paths(range(1, 6), 9, one_length=False) == every
    assert not whole.is_late
    for most in range(1, 9):
        layers = search(most)
        try:
            found = layers.paths(range(1, 6), 9, one_length=False)
        except QueryTimeout:
            assert most < 2
        else:
            assert found == every[: len(found)]
            assert layers.is_late == (most < 4)
            assert found


def test_where_nothing_was_found_in_time_it_says_so() -> None:
    with pytest.raises(QueryTimeout):
        search(0).paths(range(1, 6), 9, one_length=False)

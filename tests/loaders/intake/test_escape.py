"""Ids that are allowed: the same for the same text, another for any other."""

import random

import pytest

from engine.errors import BadInput
from engine.validation import is_id
from loaders.intake.escape import allowed, derived


@pytest.mark.parametrize("raw", ["a", "10000001", "NK-abc", "a.b-c", "x" * 200])
def test_an_id_stays_as_it_is(raw: str) -> None:
    assert allowed(raw) == raw


@pytest.mark.parametrize(
    ("raw", "id"),
    [
        ("a b", "x..a..20b"),
        ("a..20b", "x..a..2e..2e20b"),
        ("-a", "x....2da"),
        ("a-", "x..a..2d"),
        ("я", "x....d1..8f"),
        ("a:b", "x..a..3ab"),
    ],
)
def test_what_is_none_is_written_out(raw: str, id: str) -> None:
    assert allowed(raw) == id


def test_no_two_become_one() -> None:
    chance = random.Random(11)
    raws = {"".join(chance.choices("a2e.-: x", k=chance.randint(1, 6))) for _ in range(60_000)}
    raws |= {"x" * length for length in range(195, 260)} | {allowed(raw) for raw in raws}
    ids = [allowed(raw) for raw in raws] + [derived(raw, "i", n) for raw in raws for n in (1, 12)]
    assert len(set(ids)) == 3 * len(raws)
    assert all(map(is_id, ids))


def test_nothing_is_no_id() -> None:
    with pytest.raises(BadInput, match="empty"):
        allowed("")

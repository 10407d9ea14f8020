"""The order of hits, and its pages while the index changes."""

import hashlib
from pathlib import Path

import pytest

from engine.entity import make_entity
from engine.errors import BadInput
from engine.index.index import Index
from engine.question import SearchQuestion, SearchSort
from tests.engine.index.collection import ALL


def test_sort(index: Index) -> None:
    """By caption in Latin order, by earliest and by latest date; without a date last."""

    def ids(sort: SearchSort) -> list[str]:
        return [
            hit.id.split(":")[1]
            for hit in index.search(SearchQuestion(sort=sort, first=50), ALL).hits
        ]

    assert ids(SearchSort.CAPTION)[:3] == ["amber", "zhukov", "papa"]
    assert ids(SearchSort.DATE_ASC)[:4] == ["zhukov", "own", "amber", "lantern"]
    assert ids(SearchSort.DATE_DESC)[:4] == ["lantern", "own", "amber", "zhukov"]


@pytest.mark.parametrize("sort", list(SearchSort))
def test_pages_past_the_ten_thousandth_hit(tmp_path: Path, sort: SearchSort) -> None:
    """Twelve thousand hits, each once, while other hits come and go."""
    with Index.open(tmp_path, write=True) as index:
        rows = [
            make_entity(
                "red",
                f"e{n}",
                "Person",
                {"name": [f"Same Name {n % 7}"], "birthDate": [str(1900 + n % 90)]},
            )
            for n in range(12_345)
        ]
        index.add(rows)
        index.commit(1)
        seen: list[str] = []
        after = None
        for turn in range(100):
            page = index.search(
                SearchQuestion("same name", sort=sort, first=1_500, after=after), ALL
            )
            seen += [hit.id for hit in page.hits]
            if not page.has_next:
                break
            after = page.hits[-1].cursor
            index.remove(seen[turn * 50 : turn * 50 + 50])
            index.commit(turn + 2)
        assert len(seen) == len(set(seen))
        assert set(seen) == {row.id for row in rows}
        assert turn == 8


@pytest.mark.parametrize("sort", list(SearchSort))
def test_pages_of_hits_with_one_key(
    tmp_path: Path, sort: SearchSort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all digests are the same, each hit still comes once."""
    real = hashlib.blake2b
    monkeypatch.setattr(
        hashlib, "blake2b", lambda _, digest_size: real(b"", digest_size=digest_size)
    )
    with Index.open(tmp_path, write=True) as index:
        for half in range(2):
            index.add(
                make_entity("red", f"e{n}", "Person", {"name": ["Same Name"]})
                for n in range(half, 60, 2)
            )
            index.commit(half + 1)
        seen: list[str] = []
        after = None
        while (
            page := index.search(SearchQuestion("same name", sort=sort, first=7, after=after), ALL)
        ).hits:
            seen += [hit.id for hit in page.hits]
            after = page.hits[-1].cursor
        assert (len(seen), len(set(seen))) == (60, 60)


def test_order_of_relevance(tmp_path: Path) -> None:
    """Short names first, then by their first letters, equal ones together, whatever their ids."""
    names = ["Abe Stone", "Bea Stone", "Stone", "Abe B Stone", "Cal Stone", "3 Stone"]
    with Index.open(tmp_path, write=True) as index:
        index.add(
            make_entity("red", f"{n}-{name}", "Person", {"name": [name]})
            for n in range(9)
            for name in names
        )
        index.commit(1)
        hits = index.search(SearchQuestion("stone", first=99), ALL).hits
        ids = [hit.id.split("-")[1] for hit in hits]
    assert ids == [
        name
        for name in (names[2], names[5], names[0], names[1], names[4], names[3])
        for _ in range(9)
    ]


def test_cursor_of_another_search_is_refused(index: Index) -> None:
    """A cursor goes on where it came from and nowhere else."""
    cursor = index.search(SearchQuestion("lantern", first=1), ALL).hits[0].cursor
    assert (
        index.search(SearchQuestion("lantern", first=1, after=cursor), ALL).hits[0].id
        == "red:amber"
    )
    for wrong in ("", "x", "é", "WzFd", "bnVsbA==", "\ud800", "WyIiLDAsIl0gVE8iXQ=="):
        if wrong:
            with pytest.raises(BadInput):
                index.search(SearchQuestion("lantern", first=1, after=wrong), ALL)
    with pytest.raises(BadInput):
        index.search(SearchQuestion("amber", first=1, after=cursor), ALL)
    with pytest.raises(BadInput):
        index.search(SearchQuestion("lantern", sort=SearchSort.CAPTION, first=1, after=cursor), ALL)

"""What do sounds, forms and numbers cost in index size, and how many strangers do they bring in?

    python tests/bench/name.py

Indexes two sets of names, with all keys and without them. 1,000 random names of each are searched
in both: how often is the exact name first, and how many strangers does the first page of ten gain
by the keys, as a share of its hits? A stranger is a hit whose names share no word with the search.
At last, 100 Danish names with an ø are searched with o and with oe.
"""

import gzip
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import orjson

from engine.access import Access
from engine.answer import Hit
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.index.entry import roles_of
from engine.index.folding import fold
from engine.index.index import Index
from engine.question import SearchQuestion

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm"
FILES = ("everypolitician_11", "denmark_elite_2017")
NAMES, PAGE = 1_000, 10
ALL = Access(frozenset({"names"}))


def entities(name: str) -> list[Entity]:
    """Every entity of a set."""
    with gzip.open(DATA / f"{name}.ftm.json.gz") as lines:
        return [
            make_entity("names", row["id"], row["schema"], row["properties"])
            for row in map(orjson.loads, lines)
        ]


@contextmanager
def indexed(found: Sequence[Entity], keys: bool) -> Iterator[tuple[Index, int]]:
    """An index of entities, and its size in bytes; without keys as if there were none."""
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder), write=True) as index:
        with off(keys):
            index.add(found, new=True)
            index.commit(1)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        yield index, size


@contextmanager
def off(keys: bool) -> Iterator[None]:
    """Turns the keys off, unless there should be any."""
    if keys:
        yield
        return
    with (
        mock.patch("engine.index.entry.other_sounds", return_value=()),
        mock.patch("engine.index.entry.forms", return_value={}),
        mock.patch("engine.index.entry._numbers", return_value=[]),
        mock.patch("engine.index.alike.sounding", return_value=[]),
        mock.patch("engine.index.alike.instead_of", lambda items: [[] for _ in items]),
    ):
        yield


def names_of(entity: Entity) -> list[str]:
    """All values of an entity's properties that hold names."""
    roles = roles_of(entity.schema).roles
    return [
        value
        for prop, values in entity.properties.items()
        if roles.get(prop) == "name"
        for value in values
    ]


def words_of(names: Sequence[str]) -> set[str]:
    """The tokens of names in all their ways."""
    folded = [fold(name) for name in names]
    return {token for each in folded for way in (*each.sequences, *each.loose) for token in way}


def page(index: Index, text: str, keys: bool) -> list[Hit]:
    """The first page of a search."""
    with off(keys):
        return list(index.search(SearchQuestion(text, first=PAGE), ALL).hits)


def precision(name: str, found: list[Entity]) -> None:
    """Print what the keys of a set cost in size and precision."""
    named = [entity for entity in found if entity.properties.get("name")]
    chosen = random.Random(12).sample(named, NAMES)
    by_id = {entity.id: entity for entity in found}
    with indexed(found, False) as (bare, without), indexed(found, True) as (index, size):
        first = gained = shown = refused = 0
        for entity in chosen:
            text = quiet(entity.caption)
            asked = words_of([text])
            try:
                before, after = page(bare, text, False), page(index, text, True)
            except BadInput:
                refused += 1
                continue
            first += bool(after) and same(by_id[after[0].id], entity)
            strangers = [
                asked.isdisjoint(words_of(names_of(by_id[hit.id])))
                for hit in after
                if hit.id not in {other.id for other in before}
            ]
            gained += sum(strangers)
            shown += len(after)
    print(
        f"{name}: {len(found):,} entities; index {size / 1e6:.1f} MB, "
        f"without keys {without / 1e6:.1f} MB, ratio {size / without:.3f}"
    )
    print(
        f"  exact name first: {first} of {NAMES} (999 wanted), {refused} refused; "
        f"strangers gained: {gained} of {shown} hits = {gained / shown:.2%} (10 % at most)"
    )


def quiet(text: str) -> str:
    """A name as a search text: without what the query language reads."""
    return " ".join(text.translate({ord(char): " " for char in '"()[]{}:*~^?'}).split())


def same(one: Entity, other: Entity) -> bool:
    """Whether two entities have the same name, as it is folded."""
    wanted = set(fold(quiet(other.caption)).sequences)
    names = [one.caption, *names_of(one)]
    return any(not wanted.isdisjoint(fold(quiet(name)).sequences) for name in names)


def respelt(found: list[Entity]) -> None:
    """Print how many Danish names with an ø are found with o, and with oe."""
    names = [entity for entity in found if "ø" in entity.caption.lower()]
    chosen = random.Random(12).sample(names, 100)
    with indexed(found, True) as (index, _):
        for spelling in ("o", "oe"):
            hits = 0
            for entity in chosen:
                text = quiet(entity.caption.replace("ø", spelling).replace("Ø", spelling))
                with suppress(BadInput):
                    ids = {hit.id for hit in index.search(SearchQuestion(text, first=99), ALL).hits}
                    hits += entity.id in ids
            print(f"Danish names with ø, typed with {spelling}: {hits} of 100 found")


def main() -> None:
    """Print all figures."""
    for name in FILES:
        found = entities(name)
        precision(name, found)
    respelt(found)


if __name__ == "__main__":
    main()

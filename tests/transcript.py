"""The commands, files and GraphQL examples that README.md and docs/ show, read out of their text.

``docs/development.md`` explains the convention. A page is a list of fenced blocks; this module
reads them, and says whether an output or an answer is the one that is printed.
"""

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = "…"
"""Stands for any text in a line, for any lines on a line of its own, and for the rest in JSON."""
VARYING = (
    r"\d+\.\d s",
    r"[\d,]+/s",
    r"\d{4}-\d\d-\d\d \d\d:\d\d",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    r"process \d+",
)
"""What differs from run to run: durations, rates, moments and processes."""
PROGRESS = re.compile(r"^(?:Indexed [\d,]+ changes|.* … \d+ s)\n", re.MULTILINE)
"""Lines that are printed only where something takes long; a page does not show them."""


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the words after it, its text and its line in the page."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int

    def option(self, name: str, default: str = "") -> str:
        """The value of ``name=value`` among the words."""
        pairs = dict(word.split("=", 1) for word in self.words if "=" in word)
        return pairs.get(name, default)


@dataclass(frozen=True)
class Command:
    """A command line with the output that is printed below it; no output means any."""

    text: str
    output: str
    code: int
    line: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(fence[1], tuple(fence[2].split()), fence[3], text.count("\n", 0, fence.start()) + 1)
        for fence in FENCE.finditer(text)
    ]


def commands(block: Block) -> list[Command]:
    """The commands of a ``console`` block: lines that begin with ``$ ``, each with its output."""
    parts = re.split(r"^\$ ", block.text.replace("\\\n", ""), flags=re.MULTILINE)
    assert not parts[0], f"line {block.line}: a console block begins with `$ `"
    result = []
    for number, part in enumerate(parts[1:], start=1):
        text, _, output = part.partition("\n")
        code = int(block.option("exit", "0")) if number == len(parts) - 1 else 0
        result.append(Command(text, output, code, block.line))
    return result


def same_output(printed: str, real: str) -> bool:
    """Whether an output is the one that is printed; no printed output means any."""
    pattern = "".join(line_pattern(line) for line in printed.splitlines())
    return not printed or bool(re.fullmatch(pattern, PROGRESS.sub("", real)))


def line_pattern(line: str) -> str:
    """The pattern of one line."""
    if line.strip() == ANY:
        return r"(?:.*\n)*"
    kept = re.split(f"({'|'.join(VARYING)}|{ANY})", line.rstrip())
    return "".join(fragment_pattern(fragment) for fragment in kept) + r" *\n"


def fragment_pattern(fragment: str) -> str:
    """The pattern of a part of a line."""
    if fragment == ANY:
        return ".*"
    return next((kind for kind in VARYING if re.fullmatch(kind, fragment)), re.escape(fragment))


def answers() -> list[tuple[str, str, str]]:
    """Every GraphQL operation that is followed by its answer: (place, operation, answer)."""
    result = []
    for page in PAGES:
        shown = [block for block in blocks(page) if block.language in ("graphql", "json")]
        for block, after in pairwise(shown):
            if block.language == "graphql" and after.language == "json":
                result.append((f"{page.name}:{block.line}", block.text, after.text))
    return result


def cut_json(text: str) -> Any:
    """JSON in which a bare … stands for further elements, further members or any value."""
    parts, open_brackets, before = [], [], ""
    for token in re.findall(rf'"(?:\\.|[^"\\])*"|{ANY}|\s+|[^\s"{ANY}]', text):
        if token == ANY:
            member = open_brackets[-1:] == ["{"] and before != ":"
            parts.append(f'"{ANY}": 0' if member else f'"{ANY}"')
        else:
            parts.append(token)
        if token in "[{":
            open_brackets.append(token)
        elif token in "]}":
            open_brackets.pop()
        before = token.strip() or before
    return json.loads("".join(parts))


def agrees(printed: Any, real: Any) -> bool:
    """Whether an answer is the one that is printed, as far as that was not cut with …."""
    if printed == ANY:
        return True
    if isinstance(printed, dict) and isinstance(real, dict):
        names = printed.keys() - {ANY}
        complete = ANY in printed or names == real.keys()
        return (
            complete
            and names <= real.keys()
            and all(agrees(printed[name], real[name]) for name in names)
        )
    if isinstance(printed, list) and isinstance(real, list):
        return lists_agree(printed, real)
    return bool(printed == real)


def lists_agree(printed: list[Any], real: list[Any]) -> bool:
    """Whether a list is the one that is printed; … stands for any number of elements."""
    if not printed:
        return not real
    if printed[0] == ANY:
        return any(lists_agree(printed[1:], real[start:]) for start in range(len(real) + 1))
    return bool(real) and agrees(printed[0], real[0]) and lists_agree(printed[1:], real[1:])

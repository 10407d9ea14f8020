"""A YAML file as texts, lists and named parts, each with its place in the file for error messages.

Every scalar is text as it is written: ``no`` is Norway, and 2012-01-01 is a date in a table.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import yaml

from engine.errors import BadInput
from loaders.table.table import nearest

LARGEST = 1024 * 1024
"""Bytes of the largest file."""
DEEPEST = 20
MOST_PARTS = 50_000
"""Parts in all, aliases counted as often as they are used."""
YES = {"true", "yes", "on", "y", "1"}
NO = {"false", "no", "off", "n", "0"}
TEXT = "tag:yaml.org,2002:str"


class Part:
    """One part of the file: ``named`` parts, ``listed`` parts or a ``text``; all None if empty."""

    def __init__(self, file: str, path: str, line: int) -> None:
        self.file = file
        self.path = path
        self.line = line
        self.named: dict[str, Part] | None = None
        self.listed: list[Part] | None = None
        self.text: str | None = None
        self.tag = TEXT
        """What YAML takes the text for."""

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        return f"{self.file}:{self.line}{f' ({self.path})' if self.path else ''}"

    def refuse(self, reason: str) -> NoReturn:
        """Raise BadInput with the place and the reason."""
        raise BadInput(f"{self.place}: {reason}")

    @property
    def empty(self) -> bool:
        """Whether nothing is written here."""
        return self.named is None and self.listed is None and self.text is None

    def parts(self, what: str) -> dict[str, "Part"]:
        """The named parts; raises BadInput where this is a list or a text."""
        if self.named is None:
            self.refuse(f"{what} must be names with a colon, each on a line of its own")
        return self.named

    def string(self) -> str:
        """The text; raises BadInput where there is none."""
        if self.text is None or not self.text.strip():
            self.refuse("a text is missing here")
        return self.text

    def strings(self) -> list[str]:
        """One text or several."""
        return [part.string() for part in self.each()]

    def one_text(self) -> str:
        """The text as it is written, also an empty one; raises BadInput for several."""
        if not self.empty and self.text is None:
            name = self.path.rpartition(".")[2]
            self.refuse(f"{name!r} is one text, and several are written here")
        return self.text or ""

    def python_value(self) -> object:
        """What YAML makes of the text: a number, a date, a truth value; raises BadInput."""
        if self.tag == TEXT:
            return self.text
        try:
            return yaml.safe_load(self.text or "")
        except (ValueError, yaml.YAMLError):
            self.refuse(f"{self.text!r} is no value of YAML: put it in quotes")

    def each(self) -> list["Part"]:
        """The parts of a list, or this one as the only one."""
        return [self] if self.listed is None else self.listed

    def flag(self) -> bool:
        """Yes or no; raises BadInput."""
        text = (self.text or "").lower()
        if text not in YES | NO:
            self.refuse("must be true or false")
        return text in YES

    def allow(self, words: set[str], refused: dict[str, str] | None = None) -> None:
        """Raise BadInput for a name that is none of the words; ``refused`` ones have a reason."""
        for name, part in self.parts("this").items():
            if refused is not None and name in refused:
                part.refuse(f"{name!r} is not taken: {refused[name]}")
            if name not in words:
                part.refuse(f"{name!r} means nothing here{nearest(name, sorted(words))}")

    def items_of(self, *names: str) -> Iterator["Part"]:
        """The parts of these names that are there, lists one by one."""
        for name in names:
            part = (self.named or {}).get(name)
            if part is not None and not part.empty:
                yield from part.each()


def outline(path: Path) -> Part:
    """What a YAML file says; raises BadInput."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than {LARGEST:,} bytes: that is no mapping")
        loader = yaml.SafeLoader(path.read_text("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path} cannot be opened: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path} is not YAML in UTF-8: {error}") from None
    try:
        node = loader.get_single_node()
        if node is None:
            raise BadInput(f"{path} is empty")
        return Outline(loader, str(path)).part(node, "", 0)
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise BadInput(f"{path} is nested too deeply") from None
    finally:
        loader.dispose()


class Outline:
    """Makes parts out of YAML's nodes, and no more of them than a person would write.

    Aliases (``*a``) let a small file stand for billions of parts: all are counted.
    """

    def __init__(self, loader: yaml.SafeLoader, file: str) -> None:
        self._loader = loader
        self._file = file
        self._count = 0

    def part(self, node: yaml.Node, path: str, depth: int) -> Part:
        """The part that a node is; raises BadInput."""
        part = Part(self._file, path, node.start_mark.line + 1)
        self._count += 1
        if depth > DEEPEST or self._count > MOST_PARTS:
            part.refuse("the file is nested too deeply or repeats itself without end")
        if isinstance(node, yaml.MappingNode):
            part.named = self._named(node, path, depth, part)
        elif isinstance(node, yaml.SequenceNode):
            part.listed = [
                self.part(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(node.value)
            ]
        elif node.tag != "tag:yaml.org,2002:null":
            part.text, part.tag = str(node.value), node.tag
        return part

    def _named(self, node: yaml.MappingNode, path: str, depth: int, part: Part) -> dict[str, Part]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = next((key for key in keys if isinstance(key, str) and keys.count(key) > 1), None)
        if twice is not None:
            part.refuse(f"{twice!r} is there twice")
        self._loader.flatten_mapping(node)
        named: dict[str, Part] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                part.refuse("a name must be a plain text")
            name = str(key.value)
            named[name] = self.part(value, f"{path}.{name}" if path else name, depth + 1)
            # where a value has no line of its own, its name's line is where a person looks
            named[name].line = key.start_mark.line + 1
        return named

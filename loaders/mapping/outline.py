"""A YAML file as text, lists and named parts, each of which knows where it stands, so that an error can say it.

Every scalar is text as it is written: ``no`` is Norway, and 2012-01-01 a date that somebody wrote so.
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


class Part:
    """One part of the file: ``named`` parts, or ``listed`` ones, or a ``text``; all None where nothing is written."""

    def __init__(self, file: str, path: str, line: int) -> None:
        self.file = file
        self.path = path
        self.line = line
        self.named: dict[str, Part] | None = None
        self.listed: list[Part] | None = None
        self.text: str | None = None

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
        """The named parts; raises BadInput where there are none to be had."""
        if self.named is None:
            self.refuse(f"{what} must be names with a colon, each on a line of its own")
        return self.named

    def string(self) -> str:
        """The text; raises BadInput."""
        if self.text is None or not self.text.strip():
            self.refuse("a text is missing here")
        return self.text

    def strings(self) -> list[str]:
        """One text or several."""
        return [part.string() for part in self.each()]

    def each(self) -> list["Part"]:
        """The parts of a list, or this one as the only one."""
        return [self] if self.listed is None else self.listed

    def flag(self) -> bool:
        """Yes or no; raises BadInput."""
        text = (self.text or "").lower()
        if text not in YES | NO:
            self.refuse("must be true or false")
        return text in YES

    def only(self, known: set[str], refused: dict[str, str]) -> None:
        """Raise BadInput for a name that means nothing here, or is not taken, with the reason."""
        for name, part in self.parts("this").items():
            if name in refused:
                part.refuse(f"{name!r} is not taken: {refused[name]}")
            if name not in known:
                part.refuse(f"{name!r} means nothing here{nearest(name, sorted(known))}")

    def some(self, *names: str) -> Iterator["Part"]:
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
    """Makes parts out of YAML's nodes, not more of them than a person would write."""

    def __init__(self, loader: yaml.SafeLoader, file: str) -> None:
        self._loader = loader
        self._file = file
        self._count = 0

    def part(self, node: yaml.Node, path: str, depth: int) -> Part:
        """The part that a node is."""
        made = Part(self._file, path, node.start_mark.line + 1)
        self._count += 1
        if depth > DEEPEST or self._count > MOST_PARTS:
            made.refuse("the file is nested too deeply or repeats itself without end")
        if isinstance(node, yaml.MappingNode):
            made.named = self._named(node, path, depth, made)
        elif isinstance(node, yaml.SequenceNode):
            made.listed = [
                self.part(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(node.value)
            ]
        elif node.tag != "tag:yaml.org,2002:null":
            made.text = str(node.value)
        return made

    def _named(self, node: yaml.MappingNode, path: str, depth: int, made: Part) -> dict[str, Part]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = next((key for key in keys if isinstance(key, str) and keys.count(key) > 1), None)
        if twice is not None:
            made.refuse(f"{twice!r} is there twice")
        self._loader.flatten_mapping(node)
        named: dict[str, Part] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                made.refuse("a name must be a plain text")
            name = str(key.value)
            part = self.part(value, f"{path}.{name}" if path else name, depth + 1)
            # where a value has no line of its own, its name's line is where a person looks
            part.line = key.start_mark.line + 1
            named[name] = part
        return named

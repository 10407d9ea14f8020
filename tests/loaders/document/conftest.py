"""A sandbox for all tests of readers: starting one loads every reader, which takes seconds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.document import PageReading, Reason
from loaders.document.box import Box, boxes
from loaders.document.limit import budget
from loaders.document.part import Asked, Facts, Member, Part, Party, Problem, Rows, Text, parts_in
from loaders.document.sandbox import PARTS


@dataclass
class Answer:
    """What a reading found."""

    parts: list[Part]
    folder: Path
    reason: Reason | None
    detail: str

    @property
    def facts(self) -> Facts:
        return [part for part in self.parts if isinstance(part, Facts)][-1]

    @property
    def text(self) -> str:
        kinds = (Text, PageReading)
        return "".join(part.text for part in self.parts if isinstance(part, kinds))

    @property
    def people(self) -> list[tuple[str, str, str]]:
        found = [part for part in self.parts if isinstance(part, Party)]
        return [(part.role, part.name, part.email) for part in found]

    @property
    def members(self) -> dict[str, bytes]:
        found = [part for part in self.parts if isinstance(part, Member)]
        return {
            "/".join((*part.folders, part.name)): (self.folder / part.file).read_bytes()
            for part in found
        }

    @property
    def tables(self) -> dict[str, str]:
        found = [part for part in self.parts if isinstance(part, Rows)]
        return {part.name: (self.folder / part.file).read_text() for part in found}


Read = Callable[..., Answer]


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    with boxes(1) as (opened,):
        assert opened.networkless in (True, False)
        yield opened


@pytest.fixture
def read(box: Box, tmp_path: Path) -> Read:
    """Reads bytes, or a file, that is called so."""

    def answer(
        name: str, content: bytes | Path, *passwords: str, volumes: Sequence[Path] = ()
    ) -> Answer:
        path = content if isinstance(content, Path) else tmp_path / "content"
        if isinstance(content, bytes):
            path.write_bytes(content)
        folder = tmp_path / f"reading-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        left = budget(path.stat().st_size)
        ending = box.read(Asked(path, name, folder, left, (), passwords, volumes=tuple(volumes)))
        file = folder / PARTS
        parts = list(parts_in(file)) if file.exists() else []
        problems = [part for part in parts if isinstance(part, Problem)]
        if problems and ending.reason is None:
            return Answer(parts, folder, problems[-1].reason, problems[-1].detail)
        return Answer(parts, folder, ending.reason, ending.detail)

    return answer

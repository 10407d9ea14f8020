"""What Tesseract has said before: asked the same again, it need not work.

The same image read with another language, model or resolution is another question.
"""

import gzip
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that an answer of Tesseract's depends on."""

    image: str
    """The SHA-256 of the image's size and pixels."""
    languages: tuple[str, ...]
    engine: str
    models: tuple[str, ...]
    mode: int
    """The mode of segmentation."""
    dpi: int

    def key(self) -> str:
        """The SHA-256 of the question."""
        values = (self.image, self.languages, self.engine, self.models, self.mode, self.dpi)
        return hashlib.sha256(orjson.dumps(values)).hexdigest()


class Cache(Protocol):
    """Keeps answers by their question."""

    def get(self, question: Question) -> str | None:
        """The answer that was kept; None if there is none."""

    def put(self, question: Question, answer: str) -> None:
        """Keep an answer."""


class MemoryCache:
    """Keeps answers for the time of one page."""

    def __init__(self) -> None:
        self._answers: dict[Question, str] = {}

    def get(self, question: Question) -> str | None:
        """The answer that was kept; None if there is none."""
        return self._answers.get(question)

    def put(self, question: Question, answer: str) -> None:
        """Keep an answer."""
        self._answers[question] = answer


@dataclass(frozen=True)
class FolderCache:
    """Keeps answers as files in a folder, which any number of processes share."""

    folder: Path

    def get(self, question: Question) -> str | None:
        """The answer that was kept; None if there is none, or only half of one."""
        try:
            return gzip.decompress(self._path(question).read_bytes()).decode()
        except (OSError, EOFError, UnicodeDecodeError):
            return None

    def put(self, question: Question, answer: str) -> None:
        """Keep an answer: as a whole file or not at all."""
        path = self._path(question)
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(gzip.compress(answer.encode(), 3))
        os.replace(name, path)

    def _path(self, question: Question) -> Path:
        key = question.key()
        return self.folder / key[:2] / f"{key}.gz"

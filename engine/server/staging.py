"""What is to take the place of a database, made beside it: there whole or not at all, whenever we are killed.

Once it is sealed, it counts: every start puts it in its place, as often as it takes. Before, it is cleared away.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path


class Staging:
    """One folder inside the data folder; who uses it holds the data folder's lock."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.path = data / "offline"
        self._seal = self.path / "whole.json"

    def begin(self) -> None:
        """Start with an empty folder."""
        self.clear()
        self.path.mkdir(parents=True)

    def clear(self) -> None:
        """Take all of it away."""
        self._seal.unlink(missing_ok=True)
        if self.path.exists():
            shutil.rmtree(self.path)

    def seal(self, names: Sequence[str]) -> None:
        """From now on these folders and files count, and take the place of those of these names in the data folder."""
        draft = self.path / "draft.json"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(names, file)
            file.flush()
            os.sync()
        draft.replace(self._seal)

    def adopt(self) -> None:
        """Put what is sealed in its place, and clear away the rest."""
        if self._seal.exists():
            for name in json.loads(self._seal.read_text(encoding="utf-8")):
                if (self.path / name).exists():
                    if (self.data / name).is_dir():
                        shutil.rmtree(self.data / name, ignore_errors=True)
                    (self.data / name).parent.mkdir(parents=True, exist_ok=True)
                    (self.path / name).rename(self.data / name)
        self.clear()

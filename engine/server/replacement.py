"""What replaces a database: made in a folder beside it, then put in its place as a whole.

A replacement counts from the moment that it is committed: every start installs it, however often
an earlier one was killed while it did. One that is not committed is removed.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path


class Replacement:
    """The folder for it inside a data folder; only the holder of the data folder uses it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.path = data / "offline"
        self._commit = self.path / "whole.json"

    def begin(self) -> None:
        """Start with an empty folder."""
        self.discard()
        self.path.mkdir(parents=True)

    def discard(self) -> None:
        """Remove all of it."""
        # the commit goes first: a folder that is half removed must not be installed
        self._commit.unlink(missing_ok=True)
        if self.path.exists():
            shutil.rmtree(self.path)

    def commit(self, names: Sequence[str]) -> None:
        """Let these folders and files replace those of the same names in the data folder."""
        draft = self.path / "draft.json"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(names, file)
            file.flush()
            os.sync()  # all of it is on the disk before the commit is
        draft.replace(self._commit)

    def install(self) -> None:
        """Move what is committed to its place, and remove the rest."""
        if self._commit.exists():
            for name in json.loads(self._commit.read_text(encoding="utf-8")):
                if (self.path / name).exists():  # else an earlier, killed run has moved it
                    if (self.data / name).is_dir():
                        shutil.rmtree(self.data / name, ignore_errors=True)
                    (self.data / name).parent.mkdir(parents=True, exist_ok=True)
                    (self.path / name).rename(self.data / name)
        self.discard()

"""What an ingest did, for a person."""

from dataclasses import dataclass, field

from engine.document import State, StoredFile


@dataclass
class Report:
    """How many files were found, and what became of those that were read now."""

    found: int = 0
    """Files in the folders."""
    new: int = 0
    """Those that were not there yet, or were there with another content."""
    read: int = 0
    """Files that were read now, with those that were in others."""
    failures: dict[str, int] = field(default_factory=dict)
    """How many of them failed, or were read in part, by their reason."""
    failed: int = 0
    seconds: float = 0.0
    networkless: bool = True
    """Whether the files were read without network."""
    skipped: list[str] = field(default_factory=list)
    """What could not be looked at, and why."""

    def count(self, file: StoredFile) -> None:
        """Count a file that was read."""
        self.read += 1
        self.failed += file.state is State.FAILED
        if file.reason is not None:
            self.failures[str(file.reason)] = self.failures.get(str(file.reason), 0) + 1

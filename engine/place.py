"""Where documents are, and the ids that follow from it.

The same file in the same place has the same id, each time it is brought in or read.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

LONGEST_NAME = 255
"""Characters of a file's name, and of each folder around it."""
MOST_FOLDERS = 100
"""Folders around a file."""
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What no store takes: NUL, and halves of surrogate pairs."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, also those that turn a name around so that it looks like another one."""
OF_FILE = re.compile(r"[a-z0-9_]+:(?:document|party)[0-9a-f]{32}(?:-.*)?")
PREFIX = "document"
"""Begins each id that a file gets: a load of a mapping into the same dataset makes no such ids."""


def document_id(*steps: str) -> str:
    """The id, without the dataset, of what is at this place; its parts' ids begin with it and -."""
    digest = hashlib.sha256("\0".join(steps).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{PREFIX}{digest[:32]}"


def party_id(name: str, email: str) -> str:
    """The id of somebody whom mails name so."""
    digest = hashlib.sha256(f"{name}\0{email.lower()}".encode()).hexdigest()
    return f"party{digest[:32]}"


def is_of_file(id_: str) -> bool:
    """Whether a record with this id, with its dataset, was made from a file."""
    return OF_FILE.fullmatch(id_) is not None


def folders_of(path: str) -> Iterator[tuple[str, str]]:
    """The path and the name of each folder around a path, from the outermost."""
    steps = path.split("/")
    for count in range(1, len(steps)):
        yield "/".join(steps[:count]), steps[count - 1]


def around(dataset: str, path: str) -> tuple[str, ...]:
    """The record ids of the folders around a file that was brought in."""
    return tuple(f"{dataset}:{document_id(folder)}" for folder, _ in folders_of(path))


def folder_id(archive: str, folders: Sequence[str]) -> str:
    """The id, with the dataset, of a folder inside of an archive."""
    digest = hashlib.sha256("\0".join(folders).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{archive}-d{digest[:20]}"


def steps_of(path: str) -> list[str]:
    """The folders and the name in a path that somebody else wrote; none leads out or upwards."""
    text = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", path)
    text = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", path)
    steps = (CONTROL.sub("", step).strip() for step in re.split(r"[/\\]", text))
    kept = [step[:LONGEST_NAME] for step in steps if step not in ("", ".", "..")]
    if kept and re.fullmatch("[A-Za-z]:", kept[0]):
        kept = kept[1:]
    return kept[:MOST_FOLDERS] + kept[-1:] if len(kept) > MOST_FOLDERS else kept

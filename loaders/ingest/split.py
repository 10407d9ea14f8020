"""Split archives among documents: which files are the other volumes of one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count, takewhile
from typing import TypeVar

from engine.document import State, StoredFile
from engine.documents import Documents
from engine.place import document_id
from loaders.document.volume import MISSING, volume_of

FEW = 50
"""Volumes that are looked up at a time."""
Found = TypeVar("Found")
Beside = Callable[[Sequence[str]], Mapping[str, Found]]
"""Tells which files with these names are where a file is."""


def volumes(name: str, beside: Beside[Found]) -> list[Found]:
    """The other volumes of an archive, in order; of one that is not the head, the head."""
    volume = volume_of(name)
    if volume is None:
        return []
    if volume.number:
        return list(beside([volume.head]).values())
    found: list[Found] = []
    for start in count(1, FEW):
        names = [volume.name(number) for number in range(start, start + FEW)]
        there = beside(names)
        row = list(takewhile(there.__contains__, names))
        found += [there[each] for each in row]
        if len(row) < FEW:
            break
    return found


def stored_volumes(documents: Documents, file: StoredFile) -> list[StoredFile]:
    """The other volumes of a document that is a volume itself."""
    if volume_of(file.name) is None:
        return []
    steps = [file.path]
    if file.parent is not None:
        parent = documents.named([file.parent]).get(file.parent)
        if parent is None:  # it is gone meanwhile, and all that was in it
            return []
        steps = [parent.id, *file.path.removeprefix(f"{parent.path}/").split("/")]

    def beside(names: Sequence[str]) -> Mapping[str, StoredFile]:
        *around, last = steps
        folder = last.rpartition("/")[0] if file.parent is None else ""
        places = {
            f"{file.dataset}:{document_id(*around, f'{folder}/{name}' if folder else name)}": name
            for name in names
        }
        return {places[id_]: found for id_, found in documents.named(list(places)).items()}

    return volumes(file.name, beside)


def is_later_volume(file: StoredFile) -> bool:
    """Whether what is in a file comes out of the head of its archive."""
    volume = volume_of(file.name)
    return volume is not None and volume.number > 0


def lacked(head: StoredFile, volume: StoredFile) -> bool:
    """Whether an archive was read when this volume of it was not there."""
    return head.state is not State.WAITING and f"{MISSING} {volume.name}" in (head.detail or "")


def wait_again(file: StoredFile) -> StoredFile:
    """A file that is to be read again."""
    return replace(file, state=State.WAITING, reason=None, detail=None)

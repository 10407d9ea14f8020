"""Draws pages and makes searchable PDFs for readers, in sandboxes, and keeps them for a while.

The first that is asked for starts a sandbox, which takes seconds; then a page takes a fraction of
one. What was drawn is in a folder of each dataset, and goes with it.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp

import orjson

from engine.correction import corrected
from engine.document import PagePicture, Reason, StoredFile, bundled_page, rebundled
from engine.documents import Documents
from engine.errors import BadInput, NotFound
from loaders.document.box import Box, BoxPool
from loaders.document.part import PICTURE, SEARCHABLE, Asked, Problem, parts_in
from loaders.document.sandbox import PARTS

MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all that is kept; what was made first goes first."""
LOOK = 50
"""Pictures between two looks how many bytes there are."""
Make = Callable[[Box, Path, Path], Path]
"""Makes a file of an archived one in a folder, and says where it is."""
HINTS = {
    Reason.ENCRYPTED: "it is encrypted, and its password is not kept",
}


class Prover:
    """Draws and keeps; for one process that answers readers."""

    def __init__(self, documents: Documents, folder: Path, boxes: BoxPool) -> None:
        self._documents = documents
        self._folder = folder
        self._boxes = boxes
        self._made = 0

    def picture(self, file: StoredFile, picture: PagePicture) -> Path:
        """The image of a page as a PNG file; raises BadInput with why there is none."""
        key = digest(file.sha256, orjson.dumps(asdict(picture)))
        return self._kept(
            file,
            f"{key}.png",
            lambda box, path, folder: self._draw(box, file, path, folder, picture),
        )

    def searchable(self, file: StoredFile, written: Mapping[int, str]) -> Path:
        """The PDF of a file that can be searched, with what people wrote for pages, by number.

        Raises NotFound, BadInput.
        """
        if file.bundle is None:
            raise NotFound(f"{file.id} was not read page by page: there is no searchable PDF of it")
        bundle = file.bundle
        key = digest(file.sha256, bundle, orjson.dumps(sorted(written.items())))
        return self._kept(
            file,
            f"{key}.pdf",
            lambda box, path, folder: self._search(box, file, path, folder, (bundle, written)),
        )

    def _kept(self, file: StoredFile, name: str, make: Make) -> Path:
        """A file that was made before, or is made now."""
        target = self._folder / file.dataset / name
        if target.exists():
            with suppress(OSError):
                target.touch()
            return target
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._boxes.ask(lambda box: self._make(box, file, target, make))
        self._made += 1
        if self._made % LOOK == 1:
            self._shrink(target)
        return target

    def _make(self, box: Box, file: StoredFile, target: Path, make: Make) -> None:
        """Make a file in a sandbox; runs in a thread of its own."""
        folder = Path(mkdtemp(dir=target.parent, prefix="making-"))
        try:
            with self._documents.path(file.sha256) as path:
                make(box, path, folder).replace(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _draw(
        self, box: Box, file: StoredFile, path: Path, folder: Path, picture: PagePicture
    ) -> Path:
        ask(box, Asked(path.resolve(), file.name, folder.resolve(), picture=picture))
        return folder / PICTURE

    def _search(
        self,
        box: Box,
        file: StoredFile,
        path: Path,
        folder: Path,
        read: tuple[str, Mapping[int, str]],
    ) -> Path:
        with self._documents.path(read[0]) as readings:
            if read[1]:
                readings = with_written(readings, read[1], folder / "written.zip")
            asked = Asked(path.resolve(), file.name, folder.resolve(), bundle=readings.resolve())
            ask(box, asked)
        return folder / SEARCHABLE

    def _shrink(self, keep: Path) -> None:
        """Remove what was used longest ago, where there are too many bytes."""
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):  # another process removes them too
                if path.is_file():
                    state = path.stat()
                    found.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found, key=lambda each: each[0]):
            if total <= MOST_BYTES:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size


def with_written(bundle: Path, written: Mapping[int, str], target: Path) -> Path:
    """A bundle of page readings with what people wrote instead of what was read."""
    with bundle.open("rb") as source, target.open("wb") as file:
        pages = (bundled_page(source, number) for number in written)
        changed = {
            page.number: corrected(page, written[page.number]) for page in pages if page is not None
        }
        rebundled(source, changed, file)
    return target


def ask(box: Box, asked: Asked) -> None:
    """Ask a sandbox to draw; raises BadInput with what went wrong."""
    ending = box.read(asked)
    parts = parts_in(asked.folder / PARTS)
    problems = [part for part in parts if isinstance(part, Problem)]
    reason = ending.reason or (problems[0].reason if problems else None)
    if reason is None:
        return
    detail = ending.detail or (problems[0].detail if problems else "")
    raise BadInput(f"this cannot be drawn: {HINTS.get(reason, detail or str(reason))}")


def digest(*parts: bytes | str) -> str:
    """What tells one picture from all others."""
    text = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.blake2b(text, digest_size=20).hexdigest()

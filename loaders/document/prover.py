"""Draws pages and makes searchable PDFs for readers, in sandboxes, and keeps them for a while.

The first that is asked for starts a sandbox, which takes seconds; then a page takes a fraction of
one. What was drawn is in a folder of each dataset, and goes with it.
"""

import hashlib
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp

import orjson

from engine.document import PagePicture, Reason, StoredFile
from engine.documents import Documents
from engine.errors import BadInput, NotFound
from loaders.document.box import Box, boxes
from loaders.document.part import PICTURE, SEARCHABLE, Asked, Problem, parts_in
from loaders.document.sandbox import PARTS

MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all that is kept; what was made first goes first."""
LOOK = 50
"""Pictures between two looks how many bytes there are."""
SANDBOXES = 2
HINTS = {
    Reason.ENCRYPTED: "it is encrypted, and its password is not kept",
}


class Prover:
    """Draws and keeps; for one process that answers readers."""

    def __init__(self, documents: Documents, folder: Path, box: Box | None = None) -> None:
        """``box`` is a sandbox to be used instead of own ones."""
        self._documents = documents
        self._folder = folder
        # a sandbox ends with the thread that started it: so threads that stay have one each
        self._pool = ThreadPoolExecutor(SANDBOXES if box is None else 1, "prover")
        self._own = threading.local()
        self._given = box
        self._stack = ExitStack()
        self._made = 0

    def picture(self, file: StoredFile, picture: PagePicture) -> Path:
        """The image of a page as a PNG file; raises BadInput with why there is none."""
        key = digest(file.sha256, orjson.dumps(asdict(picture)))
        return self._kept(
            file, f"{key}.png", lambda path, folder: self._draw(file, path, folder, picture)
        )

    def searchable(self, file: StoredFile) -> Path:
        """The PDF of a file that can be searched; raises NotFound, BadInput."""
        if file.bundle is None:
            raise NotFound(f"{file.id} was not read page by page: there is no searchable PDF of it")
        bundle = file.bundle
        key = digest(file.sha256, bundle.encode())
        return self._kept(
            file, f"{key}.pdf", lambda path, folder: self._search(file, path, folder, bundle)
        )

    def close(self) -> None:
        """End the sandboxes."""
        self._pool.shutdown()
        self._stack.close()

    def _kept(self, file: StoredFile, name: str, make: Callable[[Path, Path], Path]) -> Path:
        """A file that was made before, or is made now."""
        target = self._folder / file.dataset / name
        if target.exists():
            with suppress(OSError):
                target.touch()
            return target
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._pool.submit(self._make, file, target, make).result()
        self._made += 1
        if self._made % LOOK == 1:
            self._shrink(target)
        return target

    def _make(self, file: StoredFile, target: Path, make: Callable[[Path, Path], Path]) -> None:
        """Make a file in a sandbox; runs in a thread of the pool."""
        folder = Path(mkdtemp(dir=target.parent, prefix="making-"))
        try:
            with self._documents.path(file.sha256) as path:
                make(path, folder).replace(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _draw(self, file: StoredFile, path: Path, folder: Path, picture: PagePicture) -> Path:
        self._ask(Asked(path.resolve(), file.name, folder.resolve(), picture=picture))
        return folder / PICTURE

    def _search(self, file: StoredFile, path: Path, folder: Path, bundle: str) -> Path:
        with self._documents.path(bundle) as readings:
            asked = Asked(path.resolve(), file.name, folder.resolve(), bundle=readings.resolve())
            self._ask(asked)
        return folder / SEARCHABLE

    def _ask(self, asked: Asked) -> None:
        """Ask a sandbox; raises BadInput with what went wrong."""
        ending = self._box().read(asked)
        parts = parts_in(asked.folder / PARTS)
        problems = [part for part in parts if isinstance(part, Problem)]
        reason = ending.reason or (problems[0].reason if problems else None)
        if reason is None:
            return
        detail = ending.detail or (problems[0].detail if problems else "")
        raise BadInput(f"this cannot be drawn: {HINTS.get(reason, detail or str(reason))}")

    def _box(self) -> Box:
        if self._given is not None:
            return self._given
        box: Box | None = getattr(self._own, "box", None)
        if box is None:
            (box,) = self._stack.enter_context(boxes(1))
            self._own.box = box
        return box

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


def digest(*parts: bytes | str) -> str:
    """What tells one picture from all others."""
    text = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.blake2b(text, digest_size=20).hexdigest()

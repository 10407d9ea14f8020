"""Asks sandboxes to read files, one after the other; a new one starts where one is lost."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TypeVar

import orjson

from engine.document import Reason
from loaders.document.part import Asked
from loaders.document.sandbox import Ending

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
"""The folder of the package ``loaders``."""
LOST = Ending(Reason.CRASHED, "the process that reads files was killed")


class Box:
    """One sandbox, which reads one file at a time."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests = requests
        self._answers = answers
        self._own = ExitStack()
        """A sandbox of this box alone, in place of one that was lost."""
        self._networkless: bool | None = None
        self.is_over = False
        """Whether its sandbox is ended on purpose, so that no new one is to take its place."""

    @property
    def networkless(self) -> bool:
        """Whether what it reads is cut off from networks; raises EOFError where it is gone."""
        if self._networkless is None:
            self._networkless = bool(self._answer()["networkless"])
        return self._networkless

    def read(self, asked: Asked) -> Ending:
        """Read one file into its folder; how that ended."""
        paths = {
            name: str(value) if (value := getattr(asked, name)) is not None else ""
            for name in ("path", "folder", "cache", "bundle")
        }
        volumes = [str(volume) for volume in asked.volumes]
        request = {**asdict(asked), **paths, "volumes": volumes}
        try:
            _ = self.networkless  # its first line
            self._requests.write(orjson.dumps(request) + b"\n")
            self._requests.flush()
            answer = self._answer()
        except (BrokenPipeError, EOFError):
            if not self.is_over:
                self._replace()
            return LOST
        reason = answer["reason"]
        return Ending(Reason(reason) if reason else None, answer["detail"])

    def _replace(self) -> None:
        self.close()
        (other,) = self._own.enter_context(boxes(1))
        self._requests, self._answers = other._requests, other._answers
        self._networkless = None

    def _answer(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        values: dict[str, Any] = orjson.loads(line)
        return values

    def close(self) -> None:
        """Ask nothing more, and end the sandbox of this box alone, if it has one."""
        for stream in (self._requests, self._answers):
            with suppress(OSError):
                stream.close()
        self._own.close()


class BoxPool:
    """Sandboxes for one process that answers readers; the first that is asked for starts one.

    A sandbox ends with the thread that started it: so threads that stay have one each.
    """

    def __init__(self, size: int, box: Box | None = None) -> None:
        """``box`` is a sandbox to be used instead of own ones."""
        self._pool = ThreadPoolExecutor(size if box is None else 1, "sandbox")
        self._own = threading.local()
        self._given = box
        self._stack = ExitStack()

    def ask(self, work: Callable[[Box], T]) -> T:
        """What some work with a sandbox answers, as soon as one is free."""
        return self._pool.submit(lambda: work(self._box())).result()

    def close(self) -> None:
        """End the sandboxes."""
        self._pool.shutdown()
        self._stack.close()

    def _box(self) -> Box:
        if self._given is not None:
            return self._given
        box: Box | None = getattr(self._own, "box", None)
        if box is None:
            (box,) = self._stack.enter_context(boxes(1))
            self._own.box = box
        return box


@contextmanager
def boxes(count: int) -> Iterator[list[Box]]:
    """So many sandboxes for a block, which ends them and what they read.

    The thread that asks must not end before the block does: they end with it.
    """
    with ExitStack() as stack:
        theirs: list[tuple[int, int]] = []
        found: list[Box] = []
        for _ in range(count):
            requests, request_end = os.pipe()
            answer_end, answers = os.pipe()
            theirs.append((requests, answers))
            found.append(Box(os.fdopen(request_end, "wb"), os.fdopen(answer_end, "rb")))
        # -P: a folder that somebody is in must not hide our packages
        command = [sys.executable, "-P", "-m", "loaders.document.sandbox"]
        process = subprocess.Popen(
            [*command, *(f"{requests},{answers}" for requests, answers in theirs)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            pass_fds=[each for pair in theirs for each in pair],
        )
        for box in found:
            stack.callback(box.close)  # once nobody reads from it any more
        stack.callback(process.wait)
        stack.callback(process.kill)
        for descriptor in (each for pair in theirs for each in pair):
            os.close(descriptor)
        try:
            yield found
        finally:
            for box in found:
                box.is_over = True

"""The processes in which files are read: a fork for each file, with limits and without network.

``python -m loaders.document.sandbox`` reads requests from pipes, one JSON line each, and answers
each with a JSON line when the fork has ended, whatever ended it. It has loaded every reader, so a
fork costs milliseconds, and it has no threads, so that it can be forked.
"""

import ctypes
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from engine.document import PagePicture, Reason
from engine.process.watchdog import parent_death_signal
from engine.settings import limit_threads
from loaders.document.limit import MEMORY, SECONDS, TEXT, Budget
from loaders.document.part import Asked, Part, Problem, Unreadable, line_of
from loaders.document.registry import parts_of

PARTS, ERRORS = "parts.jsonl", "errors.txt"
"""What a fork writes into the folder of a reading: the parts, and what the libraries complained."""
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
"""Linux's namespaces; a new one of networks has no way out."""
PR_SET_CHILD_SUBREAPER = 36
"""Linux's prctl with which the orphans of a fork become ours, so that none is left behind."""
UNREADABLE, OUT_OF_MEMORY, BROKEN = 3, 4, 5
"""How a fork ends that knows why."""
NICENESS = 10
"""Readers of Clew come first, before the reading of files."""
DETAIL = 300
"""Characters of a reason, at most."""
SIZE_OF_OTHERS = 12 * 1024**3
"""Bytes of the largest file that a fork may write."""


@dataclass(frozen=True)
class Ending:
    """How the reading of a file ended; without a reason all of it was read."""

    reason: Reason | None = None
    detail: str = ""


class Writer:
    """Writes parts in the fork, and tells the process above that it is alive."""

    def __init__(self, folder: Path, heart: int) -> None:
        self._lines = (folder / PARTS).open("wb", buffering=0)
        self._heart = heart
        self._left = TEXT

    def put(self, part: Part) -> None:
        """Write one; raises Unreadable where they get too many."""
        line = line_of(part)
        self._left -= len(line)
        if self._left < 0:
            raise Unreadable(Reason.TOO_LARGE, f"it holds more than {TEXT:,} bytes of text")
        self._lines.write(line)
        self.beat()

    def beat(self) -> None:
        """Say that reading goes on."""
        with suppress(BlockingIOError):
            os.write(self._heart, b".")


def read(asked: Asked, heart: int) -> int:
    """Read a file in the fork; its exit code."""
    writer = Writer(asked.folder, heart)
    try:
        for part in parts_of(asked):
            writer.put(part)
    except Unreadable as error:
        writer.put(Problem(error.reason, error.detail[:DETAIL]))
        return UNREADABLE
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def fork_of(asked: Asked) -> tuple[int, int]:
    """Start a fork that reads a file: its pid, and the pipe on which it shows that it is alive."""
    pulse, heart = os.pipe()
    pid = os.fork()
    if pid:
        os.close(heart)
        return pid, pulse
    code = BROKEN
    try:
        os.close(pulse)
        os.set_blocking(heart, False)
        confine(asked.folder)
        code = read(asked, heart)
    finally:
        # also after an error of a library that met a file it did not expect: a fork never goes
        # back into the loop above, and the threads of some libraries survive no orderly end
        if code == BROKEN:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


def confine(folder: Path) -> None:
    """Limit this fork, and direct what it prints into the folder of the reading."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    complaints = os.open(folder / ERRORS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for source, target in ((nothing, 0), (nothing, 1), (complaints, 2)):
        os.dup2(source, target)
    os.chdir(folder)
    tempfile.tempdir = str(folder)  # what a fork leaves behind when it is killed goes with it
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE_OF_OTHERS, SIZE_OF_OTHERS))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if (request := parent_death_signal(signal.SIGKILL)) is not None:
        request()


def ending_of(asked: Asked) -> Ending:
    """Read a file in a fork of its own, and say how that ended."""
    pid, pulse = fork_of(asked)
    try:
        alive = lives(pulse)
    finally:
        os.close(pulse)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    reap()
    if not alive:
        return Ending(Reason.TIMEOUT, f"a part of it took longer than {SECONDS:.0f} seconds")
    return explained(os.waitstatus_to_exitcode(status), asked.folder)


def lives(pulse: int) -> bool:
    """Wait until a fork has closed its end of the pipe; False where it was silent too long."""
    deadline = time.monotonic() + SECONDS
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([pulse], [], [], left)
        if ready:
            if not os.read(pulse, 65536):
                return True
            deadline = time.monotonic() + SECONDS
    return False


def reap() -> None:
    """Take leave of every program that forks started and that outlived them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def explained(code: int, folder: Path) -> Ending:
    """Why a fork ended with this code."""
    if code in (0, UNREADABLE):  # the last part says why
        return Ending()
    complaint = last_line(folder / ERRORS)
    if code == OUT_OF_MEMORY or "memory allocation" in complaint:
        return Ending(Reason.TOO_LARGE, f"reading it takes more than {MEMORY // 1024**2:,} MiB")
    if code == BROKEN:
        return Ending(Reason.CORRUPT, complaint)
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
    return Ending(Reason.CRASHED, f"the program that read it ended with {how}: {complaint}")


def last_line(path: Path) -> str:
    """The end of what a fork complained, for a person."""
    try:
        lines = path.read_text(errors="replace").strip().splitlines()
    except FileNotFoundError:
        return ""
    return lines[-1].strip()[:DETAIL] if lines else ""


def leave_network() -> bool:
    """Cut this process, and all that it starts, off from every network; whether that worked."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None)
    return any(libc.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def adopt_orphans() -> None:
    """Make the orphans of forks the children of this process, which takes leave of them."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def asked_of(request: dict[str, Any]) -> Asked:
    """The request as the value that readers take."""
    return Asked(
        Path(request["path"]),
        request["name"],
        Path(request["folder"]),
        Budget(**request["budget"]),
        tuple(request["languages"]),
        tuple(request["passwords"]),
        Path(request["cache"]) if request["cache"] else None,
        tuple(request["only"]),
        request["most"],
        request["as_image"],
        tuple((number, tuple(languages)) for number, languages in request["by_page"]),
        PagePicture(**request["picture"]) if request["picture"] else None,
        tuple(map(Path, request["volumes"])),
        Path(request["bundle"]) if request["bundle"] else None,
    )


def serve(requests: IO[bytes], answers: IO[bytes], networkless: bool) -> None:
    """Answer requests until there are no more."""
    end_with_parent()
    tell(answers, {"networkless": networkless})
    while line := requests.readline():
        ending = ending_of(asked_of(orjson.loads(line)))
        tell(answers, {"reason": ending.reason, "detail": ending.detail})


def tell(answers: IO[bytes], values: dict[str, Any]) -> None:
    """Write one line to whoever asked."""
    answers.write(orjson.dumps(values) + b"\n")
    answers.flush()


def end_with_parent() -> None:
    """End this process when the one that started it does; Ctrl-C is for the command alone."""
    parent = os.getppid()
    if (request := parent_death_signal(signal.SIGKILL)) is not None:
        request()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.getppid() != parent:
        os._exit(1)


def serve_all(pairs: list[str]) -> None:
    """Serve on several pairs of pipes, named ``requests,answers``, each in a process of its own.

    They are forks of this one, because loading all readers takes seconds.
    """
    end_with_parent()
    networkless = leave_network()
    limit_threads()
    os.nice(NICENESS)
    ends = [tuple(map(int, pair.split(","))) for pair in pairs]
    for own in ends:
        if not os.fork():
            for descriptor in {each for pair in ends for each in pair} - set(own):
                os.close(descriptor)
            adopt_orphans()
            with os.fdopen(own[0], "rb") as requests, os.fdopen(own[1], "wb") as answers:
                serve(requests, answers, networkless)
            os._exit(0)
    for descriptor in {each for pair in ends for each in pair}:
        os.close(descriptor)
    with suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    serve_all(sys.argv[1:])

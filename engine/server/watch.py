"""Runs one program, and ends it when whoever asked for it is gone, however that one died.

Run as a script, as ``watched`` puts it, in a session of its own. It prints the program's pid.
Anything on standard input, or its end, asks for an orderly stop; so does the death of the parent, which a
pipe alone would miss if the parent had forked. What the program began, and did not end, ends with it. If the
watcher itself is killed, Linux ends the program.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

PATIENCE = 60.0
"""Seconds between asking the program to stop and killing it."""
INTERVAL = 0.5
"""Seconds between two looks at the parent."""
PR_SET_PDEATHSIG = 1
NOT_RUN = 127
"""What the watcher ends with if the program cannot be run; as shells do."""


def tied(number: int = signal.SIGTERM) -> Callable[[], None] | None:
    """What a new process calls to get this signal when its parent dies; nothing but Linux has it."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, number)

    return tie


def watched(
    command: Sequence[str], out: Path, errors: Path | None = None, patience: float = PATIENCE
) -> list[str]:
    """The call that runs a command for this process, and watches it.

    What it prints goes into ``out``, complaints into ``errors`` where there is such a file.
    """
    script = [sys.executable, "-I", "-S", __file__]
    return [*script, str(os.getpid()), str(patience), str(out), str(errors or out), *command]


def signal_of(code: int) -> int | None:
    """The signal that ended a program; a watcher's own code is its program's, of which the system keeps eight bits."""
    number = -code % 256
    return number if 0 < number < 64 else None


def ending(code: int | None) -> str:
    """How a program ended, in words."""
    if code is None:
        return "it still runs"
    number = signal_of(code)
    return f"signal {number} ended it, start again" if number else f"it ended with code {code}"


def watch(parent: int, patience: float, out: str, errors: str, command: Sequence[str]) -> int:
    """Run the program until it ends or nobody wants it any more; answers its exit code."""
    with ExitStack() as files:
        output = files.enter_context(open(out, "wb"))
        said = output if errors == out else files.enter_context(open(errors, "wb"))
        nothing = subprocess.DEVNULL
        try:
            child = subprocess.Popen(
                command,
                stdin=nothing,
                stdout=output,
                stderr=said,
                preexec_fn=tied(),
                process_group=0,
            )
        except OSError as error:
            said.write((error.strerror or str(error)).encode())
            return NOT_RUN
    print(child.pid, flush=True)
    ended = [os.pidfd_open(child.pid)] if hasattr(os, "pidfd_open") else []
    while child.poll() is None:
        found, _, _ = select.select([sys.stdin, *ended], [], [], INTERVAL)
        if sys.stdin in found or os.getppid() != parent:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(patience)
            break
    with suppress(ProcessLookupError, PermissionError):  # there is nobody left
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


if __name__ == "__main__":
    raise SystemExit(
        watch(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
    )

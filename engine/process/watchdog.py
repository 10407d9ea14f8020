"""A watchdog: runs one program, and ends it when the process that wanted it is gone.

``watchdog_command`` is the call that runs this file as a script, in a session of its own. It prints
the program's pid. Anything on standard input, or its end, asks for an orderly stop. So does the
death of the parent, which a pipe alone would miss if the parent had forked. What the program
started, and did not end, ends with it. If the watchdog itself is killed, Linux ends the program.
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

STOP_TIMEOUT = 60.0
"""Seconds between asking the program to stop and killing it."""
INTERVAL = 0.5
"""Seconds between two looks at the parent."""
PR_SET_PDEATHSIG = 1
"""Linux's prctl that names the signal to get when the parent dies."""
NOT_RUN = 127
"""The watchdog's exit code if the program cannot be run; as shells have it."""


def parent_death_signal(number: int = signal.SIGTERM) -> Callable[[], None] | None:
    """What a new process calls to get this signal when its parent dies; None but on Linux."""
    if not sys.platform.startswith("linux"):
        return None
    # looked up before the fork: a child of a process with threads must not import or allocate much
    prctl = ctypes.CDLL(None).prctl

    def request() -> None:
        prctl(PR_SET_PDEATHSIG, number)

    return request


def watchdog_command(
    command: Sequence[str], out: Path, errors: Path | None = None, timeout: float = STOP_TIMEOUT
) -> list[str]:
    """The command line that runs a command for this process, under a watchdog.

    Standard output goes into the file ``out``, standard error into ``errors`` or else there too.
    """
    script = [sys.executable, "-I", "-S", __file__]
    return [*script, str(os.getpid()), str(timeout), str(out), str(errors or out), *command]


def signal_of(code: int) -> int | None:
    """The signal that ended a program; None if it ended by itself.

    A watchdog passes on its program's code, of which the system keeps eight bits.
    """
    number = -code % 256
    return number if 0 < number < 64 else None


def how_it_ended(code: int | None) -> str:
    """How a program ended, in words."""
    if code is None:
        return "it still runs"
    number = signal_of(code)
    return f"signal {number} ended it, start again" if number else f"it ended with code {code}"


def watch(parent: int, timeout: float, out: str, errors: str, command: Sequence[str]) -> int:
    """Run the program until it ends or nobody wants it any more; returns its exit code."""
    child = start(out, errors, command)
    if child is None:
        return NOT_RUN
    print(child.pid, flush=True)
    ended = [os.pidfd_open(child.pid)] if hasattr(os, "pidfd_open") else []
    while child.poll() is None:
        ready, _, _ = select.select([sys.stdin, *ended], [], [], INTERVAL)
        if sys.stdin in ready or os.getppid() != parent:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout)
            break
    with suppress(ProcessLookupError, PermissionError):  # there is nobody left
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def start(out: str, errors: str, command: Sequence[str]) -> "subprocess.Popen[bytes] | None":
    """Start the program; None, with the reason in ``errors``, where it cannot be run."""
    with ExitStack() as files:
        output = files.enter_context(open(out, "wb"))
        complaints = output if errors == out else files.enter_context(open(errors, "wb"))
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=complaints,
                preexec_fn=parent_death_signal(),
                process_group=0,
            )
        except OSError as error:
            complaints.write((error.strerror or str(error)).encode())
            return None


if __name__ == "__main__":
    raise SystemExit(
        watch(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
    )

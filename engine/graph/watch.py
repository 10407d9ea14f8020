"""Runs one program, and ends it when whoever asked for it is gone, however that one died.

Run as a script, in a session of its own: `watch.py PARENT LOG COMMAND…`. It prints the program's pid.
Anything on standard input, or its end, asks for an orderly stop; so does the death of PARENT, which a
pipe alone would miss if PARENT had forked. If the watcher itself is killed, Linux ends the program.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

PATIENCE = 60.0
"""Seconds between asking the program to stop and killing it."""
INTERVAL = 0.5
"""Seconds between two looks at the parent."""
PR_SET_PDEATHSIG = 1


def tied(number: int = signal.SIGTERM) -> Callable[[], None] | None:
    """What a new process calls to get this signal when its parent dies; nothing but Linux has it."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, number)

    return tie


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask the program to stop, and kill it when it does not."""
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def ending(code: int | None) -> str:
    """How a program ended, in words; a watcher's own code is its program's, of which the system keeps eight bits."""
    if code is None:
        return "it still runs"
    number = -code % 256
    return f"signal {number} ended it, start again" if 0 < number < 64 else f"it ended with code {code}"


def watch(parent: int, log: str, command: Sequence[str]) -> int:
    """Run the program until it ends or nobody wants it any more; answers its exit code."""
    with open(log, "wb") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=tied())
    print(child.pid, flush=True)
    ended = [os.pidfd_open(child.pid)] if hasattr(os, "pidfd_open") else []
    while child.poll() is None:
        found, _, _ = select.select([sys.stdin, *ended], [], [], INTERVAL)
        if sys.stdin in found or os.getppid() != parent:
            end(child)
    return child.returncode


if __name__ == "__main__":
    raise SystemExit(watch(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))

"""Runs a source's program, or a loader of a Python package; what it prints goes into a file.

Both run as processes of their own, within limits. They end with this process, however it ends, and
so does all that they started.
"""

import os
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from time import monotonic

import orjson

from engine.errors import BadInput, ClewError
from engine.process.watchdog import signal_of, watchdog_command
from loaders.crawl.catalog import Entry, Source

GROUP = "clew.loaders"
"""The entry points by which a package offers loaders: callables that yield FtM entities (dicts)."""
RUN_LOADER = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from loaders.crawl.program import print_entities; print_entities(sys.argv[1])"
)
"""What the process of a loader runs; its arguments are the loader's name and our search path."""
LAST_WORDS = 1000
"""Characters of what a failed program printed."""
INTERVAL = 0.2
"""Seconds between two looks at the limits."""
STOP_TIMEOUT = 5.0
"""Seconds between asking a program to stop and killing it."""


def run_program(entry: Entry, path: Path) -> None:
    """Run a source's command, with its output into a file.

    Raises ClewError with the last words of a program that fails.
    """
    source = entry.source
    assert source.command is not None
    _run(source.command, source.label, source, path, entry.folder)


def run_loader(entry: Entry, path: Path) -> None:
    """Write a loader's entities into a file.

    Raises BadInput where no package offers the loader, ClewError if it fails.
    """
    name = entry.source.loader or ""
    if not entry_points(group=GROUP, name=name):
        known = ", ".join(sorted(one.name for one in entry_points(group=GROUP))) or "none"
        raise BadInput(f"no package offers the loader {name} (entry points {GROUP}: {known})")
    command = [sys.executable, "-c", RUN_LOADER, name, *sys.path]
    _run(command, f"the loader {name}", entry.source, path)


def print_entities(name: str) -> None:
    """Print the entities of a loader, one a line; a failure ends the process with its reason."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the loader itself prints is for people, and must not end up in the data
    try:
        (loader,) = entry_points(group=GROUP, name=name)
        for entity in loader.load()():
            out.write(orjson.dumps(entity) + b"\n")
        out.close()
    except (Exception, SystemExit) as error:  # other people's code may raise whatever it likes
        sys.exit(f"{type(error).__name__}: {error}")


def _run(
    command: list[str], label: str, source: Source, path: Path, folder: Path | None = None
) -> None:
    path = path.resolve()
    errors = path.with_suffix(".stderr")
    call = watchdog_command(command, path, errors, STOP_TIMEOUT)
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(call, cwd=folder, stdin=pipe, stdout=pipe, start_new_session=True)
    except OSError as error:
        raise ClewError(f"{command[0]} cannot be run: {error.strerror}") from None
    with child:  # at its end the watchdog's input is closed, so it stops what still runs
        assert child.stdout is not None
        pid = child.stdout.readline()
        timed_out = not _wait(child, path, source)
    text = errors.read_text(encoding="utf-8", errors="replace").strip()
    words = text[-LAST_WORDS:] or "it said nothing"
    if not pid:
        raise ClewError(f"{command[0]} cannot be run: {words}")
    if path.stat().st_size > source.max_size:
        raise ClewError(
            f"{label} printed more than {source.max_size:,} bytes, the most that is taken"
        )
    if timed_out:
        raise ClewError(f"{label} took longer than {source.deadline:g} s: {words}")
    if number := signal_of(child.returncode):
        raise ClewError(f"{label} was ended by signal {number}: {words}")
    if child.returncode:
        raise ClewError(f"{label} ended with {child.returncode}: {words}")


def _wait(child: "subprocess.Popen[bytes]", path: Path, source: Source) -> bool:
    """Wait until the program ends, or runs into a limit; returns whether it ended."""
    end = monotonic() + source.deadline
    while child.poll() is None and monotonic() < end and path.stat().st_size <= source.max_size:
        with suppress(subprocess.TimeoutExpired):
            child.wait(INTERVAL)
    return child.poll() is not None

"""What a program tells, or a loader that a Python package offers: written into a file, within limits.

Both run as processes of their own, with what they begin, and end with this one, however it ends.
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
"""The entry points by which a Python package offers loaders: callables that give FtM entities as dicts."""
GIVE = "import sys; sys.path[:] = sys.argv[2:]; from loaders.crawl.program import give; give(sys.argv[1])"
"""What the process of a loader runs."""
TOLD = 1000
"""Characters of what a failed program said."""
INTERVAL = 0.2
"""Seconds between two looks at the limits."""
PATIENCE = 5.0
"""Seconds between asking a program to stop and killing it."""


def run_program(entry: Entry, path: Path) -> None:
    """Run a source's command, what it prints going into a file; raises ClewError with its last words if it fails."""
    source = entry.source
    assert source.command is not None
    _run(source.command, source.told, source, path, entry.folder)


def run_loader(entry: Entry, path: Path) -> None:
    """Write what a loader gives into a file; raises BadInput where none has its name, ClewError if it fails."""
    name = entry.source.loader or ""
    if not entry_points(group=GROUP, name=name):
        known = ", ".join(sorted(one.name for one in entry_points(group=GROUP))) or "none"
        raise BadInput(f"no package offers the loader {name} (entry points {GROUP}: {known})")
    _run([sys.executable, "-c", GIVE, name, *sys.path], f"the loader {name}", entry.source, path)


def give(name: str) -> None:
    """Print what a loader gives, line by line; whatever goes wrong ends the process, with a word of what it was."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the loader prints is for people
    try:
        (found,) = entry_points(group=GROUP, name=name)
        for entity in found.load()():
            out.write(orjson.dumps(entity) + b"\n")
        out.close()
    except (
        Exception,
        SystemExit,
    ) as error:  # other people's code: whatever it raises is its failure, not ours
        sys.exit(f"{type(error).__name__}: {error}")


def _run(
    command: list[str], told: str, source: Source, path: Path, folder: Path | None = None
) -> None:
    path = path.resolve()
    errors = path.with_suffix(".stderr")
    call = watchdog_command(command, path, errors, PATIENCE)
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(call, cwd=folder, stdin=pipe, stdout=pipe, start_new_session=True)
    except OSError as error:
        raise ClewError(f"{command[0]} cannot be run: {error.strerror}") from None
    with child:  # whose end closes the watcher's input: the program is to end
        assert child.stdout is not None
        begun, end = child.stdout.readline(), monotonic() + source.deadline
        while child.poll() is None and monotonic() < end and path.stat().st_size <= source.max_size:
            with suppress(subprocess.TimeoutExpired):
                child.wait(INTERVAL)
        late = child.poll() is None
    words = (
        errors.read_text(encoding="utf-8", errors="replace").strip()[-TOLD:] or "it said nothing"
    )
    if not begun:
        raise ClewError(f"{command[0]} cannot be run: {words}")
    if path.stat().st_size > source.max_size:
        raise ClewError(
            f"{told} printed more than {source.max_size:,} bytes, the most that is taken"
        )
    if late:
        raise ClewError(f"{told} took longer than {source.deadline:g} s: {words}")
    if number := signal_of(child.returncode):
        raise ClewError(f"{told} was ended by signal {number}: {words}")
    if child.returncode:
        raise ClewError(f"{told} ended with {child.returncode}: {words}")

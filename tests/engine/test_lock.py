"""Locks between processes: the second is told who holds one, and a killed holder holds nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.lock import Locked, is_locked, locked

HOLDER = """
import os, pathlib, sys, time
from engine.lock import locked
with locked(pathlib.Path(sys.argv[1]), f"process {os.getpid()}"):
    if not os.fork():
        time.sleep(60)
        os._exit(0)
    print("held", flush=True)
    time.sleep(60)
"""
"""Holds a lock, and has a child that outlives it."""


def test_a_lock_tells_its_note_and_ends_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    path.write_text("a longer note, which an earlier holder left behind")
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(path)
        with pytest.raises(Locked) as error, locked(path, "second"):
            pass
        assert error.value.note == f"process {holder.pid}"
        holder.kill()
        holder.wait()
        assert not is_locked(path)
        with locked(path, "second"):
            assert path.read_text() == "second"
        os.killpg(holder.pid, signal.SIGKILL)  # the child
    assert path.exists()


def test_asking_for_a_lock_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    assert not is_locked(path)
    assert not path.exists()
    with locked(path, "first", temporary=True):
        assert is_locked(path)
        with pytest.raises(Locked), locked(path, "second", temporary=True):
            pass
        assert path.read_text() == "first"
    assert not path.exists()

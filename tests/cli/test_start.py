"""How the command starts: the script of the checkout, and Ctrl-C while modules are imported."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import COMMANDS, main

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "clew"
INTERRUPTED = """
import importlib, os, signal
import cli.start
def load(name):
    os.kill(os.getpid(), signal.SIGINT)
    return importlib.import_module(name)
cli.start.import_module = load
cli.start.start()
"""


def run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_the_script_works_from_any_folder(tmp_path: Path) -> None:
    link = tmp_path / "bin" / "clew"
    link.parent.mkdir()
    link.symlink_to(SCRIPT)
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": str(Path(sys.executable).parents[1])}
    done = run(link, "--version", cwd=tmp_path, env=environment)
    assert done.stdout.startswith("clew, version ")
    done = run(link, "load", cwd=tmp_path, env=environment)
    assert done.returncode == 2, "the exit code is the command's"
    assert "Usage: clew load" in done.stderr


def test_without_setup_the_script_says_what_to_do(tmp_path: Path) -> None:
    script = Path(shutil.copy(SCRIPT, tmp_path))
    environment = {k: v for k, v in os.environ.items() if k != "UV_PROJECT_ENVIRONMENT"}
    done = run(script, "status", env=environment)
    assert done.returncode == 1
    assert done.stderr == f"clew: it is not installed yet: run 'make setup' in {tmp_path}\n"


def test_ctrl_c_during_the_imports_ends_without_a_traceback() -> None:
    # a run of the tests in the background passes on a signal that is ignored
    caught = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler){INTERRUPTED}"
    done = run(sys.executable, "-c", caught, cwd=ROOT)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    ignored = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN){INTERRUPTED}"
    done = run(sys.executable, "-c", ignored, "--version", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("clew, version ")


def test_a_missing_package_is_named_with_what_to_do() -> None:
    program = "import sys, cli.start; sys.modules['huey'] = None; cli.start.start()"
    done = run(sys.executable, "-c", program, "crawl", cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "clew: the package huey is missing: run 'make setup'\n"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_needs_no_command_imports_none(option: str) -> None:
    """All of them together take more than a second of the processor's time."""
    program = (
        "import atexit, resource, sys, cli.start\n"
        "def tell():\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    print(used.ru_utime + used.ru_stime, *sys.modules, file=sys.stderr)\n"
        "atexit.register(tell)\n"
        "cli.start.start()"
    )
    done = run(sys.executable, "-c", program, option, cwd=ROOT)
    assert done.returncode == 0
    seconds, *modules = done.stderr.split()
    assert float(seconds) < 0.5
    assert not {"neo4j", "tantivy", "followthemoney", "strawberry", "rich"} & set(modules)
    assert all(name in done.stdout for name in COMMANDS) == (option == "--help")


def test_the_list_of_commands_tells_what_their_help_does() -> None:
    for name, (place, summary) in COMMANDS.items():
        command = main.commands[name]
        assert command.get_short_help_str(1000) == summary, place
        assert command.name == name

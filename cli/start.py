"""Where the ``clew`` command starts: imports what was typed, and runs it."""

import signal
import sys
from importlib import import_module
from typing import Any


def start() -> None:
    """Run the command that ``sys.argv`` names."""
    imported("cli.main").main(prog_name="clew")


def imported(name: str) -> Any:
    """A module of this package; ends with a message where a package is missing."""
    # The imports take a second or two. Ctrl-C during that time would print a traceback, so the
    # signal ends the process as it ends any program that does not catch it.
    catches = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if catches:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # a checkout that was updated without `make setup`
        print(f"clew: the package {error.name} is missing: run 'make setup'", file=sys.stderr)
        raise SystemExit(1) from None
    finally:
        if catches:
            signal.signal(signal.SIGINT, signal.default_int_handler)

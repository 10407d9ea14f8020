"""Where the ``clew`` command starts: imports the commands, then runs the one that was typed."""

import signal
import sys
from importlib import import_module
from typing import Any


def start() -> None:
    """Run the command that ``sys.argv`` names."""
    # The imports take a second or two. Ctrl-C during that time would print a traceback, so the
    # signal ends the process as it ends any program that does not catch it.
    catches = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if catches:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    main = commands()
    if catches:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main(prog_name="clew")


def commands() -> Any:
    """The group of all commands; ends with a message where a package is missing."""
    try:
        return import_module("cli.main").main
    except ModuleNotFoundError as error:
        # a checkout that was updated without `make setup`
        print(f"clew: the package {error.name} is missing: run 'make setup'", file=sys.stderr)
        raise SystemExit(1) from None

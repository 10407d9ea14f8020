"""Where the ``clew`` command starts: imports the commands, then runs the one that was typed."""

import signal
from importlib import import_module


def start() -> None:
    """Run the command that ``sys.argv`` names."""
    # The imports take a second or two. Ctrl-C during that time would print a traceback, so the
    # signal ends the process as it ends any program that does not catch it.
    catches = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if catches:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    main = import_module("cli.main").main
    if catches:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main(prog_name="clew")

"""``python -m cli``: the ``clew`` command, for where no script is installed."""

from cli.main import main

main(prog_name="clew")

"""``python -m cli``: the ``clew`` command where no script is installed."""

from cli.start import start

start()

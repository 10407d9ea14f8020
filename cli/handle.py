"""The engine on the data folder, as most commands open it."""

from cli.terminal import paced
from engine.engine import Engine
from engine.settings import Settings


def opened() -> Engine:
    """The engine on the data folder that the settings name; a context manager."""
    return Engine.open(Settings.from_environment(), progress=paced())

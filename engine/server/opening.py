"""The data folder's own server: started here, or joined where another process runs it."""

from engine.errors import EngineInUse
from engine.progress import Progress
from engine.server.cache_builder import build_caches
from engine.server.server import Server
from engine.settings import Settings


def launch(settings: Settings, progress: Progress, join: bool) -> Server:
    """Start the data folder's server, or ``join`` the one of another process.

    A joined server ends with the process that started it. Raises EngineInUse where another process
    runs it and it is not to be joined, and ServerUnavailable.
    """
    try:
        build_caches(settings, progress)
        return Server.start(settings, progress)
    except EngineInUse:
        if not join:
            raise
        return Server.join(settings)

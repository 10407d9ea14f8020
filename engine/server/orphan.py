"""Neo4j processes that outlived the Clew that started them: find them and end them."""

from contextlib import suppress

import psutil

from engine.errors import ServerUnavailable
from engine.process.watchdog import STOP_TIMEOUT
from engine.progress import Progress
from engine.server.home import Home
from engine.server.java import ADMIN, SERVER
from engine.server.replacement import Replacement


def orphans(home: Home) -> list[psutil.Process]:
    """Servers and imports that an earlier run left here; only asked while we hold the folder."""
    option, folder = f"--home-dir={home.path}", str(Replacement(home.data).path)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if (SERVER in (command := process.info["cmdline"] or ()) or ADMIN in command)
        and any(part == option or folder in part for part in command)
    ]


def end_orphans(home: Home, progress: Progress) -> None:
    """End them in order, so that their store is closed before we open it.

    Raises ServerUnavailable where one does not end.
    """
    left = orphans(home)
    if not left:
        return
    progress(f"Ending a Neo4j that an earlier run left behind (process {left[0].pid}) …")
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                end(process)
        _, left = psutil.wait_procs(left, timeout=STOP_TIMEOUT)
        if not left:
            return
    raise ServerUnavailable(f"Neo4j, process {left[0].pid}, does not end; end it and start again")

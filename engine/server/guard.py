"""Starts Neo4j again when its process dies, and gives up where that is in vain.

It dies where the system kills it, for want of memory say. Starting it again mends that, unless it
dies again and again: then whoever supervises Clew has to act.
"""

import time
from collections import deque
from threading import Event

from engine.errors import ServerUnavailable
from engine.progress import Progress
from engine.server.launch import Launch
from engine.server.server import Server

LOOK = 0.25
"""Seconds between two looks at the process."""
MOST_DEATHS = 5
"""Deaths within ``SPAN`` after which it is not started again."""
SPAN = 900.0
"""Seconds; one death in a quarter of an hour is a pity, five are a fault."""
PAUSES = (0.0, 1.0, 5.0, 15.0)
"""Seconds before the first, the second start within that span, and so on."""


def guard(server: Server, stop: Event, progress: Progress) -> None:
    """Start the server again whenever it dies, until ``stop`` is set.

    Raises ServerUnavailable where it has died too often.
    """
    launch = server.launch
    if launch is None:
        return
    server.guarded = True
    try:
        watch(server, launch, stop, progress)
    finally:
        server.guarded = False


def watch(server: Server, launch: Launch, stop: Event, progress: Progress) -> None:
    """Look at the process again and again; raises ServerUnavailable."""
    deaths: deque[float] = deque()
    while not stop.wait(LOOK):
        ending = launch.ending()
        if ending is None:
            continue
        deaths.append(time.monotonic())
        while deaths[0] < deaths[-1] - SPAN:
            deaths.popleft()
        if len(deaths) >= MOST_DEATHS:
            raise in_vain(launch, ending)
        progress(f"Neo4j is gone ({ending}): it is started again")
        if not stop.wait(PAUSES[min(len(deaths), len(PAUSES)) - 1]):
            begin(server, stop, progress)


def begin(server: Server, stop: Event, progress: Progress) -> None:
    """Start the server again; that it did not start is one more death."""
    try:
        server.begin(progress)
    except (ServerUnavailable, OSError) as error:
        if not stop.is_set():
            progress(f"clew: {error}")
    else:
        progress("Neo4j answers again")


def in_vain(launch: Launch, ending: str) -> ServerUnavailable:
    """The error of a server that does not stay."""
    return ServerUnavailable(
        f"Neo4j has ended {MOST_DEATHS} times within {SPAN / 60:.0f} minutes, the last time so: "
        f"{ending}. Its logs are in {launch.home.log.parent}. Is there enough memory for "
        "CLEW_HEAP_MB and CLEW_PAGECACHE_MB?"
    )

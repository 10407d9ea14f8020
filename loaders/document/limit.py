"""What one file may take before it costs only itself: time, memory, bytes, members, depth."""

from dataclasses import dataclass

SECONDS = 120.0
"""From one page, member or other part of a file to the next."""
MEMORY = 1024**3
"""Bytes of memory for the process that reads it, and as many for each that it starts."""
PIXELS = 250_000_000
"""Of one image."""
DEPTH = 20
"""Archives in archives, and mails in mails."""
MEMBERS = 1_000_000
"""Files that come out of one file that was brought in, however deep they lie in it."""
INFLATED = 10 * 1024**3
"""Bytes that come out of it."""
RATIO = 200
"""So many times its own bytes may come out of it …"""
INNOCENT = 16 * 1024**2
"""… once that are more bytes than these."""
TEXT = 1024**3
"""Bytes of the text and other parts that are read out of one file."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may still come out of the file that was brought in, over all that is in it."""

    members: int = MEMBERS
    inflated: int = INFLATED
    """Bytes."""


def budget(size: int, members: int = 0, inflated: int = 0) -> Budget:
    """The budget of a file of this size out of which so much has come by now."""
    most = min(INFLATED, max(size * RATIO, INNOCENT))
    return Budget(max(MEMBERS - members, 0), max(most - inflated, 0))

"""Programs that readers call, which need not be installed."""

import subprocess
from collections.abc import Sequence

from engine.document import Reason
from loaders.document.part import Unreadable


def ended(
    command: Sequence[str], missing: str, reason: Reason = Reason.UNSUPPORTED
) -> subprocess.CompletedProcess[bytes]:
    """A program that has ended; raises Unreadable, which says what is ``missing``, without it."""
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise Unreadable(reason, missing) from None


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a program complained, for a person: its first line."""
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0][:200] if lines else "?"

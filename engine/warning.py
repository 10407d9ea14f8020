"""What is told beside an answer that is good in part: an unknown name among known ones.

``warn`` may be called from anywhere below a ``with collected()`` block, also in the threads and
tasks that are started in it: they share the block's warnings. The API returns them in
``extensions.warnings``, the command line prints them on stderr.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOG = logging.getLogger("clew.engine")
MOST = 20
"""More warnings of one answer are not kept."""
_collecting: ContextVar[dict[str, None] | None] = ContextVar("warnings", default=None)


@contextmanager
def collected() -> Iterator[dict[str, None]]:
    """The warnings of what runs in this block, as keys in their order, each once."""
    warnings: dict[str, None] = {}
    token = _collecting.set(warnings)
    try:
        yield warnings
    finally:
        _collecting.reset(token)


def warn(text: str) -> None:
    """Tell whoever asked that a part of it was left out, and why; the log where nobody asks."""
    warnings = _collecting.get()
    if warnings is None:
        LOG.warning("%s", text)
    elif len(warnings) < MOST:
        warnings[text] = None

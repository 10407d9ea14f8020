"""Single keys, as a person presses them at a terminal."""

import os
import select
import sys
import termios
import tty
from types import TracebackType

ESCAPE = "\x1b"
END = ("\x03", "\x04", ESCAPE)
"""Ctrl-C, Ctrl-D and Escape."""


class Keyboard:
    """A terminal that hands on each key at once, without showing it; a context manager.

    It stays so between two keys: what is pressed while something is worked out is not lost.
    """

    def __enter__(self) -> "Keyboard":
        self._file = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._file)
        tty.setcbreak(self._file)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def forget(self) -> None:
        """Forget what was pressed up to now."""
        termios.tcflush(self._file, termios.TCIFLUSH)

    def key(self) -> str:
        """The next key, a small letter; empty for one that is no sign, such as an arrow."""
        try:
            pressed = os.read(self._file, 1)
        except KeyboardInterrupt:
            return END[0]
        if not pressed:
            return END[1]
        key = pressed.decode(errors="ignore").lower()
        return "" if key == ESCAPE and self._continued() else key

    def _continued(self) -> bool:
        """Whether an Escape begins the code of another key, such as an arrow, which is left out."""
        if not select.select([self._file], [], [], 0.05)[0]:
            return False
        code = os.read(self._file, 1)
        while code in (b"[", b"O") or b"0" <= code <= b"?":  # up to the sign that ends it
            code = os.read(self._file, 1)
        return True

    def line(self, prompt: str) -> str:
        """A line that a person types; empty where they give it up."""
        termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
        try:
            return input(prompt).strip()
        except (KeyboardInterrupt, EOFError):
            return ""
        finally:
            tty.setcbreak(self._file, termios.TCSADRAIN)

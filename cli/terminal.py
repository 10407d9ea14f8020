"""What a person at a terminal is told while a command runs: on stderr, and not too often."""

import time
from collections.abc import Callable

import click

TOLD_EVERY = 2.0
"""Seconds between two words about how far something is."""


def paced(say: Callable[[str], None]) -> Callable[[str], None]:
    """Tell what is new at once, and how far something is every two seconds."""
    told = (0.0, "")

    def tell(text: str) -> None:
        nonlocal told
        now, kind = time.monotonic(), text.split(" ", 1)[0]
        if kind != told[1] or now - told[0] > TOLD_EVERY:
            told = (now, kind)
            say(text)

    return tell


def note(text: str) -> None:
    """Tell what is going on, on stderr."""
    click.echo(text, err=True)

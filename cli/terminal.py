"""What a person at a terminal reads while a command runs: lines on stderr."""

import click


def note(text: str) -> None:
    """Print a line about what is being done, on stderr."""
    click.echo(text, err=True)

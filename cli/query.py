"""``clew query``: answers a GraphQL operation as JSON."""

import asyncio
import json
import re
from typing import Any

import click

from api.app import execute
from cli.terminal import note, paced
from engine.engine import Engine
from engine.errors import BadInput
from engine.settings import Settings

COMPARES = re.compile(r"\b(match|similar)\b")
"""What an operation says that compares records."""
LONGEST_START = 120.0
"""Seconds that the process that compares may take to start."""


@click.command("query")
@click.argument(
    "file",
    default="-",
    type=click.File("r", encoding="utf-8"),
    help="The file with the operation; stdin without it.",
)
@click.option(
    "--variables", default="{}", metavar="JSON", help="The operation's variables, as a JSON object."
)
def query_command(file: Any, variables: str) -> None:
    """Answer a GraphQL operation from FILE or stdin, as JSON.

    The exit code is 1 when the answer has errors.
    """
    values = variables_of(variables)
    try:
        operation = file.read()
    except UnicodeDecodeError:
        raise BadInput(f"{file.name} is not UTF-8") from None
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        if COMPARES.search(operation):  # this process ends with the answer: nobody can ask again
            engine.wait_for_matching(LONGEST_START)
        answer = asyncio.run(execute(engine, operation, values))
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    for warning in answer.get("extensions", {}).get("warnings", ()):
        note(f"Warning: {warning['message']}")
    if answer.get("errors"):
        raise SystemExit(1)


def variables_of(text: str) -> dict[str, Any]:
    """The variables of an operation; raises BadInput."""
    try:
        values = json.loads(text)
    except ValueError as error:
        raise BadInput(f"--variables is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise BadInput("--variables is not a JSON object")
    return values

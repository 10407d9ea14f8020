"""``clew doctor``: looks at an installation and says what is unsafe or unwell."""

import json
from dataclasses import asdict

import click

from cli.address import running_settings
from cli.examination import Grade, examined
from cli.terminal import paced
from engine.engine import Engine
from engine.settings import Settings


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for monitors.")
def doctor_command(as_json: bool) -> None:
    """Look at this installation, and say what is unsafe or unwell and what to do about it.

    It may run beside clew up, and then judges the settings of that server, not those of this shell.
    The exit code is 1 where something is a fault.
    """
    settings = Settings.from_environment()
    with Engine.open(settings, progress=paced()) as engine:
        findings = examined(running_settings(settings), engine)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{finding.grade:<8} {finding.text}")
            if finding.advice:
                click.echo(f"{'':<8} -> {finding.advice}")
    if any(finding.grade is Grade.FAULT for finding in findings):
        raise SystemExit(1)

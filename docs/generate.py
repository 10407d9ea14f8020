"""Writes the pages that are made from the code: ``commands.md``, ``settings.md`` and ``map.md``.

Run it with ``make docs``. A test in ``tests/test_house.py`` fails while a page differs from what
this module makes, so what a user reads here is the help text in the code.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from cli.main import main
from engine.settings import Settings, requirement, variable

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
ROOMS = ("cli", "loaders", "engine", "graphql/api")
MADE = "<!-- Made by `make docs`: change the text in the code, not here. -->\n\n"

COMMANDS = """# Commands

Every command acts on the data folder: `data/` in the current folder, or the one that `CLEW_DATA`
names ([all settings](settings.md)). While `clew up` runs on a data folder, the other commands use
its Neo4j server; otherwise each of them starts one and stops it at its end.

Results go to stdout. Progress, notes and errors go to stderr. The exit code is 0 when all went
well, 1 when something was refused or failed, and 2 when the command line was wrong.
"""
SETTINGS = """# Settings

Every setting is an environment variable. A value that cannot be used is refused with a message
that names the setting and what it must be. A name that is not in this table has no effect.

| Setting | Meaning | Value | Default |
| --- | --- | --- | --- |
"""
MAP = """# The code map

Every room with the question that it answers, and every module with the first sentence of its
docstring. [Architecture](architecture.md) explains how the rooms work together.
"""


# --- commands ---------------------------------------------------------------------------------


def commands_page() -> str:
    """``commands.md``: every command with its arguments and options."""
    return COMMANDS + "".join(f"\n{section}" for section in sections(main, "clew"))


def sections(command: click.Command, path: str) -> Iterator[str]:
    """A command and the commands below it, each as a section of the page."""
    if isinstance(command, click.Group):
        for name, part in sorted(command.commands.items()):
            yield from sections(part, f"{path} {name}")
        return
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    rows = [row for option in command.params for row in option_rows(option, context)]
    table = "| Option | Meaning |\n| --- | --- |\n" + "".join(rows) if rows else ""
    parts = (f"## {path}", f"```text\n{usage}\n```", paragraphs(command.help or ""), table)
    yield "\n\n".join(part.rstrip() for part in parts if part) + "\n"


def option_rows(option: click.Parameter, context: click.Context) -> Iterator[str]:
    """The row of an option; arguments are explained in the text of their command."""
    record = option.get_help_record(context)
    if record is not None:
        names, meaning = (text.replace("|", "\\|") for text in record)
        yield f"| `{names}` | {meaning} |\n"


def paragraphs(text: str) -> str:
    """Help text without click's marks for paragraphs that it must not wrap."""
    return text.replace("\b\n", "").strip()


# --- settings ---------------------------------------------------------------------------------


def settings_page() -> str:
    """``settings.md``: every setting with its meaning, its values and its default."""
    rows = []
    for name, field in Settings.model_fields.items():
        meaning = " ".join((field.description or "").split())
        default = f"`{field.default}`" if field.default != "" else "none"
        rows.append(f"| `{variable(name)}` | {meaning} | {requirement(field)} | {default} |\n")
    return SETTINGS + "".join(rows)


# --- the code map -----------------------------------------------------------------------------


def map_page() -> str:
    """``map.md``: every room and every module, with what it answers."""
    return MAP + "".join(room_part(folder) for folder in folders())


def folders() -> Iterator[Path]:
    """The folders that hold modules, each before the folders inside it."""
    for room in ROOMS:
        yield from sorted({path.parent for path in (ROOT / room).rglob("*.py")})


def room_part(folder: Path) -> str:
    """A folder: its docstring as text, its modules as a table."""
    name = folder.relative_to(ROOT).as_posix()
    rows = []
    for path in sorted(folder.glob("*.py")):
        if path.name != "__init__.py":
            link = f"[`{path.name}`](../{name}/{path.name})"
            rows.append(f"| {link} | {sentence(path)} |\n")
    for path in sorted(folder.glob("*.cypher")):
        rows.append(f"| [`{path.name}`](../{name}/{path.name}) | {introduction(path)} |\n")
    table = "\n| Module | What it does |\n| --- | --- |\n" + "".join(rows) if rows else ""
    return f"\n## {name}/\n\n{room_text(folder / '__init__.py')}\n{table}"


def room_text(path: Path) -> str:
    """What a room says of itself; each of its three rules is a paragraph."""
    return re.sub(r"\n+(Answers|May import|Never here):", r"\n\n**\1:**", docstring(path))


def docstring(path: Path) -> str:
    """The docstring of a module, with Markdown's single quotes for code."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else ""
    return (text or "").replace("``", "`")


def sentence(path: Path) -> str:
    """The first paragraph of a module's docstring, on one line."""
    return " ".join(docstring(path).split("\n\n")[0].split()).replace("|", "\\|")


def introduction(path: Path) -> str:
    """The comment at the top of a file of Cypher, on one line."""
    lines = re.match(r"(?://.*\n)+", path.read_text(encoding="utf-8"))
    text = re.sub(r"^// ?", "", lines[0], flags=re.MULTILINE) if lines else ""
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "map.md": map_page,
}


def page(name: str) -> str:
    """A page as it should be now."""
    title, _, rest = PAGES[name]().partition("\n\n")
    return f"{title}\n\n{MADE}{rest}"


if __name__ == "__main__":
    for file in PAGES:
        (FOLDER / file).write_text(page(file), encoding="utf-8")

"""README.md and docs/ are true: their commands run, their answers are real, their names exist.

The convention for blocks that run is explained in ``docs/development.md``.
"""

import asyncio
import glob
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from api.app import execute
from cli.main import main
from cli.xref import DefaultGroup
from docs.picture import FILE, draw
from engine.engine import Engine
from engine.settings import Settings, variable
from loaders.demo.sample import load_demo
from tests.conftest import on
from tests.prepared import ENVIRONMENT
from tests.transcript import (
    PAGES,
    ROOT,
    Block,
    Command,
    agrees,
    answers,
    blocks,
    commands,
    cut_json,
    same_output,
)

RUN = "console"
NOT_RUN = "no-run"
LINKED = ("clew", "graphql", "loaders", "tests")
"""What the documented commands read from the checkout."""
OURS = {"./clew", "clew", "make", "docker"}
THEIRS = {
    *("cat", "cd", "cp", "curl", "git", "grep", "gzip", "head", "pip", "python3"),
    *("apt-get", "install", "journalctl", "systemctl", "ufw", "useradd"),
    "/opt/clew/venv/bin/pip",
}
"""Programs that a reader has."""
Bolt = tuple[str, str, str]


def runs(page: Path) -> bool:
    """Whether a page has a command that a test can run."""
    return any(block.language == RUN and NOT_RUN not in block.words for block in blocks(page))


# --- commands that run ------------------------------------------------------------------------


@pytest.fixture
def folder(bolt: Bolt, wipe: Callable[[], None], tmp_path: Path) -> Path:
    """An empty folder from which the checkout's command works, on an empty graph."""
    wipe()
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if runs(page)], ids=lambda p: p.stem)
def test_the_commands_of_a_page_print_what_it_shows(
    page: Path, folder: Path, bolt: Bolt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", str(Path(sys.executable).parents[1]))
    settings = on(bolt, Path("data"))
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    for name in ("neo4j_uri", "neo4j_user", "neo4j_password"):
        monkeypatch.setenv(variable(name), getattr(settings, name))
    for block in blocks(page):
        if target := block.option("file"):
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            Path(target).write_text(block.text, encoding="utf-8")
        elif block.language == RUN:
            for command in commands(block):
                take(command, block, settings)


def take(command: Command, block: Block, settings: Settings) -> None:
    """Run a command and compare what it prints; without running it, do what later ones need."""
    if NOT_RUN in block.words:
        if command.text in ("make up", "./clew up --demo"):
            with Engine.open(settings, progress=lambda _: None) as engine:
                load_demo(engine, lambda _: None)
        return
    code, output = result(command.text)
    assert code == command.code, f"line {command.line}: {command.text}\n{output}"
    assert same_output(command.output, output), (
        f"line {command.line}: {command.text}\n--- printed\n{command.output}--- real\n{output}"
    )


def result(text: str) -> tuple[int, str]:
    """The exit code and the output of a command line."""
    words = shlex.split(text)
    if words[0] == "./clew" and not set(text) & set("|<>&;$`"):
        arguments = [name for word in words[1:] for name in sorted(glob.glob(word)) or [word]]
        done = CliRunner().invoke(main, arguments, prog_name="clew")
        return done.exit_code, done.output
    environment = dict(os.environ)
    if text.startswith("CLEW_DATA="):  # another data folder has a server of its own
        environment = {k: v for k, v in environment.items() if not k.startswith("CLEW_NEO4J")}
        environment |= ENVIRONMENT
    process = subprocess.run(
        ["bash", "-c", text],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return process.returncode, process.stdout


# --- GraphQL ----------------------------------------------------------------------------------


def test_the_demo_is_asked_for_a_search_a_path_and_an_ownership_chain() -> None:
    asked = [operation for _, operation, _ in answers()]
    assert len(asked) >= 3
    assert all(
        any(word in operation for operation in asked) for word in ("search(", "paths(", "owners(")
    )


@pytest.mark.parametrize(
    ("asked", "printed"),
    [pytest.param(asked, printed, id=place) for place, asked, printed in answers()],
)
def test_an_answer_is_as_printed(engine: Engine, asked: str, printed: str) -> None:
    if "match(" in asked:  # the first comparison waits for another process to start
        engine._comparer.wait(120)
    real = asyncio.run(execute(engine, asked))
    assert agrees(cut_json(printed), real), real


def test_the_picture_shows_what_the_engine_answers(engine: Engine) -> None:
    assert FILE.read_text(encoding="utf-8") == draw(engine), "run make picture"


def test_a_cut_answer_still_says_something() -> None:
    printed = cut_json('{"a": [1, …], "b": …, …}')
    assert agrees(printed, {"a": [1, 2, 3], "b": None, "c": 1})
    assert agrees(printed, {"a": [1], "b": {}})
    assert not agrees(printed, {"a": [2, 1], "b": 0})
    assert not agrees(printed, {"a": [1]})
    assert not agrees(cut_json('{"a": [1]}'), {"a": [1], "b": 2})
    assert not agrees(cut_json('{"a": [1]}'), {"a": [1, 2]})
    assert agrees(cut_json("[…, 2, …]"), [1, 2, 3])
    assert not agrees(cut_json("[…, 2]"), [1, 2, 3])


# --- commands that do not run, and names ------------------------------------------------------


def typed() -> list[tuple[str, str]]:
    """Every command line in a block or in a sentence: (place, text)."""
    result = []
    for page in PAGES:
        for block in blocks(page):
            if block.language == RUN:
                result += [(f"{page.name}:{c.line}", c.text) for c in commands(block)]
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        result += [
            (page.name, text) for text in re.findall(r"`((?:(?:\./)?clew|make) [^`]+)`", prose)
        ]
    return result


@pytest.mark.parametrize(
    "text", sorted({text for place, text in typed() if place != "commands.md"})
)
def test_a_command_names_what_exists(text: str) -> None:
    for part in re.split(r"\s(?:&&|\|)\s", text):
        words = shlex.split(part)
        while "=" in words[0]:
            name = words.pop(0).split("=")[0]
            assert name.startswith("CLEW_"), name
        if words[0] == "sudo":
            words.pop(0)
        assert words[0] in OURS | THEIRS, words[0]
        if words[0] in ("./clew", "clew"):
            check_clew(words[1:])
        elif words[0] == "make":
            check_make(words[1:])
        elif words[0] == "docker":
            assert words[1] in ("compose", "build", "run")
            assert yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def check_clew(words: list[str]) -> None:
    """The command and its options exist; raises where they do not."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if isinstance(command, DefaultGroup) and words:
        command = command.commands[command.default]
    if isinstance(command, click.Group):
        assert not words or words[0] in ("--help", "--version"), f"no command {words}"
        return
    known = {
        name for option in command.params for name in (*option.opts, *option.secondary_opts)
    } | {"--help"}
    named = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert named <= known, f"no option {named - known} of {command.name}"


def check_make(words: list[str]) -> None:
    """The target and the variables exist; raises where they do not."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        if word.startswith(("-", "/")):  # -C and its folder
            continue
        name, assigned, _ = word.partition("=")
        pattern = rf"\$\({name}\)" if assigned else rf"^{name}:"
        assert re.search(pattern, makefile, re.MULTILINE), word


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_and_links_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names = {variable(name) for name in Settings.model_fields}
    assert set(re.findall(r"\bCLEW_[A-Z0-9_]+", text)) <= names
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), target
            assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_are_named_exist(page: Path) -> None:
    rooms = "cli|docs|engine|graphql|loaders|neo4j|tests"
    text = page.read_text(encoding="utf-8")
    for name in re.findall(rf"`((?:{rooms})/[\w./]*)`", text):
        assert (ROOT / name).exists(), name


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made of their text."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_the_readme_links_every_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        assert f"(docs/{page.name})" in text, page.name

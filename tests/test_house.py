"""The house rules of design.md, held."""

import ast
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import pytest

from cli.main import main
from docs.generate import page
from engine.backup import Snapshot
from engine.crossings import Crossings
from engine.documents import Documents
from engine.engine import Engine
from engine.graph.access.audit import AuditLog
from engine.graph.access.credential import Credentials
from engine.graph.access.directory import Directory
from engine.graph.access.user_request import UserRequests
from engine.investigations import Investigations
from engine.judgements import Judgements
from engine.loading import Loading
from engine.mentions import Mentions
from engine.offline import Filling, Slot
from engine.pages import Pages
from engine.reviews import Reviews
from tests.measure import USUAL_MODULE, USUAL_SHARE, complexity, functions, problems

HERE = Path(__file__).parents[1]
ROOMS = ("engine", "loaders", "graphql/api", "cli", "docs")
MODULES = sorted(f for room in ROOMS for f in (HERE / room).rglob("*.py"))
TESTS = sorted((HERE / "tests").rglob("*.py"))
NEVER = {"utils", "helpers", "common", "core", "base", "manager", "service", "types"}
ONLY_IN = {
    "neo4j": "engine/graph/",
    "tantivy": "engine/index/",
    "click": "cli/ docs/",
}


def tool(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=HERE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def where(module: Path) -> str:
    return module.relative_to(HERE).as_posix()


@pytest.mark.parametrize(
    "arguments",
    [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",)],
    ids=["format", "lint", "mypy"],
)
def test_tool_finds_nothing(arguments: tuple[str, ...]) -> None:
    tool(*arguments)


def test_import_contracts_hold() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, env={"PYTHONPATH": ".:graphql"}
    )
    assert done.returncode == 0, done.stdout + done.stderr


OPEN = {
    "settings",
    "directory",
    "credentials",
    "crossings",
    "diagrams",
    "documents",
    "audit",
    "blocks",
    "rates",
    "terms",
    "investigations",
    "judgements",
    "mentions",
    "pages",
    "requests",
    "reviews",
}
"""What an engine shows: its settings, and the ports of accounts, keys and the audit log."""
STORES = ("engine.graph.", "engine.index.", "engine.server.", "engine.sync.")
PORTS = (
    Engine,
    Loading,
    Filling,
    Slot,
    Snapshot,
    Directory,
    Credentials,
    AuditLog,
    Investigations,
    Judgements,
    Crossings,
    Documents,
    Mentions,
    Pages,
    Reviews,
    UserRequests,
)
"""The classes by which other rooms reach the engine's stores."""


@pytest.mark.parametrize("port", PORTS)
def test_a_port_shows_nothing_of_the_stores(port: type) -> None:
    for name, method in inspect.getmembers(port, callable):
        function = getattr(method, "__wrapped__", method)  # of a context manager: its generator
        if not name.startswith("_") and inspect.isroutine(function):
            for kind in classes(get_type_hints(function).values()):
                assert not f"{kind.__module__}.".startswith(STORES), f"{name} shows {kind}"


def classes(hints: Iterable[Any]) -> Iterator[type]:
    """The classes that some type hints name, at whatever depth."""
    for hint in hints:
        if isinstance(hint, list | tuple):  # the parameters of a Callable
            yield from classes(hint)
        elif get_args(hint):
            yield from classes(get_args(hint))
        elif isinstance(hint, type):
            yield hint


def test_nobody_reaches_past_the_ports() -> None:
    """Contracts keep the imports; this keeps what they cannot see, such as ``engine._writer``."""
    hidden = set().union(*(attributes(port) for port in PORTS))
    assert {name for name in attributes(Engine) if not name.startswith("_")} == OPEN
    for module in MODULES:
        if where(module).startswith("engine/"):
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in hidden and node.attr[0] == "_":
                own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                assert own, f"{where(module)}:{node.lineno} takes {node.attr} of an engine"


def attributes(owner: type) -> set[str]:
    """The attributes that an object of this class gets, from its bases too, and hidden methods."""
    return set().union(*(own_attributes(kind) for kind in owner.__mro__ if kind is not object))


def own_attributes(owner: type) -> set[str]:
    """The attributes that a class itself sets, and its hidden methods."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    stored = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return stored | {name for name in vars(owner) if name[:2] != "__" and name[0] == "_"}


def test_library_names_win() -> None:
    assert not (HERE / "graphql" / "__init__.py").exists()
    assert not (HERE / "neo4j" / "__init__.py").exists()


def parsed(modules: Iterable[Path]) -> Iterator[tuple[str, ast.Module]]:
    """Where each module is, and its tree."""
    return ((where(module), ast.parse(module.read_text())) for module in modules)


def test_modules_keep_the_house() -> None:
    for place, tree in parsed(MODULES):
        assert Path(place).stem not in NEVER, place
        assert ast.get_docstring(tree), f"{place} says nothing of what it answers"
        for name in imports(tree):
            home = ONLY_IN.get(name.split(".")[0], "")
            assert not home or place.startswith(tuple(home.split())), f"{name} in {place}"
        assert place == "engine/settings.py" or "environ" not in code(tree), place


def imports(tree: ast.Module) -> Iterator[str]:
    """The names of what a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def code(tree: ast.Module) -> set[str]:
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_everything_is_documented_and_nothing_imported_late() -> None:
    for place, tree in parsed(MODULES):
        for function in functions(tree):
            late = [
                node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            ]
            assert not late, f"{function.name} in {place} imports"
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                documented = node.name.startswith("_") or ast.get_docstring(node)
                assert documented, f"{node.name} in {place} has no docstring"


def test_lines_functions_and_modules_are_short() -> None:
    found = {
        where(module): list(problems(module, is_room=is_room))
        for modules, is_room in ((MODULES, True), (TESTS, False))
        for module in modules
    }
    assert {place: said for place, said in found.items() if said} == {}


def test_most_modules_are_usual() -> None:
    lengths = [len(module.read_text().splitlines()) for module in MODULES]
    usual = sum(length < USUAL_MODULE for length in lengths)
    assert usual / len(lengths) >= USUAL_SHARE


def test_complexity_counts_branches() -> None:
    plain = "def f(a, b):\n    return a"
    full = """def f(a, b):
    try:
        for c in a:
            while b and c or a:
                if a:
                    return [d for d in c]
    except ValueError:
        return 1 if a else 2
"""
    assert [complexity(next(functions(ast.parse(text)))) for text in (plain, full)] == [1, 9]


def test_at_most_two_broad_excepts() -> None:
    text = "\n".join(module.read_text() for module in MODULES)
    assert len(re.findall(r"except (?:Exception|BaseException)?\b:|except Exception\b", text)) <= 2


def test_cypher_stands_in_files() -> None:
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\b(MATCH|UNWIND|MERGE) ?[(p]", node.value), where(module)


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "map.md"])
def test_generated_page_is_fresh(name: str) -> None:
    assert (HERE / "docs" / name).read_text() == page(name), "run make docs"


def test_every_command_and_option_has_a_help_text() -> None:
    for command in commands(main):
        assert command.help, command.name
        for option in command.params:
            assert getattr(option, "help", None), f"{command.name} {option.name}"


def commands(command: click.Command) -> Iterator[click.Command]:
    """A command and those below it."""
    yield command
    if isinstance(command, click.Group):
        for part in command.commands.values():
            yield from commands(part)


def test_no_registry_hosts_and_no_machine_paths() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=HERE, capture_output=True, text=True
    ).stdout.split()
    hosts = ["pypi" + ".org", "npm" + "js.org", "maven" + ".org", "python" + "hosted"]
    for name in tracked:
        if name == "uv.lock" or not (HERE / name).is_file():
            continue
        text = (HERE / name).read_text(errors="replace")
        assert not any(host in text for host in [*hosts, "/wo" + "rk/", "/ro" + "ot/"]), name

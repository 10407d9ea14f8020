"""How long and how complex code is, as the house rules count it.

Lengths leave out docstrings. Complexity is McCabe's, with a point for each ``and`` and ``or``,
each comprehension and each case of a match.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.IfExp,
    ast.comprehension,
    ast.match_case,
)
LINE, FUNCTION, COMPLEXITY, MODULE = 100, 40, 12, 400
"""The most that is allowed: letters of a line, lines of a function and of a module."""
USUAL_MODULE, USUAL_SHARE = 300, 0.95
"""So many of the modules have fewer lines than this."""


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, also those inside others."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """The lines of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        first = function.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def complexity(function: Function) -> int:
    """How many ways lead through a function."""
    nodes = list(ast.walk(function))
    joined = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + joined + sum(isinstance(node, BRANCHES) for node in nodes)


def problems(path: Path, *, is_room: bool) -> Iterator[str]:
    """What breaks a rule in a module; a module of a room has a limit of its length as well."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if is_room and len(lines) > MODULE:
        yield f"{len(lines)} lines"
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE:
            yield f"line {number} has {len(line)} characters"
    for function in functions(ast.parse(text)):
        if length(function) > FUNCTION:
            yield f"{function.name} has {length(function)} lines"
        if complexity(function) > COMPLEXITY:
            yield f"{function.name} has a complexity of {complexity(function)}"

"""The .cypher files: how they are read, that each is well formed, and that no query is unused."""

import ast
import re
from pathlib import Path

import pytest

from engine.graph.cypher import (
    ROOM,
    NamedQuery,
    QueryFileError,
    branches,
    by_name,
    fragment,
    parse,
    queries,
    query_text,
    source,
)
from tests.interrupted import PLACES

FILES = sorted(ROOM.rglob("*.cypher"))
TWO = """// What the file is about.

// -- first --
// What does the first answer?
// A second line says more.
MATCH (n)
// a comment inside
RETURN n

// -- second --
// What does the second answer?
RETURN 2
"""


def where(path: Path) -> str:
    return path.relative_to(ROOM).as_posix()


def strings() -> set[str]:
    """Every string of the engine's Python."""
    return {
        node.value
        for module in ROOM.parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_a_file_is_read_as_named_queries_without_comments() -> None:
    assert list(parse(TWO, "some.cypher")) == [
        NamedQuery(
            "first",
            "What does the first answer? A second line says more.",
            "MATCH (n)\nRETURN n",
            "some.cypher",
        ),
        NamedQuery("second", "What does the second answer?", "RETURN 2", "some.cypher"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MATCH (n) RETURN n\n", "no name stands above the query 'MATCH (n) RETURN n'"),
        (TWO + "\nRETURN 3\n", "no name stands above the query 'RETURN 3'"),
        (TWO + "\n// about nothing\nRETURN 3\n", "no name stands above the query '// about"),
        (TWO + "\n// -- Third one --\n// ?\nRETURN 3\n", "no name stands above the query '// --"),
        (TWO + "// -- third --\n// What?\nRETURN 3\n", "no empty line stands before '// -- third"),
        (TWO + "\n// -- third --\n// What?\n", "the query third is empty"),
        (TWO + "\n// -- third --\n// What?\n\nRETURN 3\n", "the query third is empty"),
    ],
)
def test_a_file_that_is_not_well_formed_is_refused(text: str, message: str) -> None:
    with pytest.raises(QueryFileError, match=re.escape(f"some.cypher: {message}")):
        list(parse(text, "some.cypher"))


def test_a_name_stands_for_one_query() -> None:
    twice = [*parse(TWO, "some.cypher"), *parse(TWO, "other.cypher")]
    message = "other.cypher: there is a query first in some.cypher already"
    with pytest.raises(QueryFileError, match=message):
        by_name(twice)


def test_a_query_that_is_not_there_is_refused() -> None:
    with pytest.raises(QueryFileError, match=r"no \.cypher file holds a query nodes_by_id"):
        query_text("nodes_by_id")


def test_a_part_that_is_not_given_is_named() -> None:
    with pytest.raises(QueryFileError, match="the query node_replace needs labels, old"):
        query_text("node_replace")


def test_a_query_includes_others_and_takes_parts() -> None:
    assert fragment("visible", it="r0") == "r0.dataset IN $datasets"
    assert fragment("visible_record", it="n") == "n.dataset IN $datasets AND n._stub IS NULL"
    assert query_text("ownership_root") == (
        "/* ownership_root */ MATCH (n:Entity {id: $id})\n"
        "WHERE n.dataset IN $datasets AND n._stub IS NULL\n"
        "RETURN properties(n) AS node"
    )
    union = branches("edge_present_branch", ("OWNERSHIP", "DEBT"))
    assert union.count("UNION ALL") == 1
    assert "[r:`OWNERSHIP`]" in union.split("UNION ALL")[0]
    assert "[r:`DEBT`]" in union.split("UNION ALL")[1]


@pytest.mark.parametrize("file", FILES, ids=where)
def test_file_is_well_formed(file: Path) -> None:
    text = file.read_text()
    assert re.match(r"// [A-Z].*\.", text.replace("\n// ", " ")), "the file says not what it holds"
    assert max(map(len, text.splitlines())) <= 100
    found = list(parse(text, where(file)))
    assert found
    for query in found:
        assert re.match(r"[A-Z`].*[.?]$", query.answers), f"{query.name} says not what it answers"
        assert source(query.name), "what it includes is there"


def test_every_query_is_used() -> None:
    included = {name for text in (q.text for q in queries().values()) for name in uses(text)}
    assert not queries().keys() - strings() - included


def uses(text: str) -> list[str]:
    """The names of what a query includes."""
    return re.findall(r"\$\$([a-z_]+):\w+\$\$", text)


def test_queries_that_kill_a_process_in_tests_exist() -> None:
    """tests/interrupted.py counts queries by name: one of another name would never kill."""
    named = {name for _, _, names, _ in PLACES.values() for name in names.split()}
    assert named
    assert named <= queries().keys()


def test_what_a_reader_may_see_is_written_once() -> None:
    """Access control changes this rule; a second copy of it would be a leak."""
    rule = [query for query in queries().values() if "$datasets" in query.text]
    names = ["visible", "visible_value", "visible_dataset", "visible_run", "visible_judgement"]
    assert [query.name for query in rule] == names
    assert {query.file for query in rule} == {"visibility.cypher"}
    asking = [m.name for m in ROOM.rglob("*.py") if re.search(r"access\.names\(", m.read_text())]
    assert asking == ["visibility.py"]

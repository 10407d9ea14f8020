"""How the tests are spread over workers."""

import pytest

from tests.workers import DEMO, LONG, group_of


def test_what_reads_the_demo_collection_stays_together(request: pytest.FixtureRequest) -> None:
    """Each worker with such a test would start another Neo4j and load the collection again."""
    names = {
        item.nodeid.partition("::")[0] for item in request.session.items if reads_the_demo(item)
    }
    assert names <= set(DEMO)
    assert {group_of(f"{name}::test_it") for name in DEMO} == {DEMO[0]}


def reads_the_demo(item: pytest.Item) -> bool:
    """Whether a test asks for the fixture ``engine`` of conftest, and not for one of its module."""
    info = getattr(item, "_fixtureinfo", None)
    found = info.name2fixturedefs.get("engine") if info is not None else None
    return bool(found) and found[-1].baseid in ("", "tests")


def test_the_files_that_are_named_exist(pytestconfig: pytest.Config) -> None:
    assert [name for name in (*DEMO, *LONG) if not (pytestconfig.rootpath / name).is_file()] == []


def test_other_files_are_groups_of_their_own() -> None:
    assert group_of("tests/test_kill.py::test_it[5-a::b]") == "tests/test_kill.py"

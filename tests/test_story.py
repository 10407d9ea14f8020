"""The README's way through the demo collection, walked on the real parts: every answer is as printed there."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from api.app import execute
from engine.engine import Engine

README = (Path(__file__).parents[1] / "README.md").read_text()
STEPS = re.findall(r"```graphql\n(.*?)```\n+```json\n(.*?)```", README, re.S)


def test_the_story_has_a_search_a_path_and_an_ownership_chain() -> None:
    assert len(STEPS) >= 3
    assert all(
        any(word in asked for asked, _ in STEPS) for word in ("search(", "paths(", "owners(")
    )


@pytest.mark.parametrize(
    ("asked", "printed"), STEPS, ids=lambda text: text.split("(")[0].strip("{ \n")
)
def test_the_answer_is_as_printed(engine: Engine, asked: str, printed: str) -> None:
    assert asyncio.run(execute(engine, asked)) == json.loads(printed)

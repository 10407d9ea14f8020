"""Strings that break programs, as names and as ids: they come back exactly, or are refused."""

import asyncio
import json
from typing import Any

from api.app import execute
from engine.engine import Engine
from engine.validation import is_id
from tests.inside import graph_identities
from tests.loaders.load.sandbox import HOSTILE, Sandbox, line

OWN = [
    "",
    " ",
    "null",
    "None",
    "-1",
    "1e309",
    "a-b.c",
    "--",
    "..",
    "-.-",
    "' OR 1=1 --",
    "`n`) DETACH DELETE n //",
    "$datasets",
    "\\u0000",
    "\u202egnp.exe\u202c",
    "\ufeff\ufffe\U0010ffff",
    "Ω≈ç√∫˜µ≤≥÷" * 100,
    "\r\n\t\x07\x1b[31m",
    "<script>alert(1)</script>",
    "{{7*7}} %s %n ${HOME}",
    "e\u0301 and é",
]


def hostile_texts() -> list[str]:
    """Strings that break programs: our own, and the public list where it is there."""
    file = HOSTILE / "blns.json"
    return OWN + (json.loads(file.read_text()) if file.exists() else [])


def test_hostile_texts_as_names_come_back_exactly(sandbox: Sandbox) -> None:
    texts = [text for text in dict.fromkeys(hostile_texts()) if "\0" not in text]
    result = sandbox.load(
        sandbox.write("names.json", [line(f"n{n}", name=[text]) for n, text in enumerate(texts)])
    )
    assert result.exit_code == 0, result.output
    names: dict[str, list[str]] = {}
    for start in range(0, len(texts), 100):
        ids = [f"d:n{n}" for n in range(start, min(start + 100, len(texts)))]
        query = "query($ids: [ID!]!) { entities(ids: $ids) { id ... on Company { name } } }"
        for entity in ask(sandbox.engine, query, ids=ids)["entities"]:
            names[entity["id"]] = entity["name"]
    assert names == {f"d:n{n}": [text] for n, text in enumerate(texts)}
    for number in range(len(OWN)):
        query = "query($id: ID!) { entity(id: $id) { properties { values } caption } }"
        entity = ask(sandbox.engine, query, id=f"d:n{number}")["entity"]
        assert entity == {"properties": [{"values": [texts[number]]}], "caption": texts[number]}
    assert sandbox.engine.check() == []


def test_hostile_texts_as_ids(sandbox: Sandbox) -> None:
    """Those that FollowTheMoney takes for ids come back; the others are refused."""
    texts = list(dict.fromkeys(hostile_texts()))
    good = [text for text in texts if is_id(text)]
    assert {"null", "None", "a-b.c"} <= set(good)
    rows = [line(text, name=[f"Number {n}"]) for n, text in enumerate(texts)]
    result = sandbox.load(sandbox.write("ids.json", rows))
    assert result.exit_code == 1
    assert f"{len(good)} added" in result.stdout
    assert f"{len(texts) - len(good)} refused" in result.stdout
    for text in good:
        entity = ask(
            sandbox.engine, "query($id: ID!) { entity(id: $id) { id caption } }", id=f"d:{text}"
        )["entity"]
        assert entity == {"id": f"d:{text}", "caption": f"Number {texts.index(text)}"}
    assert sorted(id_ for id_, _ in graph_identities(sandbox.engine)) == sorted(
        f"d:{text}" for text in good
    )
    assert sandbox.engine.check() == []


def ask(engine: Engine, query: str, **variables: Any) -> dict[str, Any]:
    answer = asyncio.run(execute(engine, query, variables))
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data

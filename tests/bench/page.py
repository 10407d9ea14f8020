"""What CPU does a page of 100 entities with 6 typed fields take, against plain graphql-core on dicts in memory?

    python tests/bench/page.py

Both documents are parsed, validated, executed and dumped in this process; CPU time of the whole process;
prints the two and their ratio, the middle of five that follow a first one. Reading the records from Neo4j is part of
Clew's side.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import orjson
from graphql import build_schema, graphql_sync

from api.app import execute
from engine.engine import Engine
from engine.entity import Entity
from engine.question import SearchQuestion
from engine.settings import Settings
from loaders.load.load import load

FILE = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "gleif_50k.ftm.json.gz"
ROUNDS = 50
ASKED = """query($ids: [ID!]!) { entities(ids: $ids) { ... on Company {
  id caption name leiCode country jurisdiction } } }"""
PLAIN = build_schema("""
interface Entity { id: ID! caption: String! }
type Company implements Entity {
  id: ID! caption: String! name: [String!]! leiCode: [String!]! country: [String!]! jurisdiction: [String!]! }
type Query { entities(ids: [ID!]!): [Entity]! }
""")


def main() -> None:
    """Print both CPU times a page and the ratio."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=Path(folder))) as engine,
    ):
        load(engine, [str(FILE)], "gleif", progress=None)
        access = engine.everybody()
        ids = [
            hit.id
            for hit in engine.search(SearchQuestion("schema:Company", first=100), access).hits
        ]
        known = {}
        for entity in engine.entities(ids, access):
            assert isinstance(entity, Entity)
            lists = {
                name: entity.properties.get(name, [])
                for name in ("name", "leiCode", "country", "jurisdiction")
            }
            known[entity.id] = {
                "__typename": "Company",
                "id": entity.id,
                "caption": entity.caption,
                **lists,
            }
        root = {"entities": lambda info, ids: [known[id_] for id_ in ids]}
        found = []
        for _ in range(6):
            start = time.process_time()
            for _ in range(ROUNDS):
                plain = orjson.dumps(
                    graphql_sync(PLAIN, ASKED, root, variable_values={"ids": ids}).data
                )
            middle = time.process_time()
            for _ in range(ROUNDS):
                answer = execute(engine, ASKED, {"ids": ids})
                answer = asyncio.run(answer) if asyncio.iscoroutine(answer) else answer
                ours = orjson.dumps(answer["data"])
            end = time.process_time()
            found.append(((end - middle) / (middle - start), middle - start, end - middle))
        assert plain == ours, (plain[:300], ours[:300])
    ratio, one, two = sorted(found[1:])[2]
    print(
        f"plain graphql-core {one / ROUNDS * 1e3:.1f} ms CPU a page, Clew {two / ROUNDS * 1e3:.1f} ms; "
        f"ratio {ratio:.2f} (at most 2 wanted)"
    )


if __name__ == "__main__":
    main()

"""How much CPU does a page of 100 entities take, against plain graphql-core on dicts in memory?

    python tests/bench/page.py

Six typed fields of each entity are asked for. Both sides parse, validate, execute and serialise in
this process, and Clew also reads the records from Neo4j. Prints both CPU times of the process and
their ratio: the median of five rounds after a first one.
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
  id: ID! caption: String! name: [String!]! leiCode: [String!]!
  country: [String!]! jurisdiction: [String!]! }
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
        rounds = []
        for _ in range(6):
            start = time.process_time()
            for _ in range(ROUNDS):
                plain = orjson.dumps(
                    graphql_sync(PLAIN, ASKED, root, variable_values={"ids": ids}).data
                )
            middle = time.process_time()
            for _ in range(ROUNDS):
                answer = asyncio.run(execute(engine, ASKED, {"ids": ids}))
                ours = orjson.dumps(answer["data"])
            end = time.process_time()
            rounds.append(((end - middle) / (middle - start), middle - start, end - middle))
        assert plain == ours, (plain[:300], ours[:300])
    ratio, one, two = sorted(rounds[1:])[2]
    print(
        f"plain graphql-core {one / ROUNDS * 1e3:.1f} ms CPU a page, "
        f"Clew {two / ROUNDS * 1e3:.1f} ms; "
        f"ratio {ratio:.2f} (at most 2 wanted)"
    )


if __name__ == "__main__":
    main()

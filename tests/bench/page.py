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
        page = first_page(engine)
        rounds = [measured(engine, page) for _ in range(6)]
    ratio, one, two = sorted(rounds[1:])[2]
    print(
        f"plain graphql-core {one / ROUNDS * 1e3:.1f} ms CPU a page, "
        f"Clew {two / ROUNDS * 1e3:.1f} ms; "
        f"ratio {ratio:.2f} (at most 1.4 wanted)"
    )


def first_page(engine: Engine) -> dict[str, dict[str, object]]:
    """A page of 100 companies by id, as plain dicts."""
    access = engine.owner_access()
    hits = engine.search(SearchQuestion("schema:Company", first=100), access).hits
    page: dict[str, dict[str, object]] = {}
    for entity in engine.entities([hit.id for hit in hits], access):
        assert isinstance(entity, Entity)
        names = ("name", "leiCode", "country", "jurisdiction")
        page[entity.id] = {
            "__typename": "Company",
            "id": entity.id,
            "caption": entity.caption,
            **{name: entity.properties.get(name, []) for name in names},
        }
    return page


def measured(engine: Engine, page: dict[str, dict[str, object]]) -> tuple[float, float, float]:
    """The ratio, and the CPU seconds of plain graphql-core and of Clew, for the same pages."""
    root = {"entities": lambda info, ids: [page[id_] for id_ in ids]}
    ids = list(page)
    start = time.process_time()
    for _ in range(ROUNDS):
        result = graphql_sync(PLAIN, ASKED, root, variable_values={"ids": ids})
        plain = orjson.dumps(result.data)
    middle = time.process_time()
    for _ in range(ROUNDS):
        ours = orjson.dumps(asyncio.run(execute(engine, ASKED, {"ids": ids}))["data"])
    end = time.process_time()
    assert plain == ours, (plain[:300], ours[:300])
    return (end - middle) / (middle - start), middle - start, end - middle


if __name__ == "__main__":
    main()

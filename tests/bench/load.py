"""How fast is a load, against the bare driver that writes the same rows, unchecked and unindexed?

    python tests/bench/load.py [FILE.ftm.json.gz]

Both run against a fresh Neo4j in one process, one after the other; the ratio is bare time / load
time.
"""

import gzip
import resource
import sys
import tempfile
import time
from itertools import groupby
from pathlib import Path

import orjson
from neo4j import GraphDatabase

from engine.engine import Engine
from engine.entity import Entity, make_entity, qualify, relationship_type, schema_of
from engine.settings import Settings
from loaders.load.load import load

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm"
BATCH = 2_000


def entities(file: Path) -> list[Entity]:
    """Every entity of a gzipped FtM file."""
    with gzip.open(file) as lines:
        return [
            make_entity("bare", d["id"], d["schema"], d["properties"])
            for d in map(orjson.loads, lines)
        ]


def statements(found: list[Entity]) -> list[tuple[str, list[dict[str, object]]]]:
    """The bare statements with their rows: nodes first, then edges."""
    made = []
    for edges in (False, True):
        chosen = sorted(
            (e for e in found if schema_of(e.schema).edge == edges), key=lambda e: e.schema
        )
        for name, group in groupby(chosen, key=lambda e: e.schema):
            schema = schema_of(name)
            members = list(group)
            labels = ":".join(["Entity", *sorted(s.name for s in schema.schemata)])
            text = f"UNWIND $rows AS row CREATE (n:{labels}) SET n = row"
            if edges:
                text = (
                    "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) "
                    f"CREATE (a)-[r:{relationship_type(name)}]->(b) SET r = row.p"
                )
            for at in range(0, len(members), BATCH):
                made.append((text, [row(e, edges) for e in members[at : at + BATCH]]))
    return made


def row(entity: Entity, edge: bool) -> dict[str, object]:
    """One row as the bare driver writes it."""
    values = {
        "id": entity.id,
        "dataset": entity.dataset,
        "schema": entity.schema,
        "caption": entity.caption,
        **entity.properties,
    }
    if not edge:
        return values
    schema = schema_of(entity.schema)
    ends = [entity.properties[str(end)][0] for end in (schema.edge_source, schema.edge_target)]
    return {"a": qualify("bare", ends[0]), "b": qualify("bare", ends[1]), "p": values}


def main() -> None:
    """Print both times and the ratio."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "denmark_elite_2017.ftm.json.gz"
    made = statements(entities(file))
    count = sum(len(rows) for _, rows in made)
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=Path(folder))) as engine,
    ):
        assert engine._server is not None
        driver = GraphDatabase.driver(
            engine._server.uri, auth=(engine._server.user, engine._server.password)
        )
        with driver, driver.session() as session:
            session.run("CREATE (:Warm)").consume()
            start = time.perf_counter()
            for text, rows in made:
                session.execute_write(lambda tx, t=text, r=rows: tx.run(t, rows=r).consume())
            bare = time.perf_counter() - start
            session.run("MATCH (n:Entity) CALL (n) { DETACH DELETE n } IN TRANSACTIONS").consume()
        del made
        start = time.perf_counter()
        report = load(engine, [str(file)], "bench", progress=None)
        took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{file.name}: {count:,} entities; added {report.added:,}")
    print(f"bare driver {bare:.1f} s = {count / bare:,.0f}/s")
    print(f"load {took:.1f} s = {count / took:,.0f}/s")
    print(f"ratio {bare / took:.2f} (at least 0.5 wanted); peak memory of this process {peak} MiB")


if __name__ == "__main__":
    main()

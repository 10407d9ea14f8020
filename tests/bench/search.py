"""How long does a search with facets take over HTTP, against a bare route on the same parts?

    python tests/bench/search.py

A page has 25 hits and three facets. The bare route runs the same Tantivy search and facets, reads
the same records from Neo4j and writes the same JSON with Starlette alone. Both are asked in turn;
prints the medians and their ratio.
"""

import statistics
import tempfile
import time
from pathlib import Path

import httpx2
import orjson
import uvicorn
from serving import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.app import create_app
from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine
from engine.question import FacetQuestion, SearchQuestion
from engine.settings import Settings
from loaders.load.load import load

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm"
FILES = ("gleif_50k", "ofac_sdn_2019-01", "everypolitician_11")
WORDS = (
    "bank",
    "limited",
    "trust",
    "ivan",
    "capital",
    "mohammed",
    "holdings",
    "party",
    "fund",
    "trading",
)
ASKED = """query($q: String!) { search(query: $q, first: 25) {
  edges { highlight node { id schema caption } } pageInfo { hasNextPage }
  facets(fields: ["schema", "dataset", "country"]) { field values { value count } } } }"""


def bare_app(engine: Engine) -> Starlette:
    """The same answer from the same parts, without GraphQL."""

    def answer(request: Request) -> Response:
        access, text = engine.owner_access(), request.query_params["q"]
        page = engine._index.search(SearchQuestion(text, first=25), access)
        facets = engine._index.facets(
            FacetQuestion(SearchQuestion(text), ("schema", "dataset", "country")), access
        )
        rows = engine.entities([hit.id for hit in page.hits], access)
        edges = [
            {
                "highlight": hit.highlight,
                "node": {"id": e.id, "schema": e.schema, "caption": e.caption},
            }
            for hit, e in zip(page.hits, rows, strict=True)
        ]
        return Response(
            orjson.dumps({"edges": edges, "facets": facets}), media_type="application/json"
        )

    return Starlette(routes=[Route("/bare", answer)])


def main() -> None:
    """Print both medians and the ratio."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=Path(folder))) as engine,
    ):
        for name in FILES:
            dataset = name.split("_")[0]
            load(engine, [str(DATA / f"{name}.ftm.json.gz")], dataset, progress=None)
            engine.directory.publish(OWNER, dataset, Visibility.PUBLIC)
        bare, asked = [], []
        app = uvicorn.Config(create_app(engine), port=0, log_level="error")
        bare_config = uvicorn.Config(bare_app(engine), port=0, log_level="error")
        with serving(app) as url, serving(bare_config) as bare_url, httpx2.Client() as client:
            for round_ in range(20):
                for word in WORDS:
                    start = time.perf_counter()
                    client.get(f"{bare_url}/bare", params={"q": word}).raise_for_status()
                    middle = time.perf_counter()
                    body = {"query": ASKED, "variables": {"q": word}}
                    answer = client.post(f"{url}/graphql", json=body).json()
                    end = time.perf_counter()
                    assert "errors" not in answer, answer
                    if round_ > 2:
                        bare.append((middle - start) * 1e3)
                        asked.append((end - middle) * 1e3)
    one, two = statistics.median(bare), statistics.median(asked)
    print(
        f"bare route p50 {one:.1f} ms, GraphQL p50 {two:.1f} ms; "
        f"ratio {two / one:.2f} (at most 3 wanted)"
    )


if __name__ == "__main__":
    main()

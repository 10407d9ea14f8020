"""The routes of the Reconciliation API, each also with a key in its path: ``/reconcile/KEY/…``."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cost import COMPARED
from api.reconcile.candidate import candidates, rivals
from api.reconcile.extend import extended, extension_of, is_entity, proposals, wanted_ids
from api.reconcile.guard import Guard, Handler, Task
from api.reconcile.manifest import PATH, manifest
from api.reconcile.page import absent_page, record_page
from api.reconcile.parameter import Parameters
from api.reconcile.query import Query, queries_of, query_of
from api.reconcile.suggest import (
    FURTHEST,
    entity_question,
    suggest_properties,
    suggest_types,
    suggested,
)
from api.traffic.gate import Gate
from api.traffic.visit import Visit
from api.turn import Lane
from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput

KEY = re.compile(r"clew_[0-9A-Za-z]{1,100}")
MOST_PROPOSED = 500
MOST_NAMED = 100
"""Records whose names a page shows as the values of one property."""


def reconcile_routes(engine: Engine, gate: Gate, lanes: Mapping[str, Lane]) -> list[Route]:
    """The routes."""
    guard, desk = Guard(engine, gate, lanes), Desk(engine)
    paths: dict[str, Handler] = {
        "": desk.service,
        "/suggest/{kind}": desk.suggest,
        "/properties": desk.propose,
        "/preview": partial(desk.page, short=True),
        "/view": partial(desk.page, short=False),
    }
    return [
        Route(f"{PATH}{key}{path}", guard.route(handler), methods=["GET", "POST"])
        for key in ("", "/{key}")
        for path, handler in paths.items()
    ]


class Desk:
    """Finds out what each request asks, and reads the answer from one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # --- handlers ---------------------------------------------------------------------------------

    def service(self, request: Request, told: Parameters, visit: Visit) -> Task:
        """The manifest, or the answer to queries, or to what extends a table."""
        key, datasets = key_of(request), told.texts("dataset")
        asked = [name for name in ("queries", "query", "extend") if name in told]
        if len(asked) > 1 or (request.method == "POST" and not asked):
            raise BadInput("send one of the fields queries and extend")
        if not asked:
            site = self._engine.settings.public_url or visit.site
            return ready("manifest", manifest(site, key, datasets))
        if asked == ["extend"]:
            return self._extend(told.json("extend"))
        if asked == ["query"]:  # one query by itself, of version 0.1
            text = told.text("query")
            batch = {"": query_of(told.json("query") if text[:1] == "{" else text, datasets)}
            return self._reconcile(batch, lambda answer: answer[""])
        return self._reconcile(queries_of(told.json("queries"), datasets), lambda answer: answer)

    def suggest(self, request: Request, told: Parameters, _: Visit) -> Task:
        """Records, properties or types that begin with what a person types."""
        key_of(request)
        prefix, cursor = told.text("prefix"), told.number("cursor", 0, FURTHEST)
        kind = request.path_params["kind"]
        if kind == "type":
            return ready("suggest", suggest_types(prefix, cursor))
        if kind == "property":
            return ready("suggest", suggest_properties(prefix, cursor))
        if kind != "entity":
            raise HTTPException(404)
        return self._suggest_entities(prefix, cursor, told.texts("dataset"))

    def propose(self, request: Request, told: Parameters, _: Visit) -> Task:
        """Properties that may be fetched for records of a type."""
        key_of(request)
        limit = told.number("limit", 0, MOST_PROPOSED)
        return ready("properties", proposals(told.text("type"), limit))

    def page(self, request: Request, told: Parameters, _: Visit, *, short: bool) -> Task:
        """A record as a page."""
        key_of(request)
        id_, settings = told.text("id"), self._engine.settings

        def read(access: Access) -> Response:
            records = self._records([id_], access)
            if id_ not in records:
                return absent_page(settings)
            record = records[id_]
            entities = [name for name in record.properties if is_entity(record, name)]
            ids = [id_ for name in entities for id_ in record.references(name)[:MOST_NAMED]]
            named = self._records(ids, access)
            title = self._titles([record], access)[record.dataset]
            return record_page(record, named, title, settings, short=short)

        return Task("preview" if short else "view", 10, read)

    # --- work -------------------------------------------------------------------------------------

    def _reconcile(self, queries: Mapping[str, Query], shape: Any) -> Task:
        cost = sum(COMPARED + query.first for query in queries.values())

        def read(access: Access) -> Response:
            ids = [query.id for query in queries.values() if query.id is not None]
            records = self._records(ids, access) if ids else {}
            answer = {key: self._result(query, records, access) for key, query in queries.items()}
            return json(shape(answer))

        return Task("reconcile", max(cost, 1), read)

    def _result(
        self, query: Query, records: Mapping[str, Entity], access: Access
    ) -> dict[str, Any]:
        """The candidates of one query."""
        found = [] if query.question is None else self._engine.match(query.question, access)
        named = records.get(query.id or "")
        entities = [match.entity for match in found] + ([] if named is None else [named])
        titles = self._titles(entities, access)
        same: list[str] = []
        if rivals(found):
            first = found[0].entity.id
            profile = self._engine.judgements.profiles([first], access).get(first)
            same = [each.id for each in profile.records] if profile is not None else []
        return {"result": candidates(named, found, query.limit, titles, same)}

    def _suggest_entities(self, prefix: str, cursor: int, datasets: tuple[str, ...]) -> Task:
        question = entity_question(prefix, cursor, datasets)

        def read(access: Access) -> Response:
            ids = [prefix] if ":" in prefix and not cursor else []
            if question is not None:
                hits = self._engine.search(question, access).hits
                ids += [hit.id for hit in hits[cursor:]]
            found = self._records(ids, access).values()
            return json(suggested(found, self._titles(found, access)))

        return Task("suggest", 1 if question is None else question.first, read)

    def _extend(self, told: Any) -> Task:
        extension = extension_of(told)

        def read(access: Access) -> Response:
            records = self._records(extension.ids, access)
            named = self._records(wanted_ids(extension, list(records.values())), access)
            return json(extended(extension, records, named))

        cost = max(1, len(extension.ids)) * max(1, len(extension.columns))
        return Task("extend", cost, read)

    def _records(self, ids: Iterable[str], access: Access) -> dict[str, Entity]:
        """The records with some ids that this reader may see, in order."""
        wanted = list(dict.fromkeys(id_ for id_ in ids if id_))
        nodes = self._engine.entities(wanted, access) if wanted else []
        return {node.id: node for node in nodes if isinstance(node, Entity)}

    def _titles(self, entities: Iterable[Entity], access: Access) -> dict[str, str]:
        """The titles of the datasets of some records, by name."""
        names = {entity.dataset for entity in entities}
        found = self._engine.datasets(access.narrowed(names)) if names else []
        return dict.fromkeys(names, "") | {each.name: each.title for each in found}


def key_of(request: Request) -> str | None:
    """The key in the path; raises HTTPException where something else is in its place."""
    key: str | None = request.path_params.get("key")
    if key is not None and not KEY.fullmatch(key):
        raise HTTPException(404)
    return key


def json(answer: Any) -> Response:
    """An answer as JSON."""
    return Response(orjson.dumps(answer), media_type="application/json")


def ready(name: str, answer: Any) -> Task:
    """A task whose answer needs nothing to be read."""
    return Task(name, 1, lambda _: json(answer))

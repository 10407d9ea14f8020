"""One request's way to the engine: whose eyes it has, and every read in one batch and one thread pool.

This is the one place where the API, which is asynchronous, hops to the engine, which is not.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import strawberry
from anyio import CapacityLimiter, to_thread
from strawberry.dataloader import DataLoader

from engine.access import Access
from engine.answer import EdgeCount
from engine.dataset import Dataset
from engine.engine import Engine
from engine.entity import Entity, Node
from engine.run import Place, Run

P = ParamSpec("P")
Q = TypeVar("Q")
T = TypeVar("T")
BATCH = 1000
"""No batch asks the engine for more ids at once."""


class Session:
    """What one request may see, and what it has read already."""

    def __init__(self, engine: Engine, limiter: CapacityLimiter) -> None:
        self.engine = engine
        self._limiter = limiter
        self._access: Access | asyncio.Task[Access] | None = None
        self._histories: dict[tuple[int, Place | None], DataLoader[str, list[Run]]] = {}
        self._referrers: dict[tuple[str, str, int], DataLoader[str, list[Entity]]] = {}
        self.nodes: DataLoader[str, Node | None] = DataLoader(
            self._load_nodes, max_batch_size=BATCH
        )
        self.edge_counts: DataLoader[str, list[EdgeCount]] = DataLoader(
            self._load_edge_counts, max_batch_size=BATCH
        )
        self.datasets: DataLoader[str, Dataset] = DataLoader(self._load_datasets)
        self.crawl_counts: DataLoader[str, int] = DataLoader(self._load_crawl_counts)

    async def hop(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the engine's reads in the thread pool."""
        call = partial(read, *args, **kwargs)
        return await to_thread.run_sync(call, limiter=self._limiter, abandon_on_cancel=True)

    async def ask(
        self,
        read: Callable[Concatenate[Q, Access, P], T],
        question: Q,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask the engine a question with the access of this request."""
        access = await self.access()
        return await self.hop(partial(read, question, access, *args, **kwargs))

    async def access(self) -> Access:
        """Whose eyes this request has: worked out once, when it is first needed."""
        if self._access is None:
            self._access = self.engine.remembered() or asyncio.create_task(
                self.hop(self.engine.everybody)
            )
        return self._access if isinstance(self._access, Access) else await self._access

    def referrers(self, schema: str, prop: str, first: int) -> DataLoader[str, list[Entity]]:
        """The batch that reads the first few entities whose property names an id."""
        key = (schema, prop, first)
        if key not in self._referrers:

            async def load(ids: list[str]) -> list[list[Entity]]:
                access = await self.access()
                found = await self.hop(self.engine.referrers, ids, schema, prop, access, first)
                return [found.get(id_, []) for id_ in ids]

            self._referrers[key] = DataLoader(load, max_batch_size=BATCH)
        return self._referrers[key]

    def histories(self, first: int, after: Place | None) -> DataLoader[str, list[Run]]:
        """The batch that reads the latest few crawls of datasets, those before a place if there is one."""
        key = (first, after)
        if key not in self._histories:

            async def load(names: list[str]) -> list[list[Run]]:
                found = await self.ask(self.engine.histories, names, first, after)
                return [found.get(name, []) for name in names]

            self._histories[key] = DataLoader(load)
        return self._histories[key]

    async def _load_crawl_counts(self, names: list[str]) -> list[int]:
        found = await self.ask(self.engine.crawl_counts, names)
        return [found.get(name, 0) for name in names]

    async def _load_nodes(self, ids: list[str]) -> list[Node | None]:
        return await self.ask(self.engine.entities, ids)

    async def _load_edge_counts(self, ids: list[str]) -> list[list[EdgeCount]]:
        found = await self.ask(self.engine.edge_counts, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_datasets(self, names: list[str]) -> list[Dataset]:
        access = await self.access()
        wanted = Access(access.datasets & frozenset(names))
        found = {dataset.name: dataset for dataset in await self.hop(self.engine.datasets, wanted)}
        return [found.get(name) or Dataset(name, name) for name in names]


Info = strawberry.Info[Session, None]
"""What a resolver is told: ``info.context`` is the request's session."""

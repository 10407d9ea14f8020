"""One request: what its reader may see, and how its fields ask the engine.

This is the one place where a GraphQL field becomes a call of the engine. A resolver makes a
question (``engine.question``) and calls ``session.ask(engine.paths, question)``. ``ask`` adds the
access of the request, which every read of the engine requires, and runs the call in a thread,
because the engine is synchronous and the API is not. The root resolvers are in ``api.query``.
A mutation (``api.mutation``) calls ``session.change(engine.directory.add_account, name)``:
``change`` adds who makes the change, and refuses who has not signed in.

What many fields of one page ask for (entities, datasets, counts) goes through a DataLoader: it
collects the ids that all of them want and asks the engine once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import strawberry
from anyio import CapacityLimiter, to_thread
from strawberry.dataloader import DataLoader

from api.traffic.visit import Visit
from engine.access import Access
from engine.account import Actor, Scope
from engine.answer import EdgeCount
from engine.caller import Caller
from engine.dataset import Dataset
from engine.document import PageReading, StateCount, StoredFile
from engine.engine import Engine
from engine.entity import Entity, Node
from engine.presence import warn_of_absent
from engine.profile import Profile
from engine.revision import Correction, PageOrder
from engine.run import Place, Run

Q = TypeVar("Q")
P = ParamSpec("P")
T = TypeVar("T")
BATCH = 1000
"""The most ids that one call of the engine gets; a larger batch becomes several calls."""


class Session:
    """What one request may see, and what it has read already."""

    def __init__(
        self,
        engine: Engine,
        threads: CapacityLimiter,
        caller: Caller,
        visit: Visit | None = None,
    ) -> None:
        self.engine = engine
        self.caller = caller
        self.visit = visit
        self._threads = threads
        self._histories: dict[tuple[int, Place | None], DataLoader[str, list[Run]]] = {}
        self._referrers: dict[tuple[str, str, int], DataLoader[str, list[Entity]]] = {}
        self._referrer_counts: dict[tuple[str, str], DataLoader[str, int]] = {}
        self.nodes: DataLoader[str, Node | None] = DataLoader(
            self._load_nodes, max_batch_size=BATCH
        )
        self.spellings: DataLoader[str, str | None] = DataLoader(
            self._load_spellings, max_batch_size=BATCH
        )
        self.edge_counts: DataLoader[str, list[EdgeCount]] = DataLoader(
            self._load_edge_counts, max_batch_size=BATCH
        )
        self.profiles: DataLoader[str, Profile | None] = DataLoader(
            self._load_profiles, max_batch_size=BATCH
        )
        self.datasets: DataLoader[str, Dataset] = DataLoader(self._load_datasets)
        self.crawl_counts: DataLoader[str, int] = DataLoader(self._load_crawl_counts)
        self.file_counts: DataLoader[str, list[StateCount]] = DataLoader(self._load_file_counts)
        self.files: DataLoader[str, StoredFile | None] = DataLoader(
            self._load_files, max_batch_size=BATCH
        )
        self.page_readings: DataLoader[tuple[str, int], PageReading | None] = DataLoader(
            self._load_page_readings
        )
        self.corrections: DataLoader[str, list[Correction]] = DataLoader(self._load_corrections)
        self.page_orders: DataLoader[str, list[PageOrder]] = DataLoader(self._load_page_orders)

    async def ask(
        self,
        read: Callable[Concatenate[Q, Access, P], T],
        question: Q,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The answer of one of the engine's reads, with the access of this request."""
        access = self.caller.reading()
        return await self.in_thread(partial(read, question, access, *args, **kwargs))

    async def entities(self, ids: Sequence[str]) -> list[Node | None]:
        """The nodes with ids that a reader gave, in order; warns of those that are not there."""
        if len(ids) == 1:  # others may ask for one, too: they are read together
            nodes = [await self.nodes.load(ids[0])]
        else:
            nodes = await self.ask(self.engine.entities, ids) if ids else []
        warn_of_absent(ids, nodes, self.caller.reading())
        return nodes

    async def change(
        self, write: Callable[Concatenate[Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What one of the engine's changes returns, made by the caller of this request.

        Raises NotSignedIn for an anonymous caller, Forbidden for a key without the scope ``write``.
        """
        actor = self.caller.actor(Scope.WRITE)

        def call() -> tuple[T, Access]:
            result = write(actor, *args, **kwargs)
            return result, self.engine.directory.access_of(actor)

        # not abandoned: who asked for a change must learn whether it was made
        result, access = await to_thread.run_sync(call, limiter=self._threads)
        self.caller = replace(self.caller, access=access)
        self._forget()
        return result

    def _forget(self) -> None:
        """What was read before a change is read again after it, in the same request too."""
        self._histories.clear()
        self._referrers.clear()
        self._referrer_counts.clear()
        for loader in (
            self.nodes,
            self.spellings,
            self.edge_counts,
            self.profiles,
            self.datasets,
            self.crawl_counts,
            self.file_counts,
            self.files,
            self.page_readings,
            self.corrections,
            self.page_orders,
        ):
            loader.clear_all()

    async def ask_as_account(
        self, read: Callable[Concatenate[Actor, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The answer of a read that takes who asks: of users, groups, grants and keys.

        Raises NotSignedIn for an anonymous caller, Forbidden for a key without the scope ``read``.
        """
        return await self.in_thread(partial(read, self.caller.actor(Scope.READ), *args, **kwargs))

    async def list_datasets(self, overdue: bool | None) -> list[Dataset]:
        """All datasets that the reader may see, by name; or only those that are (not) overdue."""
        access = self.caller.reading()
        return await self.in_thread(partial(self.engine.datasets, access, overdue))

    def referrers(self, schema: str, prop: str, first: int) -> DataLoader[str, list[Entity]]:
        """Loads the first entities of a schema that name an id in one of their properties."""
        key = (schema, prop, first)
        if key not in self._referrers:

            async def load(ids: list[str]) -> list[list[Entity]]:
                entities = await self.ask(self.engine.referrers, ids, schema, prop, first)
                return [entities.get(id_, []) for id_ in ids]

            self._referrers[key] = DataLoader(load, max_batch_size=BATCH)
        return self._referrers[key]

    def referrer_counts(self, schema: str, prop: str) -> DataLoader[str, int]:
        """Loads how many entities of a schema name an id in one of their properties."""
        key = (schema, prop)
        if key not in self._referrer_counts:

            async def load(ids: list[str]) -> list[int]:
                counts = await self.ask(self.engine.referrer_counts, ids, schema, prop)
                return [counts[id_] for id_ in ids]

            self._referrer_counts[key] = DataLoader(load, max_batch_size=BATCH)
        return self._referrer_counts[key]

    def histories(self, first: int, after: Place | None) -> DataLoader[str, list[Run]]:
        """Loads the latest crawls of a dataset, or those that come after a place in the list."""
        key = (first, after)
        if key not in self._histories:

            async def load(names: list[str]) -> list[list[Run]]:
                runs = await self.ask(self.engine.histories, names, first, after)
                return [runs.get(name, []) for name in names]

            self._histories[key] = DataLoader(load)
        return self._histories[key]

    async def _load_nodes(self, ids: list[str]) -> list[Node | None]:
        return await self.ask(self.engine.entities, ids)

    async def _load_spellings(self, ids: list[str]) -> list[str | None]:
        spellings = await self.ask(self.engine.spellings, ids)
        return [spellings.get(id_) for id_ in ids]

    async def _load_edge_counts(self, ids: list[str]) -> list[list[EdgeCount]]:
        counts = await self.ask(self.engine.edge_counts, ids)
        return [counts.get(id_, []) for id_ in ids]

    async def _load_profiles(self, ids: list[str]) -> list[Profile | None]:
        profiles = await self.ask(self.engine.judgements.profiles, ids)
        return [profiles.get(id_) for id_ in ids]

    async def _load_crawl_counts(self, names: list[str]) -> list[int]:
        counts = await self.ask(self.engine.crawl_counts, names)
        return [counts.get(name, 0) for name in names]

    async def _load_file_counts(self, names: list[str]) -> list[list[StateCount]]:
        counts = await self.ask(self.engine.documents.counts, names)
        return [counts.get(name, []) for name in names]

    async def _load_files(self, ids: list[str]) -> list[StoredFile | None]:
        files = await self.ask(self.engine.documents.files, ids)
        return [files.get(id_) for id_ in ids]

    async def _load_page_readings(self, keys: list[tuple[str, int]]) -> list[PageReading | None]:
        found = await self.ask(self.engine.pages.readings, keys)
        return [found.get(key) for key in keys]

    async def _load_corrections(self, ids: list[str]) -> list[list[Correction]]:
        found = await self.ask(self.engine.pages.corrections, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_page_orders(self, ids: list[str]) -> list[list[PageOrder]]:
        found = await self.ask(self.engine.pages.orders, ids)
        return [found.get(id_, []) for id_ in ids]

    async def _load_datasets(self, names: list[str]) -> list[Dataset]:
        access = self.caller.reading().narrowed(names)
        datasets = await self.in_thread(partial(self.engine.datasets, access))
        known = {dataset.name: dataset for dataset in datasets}
        # A dataset that has just been deleted still has a name: entities read before need one.
        return [known.get(name) or Dataset(name, name) for name in names]

    async def in_thread(self, call: Callable[[], T]) -> T:
        """The result of a call that takes long, from a thread of this server."""
        # abandoned when the request runs into its deadline: the engine's own deadline ends the call
        return await to_thread.run_sync(call, limiter=self._threads, abandon_on_cancel=True)


Info = strawberry.Info[Session, None]
"""What a resolver gets: ``info.context`` is the request's session."""

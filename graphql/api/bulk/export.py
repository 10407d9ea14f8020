"""``GET /datasets/NAME/entities.ftm.json``: a whole dataset as a stream of FtM's JSON lines.

The lines are in the order of their ids. Whoever lost the connection asks again with ``after``, the
id of the last whole line, and gets the rest.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator

from anyio import to_thread
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from api.error import Refused
from api.traffic.visit import Visit
from engine.account import Scope
from engine.caller import Caller
from engine.dataset import Dataset, ExportPolicy
from engine.engine import Engine
from engine.errors import NotFound
from engine.export.ftm import line

AT_A_TIME = 4
"""Exports that one process writes at a time: each keeps a thread and Neo4j busy."""
EACH = 1
"""Exports of one caller at a time."""
CHUNK = 256 * 1024
MEDIA = "application/x-ndjson"


class Exports:
    """The exports of one application."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: Counter[str] = Counter()

    async def export(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """Answer with the dataset; raises NotFound, NotSignedIn, Forbidden, Refused."""
        name, after = request.path_params["name"], request.query_params.get("after", "")
        dataset = await to_thread.run_sync(self._dataset, name, caller)
        visit.check_bytes(exported=True)
        who = visit.note_caller(caller)
        if self._running.total() >= AT_A_TIME or self._running[who] >= EACH:
            raise Refused(
                "Too many exports are running: one for each caller. Ask again later.",
                "BUSY",
                503,
                {"Retry-After": "30"},
            )
        chunks = self._chunks(dataset, after, caller)
        first = await to_thread.run_sync(next, chunks)
        visit.take_bytes(len(first), exported=True)  # refused here, it has a status of its own
        self._running[who] += 1
        headers = {"Content-Disposition": f'attachment; filename="{dataset.name}.ftm.json"'}
        return StreamingResponse(
            self._counted(first, chunks, visit, who), headers=headers, media_type=MEDIA
        )

    def _dataset(self, name: str, caller: Caller) -> Dataset:
        """The dataset, if this caller may take all of it. Runs in a thread."""
        dataset = self._engine.dataset(name, caller.reading())
        if dataset is None:
            raise NotFound(f"there is no dataset {name[:100]!r}, or none that you may see")
        if caller.key is not None and dataset.export_policy is not ExportPolicy.EVERYONE:
            caller.actor(Scope.BULK)
        self._engine.requests.must_export(caller, dataset)
        if caller.account is not None:
            self._engine.audit.exported(caller.account, [dataset.name])
        return dataset

    def _chunks(self, dataset: Dataset, after: str, caller: Caller) -> Iterator[bytes]:
        """The lines in pieces of about ``CHUNK`` bytes."""
        excerpt = self._engine.dataset_excerpt(caller.access, [dataset.name])
        start = after if after.startswith(f"{dataset.name}:") else f"{dataset.name}:{after}"
        lines, size = [], 0
        for record in excerpt.records(start if after else ""):
            lines.append(line(record))
            size += len(lines[-1])
            if size >= CHUNK:
                yield b"".join(lines)
                lines, size = [], 0
        yield b"".join(lines)

    async def _counted(
        self, first: bytes, chunks: Iterator[bytes], visit: Visit, who: str
    ) -> AsyncIterator[bytes]:
        """The chunks, each taken from what the caller may still take today.

        Where nothing is left the connection breaks off, as the status is sent already: the client
        knows that this is not all, and asks for the rest tomorrow.
        """
        try:
            yield first
            async for chunk in iterate_in_threadpool(chunks):
                visit.take_bytes(len(chunk), exported=True)
                yield chunk
        except Refused:
            raise ClientDisconnect from None
        finally:
            self._running[who] -= 1

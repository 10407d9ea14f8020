"""Uploads: files arrive, in parts if need be, and are loaded when all of them are there.

``POST /datasets/NAME/entities`` takes one file as its body and loads it. Larger ones, or several,
come in parts to ``/datasets/NAME/uploads/ID/FILE``, and ``…/ID/load`` loads them: so an upload that
broke off goes on where it stopped. ``ID`` is the client's choice.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import anyio
import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.error import Refused
from api.rejection import rejected
from api.traffic.visit import Visit
from engine.account import Account, Actor, Scope
from engine.caller import Caller
from engine.dataset import Visibility
from engine.engine import Engine
from engine.errors import BadInput, ClewError, NotFound
from engine.upload import Upload, Uploads

LOADS = 2
"""Loads that one process does at a time; each has threads of its own and keeps Neo4j busy."""
PART = 1024 * 1024
"""Bytes that are written at a time."""
SILENCE = 15.0
"""Seconds after which an answer begins although the load goes on, so that no proxy gives up."""
SUFFIXES = {
    "application/x-ndjson": ".json",
    "application/jsonl": ".json",
    "application/json": ".json",
    "application/json+ftm": ".json",
    "application/octet-stream": ".json",
    "text/csv": ".csv",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
"""The name of a body's file by its media type; what is in it is looked at, as ``clew load`` does.
None of these can be sent by a form of another site without the browser asking first."""
FLAGS = {"1": True, "true": True, "yes": True, "": False, "0": False, "false": False, "no": False}
OPTIONS = frozenset({"title", "format", "keep", "accept_removals", "mapping", "public"})
"""What the address of a load may say; a slip must not remove records that are to be kept."""


class BulkLoad(Protocol):
    """Loads files into a dataset, as ``clew load`` does; answers its report."""

    def __call__(
        self,
        sources: list[Path],
        dataset: str,
        *,
        title: str | None,
        keep: bool,
        accept_removals: bool,
        format: str | None,
        mapping: Path | None,
    ) -> Mapping[str, Any]:
        """Raises BadInput, EngineInUse, ClewError."""


class Intake:
    """The uploads of one application."""

    def __init__(self, engine: Engine, load: BulkLoad) -> None:
        settings = engine.settings
        self._engine = engine
        self._load = load
        self._uploads = Uploads(settings.uploads, settings.upload_mb * 1024 * 1024)
        self._loads = CapacityLimiter(LOADS)
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- routes -----------------------------------------------------------------------------------

    async def post(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """Load the body of a request into a dataset: its report."""
        await to_thread.run_sync(self._uploads.forget_old)
        upload = await self.upload_of(request, caller, secrets.token_hex(16), by_hand=False)
        name = f"entities{suffix(request)}"
        with ExitStack() as on_error:  # also where the client goes away nothing of it stays
            on_error.callback(upload.delete)
            with upload.held():
                await self._receive(request, visit, upload, name, 0)
            on_error.pop_all()
        return await self._loaded(request, caller, upload, once=True)

    async def put(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """Add a part to a file of an upload: how many bytes of it are here."""
        upload = await self.upload_of(request, caller)
        offset = whole(request.query_params.get("offset", "0"))
        name = request.path_params["file"]
        with upload.held():
            size = await self._receive(request, visit, upload, name, offset)
        return JSONResponse({"size": size})

    async def show(self, request: Request, _: Visit, caller: Caller) -> Response:
        """How many bytes of each file of an upload are here."""
        await to_thread.run_sync(self._uploads.forget_old)
        upload = await self.upload_of(request, caller)
        return JSONResponse({"files": await to_thread.run_sync(upload.sizes)})

    async def delete(self, request: Request, _: Visit, caller: Caller) -> Response:
        """Give an upload up."""
        upload = await self.upload_of(request, caller)
        with upload.held():
            await to_thread.run_sync(upload.delete)
        return Response(status_code=204)

    async def load(self, request: Request, _: Visit, caller: Caller) -> Response:
        """Load the files of an upload: the report; asked again, the same report."""
        upload = await self.upload_of(request, caller, by_hand=False)
        return await self._loaded(request, caller, upload)

    # --- steps ------------------------------------------------------------------------------------

    async def upload_of(
        self, request: Request, caller: Caller, id: str | None = None, *, by_hand: bool = True
    ) -> Upload:
        """The upload that a request is about, if its caller may load into the dataset.

        One whose files become documents (``by_hand``) may also be of an investigation.
        """
        dataset = request.path_params["name"]

        def find() -> Upload:
            actor = caller.actor(Scope.WRITE)
            caller.actor(Scope.BULK)
            self._engine.directory.must_load(actor, dataset, by_hand=by_hand)
            account = actor.name if isinstance(actor, Account) else ""
            return self._uploads.upload(account, dataset, id or request.path_params["id"])

        return await to_thread.run_sync(find)

    async def _receive(
        self, request: Request, visit: Visit, upload: Upload, name: str, offset: int
    ) -> int:
        """Write the body at the end of a file as it comes; the size of the file then.

        The next bytes are taken from the network only when these are on the disk. What has come
        before the connection broke off is kept.
        """
        waiting, size = bytearray(), offset

        async def write() -> None:
            nonlocal size
            visit.take_bytes(len(waiting), exported=False)
            size = await to_thread.run_sync(upload.append, name, size, bytes(waiting))
            waiting.clear()

        try:
            async for chunk in request.stream():
                waiting += chunk
                if len(waiting) >= PART:
                    await write()
        except ClientDisconnect:
            with anyio.CancelScope(shield=True):
                await write()
            raise
        await write()
        return size

    async def _loaded(
        self, request: Request, caller: Caller, upload: Upload, *, once: bool = False
    ) -> Response:
        """Load an upload; the answer comes when that is done, or begins after a while.

        One that comes ``once`` is deleted also where it was not loaded: nobody knows its name.
        """
        if self._loads.available_tokens < 1:
            raise Refused(
                "Other datasets are being loaded: ask again later.",
                "BUSY",
                503,
                {"Retry-After": "60"},
            )
        options = dict(request.query_params)
        dataset, actor = request.path_params["name"], caller.actor(Scope.WRITE)

        def work() -> Mapping[str, Any]:
            with ExitStack() as stack:
                if once:
                    stack.callback(upload.delete)
                return self._work(dataset, actor, upload, options)

        # not ended with the request: what has begun is done, and asking again tells how it ended
        task = asyncio.create_task(to_thread.run_sync(work, limiter=self._loads))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=SILENCE)
        if done:
            return JSONResponse(task.result())
        return StreamingResponse(answered(task), media_type="application/json")

    def _work(
        self, dataset: str, actor: Actor, upload: Upload, options: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Load, and keep the report for whoever asks again. Runs in a thread."""
        if unknown := sorted(set(options) - OPTIONS):
            raise BadInput(
                f"{unknown[0][:50]!r} is no option: there are {', '.join(sorted(OPTIONS))}"
            )
        with upload.held():
            mapping = upload.path(options["mapping"]) if options.get("mapping") else None
            sources = [path for path in upload.paths() if path != mapping]
            if not sources:
                if (report := upload.report()) is not None:
                    return report
                raise NotFound("there are no files in this upload")
            is_public = flag(options, "public")
            if is_public:
                self._engine.directory.must_manage_or_make(actor, dataset)
            report = self._load(
                sources,
                dataset,
                title=options.get("title") or None,
                keep=flag(options, "keep"),
                accept_removals=flag(options, "accept_removals"),
                format=options.get("format") or None,
                mapping=mapping,
            )
            if report["stopped"]:  # the files stay, so that it can be asked again with an option
                return report
            if is_public:
                self._engine.directory.publish_loaded(actor, dataset, Visibility.PUBLIC)
            counts = {name: report[name] for name in ("added", "changed", "removed")}
            self._engine.audit.note(actor, "uploaded", dataset, **counts)
            upload.finish(report)
        return report


async def answered(task: "asyncio.Task[Mapping[str, Any]]") -> AsyncIterator[bytes]:
    """Line breaks until a load is done, which JSON allows; then its report, or its error."""
    while not task.done():
        yield b"\n"
        await asyncio.wait({task}, timeout=SILENCE)
    try:
        yield orjson.dumps(task.result())
    except ClewError as error:
        yield bytes(rejected(error).body)


def suffix(request: Request) -> str:
    """The end of the name of a body's file; raises Refused for what is not read."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if media not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise Refused(f"Name what you send in Content-Type: {known}.", "BAD_REQUEST", 415)
    if encoding not in ("identity", "gzip"):
        raise Refused("Send it packed with gzip, or not packed.", "BAD_REQUEST", 415)
    return SUFFIXES[media] + (".gz" if encoding == "gzip" else "")


def flag(options: Mapping[str, str], name: str) -> bool:
    """Whether an option is set; raises BadInput for a value that says neither yes nor no."""
    value = options.get(name, "").lower()
    if value not in FLAGS:
        raise BadInput(f"{name}={value[:50]!r}: write {name}=1, or leave it out")
    return FLAGS[value]


def whole(text: str) -> int:
    """A number of bytes; raises BadInput."""
    if not text.isdecimal() or len(text) > 18:
        raise BadInput("offset: give the number of bytes that are here already")
    return int(text)

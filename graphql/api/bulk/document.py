"""Documents over HTTP: the files of an upload, or of a form, are taken and wait to be read."""

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import IO, Any

import orjson
from anyio import to_thread
from rigour.langs import iso_639_alpha3
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.bulk.upload import Intake
from api.error import Refused
from api.traffic.visit import Visit
from engine.account import Actor, Scope
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import BadInput, NotFound

MOST_FILES, MOST_FIELDS = 1_000, 20
"""Files and other fields of one form."""
Named = tuple[str, Path | IO[bytes]]
"""Where a file was, and the file."""


class DocumentIntake:
    """Takes what arrives as documents, of which each is read as soon as its turn comes."""

    def __init__(self, engine: Engine, intake: Intake) -> None:
        self._engine = engine
        self._intake = intake

    async def upload(self, request: Request, _: Visit, caller: Caller) -> Response:
        """Take the files of an upload.

        The body may say in JSON where each file was: ``{"paths": {"1": "letters/2020/a.pdf"}}``.
        """
        upload = await self._intake.upload_of(request, caller)
        actor, dataset = caller.actor(Scope.WRITE), request.path_params["name"]
        paths = paths_of(await request.body())
        languages = languages_of(request.query_params.get("language", ""))

        def work() -> Mapping[str, Any]:
            with upload.held():
                found = upload.paths()
                if not found and (report := upload.report()) is not None:
                    return report
                if not found:
                    raise NotFound("there are no files in this upload")
                report = self._bring(actor, dataset, named(found, paths), languages)
                upload.finish(report)
            return report

        return JSONResponse(await to_thread.run_sync(work), 202)

    async def form(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """Take the files of a form: its fields ``file``, each of which says where it was."""
        await self._intake.upload_of(request, caller, "0" * 16)
        actor, dataset = caller.actor(Scope.WRITE), request.path_params["name"]
        async with files_in(request, visit, self._engine.settings.upload_mb) as (form, files):
            languages = languages_of(str(form.get("language", "")))
            told: list[Named] = [(file.filename or "", file.file) for file in files]
            work = partial(self._bring, actor, dataset, told, languages)
            return JSONResponse(await to_thread.run_sync(work), 202)

    def _bring(
        self, actor: Actor, dataset: str, files: Sequence[Named], languages: tuple[str, ...]
    ) -> Mapping[str, Any]:
        """Take files into a dataset, which is made where there is none; what is told of them."""
        engine = self._engine
        if all(dataset != each.name for each in engine.datasets(engine.owner_access())):
            engine.set_dataset(dataset, {"title": dataset})
        with closing(streams(files)) as opened:
            taken = engine.documents.bring(dataset, opened, languages)
        engine.audit.note(actor, "documents uploaded", dataset, files=len(taken))
        told = [{"id": file.id, "path": file.path, "state": str(file.state)} for file in taken]
        return {"dataset": dataset, "files": told}


def streams(files: Sequence[Named]) -> Generator[tuple[str, IO[bytes]]]:
    """The files as streams, one open at a time."""
    for path, source in files:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                yield path, stream
        else:
            yield path, source


def named(found: Sequence[Path], paths: Mapping[str, str]) -> list[Named]:
    """The files of an upload with the places that were told of them; raises BadInput."""
    if unknown := sorted(set(paths) - {path.name for path in found}):
        raise BadInput(f"paths: there is no file {unknown[0][:100]!r} in this upload")
    return [(paths.get(path.name, path.name), path) for path in found]


def paths_of(body: bytes) -> Mapping[str, str]:
    """Where each file of an upload was; raises BadInput."""
    if not body:
        return {}
    try:
        paths = orjson.loads(body)["paths"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        paths = None
    if not isinstance(paths, dict) or not all(isinstance(path, str) for path in paths.values()):
        raise BadInput('say where the files were: {"paths": {"FILE": "folder/name.pdf"}}')
    return paths


def languages_of(text: str) -> tuple[str, ...]:
    """The languages in a list such as ``rus,eng``; raises BadInput."""
    codes = [(word, iso_639_alpha3(word)) for word in text.replace(",", " ").split()]
    if unknown := [word for word, code in codes if code is None]:
        raise BadInput(f"{unknown[0][:50]!r} is no language: use ISO 639-3 codes, such as rus,eng")
    return tuple(dict.fromkeys(code for _, code in codes if code))


@asynccontextmanager
async def files_in(
    request: Request, visit: Visit, most_mb: int
) -> AsyncGenerator[tuple[FormData, list[UploadFile]]]:
    """A form and the files in its fields ``file``, for a block; its bytes count for the visit.

    Raises Refused for what is no form or a larger one, BadInput where it has no file.
    """
    visit.take_bytes(form_size(request, most_mb), exported=False)
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        files = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
        if not files:
            raise BadInput("the form has no field `file` with a file")
        yield form, files


def form_size(request: Request, most_mb: int) -> int:
    """The bytes of a form; raises Refused where they are not told, or too many."""
    length = request.headers.get("content-length", "")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refused("Send the files as multipart/form-data.", "BAD_REQUEST", 415)
    if not length.isdecimal():
        raise Refused("Say how long the form is: Content-Length.", "BAD_REQUEST", 411)
    if int(length) > most_mb * 1024 * 1024:
        raise Refused(f"A form has at most {most_mb:,} MiB.", "BAD_REQUEST", 413)
    return int(length)

"""Catalogs that others keep, as OpenSanctions does: fetched, kept for a while, and read."""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.progress import Progress
from loaders.crawl.catalog import Catalog, Entry, Listed, entry_of
from loaders.crawl.fetch import fetch
from loaders.intake.address import without_query
from loaders.intake.download import FileVersion, Limits
from loaders.intake.http import FetchFailed

ENTITIES = "entities.ftm.json"
"""The resource of a dataset in OpenSanctions' catalogs that we load."""
INDEX_LIMITS = Limits(silence=30.0, seconds=120.0, size=100 * 1024 * 1024, tries=2)
"""How long somebody else's catalog may take, and how large it may be."""


def entries_of(
    engine: Engine, catalog: Catalog, report: Progress, *, max_age: float = 0.0
) -> Iterator[Entry]:
    """Every dataset of a catalog, and of the catalogs of others that it names.

    Those of others are taken as they were at most ``max_age`` seconds ago. What cannot be had, or
    is wrong, is reported and left out.
    """
    yield from catalog.entries
    taken = {entry.name for entry in catalog.entries}
    for listed in catalog.listed:
        try:
            index = index_of(listed.url, engine.settings.downloads, max_age)
            entries = list(listed_entries(index, listed, catalog.folder, report))
        except (ClewError, OSError) as error:
            url = without_query(listed.url)
            report(f"{url} cannot be taken: {str(error).removeprefix(url).lstrip(': ')}")
            continue
        yield from (entry for entry in entries if entry.name not in taken)
        taken.update(entry.name for entry in entries)


def index_of(url: str, folder: Path, max_age: float) -> Any:
    """Somebody else's catalog (JSON), as it was at most ``max_age`` seconds ago; raises ClewError.

    It is kept in the folder, with the time of the last request, so that a server is asked only
    for what is new. So is a failure: a server that is down is not asked over and over either.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # no dataset has a name like this
    path = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.json"
    try:
        kept = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        kept = {"asked": 0.0, "mark": None, "index": None}
    if not 0 <= time.time() - kept["asked"] < max_age:
        kept = {**kept, "trouble": None, **_ask(url, kept["mark"]), "asked": time.time()}
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_bytes(orjson.dumps(kept))
        draft.replace(path)
    if kept["trouble"]:
        raise FetchFailed(kept["trouble"])
    return kept["index"]


def _ask(url: str, known: dict[str, Any] | None) -> dict[str, Any]:
    """What is to be kept of a catalog: its new version if there is one, or why it failed."""
    version = FileVersion(**known) if known else None
    try:
        with TemporaryDirectory(prefix="clew-") as folder:
            fetched = fetch(url, Path(folder) / "index.json", INDEX_LIMITS, version)
            if fetched is None:
                return {}
            index = parse(fetched.path.read_bytes(), url)
            return {"mark": asdict(fetched.version), "index": index}
    except ClewError as error:
        return {"trouble": str(error)}


def parse(data: bytes, url: str) -> Any:
    """JSON as it came; raises BadInput."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadInput(f"{without_query(url)} is not JSON") from None


def listed_entries(index: Any, wanted: Listed, folder: Path, report: Progress) -> Iterator[Entry]:
    """The datasets that an OpenSanctions catalog lists and that have entities to load.

    One that is wrong, or wanted and not listed, is reported. Raises BadInput for no catalog.
    """
    datasets = index.get("datasets") if isinstance(index, dict) else None
    if not isinstance(datasets, list):
        raise BadInput(f"{without_query(wanted.url)} is not a catalog: it has no list of datasets")
    known = {
        one["name"]: one
        for one in datasets
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    }
    for name in dict.fromkeys(wanted.datasets) or sorted(known):
        try:
            entry = listed_entry(known.get(name), name, wanted, folder)
        except BadInput as error:
            report(str(error))
        else:
            if entry is not None:
                yield entry


def listed_entry(listed: Any, name: str, wanted: Listed, folder: Path) -> Entry | None:
    """One dataset of a catalog that somebody else keeps; None if it has no entities to load.

    Raises BadInput.
    """
    where = without_query(wanted.url)
    if listed is None:
        raise BadInput(f"{where} lists no dataset {name[:100]!r}")
    resources = listed.get("resources")
    entities = entities_resource(resources if isinstance(resources, list) else [])
    if entities is None:
        if name in wanted.datasets:
            raise BadInput(f"{where}: dataset {name} has no {ENTITIES}")
        return None
    source = {
        "url": entities.get("url"),
        "checksum": entities.get("checksum"),
        "size": entities.get("size"),
        "delta": listed.get("delta_url"),
        "version": listed.get("version"),
        "format": "ftm",
    }
    kept = {
        key: listed[key]
        for key in ("title", "summary", "publisher", "url", "license", "category")
        if key in listed
    }
    described = {**kept, "coverage": listed.get("coverage") or {}, "name": name}
    return entry_of({**described, "source": source}, folder, where)


def entities_resource(resources: list[Any]) -> dict[str, Any] | None:
    """The resource of a listed dataset that holds its entities."""
    for resource in resources:
        if isinstance(resource, dict) and resource.get("name") == ENTITIES:
            return resource
    return None

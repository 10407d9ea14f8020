"""Reads pages again that somebody ordered: in other languages, or as images in spite of a text."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from engine.access import Access
from engine.document import PageReading, State, StoredFile
from engine.engine import Engine
from engine.revision import PageOrder
from loaders.document.box import Box, boxes
from loaders.document.part import Asked, Problem, parts_in
from loaders.document.sandbox import PARTS

BATCH = 100
"""Documents that are looked up at a time."""
GONE = "the document is not there any more"


def read_again(
    engine: Engine, dataset: str, *, stopped: Callable[[], bool] = lambda: False
) -> list[PageOrder]:
    """Read the pages of a dataset that wait to be read again; what became of each.

    Ends early, and well, where ``stopped`` says so. Raises EngineInUse where another process is at
    work on the dataset.
    """
    done: list[PageOrder] = []
    with engine.claim(dataset, "read"), reading(engine, dataset) as (box, folder):
        seen: set[str] = set()
        while documents := [
            each for each in engine.pages.waiting(dataset, BATCH) if each not in seen
        ]:
            seen.update(documents)  # what is ordered again meanwhile has its turn later
            files = engine.documents.named(documents)
            for document in documents:
                if stopped():
                    return done
                orders = [
                    each for each in engine.pages.orders_of(document) if each.state is State.WAITING
                ]
                done += take(engine, box, folder, files.get(document), orders)
    return done


@contextmanager
def reading(engine: Engine, dataset: str) -> Iterator[tuple[Box, Path]]:
    """A sandbox, and a folder for what it reads."""
    folder = engine.documents.folder.resolve() / f"{dataset}.again"
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    folder.mkdir(parents=True)
    try:
        with boxes(1) as (box,):
            yield box, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take(
    engine: Engine, box: Box, folder: Path, file: StoredFile | None, orders: Sequence[PageOrder]
) -> list[PageOrder]:
    """Read the ordered pages of one document, and keep what was read; what became of the orders."""
    if file is None or file.bundle is None:
        done = [replace(each, state=State.FAILED, detail=GONE) for each in orders]
        engine.pages.done(done)
        return done
    readings: dict[int, PageReading] = {}
    problems: list[str] = []
    for as_image, group in groupby(sorted(orders, key=is_image), key=is_image):
        for part in parts_of(engine, box, folder, file, list(group), as_image):
            if isinstance(part, PageReading):
                readings[part.number] = part
            else:
                problems.append(part)
    detail = problems[-1] if problems else "it was not read"
    done = [
        replace(each, state=State.READ, detail=None)
        if each.number in readings
        else replace(each, state=State.FAILED, detail=detail)
        for each in orders
    ]
    engine.pages.take(file, readings, done)
    return done


def is_image(order: PageOrder) -> bool:
    """Whether a page is to be read as an image."""
    return order.as_image


def parts_of(
    engine: Engine,
    box: Box,
    folder: Path,
    file: StoredFile,
    orders: Sequence[PageOrder],
    as_image: bool,
) -> Iterator[PageReading | str]:
    """What is read on the ordered pages, and what went wrong."""
    place = folder / "1"
    place.mkdir()
    known = engine.dataset(file.dataset, Access(frozenset({file.dataset})))
    with engine.documents.path(file.sha256) as path:
        asked = Asked(
            path.resolve(),
            file.name,
            place,
            languages=file.languages or tuple(known.languages if known else ()),
            cache=engine.settings.ocr_cache.resolve() / file.dataset,
            only=tuple(each.number for each in orders),
            as_image=as_image,
            by_page=tuple((each.number, each.languages) for each in orders if each.languages),
        )
        ending = box.read(asked)
    for part in parts_in(place / PARTS):
        if isinstance(part, PageReading):
            yield part
        elif isinstance(part, Problem):
            yield f"{part.reason}: {part.detail}"
    if ending.reason is not None:
        yield f"{ending.reason}: {ending.detail}"
    shutil.rmtree(place, ignore_errors=True)

"""Ingests into an empty graph, with the one sandbox that all tests share."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from loaders.document.box import Box
from loaders.ingest import ingest
from tests.loaders.document.conftest import box

__all__ = ["box"]


@pytest.fixture(autouse=True)
def shared_box(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def boxes(_: int) -> Iterator[list[Box]]:
        yield [box]

    monkeypatch.setattr(ingest, "boxes", boxes)

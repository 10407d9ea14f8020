"""The collection, indexed."""

from collections.abc import Iterator

import pytest

from engine.index.index import Index
from tests.engine.index.collection import entities


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The collection, indexed."""
    with Index.open(tmp_path_factory.mktemp("index"), write=True) as made:
        made.add(entities())
        made.commit(3)
        yield made

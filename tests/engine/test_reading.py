"""Readers' side of the engine: no read can forget what the reader may see."""

import inspect
from collections.abc import Callable

import pytest

from engine.access import Access
from engine.reading import Reading

MAKES_ACCESS = {"caller", "owner", "owner_access", "secret"}
READS = {
    name: method
    for name, method in inspect.getmembers(Reading, inspect.isfunction)
    if not name.startswith("_") and name not in MAKES_ACCESS
}


@pytest.mark.parametrize("read", READS.values(), ids=list(READS))
def test_every_read_requires_an_access(read: Callable[..., object]) -> None:
    """It comes right after what is asked for, so that ``Session.ask`` can give it to every read."""
    parameters = list(inspect.signature(read).parameters.values())
    (place,) = [at for at, one in enumerate(parameters) if one.name == "access"]
    assert place in (1, 2), "after self and at most one question"
    assert parameters[place].annotation is Access
    assert parameters[place].default is inspect.Parameter.empty

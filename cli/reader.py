"""Who may read a dataset now, in a sentence: the reports of loads and of publishing say it."""

from engine.access import Access
from engine.account import OWNER, Grant
from engine.dataset import Visibility
from engine.engine import Engine


def readers(engine: Engine, name: str) -> str:
    """Who may read a dataset."""
    dataset = engine.dataset(name, Access(frozenset({name})))
    if dataset is None:
        return "there is no such dataset"
    return sentence(name, dataset.visibility, engine.directory.grants(OWNER, name))


def sentence(name: str, visibility: Visibility, grants: list[Grant]) -> str:
    """Who may read a dataset of this visibility, on which there are these grants."""
    if visibility is Visibility.PUBLIC:
        return "everybody may read it"
    if visibility is Visibility.REGISTERED:
        return "everybody with an account may read it"
    granted = f", and whom it was granted to ({len(grants)})" if grants else ""
    return (
        f"only you and the data team may read it{granted}; "
        f"to let everybody: clew dataset publish {name}"
    )

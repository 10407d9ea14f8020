"""Datasets that everybody may read: a new one is restricted."""

from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine


def publish_all(engine: Engine) -> None:
    """Make every dataset public."""
    for name in engine.owner_access().names():
        engine.directory.publish(OWNER, name, Visibility.PUBLIC)

"""The demo collection: invented, five datasets that tell one story (STORY.md)."""

from collections.abc import Callable
from pathlib import Path

from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine
from engine.errors import EngineInUse
from loaders.load.load import load
from loaders.load.report import Report

FOLDER = Path(__file__).parent
TITLES = {
    "demo_registry": "Demo: company register (invented)",
    "demo_offshore": "Demo: register of shell companies (invented)",
    "demo_sanctions": "Demo: sanctions list (invented)",
    "demo_payments": "Demo: payments by public bodies (invented)",
    "demo_offices": "Demo: public offices (invented)",
}


def load_demo(engine: Engine, progress: Callable[[str], None]) -> dict[str, Report]:
    """Load the five demo datasets; a dataset that another process is loading is left to it.

    Where they are loaded already, nothing changes.
    """
    reports = {}
    for name, title in TITLES.items():
        progress(f"Loading {name}")
        source = str(FOLDER / f"{name}.ftm.json")
        try:
            reports[name] = load(engine, [source], name, title=title, progress=lambda _: None)
            engine.directory.publish(OWNER, name, Visibility.PUBLIC)
        except EngineInUse as error:
            progress(str(error))
    return reports

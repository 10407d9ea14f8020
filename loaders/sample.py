"""The demo collection: invented, five datasets that tell one story (demo/STORY.md)."""

from collections.abc import Callable
from pathlib import Path

from engine.engine import Engine
from loaders.load import Report, load

FOLDER = Path(__file__).parent / "demo"
TITLES = {
    "demo_registry": "Demo: company register (invented)",
    "demo_offshore": "Demo: register of shell companies (invented)",
    "demo_sanctions": "Demo: sanctions list (invented)",
    "demo_payments": "Demo: payments by public bodies (invented)",
    "demo_offices": "Demo: public offices (invented)",
}


def load_demo(engine: Engine, progress: Callable[[str], None]) -> dict[str, Report]:
    """Load the five demo datasets; loaded already, nothing changes."""
    reports = {}
    for name, title in TITLES.items():
        progress(f"Loading {name}")
        reports[name] = load(engine, [str(FOLDER / f"{name}.ftm.json")], name, title=title, progress=lambda _: None)
    return reports

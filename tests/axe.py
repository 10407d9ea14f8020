"""axe-core in a page: what keeps people who see, hear or move differently from using it."""

from pathlib import Path

import pytest

from tests.browser import Page

FILE = Path(__file__).parent / "static" / "axe.min.js"
"""From npm, by `make test`."""
RUN = """window.violations = null;
axe.run(document, {resultTypes: ['violations']}).then((found) => {
  window.violations = found.violations.flatMap((violation) => violation.nodes.map((node) =>
    `${violation.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}); 1"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now; skips the test without axe-core."""
    if not FILE.is_file():
        pytest.skip("axe-core could not be fetched")
    if not page.run("'axe' in window"):
        page.run(f"{FILE.read_text(encoding='utf-8')}; 1")
    page.run(RUN)
    page.wait_for("window.violations !== null", 60)
    found: list[str] = page.run("window.violations")
    return found

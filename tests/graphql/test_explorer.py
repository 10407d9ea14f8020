"""The explorer in Chromium: from the search to the path, the drawing, undo and the report."""

import copy
import json
import time
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
import requests

from api.app import create_app
from api.asset import EXPLORER, explorable
from engine.engine import Engine
from tests.axe import violations
from tests.browser import CHROMIUM, OFFLINE, Page, browsing
from tests.serving import serving

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or not explorable(), reason="Chromium or the explorer's libraries are missing"
)
CEMENT = "demo_registry:meridian-cement"
MINISTRY, BOREALIS = "demo_payments:ministry-of-works", "demo_registry:borealis-invest"
DRAWN = "document.querySelector('.tools .count').textContent"
"""The button that says how many nodes are drawn."""
FILES = """URL.createObjectURL = (file) => { window.saved = file; return 'blob:none'; };
HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };"""
"""Keeps what the page would save."""
TROUBLES = """window.troubles = [];
addEventListener('error', (event) => troubles.push(`${event.message} in ${event.filename}`));
addEventListener('unhandledrejection', (event) => troubles.push(String(event.reason)));"""
"""Keeps errors of the page's scripts."""


@pytest.fixture(scope="module")
def url(engine: Engine) -> Iterator[str]:
    """The address of the demo collection, without limits of requests."""
    other = copy.copy(engine)
    other.settings = engine.settings.model_copy(update={"rate_limit": "off"})
    with serving(create_app(other), other.settings) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests of the module."""
    with browsing(tmp_path_factory.mktemp("browser"), OFFLINE) as page:
        page.call("Page.enable")
        page.call("Page.addScriptToEvaluateOnNewDocument", source=FILES + TROUBLES)
        page.resize(1400, 900)
        yield page


@pytest.fixture
def page(browser: Page, url: str) -> Iterator[Page]:
    """The explorer with nothing drawn; its scripts have no errors at the end."""
    leave(browser)
    forget(browser, url)
    show(browser, url, "")
    yield browser
    troubles = browser.run("troubles")
    assert not troubles, troubles[0]


def leave(page: Page) -> None:
    """Leave the explorer once it has kept everything: before that it would ask."""
    page.wait_for("!window.kept || window.kept()")
    page.open("about:blank")


def forget(page: Page, url: str) -> None:
    """Let the browser delete what it keeps of the explorer."""
    page.call("Storage.clearDataForOrigin", origin=url, storageTypes="indexeddb")


def show(page: Page, url: str, fragment: str) -> None:
    """Open a state of the explorer by its address."""
    leave(page)
    page.open(f"{url}/{fragment}")
    page.wait_for("document.querySelector('.tools') !== null")


def press(page: Page, text: str) -> None:
    """Press the first button with a text, once it is there."""
    button = f"[...document.querySelectorAll('button')].find(b => b.textContent.includes({text!r}))"
    page.wait_for(f"{button} !== undefined && !{button}.disabled")
    page.run(f"{button}.click()")


def choose(page: Page, label: str, value: str) -> None:
    """Choose an option of the list with a label."""
    page.run(
        f"""(() => {{ const list = [...document.querySelectorAll('.tools label')]
          .find(l => l.textContent.startsWith({label!r})).querySelector('select');
        list.value = {value!r}; list.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"""
    )


def draw_with_neighbours(page: Page, url: str) -> str:
    """Draw the cement works with what is around them; what the page says of how much is drawn."""
    show(page, url, f"#/record/{CEMENT}")
    press(page, "Draw with neighbours")
    page.wait_for(f"/List of [5-9]/.test({DRAWN})")
    return str(page.run(DRAWN))


def saved(page: Page, kind: str) -> str:
    """The text of the file that the page would save."""
    page.run("window.saved = null; window.text = null; 1")
    choose(page, "Save", kind)
    page.wait_for("window.saved !== null")
    page.run("window.saved.text().then(text => { window.text = text; }); 1")
    return str(page.wait_for("window.text"))


def test_from_a_search_to_the_path_and_its_report(page: Page, url: str) -> None:
    show(page, url, "#/search?q=cement")
    page.wait_for("document.querySelectorAll('.card mark').length > 0")
    paid = "Ministry of Public Works paid Meridian Cement S.A. 2,210,000 EUR on 2019-04-02"
    page.wait_for(f"document.querySelector('.cards').innerText.includes({paid!r})")
    press(page, "draw")
    page.wait_for(f"{DRAWN} === 'List of 1'")
    page.run(f"location.hash = '#/paths?from={MINISTRY}&to={BOREALIS}'")
    page.wait_for("document.querySelectorAll('.steps li').length === 3")
    first = page.run("document.querySelector('.steps li').textContent")
    assert first.startswith("Ministry of Public Works paid Meridian Cement S.A. 1,250,000 EUR on")
    assert "[Demo: payments by public bodies (invented)]" in first
    press(page, "Draw it")
    page.wait_for(f"{DRAWN} === 'List of 4'")
    report = saved(page, "Report to print")
    assert page.run("window.savedAs") == "clew-report.html"
    assert "Borealis Invest AD owns 75 % of Halcyon Holdings S.A. since 2014-04-10" in report
    assert "<svg" in report
    assert "Demo: payments by public bodies (invented)" in report


def test_a_node_is_avoided_and_the_path_asked_again(page: Page, url: str) -> None:
    show(page, url, f"#/paths?from={MINISTRY}&to={BOREALIS}&mode=K_SHORTEST")
    press(page, "avoid Halcyon Holdings")
    page.wait_for("location.hash.includes('avoid=demo_registry')")
    page.wait_for("document.querySelector('.panel').innerText.includes('Without')")
    steps = "[...document.querySelectorAll('.steps')].map(s => s.textContent).join()"
    page.wait_for(f"!{steps}.includes('Halcyon')")


def test_every_step_is_undone_and_survives_a_reload(page: Page, url: str) -> None:
    full = draw_with_neighbours(page, url)
    press(page, "List of")
    page.run("document.querySelector('.listing input').click()")
    press(page, "Hide")
    page.wait_for(f"{DRAWN} !== {full!r}")
    forget(page, url)  # the browser closes the store, which the page opens again
    choose(page, "Layout", "grid")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Layout'")
    page.wait_for("window.kept()")
    show(page, url, "")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Layout'")
    press(page, "Undo")
    press(page, "Undo")
    page.wait_for(f"{DRAWN} === {full!r}")
    press(page, "Undo")
    page.wait_for(f"{DRAWN} === 'List of 0'")
    press(page, "Redo")
    page.wait_for(f"{DRAWN} === {full!r}")


def test_a_group_is_one_node_until_it_is_taken_apart(page: Page, url: str) -> None:
    page.run("window.prompt = () => 'Shells'; 1")
    page.run(f"location.hash = '#/record/{CEMENT}'")
    press(page, "Draw with neighbours")
    page.wait_for(f"/List of [5-9]/.test({DRAWN})")
    press(page, "List of")
    page.run("[...document.querySelectorAll('.listing input')].slice(0, 3).forEach(b => b.click())")
    press(page, "Group")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Group'")
    assert "Shells (3)" in saved(page, "SVG picture")
    choose(page, "Layout", "grid")
    page.run("document.querySelector('.stage').focus()")
    for key, code in [("ArrowLeft", 37)] * 9 + [("ArrowRight", 39)] * 9:
        page.press(key, code)
        told = page.run("document.querySelector('[aria-live=polite].unseen').textContent")
        if "Shells (3), group, " in told:
            break
    assert int(told.split(", ")[2].split()[0]) > 0
    press(page, "Undo")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Group'")
    press(page, "Ungroup")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Ungroup'")
    assert "Shells" not in saved(page, "SVG picture")
    press(page, "Undo")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Group'")
    assert "Shells (3)" in saved(page, "SVG picture")


def test_the_drawing_is_used_by_the_keyboard(page: Page, url: str) -> None:
    draw_with_neighbours(page, url)
    choose(page, "Layout", "grid")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Layout'")
    time.sleep(3)  # the nodes go to their new places, and keys go to what is nearest meanwhile
    page.run("document.querySelector('.stage').focus()")
    told = "document.querySelector('[aria-live=polite].unseen').textContent"
    page.press("ArrowRight", 39)
    first = page.wait_for(told)
    page.press("ArrowRight", 39)
    second = page.wait_for(f"{told} !== {first!r} && {told}")
    page.press("ArrowLeft", 37)
    page.wait_for(f"{told} === {first!r}")
    page.press(" ", 32)
    page.wait_for(f"{told} === {first + ', selected'!r}")
    page.press("F10", 121, modifiers=8)
    name = page.wait_for("document.querySelector('.menu')?.innerText")
    assert first.split(",")[0] in name
    page.press("Escape", 27)
    page.run("document.querySelector('.stage').focus()")
    page.press("ArrowRight", 39)
    page.press("ArrowRight", 39)
    page.press("Enter", 13)
    page.wait_for(f"document.querySelector('.panel h2')?.innerText === {second.split(',')[0]!r}")


def test_what_a_filter_leaves_out_is_nowhere_until_it_is_undone(page: Page, url: str) -> None:
    full = draw_with_neighbours(page, url)
    press(page, "Filter")
    payments = "document.querySelector('.listing input[name=PAYMENT]')"
    page.wait_for(f"{payments}.checked")
    assert "PAYMENT" in saved(page, "CSV of relationships")
    page.run(f"{payments}.click()")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Filter'")
    table = saved(page, "CSV of relationships")
    assert "PAYMENT" not in table
    assert "OWNERSHIP" in table
    page.run("document.querySelector('.listing input[name=Person]').click()")
    page.wait_for(f"{DRAWN} !== {full!r}")
    assert "Person" not in saved(page, "GraphML")
    page.wait_for("window.kept()")
    show(page, url, "")
    page.wait_for("document.querySelector('.tools').innerText.includes('2 left out')")
    press(page, "Undo")
    press(page, "Undo")
    page.wait_for(f"{DRAWN} === {full!r}")
    assert "PAYMENT" in saved(page, "CSV of relationships")


def test_who_may_not_do_something_is_told_and_may_sign_in(page: Page, url: str) -> None:
    show(page, url, "#/entry/inv_4kx9mw2pqa?schema=Person")
    page.wait_for("document.querySelector('form.column [aria-label=Name]') !== null")
    page.run("document.querySelector('form.column').requestSubmit(); 1")
    page.wait_for("document.querySelector('.trouble a')?.textContent === 'Sign in'")


def test_owners_are_drawn_as_a_tree(page: Page, url: str) -> None:
    show(page, url, f"#/owners/{CEMENT}")
    page.wait_for("document.querySelectorAll('.share').length > 4")
    text = page.text()
    assert "60 %" in text
    assert "direct shares come to 180 %" in text
    press(page, "Draw all of it as a tree")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Layout'")
    state = json.loads(saved(page, "FtM JSON").splitlines()[0])
    assert state["schema"]
    assert state["properties"]
    svg = ElementTree.fromstring(saved(page, "SVG picture"))
    assert len(svg.findall("{http://www.w3.org/2000/svg}circle")) > 5


@pytest.mark.parametrize("kind", ["GEXF (Gephi)", "GraphML"])
def test_graphs_are_saved(page: Page, url: str, kind: str) -> None:
    show(page, url, f"#/drawing?ids={CEMENT}%20{MINISTRY}%20{BOREALIS}")
    page.wait_for(f"{DRAWN} === 'List of 3'")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Layout'")
    graph = ElementTree.fromstring(saved(page, kind))
    namespace = graph.tag.partition("}")[0] + "}"
    assert len(list(graph.iter(f"{namespace}node"))) == 3
    assert len(list(graph.iter(f"{namespace}edge"))) == 4, "the payments, each by itself"
    saved(page, "CSV of relationships")
    assert page.run("window.text.split('\\r\\n').length") == 5


def test_what_cannot_be_asked_says_what_to_do(page: Page, url: str) -> None:
    show(page, url, "#/search?q=name:(kovar")
    page.wait_for("document.querySelector('.trouble') !== null")
    show(page, url, "#/search?q=Pelivan%20Tradimg")
    page.wait_for("document.querySelector('.panel').innerText.includes('Did you mean')")
    show(page, url, "#/record/demo_registry:nobody")
    page.wait_for("document.querySelector('.warning') !== null")


def test_it_fits_wide_and_narrow_windows(page: Page, url: str) -> None:
    for width, height in ((1400, 900), (1024, 700), (400, 800)):
        page.resize(width, height)
        show(page, url, f"#/record/{CEMENT}")
        page.wait_for("document.querySelector('.properties') !== null")
        assert page.run("document.documentElement.scrollWidth") <= width
    page.resize(1400, 900)


def test_nothing_is_asked_of_another_origin(page: Page, url: str) -> None:
    show(page, url, "#/search?q=cement")
    page.wait_for("document.querySelector('.card mark') !== null")
    asked = page.run("performance.getEntriesByType('resource').map(each => each.name)")
    assert len(asked) > 20
    assert not [address for address in asked if not address.startswith(f"{url}/")]
    policy = requests.get(url, timeout=10).headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, url: str, scheme: str) -> None:
    page.prefer(scheme)
    for fragment, shown in (
        ("#/search?q=cement", ".card mark"),
        (f"#/record/{CEMENT}", ".properties"),
        (f"#/paths?from={MINISTRY}&to={BOREALIS}", ".steps"),
        (f"#/owners/{CEMENT}", ".share"),
    ):
        page.run(f"location.hash = {fragment!r}")
        page.wait_for(f"document.querySelector({shown!r}) !== null")
        page.run("document.querySelectorAll('details').forEach(each => each.open = true); 1")
        assert violations(page) == [], fragment
    press(page, "Draw all of it")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Layout'")
    press(page, "List of")
    key = "new KeyboardEvent('keydown', {key: 'F10', shiftKey: true, bubbles: true})"
    page.run(f"document.querySelector('.listing button.link').dispatchEvent({key})")
    page.wait_for("document.querySelectorAll('.menu li').length > 5")
    assert violations(page) == [], "the menu"


def test_its_modules_say_what_they_are() -> None:
    modules = sorted(EXPLORER.glob("*.js"))
    assert len(modules) > 10
    for module in modules:
        lines = module.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("// "), f"{module.name} has no first comment"
        assert len(lines) <= 300, module.name

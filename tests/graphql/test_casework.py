"""The explorer in Chromium, signed in: investigations, diagrams of others, scans, reviews."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from api.app import create_app
from api.asset import explorable
from cli.bulk import bulk_load
from engine.account import OWNER, Level, Role
from engine.dataset import Visibility
from engine.diagram import Place, Style
from engine.engine import Engine
from engine.entity import make_entity
from engine.question import JudgementQuestion
from loaders.document.box import Box
from loaders.ingest import ingest as ingest_module
from loaders.ingest.ingest import ingest
from tests.axe import violations
from tests.browser import CHROMIUM, Page, browsing
from tests.crossing import ARCHIVE, LIST, put
from tests.graphql.test_explorer import DRAWN, TROUBLES, leave, press
from tests.loaders.document.conftest import box
from tests.loaders.ocr.sample import picture
from tests.serving import serving

__all__ = ["box"]
pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None or not explorable(),
        reason="Chromium or the explorer's libraries are missing",
    ),
    pytest.mark.usefixtures("in_this_process"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(tmp_path_factory.mktemp("browser")) as page:
        page.call("Page.enable")
        page.call("DOM.enable")
        page.call("Page.addScriptToEvaluateOnNewDocument", source=TROUBLES)
        page.resize(1400, 900)
        yield page


@pytest.fixture
def engine(fresh_engine: Engine, box: Box, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A public register and a leak that only ada may read; ben is her colleague."""

    @contextmanager
    def boxes(_: int) -> Iterator[list[Box]]:
        yield [box]

    monkeypatch.setattr(ingest_module, "boxes", boxes)
    for name in ("register", "leak"):
        with fresh_engine.loading(name) as loading:
            loading.begin(name.title())
            properties = {"name": [f"{name.title()} Cement"]}
            owner = {"owner": ["register:cement"], "asset": ["leak:cement"], "percentage": ["60"]}
            entities = [make_entity(name, "cement", "Company", properties)]
            if name == "leak":
                entities.append(make_entity(name, "holding", "Ownership", owner))
            loading.add(entities)
            loading.finish(None)
    fresh_engine.directory.publish(OWNER, "register", Visibility.PUBLIC)
    for name in ("ada", "ben"):
        fresh_engine.directory.add_account(OWNER, name, roles=[Role.JOURNALIST])
    fresh_engine.directory.grant(OWNER, "leak", "ada", Level.READ)
    return fresh_engine


@dataclass
class Desk:
    """Somebody at a browser."""

    page: Page
    url: str
    engine: Engine

    def sign_in(self, who: str, fragment: str = "#/search") -> None:
        """Sign in by a link, as people do, in a browser that has nothing of anybody else."""
        leave(self.page)
        self.page.call("Storage.clearDataForOrigin", origin=self.url, storageTypes="all")
        token = self.engine.credentials.make_link(OWNER, who)
        self.page.open(f"{self.url}/signin?token={token}&next=/{quote(fragment)}")
        self.page.run("document.querySelector('button').click()")
        self.page.wait_for("document.querySelector('.account') !== null")

    def go(self, fragment: str, shown: str = ".panel section") -> None:
        """Go to a state of the explorer, and wait for an element of it."""
        self.page.run(f"location.hash = {fragment!r}")
        self.page.wait_for(f"document.querySelector({shown!r}) !== null")

    def fill(self, selector: str, value: str) -> None:
        """Type into a field."""
        self.page.wait_for(f"document.querySelector({selector!r}) !== null")
        self.page.run(
            f"""(() => {{ const field = document.querySelector({selector!r});
            field.value = {value!r};
            field.dispatchEvent(new Event('input', {{bubbles: true}}));
            field.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"""
        )

    def key(self, pressed: str) -> None:
        """Press a key."""
        event = f"new KeyboardEvent('keydown', {{key: {pressed!r}, bubbles: true}})"
        self.page.run(f"document.body.dispatchEvent({event})")

    def choose_file(self, selector: str, file: Path) -> None:
        """Choose a file, as the dialog of the browser does."""
        root = self.page.call("DOM.getDocument")["root"]["nodeId"]
        node = self.page.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.page.call("DOM.setFileInputFiles", files=[str(file)], nodeId=node)

    def says(self, text: str) -> None:
        """Wait until the panel says something."""
        self.page.wait_for(f"document.querySelector('.panel').innerText.includes({text!r})")

    def opened(self) -> str:
        """Open an investigation; its name."""
        self.go("#/investigations")
        self.fill("[aria-label^=Title]", "Who owns it?")
        press(self.page, "Open a new one")
        self.page.wait_for("document.querySelector('.parts') !== null")
        return str(self.page.run("location.hash.split('/')[2]"))


@pytest.fixture
def desk(browser: Page, engine: Engine) -> Iterator[Desk]:
    """The explorer, signed in as ada; its scripts have no errors at the end."""
    with serving(create_app(engine, bulk_load(engine)), engine.settings) as url:
        found = Desk(browser, url, engine)
        found.sign_in("ada")
        yield found
        troubles = browser.run("window.troubles")
        assert not troubles, troubles[0]
        leave(browser)


def test_records_and_relationships_are_entered_by_hand(desk: Desk) -> None:
    name, page = desk.opened(), desk.page
    desk.go(f"#/entry/{name}?schema=Person", "[aria-label=Name]")
    desk.fill("[aria-label=Name]", "Magda Oderfeld")
    desk.fill("[aria-label='Birth date']", "yesterday")
    press(page, "Save")
    desk.says("is no date")
    desk.fill("[aria-label='Birth date']", "1971-05")
    page.run("document.querySelector('form.column').requestSubmit()")
    page.wait_for("location.hash.startsWith('#/record/')")
    person = page.run("decodeURIComponent(location.hash.split('/')[2])")
    desk.go(f"#/entry/{name}?schema=Ownership&source={person}&target=register:cement")
    page.wait_for("document.querySelectorAll('.chip').length === 2")
    desk.fill("[aria-label='Percentage held']", "60")
    page.run("document.querySelector('form.column').requestSubmit()")
    page.wait_for("location.hash.startsWith('#/investigation/')")
    desk.go("#/owners/register:cement", ".share")
    desk.says("Magda Oderfeld")
    desk.says("60 %")


def test_a_shared_diagram_shows_another_what_they_may_see(desk: Desk) -> None:
    name, page = desk.opened(), desk.page
    desk.go("#/record/register:cement", ".properties")
    press(page, "Draw with neighbours")
    page.wait_for(f"{DRAWN} === 'List of 2'")
    desk.go(f"#/save?in={name}", "form.column input")
    desk.fill("form.column input", "Cement")
    page.run("document.querySelector('form.column').requestSubmit()")
    page.wait_for("location.hash.startsWith('#/diagram/')")
    desk.says("2 records are in it")
    fragment = page.run("location.hash")

    desk.engine.investigations.share(OWNER, name, "ben", Level.READ)
    desk.sign_in("ben", fragment)
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Open a diagram'")
    assert page.run(DRAWN) == "List of 1"
    text = page.text()
    assert "1 record is in it" in text
    assert "Leak" not in text


def test_a_diagram_is_merged_into_another_and_that_is_undone(desk: Desk) -> None:
    name, page = desk.opened(), desk.page
    save, style = desk.engine.diagrams.save, Style(colouring="topic", without_types=("FAMILY",))
    made = save(OWNER, name, "Leak", [Place("leak:cement", 500, 0, pinned=True)], style)
    desk.go("#/record/register:cement", ".properties")
    page.run("document.querySelector('.panel .buttons button').click()")
    page.wait_for(f"{DRAWN} === 'List of 1'")
    desk.go(f"#/diagram/{made.id}", ".panel h2")
    press(page, "Merge it")
    page.wait_for(f"{DRAWN} === 'List of 2'")
    page.wait_for("document.querySelector('.message').dataset.busy === undefined")
    press(page, "List of")
    assert "Register Cement" in page.run("document.querySelector('.listing').innerText")
    press(page, "Undo")
    page.wait_for(f"{DRAWN} === 'List of 1'")
    press(page, "Open it")
    page.wait_for("document.querySelector('.tools button').title === 'Undo: Open a diagram'")
    assert page.run("document.querySelectorAll('.tools select')[1].value") == "topic"
    assert "1 left out" in page.run("document.querySelector('.tools').innerText")


def test_a_scan_is_dropped_in_found_by_a_word_and_boxed(desk: Desk, tmp_path: Path) -> None:
    name, page = desk.opened(), desk.page
    scan = tmp_path / "scan.png"
    picture(("The harbour of Meridian", "was sold to nobody.")).save(scan, dpi=(300, 300))
    desk.go(f"#/investigation/{name}?part=documents", ".drop input")
    desk.choose_file(".drop input", scan)
    desk.says("1 of 1 file is here")
    ingest(desk.engine, (), name, progress=lambda _: None)
    page.wait_for("document.querySelector('.panel .card .about:last-child')?.innerText === 'read'")
    desk.go("#/search?q=harbour", ".card mark")
    page.run("document.querySelector('.card a').click()")
    page.wait_for("document.querySelector('.sheet .words mark')?.textContent === 'harbour'")
    assert page.run("document.querySelectorAll('.picture rect:not(.other)').length") == 1


def test_a_judgement_is_made_by_one_key_and_undone(desk: Desk) -> None:
    put(desk.engine, "list", *LIST)
    put(desk.engine, "a", *ARCHIVE)
    for dataset in ("list", "a"):
        desk.engine.directory.publish(OWNER, dataset, Visibility.PUBLIC)
    desk.opened()
    page = desk.page
    desk.go("#/reviews", "select[name=source]")
    page.run("document.querySelector('select[name=source]').value = 'list'")
    page.run("document.querySelector('details form').requestSubmit()")
    desk.says("waits for its turn")
    desk.engine.crossings.work(lambda text: pytest.fail(text))
    page.wait_for("/[1-9] pairs, 0 judged/.test(document.querySelector('.panel').innerText)")
    page.run("document.querySelector('.panel .card a').click()")
    page.wait_for("document.querySelector('table.pair [data-mark]') !== null")
    left = page.run("document.querySelector('.review b').textContent")
    access, every = desk.engine.owner_access(), JudgementQuestion()
    desk.key("y")
    desk.says("1 judged now")
    assert desk.engine.judgements.count(every, access) == 1
    desk.key("u")
    desk.says("0 judged now")
    assert desk.engine.judgements.count(every, access) == 0
    assert page.run("document.querySelector('.review b').textContent") == left
    desk.key("s")
    desk.says("Undo skip")
    press(page, "Look at a sample first")
    press(page, "are the same")
    desk.says("were judged to be the same")
    assert desk.engine.judgements.count(every, access) > 0
    press(page, "Undo all of it")
    page.wait_for("!document.querySelector('.panel').innerText.includes('Undo all of it')")
    assert desk.engine.judgements.count(every, access) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: Desk, scheme: str) -> None:
    name = desk.opened()
    desk.page.prefer(scheme)
    desk.engine.investigations.put(OWNER, name, "Person", {"name": ["Magda"]}, "magda")
    for fragment, shown in (
        ("#/investigations", ".card"),
        (f"#/investigation/{name}", ".card"),
        (f"#/investigation/{name}?part=people", ".rows li"),
        (f"#/investigation/{name}?part=documents", ".drop"),
        (f"#/investigation/{name}?part=diagrams", ".parts"),
        (f"#/entry/{name}?id={name}:magda", "form.column input"),
        (f"#/entry/{name}?schema=Ownership", ".picker"),
        (f"#/record/{name}:magda", ".properties"),
        (f"#/save?in={name}", "form.column"),
        ("#/reviews", "details"),
    ):
        desk.go(fragment, shown)
        assert violations(desk.page) == [], fragment

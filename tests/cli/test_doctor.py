"""``clew doctor``: each fault of an installation is found and said, and a good one has none."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import examination
from cli.examination import Grade, examined
from cli.main import main
from engine.account import OWNER, Role
from engine.dataset import Visibility
from engine.engine import Engine
from engine.settings import variable
from tests.conftest import Bolt, on
from tests.keyvalue import RedisServer, redis_server

__all__ = ["redis_server"]
SAFE = {
    "public_url": "https://clew.example.org",
    "trusted_proxies": "127.0.0.1",
    "rate_limit": "on",
    "neo4j_password": "long-and-generated-7Qx",
}


def found(engine: Engine, **changes: object) -> dict[str, str]:
    """What is not well, by its sentence, with settings that are safe but for the changes."""
    settings = engine.settings.model_copy(update={**SAFE, **changes})
    return {
        finding.text: finding.grade
        for finding in examined(settings, engine)
        if finding.grade is not Grade.OK
    }


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    fresh_engine.settings.data.chmod(0o700)
    fresh_engine.directory.add_account(OWNER, "ada", roles=[Role.ADMINISTRATOR])
    return fresh_engine


def test_a_good_installation_has_no_fault(engine: Engine) -> None:
    grades = found(engine, oidc_url="https://login.example.org")
    assert grades == {"the API does not run": Grade.NOTE}


@pytest.mark.parametrize(
    ("changes", "sentence", "grade"),
    [
        ({"public_url": "", "host": "0.0.0.0"}, "without TLS", Grade.FAULT),
        ({"public_url": "http://clew.example.org"}, "without TLS", Grade.FAULT),
        ({"trusted_proxies": ""}, "no proxy is trusted", Grade.WARNING),
        ({"rate_limit": "off"}, "rate limits are off", Grade.FAULT),
        ({"neo4j_password": "neo4j"}, "password of Neo4j", Grade.FAULT),
        ({"neo4j_password": "short"}, "password of Neo4j", Grade.FAULT),
        ({"redis_url": "redis://127.0.0.1:1/0"}, "Redis does not answer", Grade.FAULT),
        ({"origins": "*"}, "pages of any origin", Grade.NOTE),
        ({"oidc_url": ""}, "no identity provider", Grade.NOTE),
    ],
)
def test_a_fault_of_the_settings(
    engine: Engine, changes: dict[str, object], sentence: str, grade: Grade
) -> None:
    grades = found(engine, **changes)
    assert [each for text, each in grades.items() if sentence in text] == [grade]


def test_loopback_needs_no_tls(engine: Engine) -> None:
    assert not any(
        "TLS" in text or "limits" in text for text in found(engine, public_url="", rate_limit="off")
    )


def test_a_redis_that_answers_is_well(engine: Engine, redis_server: RedisServer) -> None:
    assert not any("Redis" in text for text in found(engine, redis_url=redis_server.url))


def test_what_everybody_may_read_and_what_is_late_is_said(engine: Engine) -> None:
    engine.set_dataset("open", {"frequency": "daily"})
    engine.directory.publish(OWNER, "open", Visibility.PUBLIC)
    grades = found(engine)
    assert grades["everybody may read open"] is Grade.NOTE
    assert grades["1 datasets are overdue: open"] is Grade.NOTE


def test_others_can_read_the_folder(engine: Engine) -> None:
    engine.settings.data.chmod(0o755)
    assert any("can read data" in text for text in found(engine))


def test_a_full_disk_and_too_little_memory(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "LEAST_FREE", 10**18)
    assert Grade.WARNING in [
        g for text, g in found(engine).items() if "of the disk are free" in text
    ]


def test_nobody_manages_the_accounts(fresh_engine: Engine) -> None:
    fresh_engine.directory.add_account(OWNER, "ben")
    fresh_engine.credentials.make_key(OWNER, "ben", days=3)
    texts = " ".join(found(fresh_engine))
    assert "nobody but the owner manages" in texts
    assert "1 API keys end within 14 days: ben (" in texts


def test_the_command_prints_and_fails_for_a_fault(
    engine: Engine, bolt: Bolt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = on(bolt, tmp_path / "doctor")
    for name, value in settings.model_dump(exclude_unset=True, mode="json").items():
        monkeypatch.setenv(variable(name), str(value))
    monkeypatch.setenv("CLEW_HOST", "0.0.0.0")
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "fault    other machines reach Clew without TLS" in result.stdout
    rows = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    assert {row["grade"] for row in rows} <= set(Grade)

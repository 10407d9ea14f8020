"""compose.yaml holds together as far as it can be seen without a Docker engine."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from engine.server.jar import VERSION
from engine.settings import Settings, variable

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
KNOWN = {
    "command",
    "depends_on",
    "environment",
    "healthcheck",
    "image",
    "ports",
    "volumes",
    "working_dir",
}
"""The keys of a service that we use, each of Compose's specification."""


def test_the_three_services() -> None:
    assert set(COMPOSE) == {"services", "volumes"}
    assert set(SERVICES) == {"neo4j", "api", "redis"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_holds_together(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= KNOWN
    assert re.fullmatch(r"[a-z0-9]+:[\w.-]+", service["image"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert source in COMPOSE["volumes"] or (ROOT / source).is_dir()


def test_the_api_waits_until_the_others_are_healthy() -> None:
    waits = {"neo4j", "redis"}
    conditions = SERVICES["api"]["depends_on"]
    assert conditions == {name: {"condition": "service_healthy"} for name in waits}
    assert all("test" in SERVICES[name]["healthcheck"] for name in waits)


def test_neo4j_is_the_version_that_we_run() -> None:
    assert SERVICES["neo4j"]["image"] == f"neo4j:{VERSION}"


def test_every_setting_is_one_of_ours_and_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {variable(name) for name in Settings.model_fields}
    assert set(re.findall(r"\bCLEW_[A-Z0-9_]+", TEXT)) <= names
    for name, value in SERVICES["api"]["environment"].items():
        monkeypatch.setenv(name, str(value))
    settings = Settings.from_environment()
    assert settings.neo4j_uri == "bolt://neo4j:7687"
    assert settings.host == "0.0.0.0"
    redis = urlsplit(settings.redis_url)
    assert (redis.scheme, redis.hostname) == ("redis", "redis")
    assert SERVICES["api"]["ports"] == [f"127.0.0.1:{settings.port}:{settings.port}"]


def test_what_it_runs_exists() -> None:
    program, target = SERVICES["api"]["command"]
    assert program == "make"
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert ".:/clew" in SERVICES["api"]["volumes"]
    assert SERVICES["api"]["working_dir"] == "/clew"


def test_continuous_integration_runs_what_everybody_runs() -> None:
    run = ROOT / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    assert run.read_text(encoding="utf-8").rstrip().endswith("exec make test")

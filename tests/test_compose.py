"""What hosts Clew holds together, as far as it can be seen without a Docker engine."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from cli.main import main
from engine.server.jar import VERSION
from engine.settings import Settings, variable

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
KNOWN = {
    "build",
    "command",
    "depends_on",
    "environment",
    "healthcheck",
    "image",
    "ports",
    "restart",
    "volumes",
}
"""The keys of a service that we use, each of Compose's specification."""
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SERVICE = (ROOT / "hosting" / "clew.service").read_text(encoding="utf-8")
SETTINGS = (ROOT / "hosting" / "clew.env").read_text(encoding="utf-8")


def test_the_services() -> None:
    assert set(COMPOSE) == {"services", "networks", "volumes"}
    assert set(SERVICES) == {"proxy", "neo4j", "api", "redis"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_holds_together(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= KNOWN
    assert ("image" in service) != ("build" in service)
    assert re.fullmatch(r"[a-z0-9]+:[\w.-]+", service.get("image", "built:here"))
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(
        COMPOSE["volumes"]
    )


def test_each_waits_until_those_before_it_are_healthy() -> None:
    for name, waits in (("api", {"neo4j", "redis"}), ("proxy", {"api"})):
        conditions = SERVICES[name]["depends_on"]
        assert conditions == {each: {"condition": "service_healthy"} for each in waits}
    assert all("test" in SERVICES[name]["healthcheck"] for name in ("neo4j", "redis"))
    assert "HEALTHCHECK" in DOCKERFILE


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["80:80", "443:443"]


def test_neo4j_is_the_version_that_we_run() -> None:
    assert SERVICES["neo4j"]["image"] == f"neo4j:{VERSION}"


def test_every_setting_is_one_of_ours_and_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {variable(name) for name in Settings.model_fields}
    for text in (TEXT, DOCKERFILE, SETTINGS):
        assert set(re.findall(r"\bCLEW_[A-Z0-9_]+", text)) <= names
    for name, value in SERVICES["api"]["environment"].items():
        monkeypatch.setenv(
            name, str(value).replace("${CLEW_PUBLIC_URL:-https://localhost}", "https://localhost")
        )
    settings = Settings.from_environment()
    assert settings.neo4j_uri == "bolt://neo4j:7687"
    assert settings.public_url == "https://localhost"
    (subnet,) = (each["subnet"] for each in COMPOSE["networks"]["default"]["ipam"]["config"])
    assert settings.trusted_proxies == subnet
    redis = urlsplit(settings.redis_url)
    assert (redis.scheme, redis.hostname) == ("redis", "redis")


def test_the_commands_are_ours() -> None:
    for command in (
        SERVICES["api"]["command"],
        shlex.split(re.findall(r"^ExecStart=\S+/clew (.+)$", SERVICE, re.M)[0]),
        json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.M)[0]),
    ):
        name, *arguments = command
        with main.commands[name].make_context(name, list(arguments)):
            pass
    assert (
        SERVICES["proxy"]["command"][-1] == f"api:{re.findall('CLEW_PORT=([0-9]+)', DOCKERFILE)[0]}"
    )


def test_the_image_is_made_from_the_wheel_and_is_not_root() -> None:
    _, build, final = DOCKERFILE.split("\nFROM ")
    assert re.search(r"^RUN make wheel", build, re.M)
    assert "--locked" in build
    assert re.search(r"^USER clew$", final, re.M)
    assert "COPY . " not in final


def test_the_settings_of_the_service_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in SETTINGS.splitlines():
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    settings = Settings.from_environment()
    assert settings.data == Path("/var/lib/clew")
    assert settings.rate_limit == "on"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "clew.service"
    unit.write_text(SERVICE.replace("/opt/clew/venv/bin/clew", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True
    )
    assert "clew.service" not in done.stderr, done.stderr


def test_continuous_integration_runs_what_everybody_runs() -> None:
    run = ROOT / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    assert run.read_text(encoding="utf-8").rstrip().endswith("exec make test")

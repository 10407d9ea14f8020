"""Settings come from ``CLEW_…``, are checked, and do not change."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from engine.errors import BadInput
from engine.settings import Settings, requirement, variable

VALUES: dict[str, Any] = {
    "data": Path("/tmp/x"),
    "neo4j_uri": "bolt://somewhere:7687",
    "neo4j_user": "ada",
    "java_options": "-XX:+UseSerialGC",
    "neo4j_password": "secret",
    "host": "::1",
    "port": 0,
    "deadline": 2.5,
    "max_removed": 0.25,
    "heap_mb": 512,
    "pagecache_mb": 256,
    "catalog": Path("sources.yml"),
    "redis_url": "redis://somewhere",
    "trusted_proxies": "10.0.0.1 192.0.2.0/24",
    "oidc_url": "https://login.example.org",
    "oidc_client_id": "clew",
    "oidc_client_secret": "hidden",
    "oidc_scope": "openid",
    "public_url": "https://clew.example.org",
    "hosts": "clew.internal, other",
    "origins": "https://front.example.org *",
    "metrics": "127.0.0.1",
    "log": "json",
    "explorer": "signed-in",
    "dear": 3,
    "connections": 20,
    "connections_each": 10,
    "rate_limit": "on",
    "anonymous_requests": "",
    "anonymous_points": "1/day",
    "registered_requests": "1/second; 2/minute",
    "registered_points": "1/hour",
    "failed_credentials": "1/minute",
    "upload_bytes": "1000/day",
    "anonymous_export_bytes": "1000/day",
    "registered_export_bytes": "2000/day",
    "key": "clew_hidden",
    "upload_mb": 5,
    "terms": "none",
    "rates": "rates.csv",
    "contact": "help@example.org",
}
"""A value for each setting, other than its default."""


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_the_environment_sets_every_field(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(VALUES) == set(Settings.model_fields)
    for name, value in VALUES.items():
        monkeypatch.setenv(f"CLEW_{name.upper()}", str(value))
    read = Settings.from_environment()
    assert dict(read) == VALUES
    assert read == Settings(**VALUES)


def test_without_an_environment_there_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("clew_port", "1")  # only the documented name counts
    assert Settings.from_environment() == Settings()
    assert Settings().port == 8000


def test_code_does_not_read_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_PORT", "1")
    assert Settings(host="::1").port == 8000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "eighty", "CLEW_PORT is 'eighty': it must be a whole number from 0 to 65535"),
        ("PORT", "65536", "CLEW_PORT is '65536': it must be a whole number from 0 to 65535"),
        ("PORT", "", "CLEW_PORT is '': it must be a whole number from 0 to 65535"),
        ("DEADLINE", "0", "CLEW_DEADLINE is '0': it must be a number greater than 0"),
        ("DEADLINE", "inf", "CLEW_DEADLINE is 'inf': it must be a number greater than 0"),
        (
            "TRUSTED_PROXIES",
            "nginx",
            "CLEW_TRUSTED_PROXIES is 'nginx': it must be a list of addresses and networks",
        ),
        (
            "ORIGINS",
            "front.example.org",
            "CLEW_ORIGINS is 'front.example.org': it must be a list of origins",
        ),
        ("LOG", "loud", "CLEW_LOG is 'loud': it must be one of `problems`, `text`, `json`"),
        (
            "UPLOAD_BYTES",
            "10 GB",
            "CLEW_UPLOAD_BYTES is '10 GB': it must be a list of limits, "
            "such as `10/second;60/minute`",
        ),
        (
            "RATE_LIMIT",
            "no",
            "CLEW_RATE_LIMIT is 'no': it must be one of `auto`, `on`, `off`",
        ),
        ("HEAP_MB", "-1", "CLEW_HEAP_MB is '-1': it must be a whole number of at least 0"),
    ],
)
def test_a_bad_value_is_named_with_what_it_must_be(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CLEW_{name}", value)
    with pytest.raises(BadInput) as raised:
        Settings.from_environment()
    assert str(raised.value) == message


def test_every_bad_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_PORT", "x")
    monkeypatch.setenv("CLEW_HEAP_MB", "y")
    with pytest.raises(BadInput, match=r"CLEW_PORT is 'x': .*; CLEW_HEAP_MB is 'y': "):
        Settings.from_environment()


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no setting prt"):
        Settings(prt=1)  # type: ignore[call-arg]


def test_secrets_are_not_shown() -> None:
    settings = Settings(neo4j_password="geheim", redis_url="redis://:geheim@somewhere")
    assert "geheim" not in repr(settings) + str(settings)
    with pytest.raises(BadInput) as raised:
        Settings(neo4j_password=b"geheim\xff")  # type: ignore[arg-type]
    assert str(raised.value) == "CLEW_NEO4J_PASSWORD is not valid: it must be text"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    assert requirement(field).split()[0] in ("a", "text", "one")
    assert variable(name) == f"CLEW_{name.upper()}"


def test_the_names_by_which_a_server_may_be_called() -> None:
    settings = Settings(
        public_url="https://Clew.example.org/", hosts="a.example, B.example", host="0.0.0.0"
    )
    assert settings.public_url == "https://Clew.example.org"
    assert settings.host_names == {"clew.example.org", "a.example", "b.example"}
    assert Settings(host="192.0.2.7").host_names == {"192.0.2.7"}

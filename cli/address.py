"""What a running ``clew up`` notes in the data folder: its address, and how it was set up.

The commands that print links need the one, ``clew doctor`` the other: it runs in a shell whose
settings may be others than those of the server.
"""

import os

from engine.errors import BadInput
from engine.settings import Settings

FILE = "address"
"""The file with the address."""
SETTINGS_FILE = "running.json"
"""The file with the settings; nobody else may read it: the address of Redis may hold a password."""
JUDGED = frozenset(
    {
        *("host", "port", "public_url", "trusted_proxies", "rate_limit", "origins"),
        *("oidc_url", "redis_url"),
    }
)
"""The settings that decide whether an installation is safe."""


def note_settings(settings: Settings) -> None:
    """Note how the server is set up."""
    path = settings.data / SETTINGS_FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(settings.model_dump_json(include=set(JUDGED)))


def running_settings(settings: Settings) -> Settings:
    """The settings with those of the running server in their place; as they are without one."""
    try:
        text = (settings.data / SETTINGS_FILE).read_text(encoding="utf-8")
        noted = Settings.model_validate_json(text)
    except (OSError, ValueError, BadInput):  # no server runs, or one of another version
        return settings
    return settings.model_copy(update={name: getattr(noted, name) for name in JUDGED})


def note_address(settings: Settings, address: str) -> None:
    """Note the address that the server answers on."""
    (settings.data / FILE).write_text(f"{address}\n", encoding="utf-8")


def forget_address(settings: Settings) -> None:
    """The server has stopped: its address and its settings hold no more."""
    (settings.data / FILE).unlink(missing_ok=True)
    (settings.data / SETTINGS_FILE).unlink(missing_ok=True)


def noted_address(settings: Settings) -> str:
    """The address of the server that runs on the data folder; empty without one."""
    try:
        return (settings.data / FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def address_of(settings: Settings) -> str:
    """The address for links: the public one, that of the running server, or what it would be."""
    if settings.public_url:
        return settings.public_url
    return noted_address(settings) or f"http://{settings.host}:{settings.port}"

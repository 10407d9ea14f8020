"""Under which address people reach this Clew: the commands that print links need it."""

from contextlib import suppress

from engine.settings import Settings

FILE = "address"
"""The file in the data folder in which a running ``clew up`` notes its address."""


def note_address(settings: Settings, address: str) -> None:
    """Note the address that the server answers on."""
    (settings.data / FILE).write_text(f"{address}\n", encoding="utf-8")


def forget_address(settings: Settings) -> None:
    """The server has stopped: its address holds no more."""
    (settings.data / FILE).unlink(missing_ok=True)


def address_of(settings: Settings) -> str:
    """The address for links: the public one, that of the running server, or what it would be."""
    if settings.public_url:
        return settings.public_url
    with suppress(OSError):
        return (settings.data / FILE).read_text(encoding="utf-8").strip()
    return f"http://{settings.host}:{settings.port}"

"""The catalog of sources: a YAML file names datasets, where each comes from, and how often.

A dataset is described as in FollowTheMoney's dataset format (name, title, publisher, coverage …),
with one thing more, its ``source``. ``catalogs`` names catalogs that others keep, as OpenSanctions
does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import yaml
from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from engine.dataset import Frequency, Visibility, check_name
from engine.errors import BadInput
from engine.metadata import checked, from_ftm
from loaders.intake.address import masked
from loaders.intake.download import Limits

M = TypeVar("M", bound=BaseModel)
UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
YEAR = 366 * 24 * 3600.0
"""The longest timeout that makes sense, in seconds."""


class TextLoader(yaml.SafeLoader):
    """YAML whose scalars stay text: ``no`` is Norway, and 2019-04 a month; only null is nothing."""

    # each class has resolvers of its own
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        letter: [(tag, pattern) for tag, pattern in resolvers if tag.endswith(":null")]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class StrictModel(BaseModel):
    """A part of the file, in which an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid")


def address(url: str) -> str:
    """The URL, if it can be one of the web; raises ValueError."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ValueError("is no http:// or https:// address; a file on this machine is a path")
    return url


Address = Annotated[str, AfterValidator(address)]


class Source(StrictModel):
    """Where a dataset comes from: exactly one of ``url``, ``path``, ``command`` and ``loader``."""

    url: Address | None = None
    path: str | None = None
    command: list[str] | None = None
    loader: str | None = None
    format: str | None = None
    mapping: str | None = None
    checksum: str | None = Field(None, pattern="^([0-9a-fA-F]{64}|[0-9a-fA-F]{40})$")
    """SHA-256, or SHA-1, that the file must have."""
    size: int | None = None
    """Bytes that the file must have."""
    timeout: float = Field(Limits.silence, gt=0, le=YEAR)
    """Seconds that the server may be silent."""
    deadline: float = Field(Limits.seconds, gt=0, le=YEAR)
    """Seconds that all of it may take."""
    tries: int = Field(Limits.tries, ge=0, le=100)
    """How often a server that fails, or breaks off, is asked again."""
    max_size: int = Field(Limits.size, gt=0)
    """Bytes, or as 500 MB."""
    max_refused: float = Field(0.1, ge=0, le=1)
    """The fraction of entities that may be refused; beyond it the crawl fails."""
    delta: Address | None = None
    """Where OpenSanctions lists the changes from version to version."""
    version: str | None = None

    @field_validator("max_size", mode="before")
    @classmethod
    def bytes_of(cls, value: Any) -> int:
        """Bytes, out of a number with a unit."""
        number, _, unit = str(value).strip().partition(" ")
        try:
            return int(float(number) * UNITS[unit.upper()])
        except (ValueError, KeyError, OverflowError):
            raise ValueError("is no number of bytes, nor one with a unit, such as 500 MB") from None

    @model_validator(mode="after")
    def one_place(self) -> "Source":
        """Exactly one place where the dataset comes from."""
        places = [name for name in ("url", "path", "command", "loader") if getattr(self, name)]
        if len(places) != 1:
            has = " and ".join(places) or "none"
            raise ValueError(f"needs one of url, path, command and loader, and has {has}")
        return self

    @property
    def limits(self) -> Limits:
        """How long fetching it may take, and how large it may be."""
        return Limits(
            silence=self.timeout, seconds=self.deadline, size=self.max_size, tries=self.tries
        )

    @property
    def label(self) -> str:
        """Where it comes from, for people: without the secrets of an address."""
        words = [self.url or self.path or self.loader or "", *(self.command or ())]
        return " ".join(masked(word) if "://" in word else word for word in words if word)


class Listed(StrictModel):
    """A catalog that somebody else keeps: its address, and which of its datasets are wanted."""

    url: Address
    datasets: list[str] = []
    """Names; without any, all are."""


class CatalogFile(StrictModel):
    """The catalog's file."""

    datasets: list[dict[str, Any]] = []
    catalogs: list[Listed] = []


@dataclass(frozen=True)
class Entry:
    """One dataset of a catalog: its metadata, where it comes from, and how often it is crawled."""

    name: str
    source: Source
    folder: Path
    """Paths in the source start here, and a command runs here."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a dataset, as ``Engine.set_dataset`` takes them."""
    schedule: str | None = None
    """Five fields of cron; without them the frequency counts."""
    visibility: Visibility = Visibility.RESTRICTED
    """Who may read the dataset from the crawl on that makes it; later crawls change nothing."""

    @property
    def frequency(self) -> Frequency:
        """How often the source publishes."""
        return Frequency(self.metadata.get("frequency") or Frequency.UNKNOWN)

    @property
    def mapping(self) -> Path | None:
        """The file of the source's mapping; None if it has none."""
        return None if self.source.mapping is None else self.folder / self.source.mapping


@dataclass(frozen=True)
class Catalog:
    """What a catalog file says: datasets, and catalogs of others."""

    entries: list[Entry]
    listed: list[Listed]
    folder: Path


def read_catalog(path: Path) -> Catalog:
    """The catalog in a file; raises BadInput that names the place in it."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=TextLoader)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    file = _checked(CatalogFile, content or {}, str(path))
    folder = path.parent.resolve()
    entries = [
        entry_of(one, folder, f"{path}: datasets[{place}]")
        for place, one in enumerate(file.datasets)
    ]
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{path}: dataset {name} is there twice")
    return Catalog(entries, file.catalogs, folder)


def entry_of(described: Mapping[str, Any], folder: Path, where: str) -> Entry:
    """One dataset of a catalog file, described ``where``; raises BadInput."""
    rest = dict(described)
    source, name = rest.pop("source", None), rest.pop("name", None)
    visibility = rest.pop("visibility", Visibility.RESTRICTED)
    if not isinstance(name, str):
        raise BadInput(f"{where} has no name")
    where = f"{where} ({name[:100]})"
    if not isinstance(source, dict):
        raise BadInput(f"{where} has no source")
    schedule = (
        rest["coverage"].pop("schedule", None) if isinstance(rest.get("coverage"), dict) else None
    )
    origin = _checked(Source, source, f"{where}.source")
    try:
        metadata, unknown = from_ftm(rest)
        if unknown:
            raise BadInput(f"nothing is known of {', '.join(unknown)}")
        return Entry(
            check_name(name),
            origin,
            folder,
            checked(metadata),
            cron(schedule),
            visibility_of(visibility),
        )
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None


def visibility_of(text: Any) -> Visibility:
    """A visibility by its name; raises BadInput."""
    if text in list(Visibility):
        return Visibility(text)
    raise BadInput(f"visibility {str(text)[:100]!r} is none of {', '.join(Visibility)}")


def cron(text: Any) -> str | None:
    """A schedule in cron's five fields; raises BadInput."""
    if text is None:
        return None
    try:
        next(CronSim(str(text), datetime.now(UTC)))
    except (CronSimError, StopIteration):
        raise BadInput(
            f"schedule {str(text)[:100]!r} is not five fields of cron, such as 0 3 * * *"
        ) from None
    return str(text)


def _checked(model: type[M], content: Any, where: str) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]
        )
        raise BadInput(f"{where}{place}: {first['msg'].removeprefix('Value error, ')}") from None

"""What can be set, where the value comes from, and its default.

Only this module reads the environment. ``docs/settings.md`` is made from the fields below, so the
sentence under each field is what users read.
"""

import os
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import BadInput
from engine.network import Network, networks_of
from engine.notation import Form, Limits, Names, Networks, Origins, WebAddress, words

PREFIX = "CLEW_"
"""What the name of every environment variable begins with."""
KINDS = {int: "a whole number", float: "a number", str: "text", Path: "a path"}


def variable(name: str) -> str:
    """The environment variable of a setting: ``port`` is ``CLEW_PORT``."""
    return PREFIX + name.upper()


class Settings(BaseModel):
    """The settings of one engine; immutable. ``Settings(data=…)`` ignores the environment.

    Raises BadInput for a value that a setting cannot have. ``model_copy(update=…)`` makes changed
    copies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    data: Path = Path("data")
    """The data folder: it holds Neo4j's files, the index and the generated password."""
    neo4j_uri: str = ""
    """The Neo4j server to use (`bolt://`, `neo4j://` for a cluster, `neo4j+s://` for TLS).
    Without it Clew starts a server of its own."""
    neo4j_user: str = "neo4j"
    """The user on the server that `CLEW_NEO4J_URI` names."""
    neo4j_password: str = Field(default="", repr=False)
    """The password on the server that `CLEW_NEO4J_URI` names."""
    host: str = "127.0.0.1"
    """The address that `clew up` listens on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port that `clew up` listens on; 0 takes a free one."""
    deadline: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """How many seconds one query may take."""
    heap_mb: int = Field(default=0, ge=0)
    """The heap of Neo4j in MiB; 0 takes a sixth of the machine's memory, from 512 to 4096 MiB."""
    pagecache_mb: int = Field(default=0, ge=0)
    """The page cache of Neo4j in MiB; 0 takes a sixth of the machine's memory, from 256 to
    8192 MiB."""
    java_options: str = ""
    """Options for the Java that runs Neo4j, after Clew's own: `-Djava.io.tmpdir=/var/tmp`, for
    example, where programs may not be run from `/tmp`."""
    max_removed: float = Field(default=0.5, ge=0, le=1)
    """The part of a dataset that a load may remove, from 0 to 1. One that would remove more stops
    before it changes anything, unless it is told to accept that."""
    catalog: Path = Path("catalog.yml")
    """The file that names the sources to crawl."""
    redis_url: str = Field(default="", repr=False)
    """The Redis (`redis://…`) that keeps the queue of crawls and counts what callers take, for
    several `clew up` on one Neo4j. Without it the queue is in the data folder, and each process
    counts by itself."""
    trusted_proxies: Networks = ""
    """The proxies before Clew whose `X-Forwarded-For` counts: `10.0.0.1 192.0.2.0/24`. Without it
    the client is who opened the connection."""
    rate_limit: Literal["auto", "on", "off"] = "auto"
    """Whether the limits below hold. With `auto` they do not hold for callers on this machine
    while there is no user but the owner."""
    anonymous_requests: Limits = "10/second;60/minute"
    """How many requests an anonymous caller may send: an IPv4 address, or the /64 of an IPv6
    address. Empty: as many as they like; so with each limit."""
    anonymous_points: Limits = "5000/minute;500000/day"
    """What the queries of an anonymous caller may cost, in points."""
    registered_requests: Limits = "600/minute"
    """How many requests a user may send, with all keys and sessions together."""
    registered_points: Limits = "100000/minute"
    """What the queries of a user may cost, in points, with all keys and sessions together."""
    failed_credentials: Limits = "20/minute"
    """How often an anonymous caller may show keys, sessions or sign-in links that are not valid."""
    upload_bytes: Limits = "20000000000/day"
    """How many bytes a user may upload."""
    terms: str = ""
    """The file with the terms of use, which users accept once; `none` for an archive without.
    Without it there are [terms](limits.md#terms-of-use) that name what an archive is not for."""
    rates: str = ""
    """The CSV file with [rates of currencies](sums.md#one-currency), by which sums are converted.
    Without it nothing is converted."""
    contact: str = ""
    """Whom a blocked caller may ask: an e-mail address or a web address."""
    anonymous_export_bytes: Limits = "2000000000/day"
    """How many bytes of whole datasets an anonymous caller may take."""
    registered_export_bytes: Limits = "20000000000/day"
    """How many bytes of whole datasets a user may take."""
    key: str = Field(default="", repr=False)
    """The API key with which `clew push` loads into a Clew on another machine."""
    upload_mb: int = Field(default=10_240, ge=1)
    """The MiB of the largest upload, all of its files together."""

    oidc_url: WebAddress = ""
    """The identity provider (OpenID Connect) by which people sign in: its issuer, or the address of
    its discovery document."""
    oidc_client_id: str = ""
    """The name under which the identity provider knows this Clew."""
    oidc_client_secret: str = Field(default="", repr=False)
    """The secret that goes with it; empty for a public client."""
    oidc_scope: str = "openid profile email offline_access"
    """What is asked of the identity provider; scopes that it does not support are left out."""

    public_url: WebAddress = ""
    """The address under which people reach Clew, where a proxy is before it."""
    hosts: Names = ""
    """More names by which Clew may be called. Those of `CLEW_PUBLIC_URL` and `CLEW_HOST`, the
    loopback names, and the address that a connection came in on count always."""
    origins: Origins = ""
    """The pages that may ask from a browser: `https://front.example.org`. With `*` all others may
    read as anonymous does."""
    metrics: Networks = ""
    """Who may read `/metrics`: `127.0.0.1`, for example. Without it nobody may."""
    log: Literal["problems", "text", "json"] = "problems"
    """What `clew up` logs on stderr: only problems, or also a line for each request, as text or as
    JSON."""
    explorer: Literal["everybody", "signed-in"] = Field(
        default="everybody", json_schema_extra={"value": "a word: `everybody` or `signed-in`"}
    )
    """Who may ask for the GraphQL schema (introspection), and gets the page at `/graphql`."""
    dear: int = Field(default=0, ge=0)
    """How many dear queries (`paths`, `owners`, `holdings`) are answered at a time, of one caller
    at most half of them; 0 takes one for each processor, at least 2."""
    connections: int = Field(default=1000, ge=1)
    """The most connections that may be open."""
    connections_each: int = Field(default=200, ge=1)
    """The most connections that one address may have open; trusted proxies may have more."""

    @property
    def host_names(self) -> frozenset[str]:
        """The names by which Clew may be called, in lower case, besides the loopback names."""
        public = urlsplit(self.public_url).hostname or ""
        names = {*words(self.hosts), public, self.host}
        return frozenset(name.lower().strip("[]") for name in names - {"", "0.0.0.0", "::"})

    @property
    def origin_names(self) -> frozenset[str]:
        """The origins that ``CLEW_ORIGINS`` names; ``*`` stands for all others."""
        return frozenset(origin.lower() for origin in words(self.origins))

    @property
    def metric_readers(self) -> tuple[Network, ...]:
        """The networks that may read the metrics."""
        return networks_of(self.metrics)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The trusted proxies, read."""
        return networks_of(self.trusted_proxies)

    @property
    def uploads(self) -> Path:
        """The folder of files that arrive over HTTP."""
        return self.data / "uploads"

    @property
    def archive(self) -> Path:
        """The folder of documents' files, by their SHA-256; a backup holds it."""
        return self.data / "archive"

    @property
    def ocr_cache(self) -> Path:
        """The folder of what OCR has read; each dataset has a folder of its own in it."""
        return self.data / "ocr"

    @property
    def proofs(self) -> Path:
        """The folder of pages that were drawn; each dataset has a folder of its own in it."""
        return self.data / "proofs"

    @property
    def lists(self) -> Path:
        """The folder of the mappings that were guessed of lists."""
        return self.data / "lists"

    @property
    def downloads(self) -> Path:
        """The folder that crawls download to; each dataset has a folder of its own in it."""
        return self.data / "crawl"

    @classmethod
    def from_environment(cls) -> Self:
        """Read ``CLEW_…``; raises BadInput for a bad value."""
        return cls(**dict(_Environment()))

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, values: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        # pydantic prints every value it refuses; ours may be passwords
        try:
            return validate(values)
        except ValidationError as error:
            names = [str(problem["loc"][0]) for problem in error.errors()]
            raise BadInput("; ".join(_problem(name, values.get(name)) for name in names)) from None


class _Environment(Settings, BaseSettings):
    """The settings as the environment has them."""

    model_config = SettingsConfigDict(
        # names are upper-case, as they are documented: clew_port is not read
        alias_generator=variable,
        case_sensitive=True,
        extra="ignore",
    )


def limit_threads() -> None:
    """Let programs that this process starts use one thread each, where they ask OpenMP.

    Several of them at once fill the cores; their threads would only wait for each other.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")


def requirement(field: FieldInfo) -> str:
    """What the value of a setting must be, in words: ``a whole number from 0 to 65535``."""
    bounds = {type(bound): bound for bound in field.metadata}
    if Form in bounds:
        return str(bounds[Form].words)
    if get_origin(field.annotation) is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in get_args(field.annotation))
    words = [KINDS[field.annotation] if field.annotation in KINDS else str(field.annotation)]
    if Gt in bounds:
        words.append(f"greater than {bounds[Gt].gt}")
    if Ge in bounds and Le in bounds:
        words.append(f"from {bounds[Ge].ge} to {bounds[Le].le}")
    elif Ge in bounds:
        words.append(f"of at least {bounds[Ge].ge}")
    return " ".join(words)


def _problem(name: str, value: object) -> str:
    """What is wrong with a setting, named as a field or as an environment variable."""
    field = Settings.model_fields.get(name.removeprefix(PREFIX).lower())
    if field is None:
        return f"there is no setting {name}"
    shown = repr(value) if field.repr else "not valid"
    return f"{variable(name.removeprefix(PREFIX))} is {shown}: it must be {requirement(field)}"

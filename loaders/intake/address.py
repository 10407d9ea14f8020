"""How an address of the web is shown, so that nothing in it lets a reader log in."""

import re
from urllib.parse import urlsplit, urlunsplit

SECRET = re.compile(
    "((?:^|&)[^=&]*(?:key(?!word)|token|secret|pass|pwd|auth(?!or)|sig|cred|sess|jwt)[^=&]*=)[^&]*",
    re.I,
)
"""A parameter of a query whose name says that its value is a secret."""


def is_web(name: str) -> bool:
    """Whether the name of a source is an address of the web, rather than of a file."""
    return name.startswith(("http://", "https://"))


def masked(url: str) -> str:
    """An address for the person who runs Clew: all that identifies it, but no secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(no address)"
    host = parts.netloc.rsplit("@", 1)[-1]
    query = SECRET.sub(r"\1…", parts.query)
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def without_query(url: str) -> str:
    """An address for all readers of a dataset: any parameter of its query could be a secret."""
    return masked(url).split("?")[0]

"""The service manifest: what this service is, and where its parts are."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from api.reconcile.candidate import type_of
from api.reconcile.page import HEIGHT, WIDTH
from api.reconcile.query import BATCH

PATH = "/reconcile"
DEFAULT_TYPES = ("Person", "Company", "Organization", "LegalEntity", "PublicBody", "Vessel")
IDENTIFIERS = "/reconcile/view?id="
"""What an id is appended to, to make an address of it: the identifier space."""
SCHEMATA = "https://followthemoney.tech/explorer/schemata/"
"""FollowTheMoney's schemata, each described at its address."""


def manifest(site: str, key: str | None, datasets: Sequence[str]) -> dict[str, Any]:
    """The manifest of a service at an address; a key in its path is in the paths of all parts."""
    base = f"{site}{PATH}" if key is None else f"{site}{PATH}/{key}"
    scope = f"?{urlencode([('dataset', name) for name in datasets])}" if datasets else ""
    about = f" ({', '.join(datasets)})" if datasets else ""
    return {
        "versions": ["0.1", "0.2"],
        "name": f"Clew at {site.partition('://')[2]}{about}",
        "identifierSpace": f"{site}{IDENTIFIERS}",
        "schemaSpace": SCHEMATA,
        "serviceVersion": clew_version(),
        "defaultTypes": [type_of(name) for name in DEFAULT_TYPES],
        # without the key: who has signed in sees more there, and it is kept in projects
        "view": {"url": f"{site}{IDENTIFIERS}{{{{id}}}}"},
        "preview": {"url": f"{base}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {
            "entity": {"service_url": base, "service_path": f"/suggest/entity{scope}"},
            "property": {"service_url": base, "service_path": "/suggest/property"},
            "type": {"service_url": base, "service_path": "/suggest/type"},
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Values at most",
                    "type": "number",
                    "default": 0,
                    "help_text": "How many values of each record; 0 for all",
                },
                {
                    "name": "labels",
                    "label": "Names instead of codes",
                    "type": "checkbox",
                    "default": False,
                    "help_text": "Germany instead of de: for countries, languages, topics",
                },
            ],
        },
        "batchSize": BATCH,
    }


@cache
def clew_version() -> str:
    """The version of the program."""
    return version("clew")

"""OpenSanctions' lists of changes: which of them lead from the version that we have to another."""

import orjson

from loaders.crawl.catalog import address


def changes_between(index: bytes, held: str, wanted: str) -> list[str] | None:
    """The addresses of all changes after the ``held`` version up to the ``wanted`` one, in order.

    None if they do not lead from one to the other, or if the index is none.
    """
    try:
        versions = orjson.loads(index)["versions"]
        urls = {str(version): address(str(url)) for version, url in versions.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if held not in urls or wanted not in urls or held > wanted:
        return None
    # versions sort as text, as they begin with the time at which they were made
    return [urls[version] for version in sorted(urls) if held < version <= wanted]

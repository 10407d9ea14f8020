"""What changed from version to version, as OpenSanctions tells it: which changes lead on from the one we have."""

import orjson

from loaders.crawl.catalog import address


def newer(index: bytes, held: str, wanted: str) -> list[str] | None:
    """The addresses of all changes after a version up to another, in order; None if they don't lead on from it.

    Versions sort as text: they begin with the time they were made at.
    """
    try:
        versions = orjson.loads(index)["versions"]
        known = {str(version): address(str(url)) for version, url in versions.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if held not in known or wanted not in known or held > wanted:
        return None
    return [known[version] for version in sorted(known) if held < version <= wanted]

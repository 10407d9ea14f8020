"""Numbers in messages: ``1 row`` and ``2 rows``, so that no message changes its words later."""


def counted(count: int, noun: str) -> str:
    """So many of something: ``1 column``, ``1,000 columns``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

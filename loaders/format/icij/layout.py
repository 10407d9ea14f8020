"""Which file of an Offshore Leaks bundle is it, and what does its release call the columns?

The releases of 2016 to 2018 call columns and files otherwise than those of today (``n.node_id``,
``START_ID``, ``all_edges.csv``); names of columns may be in capitals.
"""

import re
from collections.abc import Iterable

NAME = re.compile(
    r"(?:^|[/\\.\-_ ])"
    r"(entit(?:y|ies)|officers?|intermediar(?:y|ies)|address(?:es)?|others?|relationships?|edges?)"
    r"(?: ?\(\d+\))?\.csv(?:\.gz)?$",
    re.I,
)
KINDS = {
    "e": "entities",
    "o": "officers",
    "i": "intermediaries",
    "a": "addresses",
    "r": "relationships",
}
"""The six kinds of files but ``others``, by their first letters."""
ORDER = ("entities", "officers", "intermediaries", "others", "addresses", "", "relationships")
"""In which order they are read: relationships last, as they need all nodes."""
SIGNS = (
    ("ibcruc", "entities"),
    ("company_type", "entities"),
    ("closed_date", "others"),
    ("type", "others"),
    ("internal_id", "intermediaries"),
    ("address", "addresses"),
)
"""Columns that tell a node file's kind: the first of these that is there decides."""
ENDS = ("node_id_start", "node_id_end")
OLD = {
    "start_id": ENDS[0],
    "end_id": ENDS[1],
    "_start": ENDS[0],
    "_end": ENDS[1],
    "node_1": ENDS[0],
    "node_2": ENDS[1],
    "type": "rel_type",
    "_type": "rel_type",
}
"""Columns of relationships as older bundles have them."""
PREFIX = re.compile(r"[a-z]\.")
"""What the columns of 2017 begin with: a variable of the query that made them."""


def kind_by_name(name: str) -> str:
    """Which of the six files has this name; empty for any other."""
    match = NAME.search(name)
    if match is None:
        return ""
    word = match[1].lower()
    return "relationships" if word[:2] == "ed" else "others" if word[:2] == "ot" else KINDS[word[0]]


def reading_order(name: str) -> int:
    """A file's place in the order of reading, so that values always stand in the same order."""
    return ORDER.index(kind_by_name(name))


def kind_by_columns(columns: set[str]) -> str:
    """Which of the six files has these columns, as ``renamed`` gives them; empty for any other."""
    if columns.issuperset(ENDS):
        return "relationships"
    if "node_id" not in columns:
        return ""
    return next((kind for column, kind in SIGNS if column in columns), "officers")


def renamed(columns: Iterable[str]) -> list[str]:
    """Columns of any release as those of today, in lower case."""
    plain = [PREFIX.sub("", column.lower(), count=1) for column in columns]
    # a node file has a column "type" too, so that old names count only where both ends are there
    new = [OLD.get(column, column) for column in plain]
    return new if set(new).issuperset(ENDS) else plain

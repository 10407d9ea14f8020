"""Search texts that are not well formed, too long, or hostile; and dates that are none."""

import json
from pathlib import Path

import pytest

from engine.entity import make_entity
from engine.errors import BadInput
from engine.index.day import days
from engine.index.index import Index
from engine.question import FACETS, FacetQuestion, SearchFilter, SearchQuestion
from tests.engine.index.collection import ALL

BLNS = Path(__file__).parents[4] / "shared" / "data" / "hostile" / "blns.json"


HOSTILE = [
    "\0",
    "\ud800",
    "a\ud800b~",
    "(" * 1999,
    '"' * 1999,
    "-" * 1999,
    "NOT " * 400,
    "name:" * 300,
]
HOSTILE += [
    "[1 TO",
    "date:[x TO y]",
    "date:>=",
    "year:[0000 TO 9999]",
    "*",
    "a*",
    "~",
    "id:.*",
    "schema:*",
]
HOSTILE += [
    "x" * 1998 + "*",
    "x" * 1997 + "~2",
    "id:" + "." * 1990 + "*",
    "Щ" * 1999,
    "a\u0301" * 900,
]
HOSTILE += [
    "date:>9999",
    "year:<1",
    "a:b:c",
    "name:(",
    "name:()",
    "name:~2",
    "name:*",
    "date:(2019 x)",
]
HOSTILE += [
    "dataset:(.* OR [)*",
    "identifier:]*",
    "topic:{*",
    "country:\\*",
    "() OR ()",
    "a AND OR NOT b",
]


def refusal(index: Index, text: str) -> str | None:
    """Why a text is refused; None if it is answered."""
    try:
        index.search(SearchQuestion(text, first=5), ALL)
        index.facets(FacetQuestion(SearchQuestion(text), FACETS), ALL)
        index.suggestions(SearchQuestion(text), ALL)
    except BadInput as error:
        return str(error)
    return None


def test_no_text_breaks_it(index: Index, tmp_path: Path) -> None:
    """Whatever is typed or stored, an answer or BadInput comes back."""
    texts = HOSTILE + (json.loads(BLNS.read_text()) if BLNS.exists() else [])
    for text in texts:
        for wrapped in (text, f'"{text}"', f"name:{text}", f"{text}*", f"({text}", f"-{text}"):
            reason = refusal(index, wrapped)
            assert reason is None or "cannot be answered" not in reason, wrapped
    for wrong in ({"datasets": ("\ud800",)}, {"countries": ("\0",)}, {"topics": ("\udfff",)}):
        with pytest.raises(BadInput):
            index.search(SearchQuestion(filter=SearchFilter(**wrong), first=5), ALL)
    assert index.referrers("\ud800", "\0", ALL, 3) == []
    assert index.holders("\ud800", 3) == ([], [])
    storable = [text for text in texts if text.isprintable() and text]
    with Index.open(tmp_path, write=True) as other:
        other.add(make_entity("red", text, "Person", {"name": [text]}) for text in storable)
        other.commit(1)
        assert dict(other.identities()).keys() == {f"red:{text}" for text in storable}


def test_too_much_is_refused(index: Index) -> None:
    """A text that is too long is BadInput."""
    for text in ("x" * 2001, "a " * 65, '"' + "a-" * 65 + '"'):
        with pytest.raises(BadInput):
            index.count(SearchQuestion(text), ALL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", (20190101, 20191231)),
        ("2019-4", (20190401, 20190431)),
        ("2019-04-30T10:00:00", (20190430, 20190430)),
        ("2019-13", None),
        ("2019-00", None),
        ("19", None),
        ("20191", None),
        ("٢٠١٩", None),
    ],
)
def test_days(text: str, expected: tuple[int, int] | None) -> None:
    """Partial dates are all the days that they may mean."""
    assert days(text) == expected

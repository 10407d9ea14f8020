"""A small invented collection in two datasets, and what a search in it finds."""

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.index.index import Index
from engine.question import SearchFilter, SearchQuestion

ALL = Access(frozenset({"red", "blue"}))


ROWS: list[tuple[str, str, str, dict[str, list[str]]]] = [
    (
        "red",
        "zhukov",
        "Person",
        {"name": ["Аркадий Жуков"], "country": ["ru"], "birthDate": ["1961-04"]},
    ),
    ("red", "papa", "Person", {"name": ["Ελένη Παπαδοπούλου"], "country": ["gr", "cy"]}),
    ("red", "muller", "Person", {"name": ["Jörg Müller"], "topics": ["role.pep"]}),
    ("red", "khr", "Person", {"name": ["Никола Хрущёв"], "topics": ["role.pep", "sanction"]}),
    (
        "red",
        "amber",
        "Company",
        {
            "name": ["Amber Lantern Ltd"],
            "registrationNumber": ["AL-12 345"],
            "phone": ["+4512345678"],
            "country": ["dk"],
            "incorporationDate": ["2015-06-30"],
        },
    ),
    (
        "blue",
        "lantern",
        "Company",
        {"name": ["Lantern"], "phone": ["+4512345678"], "incorporationDate": ["2019"]},
    ),
    ("blue", "group", "Company", {"name": ["Grey Lantern Holding Group"], "country": ["dk"]}),
    (
        "blue",
        "note",
        "Company",
        {"name": ["Harbour"], "summary": ["keeps the amber lantern <lit>"]},
    ),
    (
        "blue",
        "own",
        "Ownership",
        {
            "owner": ["group"],
            "asset": ["red:amber"],
            "startDate": ["2012"],
            "endDate": ["2016-02-01"],
        },
    ),
]
"""Dataset, id, schema and properties of each."""


def entities() -> list[Entity]:
    """The collection, made anew."""
    return [make_entity(*row) for row in ROWS]


def hit_ids(
    index: Index, text: str, chosen: SearchFilter = SearchQuestion.filter, access: Access = ALL
) -> list[str]:
    """The ids that a search finds, without their dataset, best first."""
    page = index.search(SearchQuestion(text, filter=chosen, first=50), access)
    assert index.count(SearchQuestion(text, filter=chosen), access) == len(page.hits)
    return [hit.id.split(":", 1)[1] for hit in page.hits]

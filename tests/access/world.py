"""Random worlds: datasets, who may read them, and records that refer to each other across them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from engine.access import Access
from engine.dataset import Visibility
from engine.entity import Entity, make_entity
from engine.judgement import Judgement, Verdict

DATASETS = ("alpha", "beta", "gamma", "notes")
HOMES = (*DATASETS, "alpha", "alpha")
"""Where records are: the first dataset has as many as all others together."""
ACCOUNTS = {"anna": ("newsroom",), "boris": (), "clara": ("newsroom",)}
"""The accounts, each with its groups."""
READERS = (None, *ACCOUNTS)
"""None is an anonymous caller."""
PRINCIPALS = (*ACCOUNTS, "newsroom")
SCHEMATA = ("Person", "Company", "Company", "PublicBody", "Document")
NAMES = ("Anna Berg", "Berg Coca-Cola", "Coca-Cabana", "Nordlicht", "Berg")
WRITTEN = ("Berg sold the ferry", "the ferry of Anna Berg", "nothing")
"""What is on the pages of documents."""
COUNTRIES = ("dk", "bg")
TOPICS = ("role.pep", "sanction")
PHONES = ("+4520102030", "+4520102031")
HELD = ((), PHONES[:1], PHONES[:1], PHONES)
"""The phone numbers of a record: so many share the first that it is too many for some readers."""
EMAILS = ("a@example.org",)
LETTERS = (
    "Anna Berg of Nordlicht wrote to a@example.org in 2009, on Coca-Cabana and A. Berg.",
    "Denmark: Nordlicht is called by Berg Coca-Cola, +4520102030 or +4520102031. Berg, Anna.",
)
"""Texts that name most of what there may be."""
DAYS = ("2009", "2010-02", "2012-06-15")
SHARES = ("60", "25-50", "plenty", "100", "150")
AMOUNTS = ("100", "20.05", "-3")
CURRENCIES = ("EUR", "USD")
GHOST = "alpha:ghost"
"""An id that no record has."""
EDGES = {
    "Ownership": ("owner", "asset"),
    "Directorship": ("director", "organization"),
    "Payment": ("payer", "beneficiary"),
    "UnknownLink": ("subject", "object"),
}
Properties = dict[str, list[str]]


@dataclass(frozen=True)
class World:
    """What there is: the visibility of each dataset, the grants, and the records."""

    visibility: dict[str, Visibility]
    grants: tuple[tuple[str, str], ...]
    """(dataset, account or group)"""
    records: tuple[Entity, ...]
    runs: tuple[str, ...]
    """The datasets that were crawled."""
    judgements: tuple[Judgement, ...] = ()

    def without_unreadable(self, access: Access) -> "World":
        """This world without anything that a reader may not read."""
        return World(
            {name: how for name, how in self.visibility.items() if name in access.datasets},
            tuple(grant for grant in self.grants if grant[0] in access.datasets),
            tuple(record for record in self.records if record.dataset in access.datasets),
            tuple(name for name in self.runs if name in access.datasets),
            tuple(
                each
                for each in self.judgements
                if access.datasets >= {each.collection, *(end.split(":")[0] for end in each.ends)}
            ),
        )

    def ids(self) -> list[str]:
        """The ids of all records, of values that they may share, and of some that nothing has."""
        shared = [f"literal:phone:{phone}" for phone in PHONES]
        shared += [f"literal:email:{email}" for email in EMAILS]
        return [*sorted(record.id for record in self.records), *shared, GHOST]

    def nodes(self) -> list[str]:
        """Those of the ids that a path may start from."""
        return [id_ for id_ in self.ids() if not id_.split(":")[1].startswith("e")]


def some(values: tuple[str, ...], most: int = 1) -> st.SearchStrategy[list[str]]:
    """At most so many of some values, often none."""
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


@st.composite
def records(draw: st.DrawFn, number: int, ids: tuple[str, ...]) -> Entity:
    """A person, a company or the like, whose properties may name others."""
    dataset, schema = ids[number].split(":")[0], draw(st.sampled_from(SCHEMATA))
    given: Properties = {
        "name": draw(some(NAMES, 2)),
        "country": draw(some(COUNTRIES)),
        "topics": draw(some(TOPICS)),
    }
    if schema == "Document":
        given |= {"author": draw(some(NAMES)), "mimeType": draw(some(("text/plain",)))}
    else:
        given |= {"phone": list(draw(st.sampled_from(HELD))), "email": draw(some(EMAILS))}
    if schema == "Person":
        given["birthDate"] = draw(some(DAYS))
    if schema == "Document":
        given["bodyText"] = draw(some(LETTERS))
    if schema == "Company":
        given["parent"] = draw(some(ids))
    return make_entity(dataset, ids[number].split(":")[1], schema, filled(given))


def pages(document: Entity, texts: list[str]) -> list[Entity]:
    """The pages of a document, with a text each."""
    dataset, id_ = document.id.split(":")
    return [
        make_entity(
            dataset,
            f"{id_}-p{number}",
            "Page",
            {"index": [str(number)], "document": [id_], "bodyText": [text]},
        )
        for number, text in enumerate(texts, 1)
    ]


@st.composite
def edges(draw: st.DrawFn, number: int, ids: tuple[str, ...]) -> Entity:
    """An edge of any dataset between records of any: several ends, or one that never came."""
    schema = draw(st.sampled_from(sorted(EDGES)))
    source, target = EDGES[schema]
    ends = st.sampled_from([*ids, GHOST])
    given: Properties = {
        source: draw(st.lists(ends, min_size=1, max_size=2, unique=True)),
        target: [draw(ends)],
        "startDate": draw(some(DAYS)) if schema != "Payment" else [],
        "percentage": draw(some(SHARES)) if schema == "Ownership" else [],
        "proof": draw(some(ids)),
    }
    if schema == "Payment":
        given |= {"amount": draw(some(AMOUNTS, 2)), "currency": draw(some(CURRENCIES, 2))}
        given["date"] = draw(some(DAYS))
    return make_entity(draw(st.sampled_from(DATASETS)), f"e{number}", schema, filled(given))


@st.composite
def judgements(draw: st.DrawFn, number: int, ids: tuple[str, ...]) -> Judgement:
    """What somebody said of two records, in a dataset; most say that they are the same."""
    left, right = sorted(draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True)))
    verdict = draw(st.sampled_from([Verdict.POSITIVE] * 3 + [Verdict.NEGATIVE, Verdict.UNSURE]))
    collection = draw(st.sampled_from(HOMES))
    at = datetime(2026, 1, 1 + number // 2, tzinfo=UTC)
    return Judgement(f"judged{number}", collection, left, right, verdict, "anna", at)


def filled(properties: Properties) -> Properties:
    """Properties without those that have no value."""
    return {name: values for name, values in properties.items() if values}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world with up to 12 records and 12 edges in four datasets."""
    homes = draw(st.lists(st.sampled_from(HOMES), min_size=5, max_size=12))
    ids = tuple(f"{dataset}:n{number:02}" for number, dataset in enumerate(homes))
    entities = [draw(records(number, ids)) for number in range(len(ids))]
    for document in [each for each in entities if each.schema == "Document"]:
        entities += pages(document, draw(st.lists(st.sampled_from(WRITTEN), max_size=3)))
    entities += [draw(edges(number, ids)) for number in range(draw(st.integers(0, 12)))]
    pairs = st.tuples(st.sampled_from(DATASETS), st.sampled_from(PRINCIPALS))
    kinds = {name: draw(st.sampled_from(list(Visibility))) for name in DATASETS}
    grants = draw(st.lists(pairs, max_size=4, unique=True))
    said = [draw(judgements(number, ids)) for number in range(draw(st.integers(0, 6)))]
    unique = {(each.collection, each.ends): each for each in said}
    runs = tuple(draw(some(DATASETS, 2)))
    return World(kinds, tuple(grants), tuple(entities), runs, tuple(unique.values()))


def summary(world: World) -> dict[str, Any]:
    """A world as a failing test shows it."""
    return {
        "visibility": {name: str(how) for name, how in world.visibility.items()},
        "grants": world.grants,
        "judgements": world.judgements,
        "records": [(record.id, record.schema, record.properties) for record in world.records],
    }

"""Mentions as they are kept: for whom, of what, and when they go."""

import threading
from collections.abc import Sequence

import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.mention import runner
from engine.mentioned import MentionKind, MentionQuestion
from engine.question import ExpandQuestion, PathQuestion

LETTER = (
    "Viktor Drozdan signed for Bryggehavn Holding ApS. W. Drozdan's address is "
    "viktor@drozdan.example; Дроздан, Виктор came later."
)
PERSON = make_entity(
    "people", "p1", "Person", {"name": ["Viktor Drozdan"], "email": ["viktor@drozdan.example"]}
)
COMPANY = make_entity("firms", "c1", "Company", {"name": ["Bryggehavn Holding ApS"]})
DOCUMENT = make_entity("leak", "d1", "Pages", {"fileName": ["a.pdf"]})
PAGE = make_entity(
    "leak", "d1-p2", "Page", {"document": ["d1"], "index": ["2"], "bodyText": [LETTER]}
)
NOTE = make_entity("leak", "d2", "PlainText", {"bodyText": ["V. Drozdan, born in 1961, called."]})


def load(engine: Engine, entities: Sequence[Entity], gone: Sequence[str] = ()) -> None:
    """Load records, and remove others."""
    for dataset in sorted(
        {each.dataset for each in entities} | {id_.split(":")[0] for id_ in gone}
    ):
        with engine.loading(dataset) as loading:
            loading.begin(None)
            loading.add([each for each in entities if each.dataset == dataset])
            if gone:
                loading.remove(loading.held([id_ for id_ in gone if id_.startswith(dataset)]))
            loading.finish(None, lambda _: None)


def named(engine: Engine, document: str, access: Access | None = None) -> list[tuple[str, int]]:
    """Whom a document names, and on which page."""
    question = MentionQuestion(document, least=0.0)
    page = engine.mentions.of_document(question, access or engine.owner_access())
    return sorted((each.mention.entity or "", each.mention.page) for each in page.items)


def test_a_text_names_records_wherever_they_are(fresh_engine: Engine) -> None:
    load(fresh_engine, [PERSON, COMPANY])
    access = fresh_engine.owner_access()
    found = {each.entity: each for each in fresh_engine.mentions.screen(LETTER, access)}
    person, company = found[PERSON.id], found[COMPANY.id]
    assert person.count == 3
    assert [place.text for place in person.places] == [
        "Viktor Drozdan",
        "viktor@drozdan.example",
        "Дроздан, Виктор",
    ]
    assert company.score > 0.9
    assert company.text == "Bryggehavn Holding"


@pytest.mark.parametrize("texts_first", [True, False])
def test_mentions_follow_texts_and_names(fresh_engine: Engine, texts_first: bool) -> None:
    engine, texts, names = fresh_engine, [DOCUMENT, PAGE, NOTE], [PERSON, COMPANY]
    load(engine, texts if texts_first else names)
    assert engine.mentions.work() == (2 if texts_first else 0)
    load(engine, names if texts_first else texts)
    assert engine.mentions.work() > 0
    assert engine.mentions.work() == 0
    assert named(engine, DOCUMENT.id) == [(COMPANY.id, 2), (PERSON.id, 2)]
    assert named(engine, PAGE.id) == [(COMPANY.id, 2), (PERSON.id, 2)]
    assert named(engine, NOTE.id) == [(PERSON.id, 1)]
    # a text that changes, a record that gets another name, and ones that go lose their mentions
    load(engine, [make_entity("leak", "d2", "PlainText", {"bodyText": ["Nobody called."]})])
    load(engine, [make_entity("people", "p1", "Person", {"name": ["Olga Lind"]})])
    engine.mentions.work()
    assert named(engine, NOTE.id) == []
    assert named(engine, DOCUMENT.id) == [(COMPANY.id, 2)]
    load(engine, [], [COMPANY.id])
    assert named(engine, DOCUMENT.id) == []
    assert engine.check() == []


def test_what_was_interrupted_goes_on(
    fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh_engine
    monkeypatch.setattr(runner, "STEP", 1)
    for each in (PERSON, COMPANY, NOTE):
        load(engine, [each])
    load(engine, [DOCUMENT, PAGE])
    ends, seen = threading.Event(), []

    def stop_soon(at: int, goal: int) -> None:
        seen.append(at)
        ends.set()

    engine.mentions.work(stop_soon, ends)
    at, goal = engine.mentions.waiting()
    assert at == seen[-1] < goal
    assert named(engine, NOTE.id) == [(PERSON.id, 1)]
    assert named(engine, DOCUMENT.id) == [(PERSON.id, 2)]  # the next step looks for the company
    engine.mentions.work()
    assert named(engine, DOCUMENT.id) == [(COMPANY.id, 2), (PERSON.id, 2)]
    engine.mentions.begin_again()
    engine.mentions.work()
    assert named(engine, DOCUMENT.id) == [(COMPANY.id, 2), (PERSON.id, 2)]


def test_only_who_may_read_both_ends_sees_a_mention(fresh_engine: Engine) -> None:
    engine = fresh_engine
    load(engine, [DOCUMENT, PAGE, NOTE, PERSON, COMPANY])
    engine.mentions.work()
    for names, seen in (({"leak", "firms"}, [COMPANY.id]), ({"leak"}, []), ({"firms"}, [])):
        access = Access(frozenset(names))
        assert [id_ for id_, _ in named(engine, DOCUMENT.id, access)] == seen
        documents = engine.mentions.of_record(MentionQuestion(COMPANY.id), access).items
        assert len(documents) == len(seen)
        assert engine.mentions.record_count(MentionQuestion(COMPANY.id), access) == len(seen)
        screened = engine.mentions.screen(LETTER, access)
        assert {each.entity for each in screened if each.entity} <= {COMPANY.id}
        kinds = {each.kind for each in screened if each.entity is None}
        assert kinds == {MentionKind.EMAIL}  # the value is in the text, whoever has it


def test_paths_cross_mentions_only_where_asked(fresh_engine: Engine) -> None:
    engine = fresh_engine
    load(engine, [DOCUMENT, PAGE, PERSON, COMPANY])
    engine.mentions.work()
    access = engine.owner_access()
    ends = ((PERSON.id,), (COMPANY.id,))
    assert engine.paths(PathQuestion(*ends), access).paths == []
    result = engine.paths(PathQuestion(*ends, mentions=True), access)
    assert [path.node_ids for path in result.paths] == [(PERSON.id, DOCUMENT.id, COMPANY.id)]
    assert {edge.type for edge in result.edges} == {"MENTIONS"}
    assert all(edge.mention is not None for edge in result.edges)
    hidden = Access(frozenset({"people", "firms"}))
    assert engine.paths(PathQuestion(*ends, mentions=True), hidden).paths == []
    assert engine.expand(ExpandQuestion(PERSON.id), access).items == []
    steps = engine.expand(ExpandQuestion(PERSON.id, mentions=True), access).items
    assert [step.node.id for step in steps] == [DOCUMENT.id]
    assert engine.expand(ExpandQuestion(PERSON.id, mentions=True), hidden).items == []

"""Documents and their pages in the index: one hit for a document, and searches in its pages."""

from collections.abc import Iterator, Mapping

import pytest

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.index.index import Index
from engine.index.leaflet import Leaflet, halves, unbroken
from engine.question import (
    FacetQuestion,
    PageQuestion,
    PageSort,
    SearchFilter,
    SearchQuestion,
    SearchSort,
)

READER = Access(frozenset({"leak"}))
OTHER = Access(frozenset({"leak", "hidden"}))
REPORT = {
    1: "The harbour of Vallmora was sold\nin 2011 to Аркадий Жуков.",
    2: "Nothing is said on this page.",
    3: "The buyer paid through an off-\nshore company of the Anglo-\nAmerican bank.",
    7: "The harbour again: the offshore company was Brightwater.",
}
DOCUMENTS: list[tuple[str, str, dict[str, list[str]], Mapping[int, str]]] = [
    (
        "leak",
        "report",
        {"fileName": ["report.pdf"], "mimeType": ["application/pdf"], "author": ["Ana Reyes"]},
        REPORT,
    ),
    (
        "leak",
        "letter",
        {"fileName": ["letter.pdf"], "mimeType": ["application/pdf"]},
        {1: "Harbour"},
    ),
    (
        "hidden",
        "plan",
        {"fileName": ["plan.pdf"], "author": ["Eve"]},
        {1: "harbour offshore", 2: "x"},
    ),
]


def made(dataset: str, name: str, values: dict[str, list[str]], texts: Mapping[int, str]) -> Entity:
    return make_entity(dataset, name, "Pages", values)


def page(dataset: str, name: str, number: int, text: str) -> Entity:
    values = {"index": [str(number)], "document": [name], "bodyText": [text]}
    return make_entity(dataset, f"{name}-p{number}", "Page", values)


def put(index: Index) -> None:
    """Index the documents as the follower does."""
    for dataset, name, values, texts in DOCUMENTS:
        leaflet = Leaflet()
        for number, text in texts.items():
            index.add([page(dataset, name, number, text)])
            leaflet.add([text], ["eng"])
        index.add_document(made(dataset, name, values, texts), leaflet, 3)
    mail = {"subject": ["Harbour"], "bodyText": ["x " * 9_000 + "the last words of a mail"]}
    index.add([make_entity("leak", "mail", "Email", {**mail, "from": ["Ana Reyes"]})])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("pages"), write=True) as index:
        put(index)
        index.commit(1)
        yield index


def found(index: Index, text: str, access: Access = READER) -> dict[str, tuple[int, int | None]]:
    """The hits of a text: on how many pages it is, and which is the first."""
    hits = index.search(SearchQuestion(text), access).hits
    return {hit.id.partition(":")[2]: (hit.page_count, hit.page_number) for hit in hits}


def numbers(index: Index, text: str, sort: PageSort = PageSort.NUMBER) -> list[int]:
    """The pages of the report with a text, asked for two by two."""
    question = PageQuestion("leak:report", text, sort, first=2)
    hits: list[int] = []
    after: str | None = None
    while True:
        found = index.pages(PageQuestion("leak:report", text, sort, 2, after), READER)
        hits += [hit.number for hit in found.hits]
        if not found.has_next:
            assert index.page_count(question, READER) == len(hits)
            return hits
        after = found.hits[-1].cursor


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("harbour", {"report": (2, 1), "letter": (1, 1), "mail": (0, None)}),
        ("harbour offshore", {"report": (1, 7)}),
        ("vallmora brightwater", {"report": (2, 1)}),  # on two pages: each has one of them
        ("harbour NOT brightwater", {"letter": (1, 1), "mail": (0, None)}),
        ("Zhukov", {"report": (1, 1)}),
        ("Жуков", {"report": (1, 1)}),
        ('"Zhukov Arkadiy"', {}),
        ('"Arkadiy Zhukov"', {"report": (1, 1)}),
        ('"sold in 2011"', {"report": (1, 1)}),
        ('"in sold"', {}),
        ('"harbour offshore"', {}),
        ('"harbour offshore"~9', {"report": (1, 7)}),
        ('"harbour aga*"', {"report": (1, 7)}),
        ("offshore", {"report": (2, 3)}),
        ('"an offshore company"', {"report": (1, 3)}),
        ('"Anglo American"', {"report": (1, 3)}),
        ("off", {"report": (1, 3)}),
        ("brightwatr~", {"report": (1, 7)}),
        ("bright*", {"report": (1, 7)}),
        ("*water", {"report": (1, 7)}),
        ("report.pdf harbour", {"report": (2, 1)}),
        ("bodyText:brightwater", {"report": (1, 7)}),
        ('bodyText:"harbour again"', {"report": (1, 7)}),
        ("bodyText:report", {}),
        ('"nothing is said" OR letter', {"report": (1, 2), "letter": (0, None)}),
        ("schema:Pages harbour", {"report": (2, 1), "letter": (1, 1)}),
        (
            "schema:Page harbour",
            {"report-p1": (0, None), "report-p7": (0, None), "letter-p1": (0, None)},
        ),
    ],
)
def test_a_document_is_one_hit_and_tells_its_pages(
    pages: Index, text: str, hits: dict[str, tuple[int, int | None]]
) -> None:
    assert found(pages, text) == hits
    assert pages.count(SearchQuestion(text), READER) == len(hits)


def test_the_passage_is_marked(pages: Index) -> None:
    (hit,) = pages.search(SearchQuestion("brightwater"), READER).hits
    assert hit.highlight == "The harbour again: the offshore company was <em>Brightwater</em>."
    (hit,) = pages.search(SearchQuestion('"an offshore company"'), READER).hits
    assert hit.highlight is not None
    assert "an <em>offshore</em>" in hit.highlight.replace("<em>an</em>", "an")
    (hit,) = pages.search(SearchQuestion('"last words"'), READER).hits
    assert hit.highlight is not None
    assert hit.highlight.endswith("the <em>last</em> <em>words</em> of a mail")


def test_pages_of_one_document_in_order_and_the_best_first(pages: Index) -> None:
    assert numbers(pages, "") == [1, 2, 3, 7]
    assert numbers(pages, "harbour") == [1, 7]
    assert numbers(pages, "harbour vallmora") == [1]
    assert numbers(pages, "vallmora OR company") == [1, 3, 7]
    assert numbers(pages, "offshore company", PageSort.SCORE) == [3, 7]
    assert numbers(pages, "company offshore", PageSort.SCORE) == [3, 7]
    assert numbers(pages, "the offshore", PageSort.SCORE) == [7, 3]
    assert numbers(pages, "harbour schema:Pages year:2011") == [1, 7]
    (hit,) = pages.pages(PageQuestion("leak:report", "nothing"), READER).hits
    assert (hit.id, hit.highlight) == (
        "leak:report-p2",
        "<em>Nothing</em> is said on this page.",
    )


def test_documents_are_counted_and_filtered_by_what_they_are(pages: Index) -> None:
    question = FacetQuestion(SearchQuestion("harbour"), ("mimetype", "language", "author"))
    told = {
        facet.field: {each.value: each.count for each in facet.values}
        for facet in pages.facets(question, READER)
    }
    assert told == {
        "mimetype": {"application/pdf": 2},
        "language": {"eng": 2},
        "author": {"Ana Reyes": 2},
    }
    for chosen, ids in (
        (SearchFilter(authors=("Ana Reyes",)), {"leak:report", "leak:mail"}),
        (SearchFilter(mimetypes=("application/PDF",)), {"leak:report", "leak:letter"}),
        (SearchFilter(languages=("eng",)), {"leak:report", "leak:letter"}),
        (SearchFilter(languages=("rus",)), set()),
    ):
        hits = pages.search(SearchQuestion("harbour", chosen, SearchSort.CAPTION), READER).hits
        assert {hit.id for hit in hits} == ids


def test_hidden_documents_change_nothing(
    pages: Index, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Index.open(tmp_path_factory.mktemp("bare"), write=True) as bare:
        put(bare)
        bare.remove(["hidden:plan", "hidden:plan-p1", "hidden:plan-p2"])
        bare.commit(1)
        for text in ("harbour", "harbour offshore", '"harbour offshore"', "author:eve", "harbor~"):
            question = SearchQuestion(text)
            assert pages.search(question, READER) == bare.search(question, READER)
            assert pages.count(question, READER) == bare.count(question, READER)
            facets = FacetQuestion(question, ("author", "language", "mimetype"))
            assert pages.facets(facets, READER) == bare.facets(facets, READER)
        assert pages.pages(PageQuestion("hidden:plan"), READER).hits == []
        assert "plan" in found(pages, '"harbour offshore"', OTHER)


def test_a_word_that_is_divided_at_the_end_of_a_line_is_whole() -> None:
    assert unbroken("an off-\n  shore firm\nand") == "an offshore\nfirm\nand"
    assert unbroken("Anglo-\nAmerican, 2019-\n2020") == "Anglo-\nAmerican, 2019-\n2020"
    assert halves("an off-\nshore firm") == ["off", "shore"]

import io

from engine.document import PageKind, PageReading, Word, bundled_page, page_bundle

SCAN = PageReading(
    2,
    "Privat\nПетров",
    PageKind.SCAN,
    "one image covers the page",
    ("deu", "rus"),
    0.87,
    90,
    "tesseract 5.3.0",
    "4.1.0",
    300,
    595.0,
    842.0,
    (Word("Privat", 0.1, 0.1, 0.3, 0.12, 0.9), Word("Петров", 0.1, 0.2, 0.3, 0.22)),
)


def test_a_page_comes_out_of_its_bundle_as_it_went_in() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    text = PageReading(1, "", PageKind.BLANK, "nothing is drawn")
    for target in (first, second):
        page_bundle([text, SCAN], target)
    assert first.getvalue() == second.getvalue()
    assert bundled_page(first, 1) == text
    assert bundled_page(first, 2) == SCAN
    assert bundled_page(first, 3) is None

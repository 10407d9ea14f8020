"""What a page is: text, a scan, both, or text that nobody can read."""

from pathlib import Path

import pytest

from engine.document import PageKind
from loaders.ocr.decision import Decision, decide
from loaders.ocr.layer import content_of
from loaders.ocr.page import Instruction
from loaders.ocr.pdf import opened_pdf, page_of, read_pdf_page
from loaders.ocr.searchable import TO_UNICODE
from tests.loaders.ocr.sample import ENGLISH, PdfPage, picture

TEXT, SCAN, MIXED, BROKEN, BLANK = (
    PageKind.TEXT,
    PageKind.SCAN,
    PageKind.MIXED,
    PageKind.BROKEN,
    PageKind.BLANK,
)
PRIVATE = TO_UNICODE.replace(b"<FFFF> <0000>", b"<00FF> <E000>")
"""A font's mapping to characters that mean nothing outside of it."""
SHARED = Path(__file__).parents[4] / "shared" / "data" / "documents"
LABELLED = (
    ("filings/00113948 AA 31_12_11.pdf", (1, 2, 3), SCAN),
    ("filings/00113948 AA 31_12_12.pdf", (1, 2), SCAN),
    ("filings/AA 2012 BP Benevolent Fund Trustees Limited.pdf", (1, 2), SCAN),
    # a stamp of the register stands as text on each page
    ("filings/AA 16_09_2013 FULL ACCOUNTS MADE UP TO 31_12_12.pdf", (1, 2), MIXED),
    ("filings/AA 20_06_2013 FULL ACCOUNTS MADE UP TO 31_12_12.pdf", (1, 2), MIXED),
    ("filings/AA 27_06_2013 FULL ACCOUNTS MADE UP TO 31_12_12.pdf", (1, 2), MIXED),
    ("filings/AR01 05_11_2013 30_10_13 FULL LIST.pdf", (1, 2), SCAN),
    ("filings/RES10 15_04_2014 10_04_14.pdf", (1, 2), SCAN),
    ("filings/SH06 12_04_2014 21_03_2014.pdf", (1, 2), SCAN),
    ("ingest/106972554.pdf", (1, 2, 3), TEXT),
    ("ingest/500 pages.pdf", (1, 500), TEXT),
    ("ingest/example.pdf", (1, 2, 3, 4, 5, 6, 7, 8, 9), BROKEN),
    ("ingest/greek.pdf", (1, 2), SCAN),
    ("ingest/jbig2.pdf", (1, 2, 3, 4, 5), SCAN),
    ("ingest/readme.pdf", (1,), TEXT),
    ("ingest/the-dorset-food-menu.pdf", (1, 2), TEXT),
    ("ingest/twopage.pdf", (1, 2), TEXT),
    ("ingest/udhr_ger.pdf", (1, 2, 3, 4, 5, 6), TEXT),
    ("ocr/2400dpi.pdf", (1,), SCAN),
    ("ocr/3small.pdf", (1, 2, 3), SCAN),
    ("ocr/acroform.pdf", (1,), SCAN),
    ("ocr/aspect.pdf", (1,), SCAN),
    ("ocr/c02-22.pdf", (1,), SCAN),
    ("ocr/cardinal.pdf", (1, 2, 3, 4), SCAN),
    ("ocr/ccitt.pdf", (1,), SCAN),
    ("ocr/enormous.pdf", (1,), SCAN),
    ("ocr/epson.pdf", (1,), SCAN),
    # the image is a letter F of bars: no words
    ("ocr/formxobject.pdf", (1,), TEXT),
    ("ocr/negzero.pdf", (1,), TEXT),
    ("ocr/graph.pdf", (1,), SCAN),
    ("ocr/graph_ocred.pdf", (1,), SCAN),
    ("ocr/jbig2.pdf", (1,), SCAN),
    ("ocr/kcs.pdf", (1,), SCAN),
    # a map with names beside two lines of text
    ("ocr/link.pdf", (1,), MIXED),
    ("ocr/link.pdf", (2,), TEXT),
    ("ocr/linn.pdf", (1,), SCAN),
    ("ocr/livecycle.pdf", (1,), BLANK),
    ("ocr/masks.pdf", (1,), SCAN),
    ("ocr/missing_docinfo.pdf", (1,), TEXT),
    ("ocr/no_contents.pdf", (1,), BLANK),
    ("ocr/overlay.pdf", (1,), TEXT),
    ("ocr/palette.pdf", (1,), SCAN),
    ("ocr/rotated_skew.pdf", (1,), SCAN),
    ("ocr/skew.pdf", (1,), SCAN),
    ("ocr/tagged.pdf", (1, 2), TEXT),
    ("ocr/toc.pdf", (2,), BLANK),
    ("ocr/trivial.pdf", (1,), BLANK),
    ("ocr/truetype_font_nomapping.pdf", (1,), BROKEN),
    ("ocr/type3_font_nomapping.pdf", (1,), BROKEN),
    # letters and shapes are all drawn
    ("ocr/vector.pdf", (1,), SCAN),
)
"""Pages of other people's files as somebody who looked at them would call them."""


def decision_of(path: Path, number: int = 1) -> Decision:
    with opened_pdf(path) as pdf, page_of(pdf, number) as page:
        return decide(content_of(page))


@pytest.mark.skipif(not SHARED.exists(), reason="needs the public data sets")
def test_pages_are_what_a_person_says_they_are() -> None:
    wrong, count = [], 0
    for name, numbers, label in LABELLED:
        for number in numbers:
            kind = decision_of(SHARED / name, number).kind
            if kind is MIXED and label is TEXT:  # only reading tells that an image holds no words
                kind = read_pdf_page(SHARED / name, number, Instruction(("eng",))).kind
            count += 1
            if kind is not label:
                wrong.append((name, number, kind, label))
    assert count >= 60
    assert len(wrong) <= 2, wrong


def test_text_is_text(tmp_path: Path) -> None:
    page = PdfPage()
    for row, line in enumerate(ENGLISH):
        page.text(line, 60 + 20 * row)
    assert decision_of(page.save(tmp_path / "a.pdf")).kind is TEXT


def test_a_small_logo_beside_text_changes_nothing(tmp_path: Path) -> None:
    page = PdfPage().text(ENGLISH[0]).image(picture(), (400, 700, 100, 60))
    assert decision_of(page.save(tmp_path / "a.pdf")).kind is TEXT


def test_an_image_beside_text_is_both(tmp_path: Path) -> None:
    page = PdfPage().text(ENGLISH[0]).image(picture(), (60, 200, 400, 200))
    decision = decision_of(page.save(tmp_path / "a.pdf"))
    assert decision == Decision(MIXED, "text, and images on 16% of the page")


def test_a_full_page_image_is_a_scan(tmp_path: Path) -> None:
    assert decision_of(PdfPage().image(picture()).save(tmp_path / "a.pdf")).kind is SCAN


@pytest.mark.parametrize("order", ["invisible", "covered"])
def test_a_layer_under_a_full_page_image_is_a_scan(tmp_path: Path, order: str) -> None:
    page = PdfPage()
    if order == "invisible":
        page.image(picture()).text(ENGLISH[0], hidden=True)
    else:
        page.text(ENGLISH[0]).image(picture())
    decision = decision_of(page.save(tmp_path / "a.pdf"))
    assert decision == Decision(SCAN, "an invisible text layer under a full-page image")


def test_a_font_without_meaning_breaks_the_layer(tmp_path: Path) -> None:
    page = PdfPage().codes(40, PRIVATE)
    decision = decision_of(page.save(tmp_path / "a.pdf"))
    assert decision.kind is BROKEN
    assert "have no meaning in its font" in decision.why


def test_a_few_signs_of_a_font_without_meaning_do_not(tmp_path: Path) -> None:
    page = PdfPage().codes(3, PRIVATE)
    for row, line in enumerate(ENGLISH):
        page.text(line, 60 + 20 * row)
    assert decision_of(page.save(tmp_path / "a.pdf")).kind is TEXT


def test_moved_letters_break_the_layer(tmp_path: Path) -> None:
    page = PdfPage()
    for row, line in enumerate(ENGLISH):
        moved = "".join(chr(ord(sign) + 3) if sign.isalpha() else sign for sign in line)
        page.text(moved, 60 + 20 * row)
    decision = decision_of(page.save(tmp_path / "a.pdf"))
    assert decision.kind is BROKEN
    assert "Helvetica" in decision.why


def test_nothing_is_blank(tmp_path: Path) -> None:
    assert decision_of(PdfPage().save(tmp_path / "a.pdf")).kind is BLANK

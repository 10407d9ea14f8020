"""Pages read by the real Tesseract and the real PDFium."""

import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

from engine.document import PageKind, PageReading, Reason
from loaders.ocr import picture as pictures
from loaders.ocr import tesseract
from loaders.ocr.cache import FolderCache, Question
from loaders.ocr.failure import LanguageMissing, Unreadable
from loaders.ocr.file import FailedPage, PagedFile, paged_file, read_pages
from loaders.ocr.image import read_image_page
from loaders.ocr.language import leads, names_of, of_script, package
from loaders.ocr.page import Instruction, read_picture
from loaders.ocr.pdf import read_pdf_page
from loaders.ocr.picture import Picture, picture_of, skew_of
from loaders.ocr.searchable import write_searchable
from tests.loaders.ocr.sample import ENGLISH, RUSSIAN, PdfPage, picture

ANY = Instruction()


def words(text: str) -> list[str]:
    return text.split()


def same(reading: PageReading, lines: tuple[str, ...]) -> bool:
    return words(reading.text) == words(" ".join(lines))


@pytest.fixture(scope="module")
def english() -> PageReading:
    return read_picture(picture(), 1, ANY)


def test_a_language_that_was_not_given_is_found(english: PageReading) -> None:
    assert same(english, ENGLISH)
    assert (english.kind, english.languages, english.rotation) == (PageKind.SCAN, ("eng",), 0)
    assert english.confidence is not None
    assert english.confidence > 0.9
    assert english.engine.startswith("tesseract 5")
    assert english.model.startswith("eng ")
    assert english.dpi == 300


def test_a_script_that_was_not_given_is_found() -> None:
    reading = read_picture(picture(RUSSIAN), 1, ANY)
    assert reading.languages == ("rus",)
    assert same(reading, RUSSIAN)


def test_each_word_has_its_box(english: PageReading) -> None:
    first = english.words[0]
    width, height = picture().size
    assert first.text == "The"
    assert first.left * width == pytest.approx(100, abs=10)
    assert first.top * height == pytest.approx(110, abs=15)
    assert 0 < first.right - first.left < 0.1
    assert first.confidence is not None


@pytest.mark.parametrize("turn", [90, 180])
def test_a_turned_page_is_read_upright(turn: int) -> None:
    turned = Picture(picture(), 300).turned(360 - turn).image
    turned.info["dpi"] = (300, 300)
    reading = read_picture(turned, 1, ANY)
    assert reading.rotation == turn
    assert same(reading, ENGLISH)
    assert reading.words[0].left < 0.1
    assert reading.width == picture().size[0]


def test_skew_is_measured() -> None:
    for angle in (2.0, 0.0, -1.5):
        tilted = picture().rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
        assert skew_of(Picture(tilted, 300)) == pytest.approx(angle, abs=0.3)


def test_single_dots_are_smoothed_only_where_it_helps(english: PageReading) -> None:
    rough = picture()
    for place in range(0, rough.width * rough.height, 23):
        rough.putpixel((place % rough.width, place // rough.width), place % 2 * 255)
    reading = read_picture(rough, 1, Instruction(languages=("eng",)))
    assert same(reading, ENGLISH)


def test_the_text_of_a_mixed_page_is_there_once(tmp_path: Path) -> None:
    page = PdfPage().text(ENGLISH[0], 100).image(picture(ENGLISH[1:]), (60, 200, 500, 250))
    reading = read_pdf_page(page.save(tmp_path / "a.pdf"), 1, ANY)
    assert reading.kind is PageKind.MIXED
    assert same(reading, ENGLISH)
    assert [word.confidence is None for word in reading.words[:8]] == [True] * 8
    assert reading.engine.startswith("pdfium")
    assert "tesseract" in reading.engine


def test_a_picture_without_words_leaves_a_page_text(tmp_path: Path) -> None:
    grey = Image.linear_gradient("L").resize((800, 600))
    page = PdfPage().text(ENGLISH[0], 100).image(grey, (60, 200, 500, 250))
    reading = read_pdf_page(page.save(tmp_path / "a.pdf"), 1, ANY)
    assert reading.kind is PageKind.TEXT
    assert reading.text == ENGLISH[0]


def test_a_searchable_pdf_is_a_scan_again_and_its_text_is_there_once(
    tmp_path: Path, english: PageReading
) -> None:
    source, target = tmp_path / "scan.png", tmp_path / "scan.pdf"
    picture().save(source, dpi=(300, 300))
    write_searchable(source, False, {1: english}, target)
    assert words(text_in(target)) == words(" ".join(ENGLISH))
    reading = read_pdf_page(target, 1, Instruction(languages=("eng",)))
    assert reading.why == "an invisible text layer under a full-page image"
    assert same(reading, ENGLISH)
    write_searchable(target, True, {1: reading}, tmp_path / "again.pdf")
    assert words(text_in(tmp_path / "again.pdf")) == words(" ".join(ENGLISH))


def text_in(path: Path) -> str:
    with pdfium.PdfDocument(path) as pdf:
        return str(pdf[0].get_textpage().get_text_bounded())


@pytest.mark.parametrize("text", ["Дроздан", "Δημοκρατία", "שלום", "Việt"])
def test_any_script_can_be_searched(tmp_path: Path, english: PageReading, text: str) -> None:
    word = replace(english.words[0], text=text)
    source, target = tmp_path / "scan.png", tmp_path / "scan.pdf"
    picture().save(source)
    write_searchable(source, False, {1: replace(english, words=(word,))}, target)
    assert text_in(target).strip() == text


def test_a_page_takes_no_longer_than_it_may() -> None:
    with pytest.raises(Unreadable) as refused:
        read_picture(picture(), 1, Instruction(languages=("eng",), seconds=0.05))
    assert refused.value.reason is Reason.TIMEOUT


def test_an_image_beyond_the_limit_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("1", (20_000, 13_000)).save(path)
    started = time.process_time()
    with pytest.raises(Unreadable, match="20,000 x 13,000 pixels") as refused:
        read_image_page(path, 1, ANY)
    assert refused.value.reason is Reason.TOO_LARGE
    assert time.process_time() - started < 1


def test_large_and_small_images_are_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "READ_PIXELS", 1_000_000)
    assert picture_of(Image.new("L", (3000, 3000))).size == (1000, 1000)
    assert picture_of(Image.new("L", (400, 300))).size == (800, 600)
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 3000)).save(buffer, "JPEG", dpi=(600, 600))
    large = Image.open(buffer)
    assert picture_of(large).size == (1155, 866)
    assert large.size == (2000, 1500)  # it was never unpacked as a whole
    fax = Image.new("L", (800, 400))
    fax.info["dpi"] = (200, 100)
    assert picture_of(fax).size == (1000, 1000)


def test_an_answer_is_kept_for_the_same_question_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = Instruction(languages=("eng",), cache=tmp_path)
    first = read_picture(picture(), 1, how)
    calls: list[object] = []
    monkeypatch.setattr(tesseract.pytesseract, "image_to_data", lambda *a, **k: calls.append(a))
    assert read_picture(picture(), 1, how) == first
    assert calls == []
    question = Question("hash", ("eng",), "tesseract 5", ("eng 1",), 3, 300)
    cache = FolderCache(tmp_path)
    cache.put(question, "answer")
    assert cache.get(question) == "answer"
    for change in (
        {"image": "other"},
        {"languages": ("rus",)},
        {"engine": "tesseract 6"},
        {"models": ("eng 2",)},
        {"mode": 6},
        {"dpi": 200},
    ):
        assert cache.get(replace(question, **change)) is None  # type: ignore[arg-type]


def test_a_missing_language_is_named_with_its_package() -> None:
    with pytest.raises(LanguageMissing, match=r"\(pol\) .*tesseract-ocr-pol$"):
        names_of(["pl"], ["eng"])
    with pytest.raises(LanguageMissing, match="tesseract-ocr-chi-sim"):
        names_of(["zh"], ["eng"])
    with pytest.raises(LanguageMissing, match="is no language"):
        names_of(["klingonish"], ["eng"])
    assert names_of(["ru", "deu", "rus"], ["deu", "rus"]) == ("rus", "deu")
    assert package("chi_tra") == "tesseract-ocr-chi-tra"


def test_languages_go_by_script() -> None:
    there = ["ara", "deu", "eng", "rus", "ukr"]
    assert of_script("Latin", there) == ("eng", "deu")
    assert of_script("Cyrillic", there) == ("rus", "ukr")
    assert of_script("Thai", there) == ()
    assert leads(there) == ("eng", "ara", "rus")


def test_pages_are_read_in_order_and_a_bad_one_costs_itself(tmp_path: Path) -> None:
    frames = [picture(ENGLISH[:2]), Image.new("L", (300, 200), 255), picture(ENGLISH[3:])]
    path = tmp_path / "pages.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], dpi=(300, 300))
    file = paged_file(path)
    assert file.pages == 3
    pages = list(read_pages(file, [1, 2, 3, 4], Instruction(languages=("eng",))))
    assert [page.number for page in pages] == [1, 2, 3, 4]
    assert isinstance(pages[3], FailedPage)
    assert pages[3].reason is Reason.CORRUPT
    assert [getattr(page, "text", "").split()[:1] for page in pages[:3]] == [
        ["The"],
        [],
        ["Invoices"],
    ]


def test_what_is_no_page_is_refused_with_its_reason(tmp_path: Path) -> None:
    png = io.BytesIO()
    picture().save(png, "PNG")
    for name, content, reason in (
        ("empty.pdf", b"", Reason.EMPTY),
        ("broken.pdf", b"%PDF-1.7\nnothing", Reason.CORRUPT),
        ("text.png", b"this is no image", Reason.CORRUPT),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Unreadable) as refused:
            paged_file(tmp_path / name)
        assert refused.value.reason is reason, name
    (tmp_path / "half.png").write_bytes(png.getvalue()[:3000])
    with pytest.raises(Unreadable, match="damaged"):
        read_image_page(tmp_path / "half.png", 1, ANY)


def crash(file: object, number: int, how: Instruction) -> PageReading:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return PageReading(number, "read", PageKind.TEXT, "")


def test_a_page_that_crashes_its_process_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = PdfPage().text(ENGLISH[0]).save(tmp_path / "a.pdf")
    monkeypatch.setattr(PagedFile, "read", crash)
    pages = list(read_pages(paged_file(path), [1, 2, 3, 4], ANY))
    assert [page.number for page in pages] == [1, 2, 3, 4]
    failed = [page for page in pages if isinstance(page, FailedPage)]
    assert [(page.number, page.reason) for page in failed] == [(2, Reason.CRASHED)]


def test_text_is_read_without_tesseract(tmp_path: Path) -> None:
    text = PdfPage().text(ENGLISH[0]).save(tmp_path / "text.pdf")
    picture().save(tmp_path / "scan.png")
    command = [sys.executable, "-m", "cli", "ocr"]
    alone = {"PATH": str(tmp_path), "PYTHONPATH": "graphql"}
    read = subprocess.run([*command, text], capture_output=True, text=True, env=alone)
    assert read.stdout == f"{ENGLISH[0]}\n", read.stderr
    scan = [*command, tmp_path / "scan.png"]
    refused = subprocess.run(scan, capture_output=True, text=True, env=alone)
    assert refused.returncode == 1
    assert "Tesseract is not installed" in refused.stderr
    assert "Traceback" not in refused.stderr

"""``clew ocr`` as a person types it: one file, no data folder, no Neo4j."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from tests.loaders.ocr.sample import ENGLISH, PdfPage


def ocr(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["ocr", *map(str, arguments)])


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return PdfPage().text(ENGLISH[0]).save(tmp_path / "page.pdf")


def test_text_goes_to_stdout_and_the_report_to_stderr(pdf: Path) -> None:
    done = ocr(pdf)
    assert done.exit_code == 0
    assert done.stdout == f"{ENGLISH[0]}\n"
    assert "page 1: text (text that reads as a language)" in done.stderr
    assert "Read 1 page: 1 text" in done.stderr


def test_an_output_is_named_by_its_ending(pdf: Path, tmp_path: Path) -> None:
    for ending in ("txt", "json", "pdf"):
        assert ocr(pdf, "-o", tmp_path / f"out.{ending}").exit_code == 0
    assert (tmp_path / "out.txt").read_text() == f"{ENGLISH[0]}\n"
    values = orjson.loads((tmp_path / "out.json").read_bytes())
    assert values["pages"][0]["kind"] == "text"
    assert values["pages"][0]["words"][0][0] == "The"
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "out.json",
        "out.pdf",
        "out.txt",
        "page.pdf",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pages", "2"], "there is no page 2: the file has 1"),
        (["--pages", "x"], "'x' is no page: give 1,3-5,9-"),
        (["--output", "out.docx"], "name a file that ends in .pdf, .txt, .json"),
        (["--language", "pol,eng"], "its Debian package is tesseract-ocr-pol"),
        (["--language", "nonsense"], "is no language"),
    ],
)
def test_a_bad_option_is_explained(pdf: Path, arguments: list[str], said: str) -> None:
    done = ocr(pdf, *arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stdout == ""


def test_the_file_is_not_written_over(pdf: Path) -> None:
    before = pdf.read_bytes()
    assert "is the file that is read" in ocr(pdf, "-o", pdf).stderr
    assert pdf.read_bytes() == before


def test_bad_files_are_explained(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    assert "empty.pdf: it is empty" in ocr(tmp_path / "empty.pdf").stderr
    assert "is no PDF, or it is damaged" in ocr(tmp_path / "broken.pdf").stderr
    assert "is no file" in ocr(tmp_path / "missing.pdf").stderr
    assert "is no file" in ocr(tmp_path).stderr

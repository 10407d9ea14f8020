"""Progress bars: drawn on a terminal, absent where stderr is a file."""

import pytest

from cli.bar import count_bar, load_bar


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")  # rich takes this for a terminal


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("total", [None, 1000])
def test_a_count_is_drawn_from_the_start_on(
    total: int | None, capfd: pytest.CaptureFixture[str]
) -> None:
    with count_bar("ftm", total) as advance:
        advance(500)
        advance(250)
    shown = capfd.readouterr().err
    assert "750" in shown
    assert ("1000" in shown) == (total is not None)


@pytest.mark.usefixtures("terminal")
def test_a_load_shows_its_source_and_what_is_done(capfd: pytest.CaptureFixture[str]) -> None:
    with load_bar() as bar:
        assert bar is not None
        bar.begin("companies.ftm.json", 100)
        bar.advance(50, 3)
        bar.message("Removing what is gone")
    shown = capfd.readouterr().err
    assert "companies.ftm.json" in shown
    assert "3 entities" in shown
    assert "Removing what is gone" in shown


def test_there_is_no_bar_in_a_file(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with load_bar() as bar, count_bar("ftm", None) as advance:
        assert bar is None
        advance(1)
    assert capfd.readouterr().err == ""

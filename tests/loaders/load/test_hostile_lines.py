"""Hostile lines, through ``clew load`` into the real graph: reported, and gone without a trace."""

import pytest

from tests.loaders.load.sandbox import AFTER, BAD, BEFORE, GOOD, HOSTILE, Sandbox, messages


@pytest.mark.parametrize("start", range(0, len(BAD), 18))
def test_bad_lines_are_reported_and_leave_no_trace(sandbox: Sandbox, start: int) -> None:
    bad = BAD[start : start + 18]
    path = sandbox.write("mixed.json", [*BEFORE, *(data for data, _ in bad), *AFTER])
    result = sandbox.load(path)
    assert result.exit_code == 1
    for place, (_, reason) in enumerate(bad, len(BEFORE) + 1):
        texts = [text for text in messages(result) if text.startswith(f"{path}:{place}: ")]
        assert len(texts) == 1, (place, reason, messages(result))
        assert reason in texts[0]
        assert len(texts[0]) < len(path) + 300
    assert f"{len(GOOD)} added" in result.stdout
    assert f"{len(bad)} refused" in result.stdout
    sandbox.holds_only_what_is_good()


def test_a_second_load_with_bad_lines_changes_nothing(sandbox: Sandbox) -> None:
    assert sandbox.load(sandbox.write("good.json", GOOD)).exit_code == 0
    revision = sandbox.engine.revision()
    mixed = [part for good, (bad, _) in zip(GOOD * 11, BAD, strict=False) for part in (bad, good)]
    result = sandbox.load(sandbox.write("mixed.json", mixed))
    assert result.exit_code == 1
    assert f"0 added, 0 changed, {len(GOOD)} unchanged, 0 removed" in result.stdout
    assert "Nothing was removed, because the id on" in result.stderr
    assert sandbox.engine.revision() == revision
    sandbox.holds_only_what_is_good()


@pytest.mark.skipif(not HOSTILE.exists(), reason="the shared data is not here")
def test_every_line_of_a_hostile_collection(sandbox: Sandbox) -> None:
    """The files of the JSON test suite: their lines among good ones of one file, and each alone."""
    bad = [
        part
        for file in sorted((HOSTILE / "json").iterdir())
        for part in file.read_bytes().split(b"\n")
    ]
    bad = [part for part in bad if part and not part.isspace()]
    path = sandbox.write("all.json", [*BEFORE, *bad, *AFTER])
    result = sandbox.load(path)
    assert result.exit_code == 1
    assert f"{len(GOOD)} added" in result.stdout
    assert f"{len(bad)} refused" in result.stdout
    assert f"and {len(bad) - 20} more refused lines" in result.stderr
    sandbox.holds_only_what_is_good()
    files = [str(file) for file in sorted((HOSTILE / "json").iterdir())]
    assert sandbox.load(*files).exit_code == 1
    sandbox.holds_only_what_is_good()

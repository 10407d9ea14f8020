"""``clew judgement``: what one program judged is taken over, undone, and written for another."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from engine.account import OWNER
from engine.engine import Engine
from engine.entity import make_entity
from engine.judgement import Judging, Verdict
from engine.question import JudgementQuestion

Clew = Callable[..., Result]
DUMP = """\
["NK-one", "leak:ann", "positive", null, "zora", "2026-11-29T08:15:42.556931+0"]
["NK-one", "ann", "positive", null, "zora", "2026-11-29T08:15:42.577310+0"]
["reg:bob", "leak:bob", "negative", null, "max", "2026-11-29T08:15:42.590266+0"]
["reg:bob", "bob", "unsure", null, "max", "2026-11-29T08:15:42.607918+0"]
["NK-two", "dan", "positive", null, "zora", "2026-11-29T08:15:42.620748+0"]
["NK-two", "reg:bob", "positive", null, "zora", "2026-11-29T08:15:42.621227+0"]
["leak:ann", "reg:ann", "negative", null, "max", "2026-11-29T08:15:43.000000+0"]
"""


@pytest.fixture
def clew(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clew:
    """The command, on two datasets of two persons each and a list to judge in."""
    for name in ("reg", "leak"):
        with fresh_engine.loading(name) as loading:
            loading.begin(name)
            keys = ("ann", "bob") if name == "reg" else ("ann", "bob", "cat")
            loading.add([make_entity(name, key, "Person", {"name": [key]}) for key in keys])
            loading.finish(None)
    fresh_engine.set_dataset("list", {"title": "A list"})
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["judgement", *arguments])
        assert result.exit_code == code, result.output
        return result

    return run


def held(engine: Engine) -> list[tuple[str, str, str, str]]:
    """What holds."""
    page = engine.judgements.listed(JudgementQuestion(), engine.owner_access())
    return sorted((*each.ends, each.verdict.value, each.by) for each in page.items)


def test_a_resolver_is_taken_over_written_and_undone(
    clew: Clew, fresh_engine: Engine, tmp_path: Path
) -> None:
    dump, rest, out = tmp_path / "nk.json", tmp_path / "rest.json", tmp_path / "out.json"
    dump.write_text(DUMP)
    arguments = ("import", str(dump), "--collection", "list", "--rest", str(rest))
    told = clew(*arguments, "--dataset", "reg").stderr
    assert held(fresh_engine) == [
        ("leak:ann", "reg:ann", "positive", "zora"),
        ("leak:bob", "reg:bob", "negative", "max"),
    ]
    assert "line 4 left out: both ids are one record" in told
    assert "line 5 left out: there is no record 'dan'" in told
    assert "line 6 left out: NK-two joins no two records that are here" in told
    assert "line 7 left out: line 2 says something else of the same records" in told
    assert "2 pairs judged, 0 known before, 4 lines left out" in told
    contradiction = tmp_path / "no.json"
    contradiction.write_text('["leak:ann", "reg:ann", "negative"]')
    message = clew("import", str(contradiction), "--collection", "reg").stderr
    assert "line 1 left out: ann (leak:ann) and ann (reg:ann) cannot be different" in message
    assert rest.read_text() == "".join(DUMP.splitlines(keepends=True)[3:])
    again = clew(*arguments, "--dataset", "reg").stderr
    assert "0 pairs judged, 2 known before" in again
    contradiction.write_text('["leak:bob", "ann", "negative"]')
    message = clew("import", str(contradiction), "--collection", "list").stderr
    assert "'ann' is in leak:ann, reg:ann: say where" in message

    clew("export", str(out), "--collection", "list")
    assert len(out.read_text().splitlines()) == 3
    operation = told.partition("clew judgement undo ")[2].split()[0]
    assert "2 judgements undone" in clew("undo", operation, "--collection", "list").stderr
    assert held(fresh_engine) == []
    clew("import", str(out), "--collection", "reg")
    assert [row[2:] for row in held(fresh_engine)] == [("positive", "zora"), ("negative", "max")]
    same_id = clew("export", "--collection", "reg", "--own-ids")
    assert "Left out: leak:ann and reg:ann have one id in their datasets" in same_id.stderr


def test_more_than_one_step_of_judgements(clew: Clew, fresh_engine: Engine) -> None:
    """Pages of an export go on where the one before ended."""
    pairs = [("leak:ann", "reg:ann"), ("leak:bob", "reg:bob"), ("leak:cat", "reg:bob")]
    for pair in pairs:
        fresh_engine.judgements.judge(OWNER, "list", [Judging(*pair, Verdict.NEGATIVE)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cli.judgement.PAGE", 2)
        lines = clew("export", "--collection", "list").stdout.splitlines()
    assert len(lines) == 3
    assert "there is no dataset or investigation 'nope'" in str(
        clew("export", "--collection", "nope", code=1).output
    )

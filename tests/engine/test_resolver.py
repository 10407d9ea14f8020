"""The format of nomenklatura's resolver, as its version 4.17 dumps it."""

from datetime import UTC, datetime

import pytest

from engine.errors import BadInput
from engine.judgement import Judgement, Verdict
from engine.resolver import lines_of, planned, written

DUMP = """\
["NK-n74UHhsDF4hes9bs26qvTV", "leak:ann", "positive", null, "zora", "2026-11-29T08:15:42.556931+0"]
["NK-n74UHhsDF4hes9bs26qvTV", "reg:ann", "positive", null, "zora", "2026-11-29T08:15:42.577310+0"]
["pep:ann", "leak:ann", "positive", null, "zora", "2026-11-29T08:15:42.589087+0"]
["reg:bob", "leak:bob", "negative", null, "max", "2026-11-29T08:15:42.590266+0"]
["reg:bob", "NK-n74UHhsDF4hes9bs26qvTV", "negative", null, "max", "2026-11-29T08:15:42.590884+0"]
["reg:cat", "leak:cat", "unsure", null, "max", "2026-11-29T08:15:42.607918+0"]
["NK-Cs8WSE83TjdEuoxB5x99bn", "gone:dan", "positive", null, "zora", "2026-11-29T08:15:42.620748+0"]
["NK-Cs8WSE83TjdEuoxB5x99bn", "reg:dan", "positive", null, "zora", "2026-11-29T08:15:42.621227+0"]
["reg:eve", "leak:eve", "no_judgement", 0.7, "xref", "2026-11-29T08:15:43.000000+0"]
"""
THERE = {
    id_: id_
    for id_ in (
        *("leak:ann", "reg:ann", "pep:ann", "reg:bob", "leak:bob"),
        *("reg:cat", "leak:cat", "reg:dan", "reg:eve", "leak:eve"),
    )
}
Row = tuple[str, str, str, str | None]


def rows(text: str, known: dict[str, str] = THERE) -> tuple[list[Row], list[tuple[int, str]]]:
    """What is to be judged: both records, the verdict and the user; and what is left out."""
    lines, _ = lines_of(text.splitlines())
    plan = planned(lines, known, {"gone:dan": "there is no record 'gone:dan'"})
    judged = [(*judging.ends, judging.verdict.value, judging.by) for judging, _ in plan.judgings]
    return judged, [(line.number, reason) for line, reason in plan.left_out]


def test_clusters_become_judgements_of_pairs() -> None:
    judged, left_out = rows(DUMP)
    assert judged == [
        ("leak:ann", "reg:ann", "positive", "zora"),
        ("leak:ann", "pep:ann", "positive", "zora"),
        ("leak:bob", "reg:bob", "negative", "max"),
        ("leak:ann", "reg:bob", "negative", "max"),
        ("leak:cat", "reg:cat", "unsure", "max"),
    ]
    assert left_out == [
        (7, "there is no record 'gone:dan'"),
        (8, "NK-Cs8WSE83TjdEuoxB5x99bn joins no two records that are here"),
    ]
    lines, suggestions = lines_of(DUMP.splitlines())
    assert suggestions == 1
    plan = planned(lines, THERE, {})
    assert plan.judgings[0][0].note == "by way of NK-n74UHhsDF4hes9bs26qvTV"
    assert plan.judgings[1][0].at == datetime(2026, 11, 29, 8, 15, 42, 589087, UTC)


def test_records_that_are_gone_still_join_others() -> None:
    """Also two ids of clusters do, one of which stands for the other."""
    text = '["gone:dan", "reg:ann", "positive"]\n["leak:ann", "gone:dan", "positive"]\n'
    text += '["NK-b", "reg:cat", "positive"]\n["NK-c", "NK-b", "positive"]\n'
    text += '["NK-c", "leak:cat", "positive"]\n["Q42", "NK-c", "positive"]\n'
    judged, left_out = rows(text)
    assert [row[:2] for row in judged] == [("leak:ann", "reg:ann"), ("leak:cat", "reg:cat")]
    assert [number for number, _ in left_out] == [1, 2]


def test_the_last_line_on_a_pair_counts() -> None:
    text = '["a", "b", "positive", null, null, null]\n["b", "a", "negative"]\n'
    text += '["c", "a", "positive"]\n["a", "c", "no_judgement", 0.9, "x", null]\n'
    text += '["c", "b", "positive", 0.5, "x", null, "2026-01-01T00:00:00"]\n'
    assert rows(text, {"a": "d:a", "b": "d:b", "c": "d:c"}) == (
        [("d:a", "d:b", "negative", None)],
        [],
    )
    same, left_out = rows('["a", "b", "positive"]\n', {"a": "d:a", "b": "d:a"})
    assert (same, left_out) == ([], [(1, "both ids are one record, or of one cluster")])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["a", "b", "positive"]\n{}', "line 2 is none of a resolver"),
        ("a,b,positive", "line 1 is none of a resolver"),
        ('["a", "a", "positive"]', "line 1: target and source are not two different ids"),
        ('["a", "b", "yes"]', "line 1: 'yes' is no judgement"),
    ],
)
def test_a_line_that_is_none_is_an_error(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        lines_of(text.splitlines())


def test_what_is_written_is_read_as_it_was() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678900, UTC)
    one = Judgement("x", "c", "d:Q42", "e:b", Verdict.POSITIVE, "ada", at, score=0.5)
    other = Judgement("y", "c", "d:b", "e:b", Verdict.UNSURE, "ada", at.replace(year=2025))
    lines, left_out = written([one, other])
    assert (len(lines), left_out) == (3, [])
    assert lines[1] == '["e:b","d:Q42","positive",0.5,"ada","2026-01-02T03:04:05.678900"]'
    cluster = lines[2].split('"')[1]
    assert cluster.startswith("NK-")
    assert lines[2].startswith(f'["{cluster}","d:Q42","positive",null,"ada"')
    read, _ = lines_of(lines)
    plan = planned(read, {id_: id_ for id_ in (*one.ends, "d:b")}, {})
    assert plan.left_out == []
    [_, (judging, _)] = plan.judgings
    assert (judging.ends, judging.verdict, judging.by) == (one.ends, one.verdict, one.by)
    assert (judging.at, judging.score, judging.note) == (one.at, one.score, None)
    own, left_out = written([one, other], own_ids=True)
    assert [line.split(",")[:2] for line in own] == [['["Q42"', '"b"']]
    assert left_out == [other]

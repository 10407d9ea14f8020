"""Words with ``*`` and ``?``, as Tantivy and Python match them."""

import re
import time

import pytest

from engine.index.pattern import compiled_patterns, expressions_of


@pytest.mark.parametrize(
    ("pattern", "matched", "others"),
    [
        ("*bank*", ("bank", "citibank", "bankers"), ("ban", "bnak")),
        ("k?var", ("kovar", "kavar"), ("kvar", "koovar")),
        ("kovar?", ("kovar", "kovars"), ("kova", "kovarss")),
        ("m*nn*r", ("mannheimer", "mnnr"), ("manner1", "maner")),
        ("*ünch*", ("munchen", "muenchen"), ("minchen",)),
        ("a*b*c*c", ("abcc", "axbxcxc"), ("abc", "acbc")),
    ],
)
def test_both_match_the_same(
    pattern: str, matched: tuple[str, ...], others: tuple[str, ...]
) -> None:
    (written,), (compiled,) = expressions_of(pattern), compiled_patterns(pattern)
    for word in matched:
        assert re.fullmatch(written, word)
        assert compiled.fullmatch(word)
    for word in others:
        assert not re.fullmatch(written, word)
        assert not compiled.fullmatch(word)


def test_no_word_takes_long() -> None:
    (compiled,) = compiled_patterns("*a*a*a*a*a*b")
    start = time.process_time()
    assert not compiled.fullmatch("a" * 200)
    assert time.process_time() - start < 1

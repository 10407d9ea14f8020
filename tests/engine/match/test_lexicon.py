"""The list of names in a file says of a name what rigour itself says."""

import random
from pathlib import Path

import pytest
from rigour.names import Name, NamePartTag, NameTypeTag, analyze_names

from engine.match import lexicon, person
from engine.match.lexicon import CHECKED, Lexicon, listed, mapped, written
from engine.match.person import entity_names, person_names

NAMES = (
    *("John Smith", "Jon Smyth", "Bill O'Neill", "Dr. Anna-Maria I. 2 Smith the 3rd", "J. R. Doe"),
    *("Ludwig van der Berg", "María de la Cruz", "Abdul Rahman bin Khalid", "Johann Johann Bach"),
    *(
        "Мария Иванова",
        "Γιώργος Παπαδόπουλος",
        "محمد علي",
        "דוד כהן",
        "王小明",
        "राम सिंह",
        "김철수",
    ),
    *("x", "42", "Henry VIII", "Smith, John", "SMITH JOHN A", "von und zu Hohenfels", "-"),
    *("Bill Smith 3rd Ltd", "John Smith GmbH", "J. R. Ewing AG", "Second Bank of China", "LP 5"),
)


def told(names: set[Name]) -> set[object]:
    """All that is said of names; symbols of one phrase have no order, in rigour neither."""
    return {
        (
            name.form,
            str(name.tag),
            tuple((part.form, str(part.tag)) for part in name.parts),
            frozenset(
                (span.symbol.category.value, span.symbol.id, tuple(p.index for p in span.parts))
                for span in name.spans
            ),
        )
        for name in names
    }


def test_names_are_read_as_rigour_reads_them() -> None:
    known = lexicon.lexicon()
    assert known is not None, f"rigour is not {CHECKED}: compare its list, and say so in CHECKED"
    lines = lexicon._frames()[0].splitlines()
    spellings = [
        spelling
        for line in random.Random(13).sample(lines, 800)
        for spelling in line.rpartition(" => ")[0].split(", ")
    ]
    tags = {NamePartTag.GIVEN: ["Anna Maria", "john"], NamePartTag.FAMILY: ["smith"]}
    for name in (
        *NAMES,
        *spellings,
        *(" ".join(pair) for pair in zip(NAMES, spellings, strict=False)),
    ):
        for given in ({}, tags):
            for tag, read in ((NameTypeTag.PER, person_names), (NameTypeTag.ENT, entity_names)):
                theirs = analyze_names(tag, [name], given, infer_initials=True, consolidate=False)
                assert told(read([name], given)) == told(theirs), (name, tag)


def test_another_version_of_rigour_reads_its_own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon.metadata, "version", lambda _: "99.0")
    assert lexicon.lexicon.__wrapped__() is None
    monkeypatch.setattr(person, "lexicon", lambda: None)
    symbols = {s.id for name in person_names(["Johann Smith"], {}) for s in name.symbols}
    assert len(symbols) > 1


def test_a_list_is_mapped_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_bytes(written([("jon", "NAME:Q1 NICK:JACK"), ("de la cruz", "NAME:Q2")]))
    known = mapped(path)
    assert len(known) == 2
    assert [symbol.id for symbol in known.symbols("jon")] == ["Q1", "JACK"]
    assert [symbol.id for symbol in known.symbols("de la cruz")] == ["Q2"]
    assert known.symbols("cruz") == ()


@pytest.mark.parametrize("data", [b"", b"CLEWNAM", b"x" * 100, written([("a", "NAME:Q1")])[:-20]])
def test_another_file_is_no_list(data: bytes) -> None:
    with pytest.raises(ValueError, match="list of names"):
        Lexicon(data)


def test_a_list_that_has_moved_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_unpacked", lambda _: iter([b"something else"]))
    with pytest.raises(ValueError, match="not where they were"):
        listed()

"""Shares as registers write them: what is understood, what is told apart, and what is refused."""

import pytest

from engine.share import Doubt, Share, lowest_share, parse_share

Known = tuple[float | None, bool, bool, float | None]
"""The value, whether it is exact, whether it is more than the value, and the greatest bound."""


def exactly(value: float) -> Known:
    return value, True, False, value


def at_least(value: float, most: float | None = None) -> Known:
    return value, False, False, most


def more_than(value: float, most: float | None = None) -> Known:
    return value, False, True, most


def up_to(most: float) -> Known:
    return None, False, False, most


def read(text: str) -> Known:
    share = parse_share(text)
    return share.value, share.exact, share.above, share.most


@pytest.mark.parametrize(
    ("text", "known"),
    [
        # the bands of Companies House, in words and as its codes
        ("Ownership of shares – More than 25% but not more than 50%", more_than(0.25, 0.5)),
        ("Ownership of shares — more than 50% but less than 75%", more_than(0.5, 0.75)),
        ("Ownership of shares - 75% or more", at_least(0.75)),
        ("Ownership of shares – 75% or more as a member of a firm", at_least(0.75)),
        (
            "Ownership of shares – More than 25% but not more than 50% with control over the "
            "trustees of a trust",
            more_than(0.25, 0.5),
        ),
        ("ownership-of-shares-50-to-75-percent-as-firm", more_than(0.5, 0.75)),
        ("right-to-share-surplus-assets-25-to-50-percent", more_than(0.25, 0.5)),
        ("ownership-of-shares-75-to-100-percent-as-trust", at_least(0.75, 1.0)),
        ("Ownership of shares – 75% or more; Voting rights – 75% or more", at_least(0.75)),
        # bounds in words and signs
        ("more than 10 %", more_than(0.1)),
        ("at least 10 %", at_least(0.1)),
        ("over a third", more_than(1 / 3)),
        ("30% minimum", at_least(0.3)),
        ("up to 30%", up_to(0.3)),
        ("less than 5 per cent", up_to(0.05)),
        ("between 10% and 20%", at_least(0.1, 0.2)),
        ("10% < 20%", at_least(0.1, 0.2)),
        (">10%-≤20%", more_than(0.1, 0.2)),
        ("10%+", at_least(0.1)),
        ("more than 10 and up to 20%", more_than(0.1, 0.2)),
        ("more than 10% and at most 20%", more_than(0.1, 0.2)),
        # other languages
        ("более 30%", more_than(0.3)),
        ("не менее 30 процентов", at_least(0.3)),
        ("30% или более", at_least(0.3)),
        ("от 30 до 60 %", at_least(0.3, 0.6)),
        ("не более 30 %", up_to(0.3)),
        ("більше ніж 30%", more_than(0.3)),
        ("не менше 30 відсотків", at_least(0.3)),
        ("plus de 33,33 %", more_than(0.3333)),
        ("au moins 30 pour cent", at_least(0.3)),
        ("entre 30 % et 60 %", at_least(0.3, 0.6)),
        ("mehr als 30 %", more_than(0.3)),
        ("mindestens 30 Prozent", at_least(0.3)),
        ("über 30 % bis zu 60 %", more_than(0.3, 0.6)),
        ("más del 30%", more_than(0.3)),
        ("30 % o más", at_least(0.3)),
        ("oltre il 30%", more_than(0.3)),
        ("pelo menos 30 por cento", at_least(0.3)),
        ("meer dan 30%", more_than(0.3)),
        ("mere end 30 procent", more_than(0.3)),
        ("powyżej 30%", more_than(0.3)),
        ("více než 30 %", more_than(0.3)),
        ("超过30%", more_than(0.3)),
        ("30%以上", at_least(0.3)),
        # digits, signs and remarks
        ("３０％", exactly(0.3)),
        ("١٢٫٥٪", exactly(0.125)),
        ("30\u00a0%", exactly(0.3)),
        ("30,25", exactly(0.3025)),
        ("30% (indirect)", exactly(0.3)),
        ("30% (through Nominee Two)", exactly(0.3)),
        ("60%*", exactly(0.6)),
        ("60 % †", exactly(0.6)),
        ("forty percent", exactly(0.4)),
        ("fünfzig Prozent", exactly(0.5)),
        ("more than twenty-five per cent", more_than(0.25)),
        ("сорок девять процентов", exactly(0.49)),
        ("one hundred percent", exactly(1.0)),
        ("1/4", exactly(0.25)),
        ("33 1/3 %", exactly(1 / 3)),
        ("66⅔%", exactly(2 / 3)),
        ("50/50", exactly(0.5)),
        # more than half, half, and less
        ("majority", more_than(0.5)),
        ("Mehrheit", more_than(0.5)),
        ("более половины", more_than(0.5)),
        ("50% plus one share", more_than(0.5)),
        ("50 % + 1", more_than(0.5)),
        ("half", exactly(0.5)),
        ("la moitié", exactly(0.5)),
        ("at least half", at_least(0.5)),
        ("minority", up_to(0.5)),
        ("wholly owned", exactly(1.0)),
    ],
)
def test_what_registers_write(text: str, known: Known) -> None:
    """Each is read, with other blanks and in capitals too."""
    for written in (text, f"  {text.upper()}\n", text.replace(" ", "\u00a0")):
        assert read(written) == pytest.approx(known, abs=1e-9), written


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("230", Doubt.IMPOSSIBLE),
        ("100.5 %", Doubt.IMPOSSIBLE),
        ("-12", Doubt.IMPOSSIBLE),
        ("−12 %", Doubt.IMPOSSIBLE),
        ("more than 120%", Doubt.IMPOSSIBLE),
        ("Voting rights – More than 25% but not more than 50%", Doubt.VOTES),
        ("30% of the votes", Doubt.VOTES),
        ("2,000 shares", Doubt.UNCLEAR),
        ("2,000", Doubt.UNCLEAR),
        ("2.000.000", Doubt.UNCLEAR),
        ("7 500 actions", Doubt.UNCLEAR),
        ("40 Aktien", Doubt.UNCLEAR),
        ("30% of Northern Fleet", Doubt.UNCLEAR),
        ("30% 60%", Doubt.UNCLEAR),
        ("5/4", Doubt.UNCLEAR),
        ("1/0", Doubt.UNCLEAR),
        ("a lot", Doubt.UNCLEAR),
    ],
)
def test_what_is_no_share_says_why(text: str, doubt: Doubt) -> None:
    """Rather no share than a wrong one."""
    share = parse_share(text)
    assert (share.value, share.doubt) == (None, doubt)


@pytest.mark.parametrize(
    "text", ["~ 40%", "ca. 40%", "approx. 40 %", "about 40%", "40% approximately", "около 40 %"]
)
def test_an_approximate_share_bounds_nothing(text: str) -> None:
    """It counts as it is, and its doubt says that it may be more or less."""
    share = parse_share(text)
    assert (share.value, share.exact, share.above, share.most) == (0.4, False, False, None)
    assert (share.doubt, share.may_be_more) == (Doubt.ABOUT, False)
    assert parse_share("at least 40%").may_be_more
    assert lowest_share([text, "60"]).doubt is Doubt.ABOUT
    assert lowest_share(["30", text]).may_be_more


def test_several_percentages_of_one_record() -> None:
    """The lowest known one counts, and what is wrong with another is kept."""
    assert lowest_share(["60", "230", "more than 30 %"]) == Share(0.3, False)
    assert lowest_share(["60", "230"]).doubt is Doubt.IMPOSSIBLE
    assert lowest_share(["60", "60 %"]) == Share(0.6, True)
    assert lowest_share([]) == Share(None, False)


@pytest.mark.parametrize("text", ["(" * 5000, "1/" * 5000, "more than " * 900, "%" * 9000, "\x00"])
def test_hostile_texts_are_read_fast(text: str) -> None:
    """Only the beginning of a long text is read."""
    assert parse_share(text).value is None

"""How a page of a PDF is to be read: as text, as an image, or as both; and why.

The decision is made before anything is read as an image. Reading may show that the images of a page
hold no words: then it was text after all (``page.py``).
"""

from collections import defaultdict
from dataclasses import dataclass

from engine.document import PageKind
from loaders.ocr.layer import WHOLE, LayerWord, PageContent
from loaders.ocr.legibility import shape_of

NOTABLE = 0.04
"""Share of the page from which an image may hold text that matters; a logo is smaller."""
SMALLEST = 24
"""Pixels that an image must be wide and high to hold a line of text."""
BROKEN = 0.2
"""Share of a page's characters in unreadable fonts from which its text is given up."""
SIGNS = 1.5
"""Characters a word from which a font holds words; one with fewer holds bullets and arrows."""
DRAWN = 12
"""Curved shapes from which a page without text may have drawn letters."""
DRAWN_BESIDE = 150
"""Curved shapes from which a page with a few words may have them."""
FEW_WORDS = 10


@dataclass(frozen=True, slots=True)
class Decision:
    """What a page is, and why in a few words."""

    kind: PageKind
    why: str


def decide(content: PageContent) -> Decision:
    """What a page is, by what it holds."""
    if broken := broken_fonts(content.words):
        return Decision(PageKind.BROKEN, broken)
    if content.words:
        return beside_text(content)
    return without_text(content)


def without_text(content: PageContent) -> Decision:
    """What a page is that shows no text of its own."""
    covered = sum(image.box.area for image in content.images)
    if content.hidden and covered >= WHOLE:
        return Decision(PageKind.SCAN, "an invisible text layer under a full-page image")
    if covered >= WHOLE:
        return Decision(PageKind.SCAN, "a full-page image and no text")
    if content.images:
        return Decision(PageKind.SCAN, "images and no text")
    if content.shapes >= DRAWN:
        return Decision(PageKind.SCAN, "no text, but drawn shapes as letters are")
    if content.hidden:
        return Decision(PageKind.BLANK, "nothing to be seen; its text is invisible")
    return Decision(PageKind.BLANK, "no text and no image")


def beside_text(content: PageContent) -> Decision:
    """What a page is that has readable text: is there more in its images?"""
    notable = [
        image
        for image in content.images
        if image.box.area >= NOTABLE and min(image.width, image.height) >= SMALLEST
    ]
    if notable:
        share = min(1.0, sum(image.box.area for image in notable))
        return Decision(PageKind.MIXED, f"text, and images on {share:.0%} of the page")
    if content.shapes >= DRAWN_BESIDE and len(content.words) < FEW_WORDS:
        return Decision(PageKind.MIXED, "a few words of text, and drawn shapes as letters are")
    return Decision(PageKind.TEXT, "text that reads as a language")


def broken_fonts(words: tuple[LayerWord, ...]) -> str | None:
    """Why the text of a page cannot be read, if that is so: judged for each of its fonts."""
    fonts = defaultdict(list)
    for word in words:
        fonts[word.font].append(word)
    found = {name: font_problem(own, len(fonts)) for name, own in fonts.items()}
    bad = {name: problem for name, problem in found.items() if problem}
    sizes = {name: size_of(own) for name, own in fonts.items()}
    if not bad or sum(sizes[name] for name in bad) < BROKEN * sum(sizes.values()):
        return None
    name = max(bad, key=sizes.__getitem__)
    return f"{bad[name]} in its font {short(name)}"


def font_problem(own: list[LayerWord], fonts: int) -> str | None:
    """Why the words of a font cannot be read; None where they can, or are mere signs."""
    if fonts > 1 and size_of(own) / len(own) < SIGNS:
        return None
    return shape_of((word.text for word in own), sum(word.unmapped for word in own)).problem()


def size_of(words: list[LayerWord]) -> int:
    """How many characters words have."""
    return sum(len(word.text) for word in words)


def short(name: str) -> str:
    """The name of a font without the mark of a subset."""
    if name.startswith("font "):
        return "without a name"
    return name.partition("+")[2] or name

"""Texts: plain ones in any encoding, and what a browser shows of HTML and SVG."""

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from loaders.document.part import Asked, Facts, Part, Text, clean
from loaders.table.encoding import BOMS, HIGH, detected

SAMPLE = 1024 * 1024
"""Bytes by which the encoding is told."""
PIECE = 1024 * 1024
"""Bytes that are read at a time."""
LARGEST_MARKUP = 64 * 1024**2
"""Bytes of markup that are read; what follows is not what people write."""
HIDDEN = frozenset({"script", "style", "template", "noscript", "svg"})
"""Elements whose text no reader sees."""
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "title",
        "tr",
        "ul",
        "text",
    ]
)
"""Elements after which a line ends."""


def encoding_of(data: bytes) -> str:
    """The encoding of a text that begins so; UTF-8 where all is ASCII."""
    for mark, encoding in BOMS.items():
        if data.startswith(mark):
            return encoding
    return detected(data, final=False)[0] if HIGH.search(data) else "utf-8"


def decoded(data: bytes, charset: str = "") -> str:
    """Bytes as text, by the charset that they are said to have, if that is one."""
    try:
        return clean(data.decode(charset or encoding_of(data[:SAMPLE]), "replace"))
    except LookupError:
        return clean(data.decode(encoding_of(data[:SAMPLE]), "replace"))


def read_text(asked: Asked, media_type: str) -> Iterator[Part]:
    """A plain text, in pieces."""
    with asked.path.open("rb") as file:
        head = file.read(SAMPLE)
        encoding = encoding_of(head)
        yield Facts("PlainText", media_type, {"encoding": [encoding]})
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        piece = head
        while piece:
            yield Text(clean(decoder.decode(piece)))
            piece = file.read(PIECE)
        if rest := decoder.decode(b"", True):
            yield Text(clean(rest))


def read_markup(asked: Asked, media_type: str) -> Iterator[Part]:
    """What a page of HTML or an SVG image says to its reader."""
    with asked.path.open("rb") as file:
        data = file.read(LARGEST_MARKUP)
    page = Page(is_image=media_type == "image/svg+xml")
    page.feed(decoded(data, charset_of(data)))
    page.close()
    title = " ".join("".join(page.title).split())
    schema = "Image" if page.is_image else "HyperText"
    yield Facts(schema, media_type, {"title": [title]} if title else {})
    yield Text(page.text())


def charset_of(data: bytes) -> str:
    """The charset that HTML names at its beginning; empty where it names none."""
    named = re.search(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", data[:4096])
    return named[1].decode() if named else ""


def text_of_markup(markup: str) -> str:
    """What a reader sees of some HTML."""
    page = Page()
    page.feed(markup)
    page.close()
    return page.text()


class Page(HTMLParser):
    """Collects the text of HTML; nothing in it is ever loaded or run."""

    def __init__(self, *, is_image: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.is_image = is_image
        self.title: list[str] = []
        self._pieces: list[str] = []
        self._hidden: list[str] = []
        self._in_title = False
        self._never = HIDDEN - {"svg"} if is_image else HIDDEN

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag in self._never:
            self._hidden.append(tag)
        self._in_title = self._in_title or tag == "title"
        if tag in BLOCKS:
            self._pieces.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that is empty."""
        if tag in BLOCKS:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        if tag == "title":
            self._in_title = False
        if tag in ("td", "th"):
            self._pieces.append("\t")
        elif tag in BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Text in an element."""
        if self._hidden:
            return
        if self._in_title:
            self.title.append(data)
        self._pieces.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """What was read, without empty lines in a row."""
        lines = (line.strip() for line in "".join(self._pieces).split("\n"))
        return "\n".join(line for line in lines if line)

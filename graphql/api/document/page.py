"""GraphQL's ``StoredPage``: a page of a document, how it was read, and how sure that is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import strawberry

from api.connection import PageInfo
from api.mention import FoundMentionConnection, document_mentions
from api.session import Info
from engine import document
from engine.document import PageKind
from engine.entity import Entity

BODY = "bodyText"
strawberry.enum(PageKind, description="What a page is, as it was decided before it was read.")


@dataclass(frozen=True)
class PageNode:
    """A page on its way to GraphQL: its record may have been read already."""

    document: str
    number: int
    id: str
    highlight: str | None = None
    record: Entity | None = None


def of_reading(name: str, otherwise: Any = None) -> Any:
    """A resolver for what the reading of a page knows, or what is said where there is none."""

    async def resolve(root: strawberry.Parent[PageNode], info: Info) -> Any:
        reading = await info.context.page_readings.load((root.document, root.number))
        return otherwise if reading is None else getattr(reading, name)

    return resolve


Highlight = Annotated[
    str | None,
    strawberry.argument(description="A text in the language of `search`: its words are marked."),
]
Width = Annotated[int | None, strawberry.argument(description="Pixels across: 50 to 3000.")]


async def _text(root: strawberry.Parent[PageNode], info: Info) -> Any:
    record: Any = root.record or await info.context.nodes.load(root.id)
    return "" if record is None else "".join(record.properties.get(BODY, ()))


async def _languages(root: strawberry.Parent[PageNode], info: Info) -> Any:
    reading = await info.context.page_readings.load((root.document, root.number))
    if reading is not None:
        return reading.languages
    record: Any = root.record or await info.context.nodes.load(root.id)
    return [] if record is None else record.properties.get("detectedLanguage", [])


async def _revisions(root: strawberry.Parent[PageNode], info: Info) -> Any:
    found = await info.context.corrections.load(root.document)
    return [each for each in found if each.number == root.number]


async def _order(root: strawberry.Parent[PageNode], info: Info) -> Any:
    orders = await info.context.page_orders.load(root.document)
    return next((each for each in orders if each.number == root.number), None)


async def _image(
    root: strawberry.Parent[PageNode],
    info: Info,
    highlight: Highlight = None,
    width: Width = None,
) -> Any:
    if await info.context.page_readings.load((root.document, root.number)) is None:
        return None
    asked = {"highlight": highlight or None, "width": width}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    address = f"/documents/{quote(root.document)}/pages/{root.number}.png"
    return f"{address}?{query}" if query else address


@strawberry.type(description="A word on the image of a page, and the box around it.")
class PageWord:
    """A word on the image of a page, and the box around it."""

    text: str = strawberry.field(description="The word as it was read.")
    left: float = strawberry.field(
        description="From 0 at the left edge of the upright page to 1 at its right edge."
    )
    top: float = strawberry.field(description="From 0 at the top of the upright page to 1.")
    right: float = strawberry.field(description="As `left`.")
    bottom: float = strawberry.field(description="As `top`.")
    confidence: float | None = strawberry.field(
        description="How sure the OCR is, from 0 to 1; null for a word that the file has as text."
    )


@strawberry.type(description="The text of a page as somebody wrote it.")
class PageRevision:
    """The text of a page as somebody wrote it."""

    id: strawberry.ID = strawberry.field(description="The id of the revision.")
    text: str = strawberry.field(description="What the page says from then on.")
    replaced: str = strawberry.field(
        resolver=lambda root: root.reviewed, description="What the page said before."
    )
    note: str = strawberry.field(description="Why it was changed; empty where nothing was said.")
    by: str = strawberry.field(description="The name of who changed it.")
    at: datetime = strawberry.field(description="When it was changed.")


@strawberry.type(description="A page that was to be read again, and what became of that.")
class PageOrder:
    """A page that was to be read again, and what became of that."""

    number: int = strawberry.field(description="The number of the page.")
    languages: list[str] = strawberry.field(
        description="The languages in which it is read (ISO 639-3); empty where they are detected."
    )
    as_image: bool = strawberry.field(
        description="Whether it is read as an image though it has text."
    )
    state: document.State = strawberry.field(description="Whether it was read again.")
    detail: str | None = strawberry.field(description="Why it could not be read; else null.")
    by: str = strawberry.field(description="The name of who asked for it.")
    at: datetime = strawberry.field(description="When it was asked for.")


@strawberry.type(description="A page of a document, or a passage of a long text or a table.")
class StoredPage:
    """A page of a document, or a passage of a long text or a table."""

    id: strawberry.ID = strawberry.field(description="The id of its record: see `entity(id:)`.")
    number: int = strawberry.field(description="Its number in the document, from 1.")
    text: str = strawberry.field(
        resolver=_text, description="What it says; as it was corrected, if somebody did."
    )
    highlight: str | None = strawberry.field(
        description="The passage with the words that were searched for: HTML-escaped, with <em> "
        "around them. Null where none were."
    )
    method: PageKind | None = strawberry.field(
        resolver=of_reading("kind"),
        description="Where the text was taken from: from the file itself, from its image by OCR, "
        "or both. Null for what has no page images: mails, texts, tables.",
    )
    reason: str | None = strawberry.field(
        resolver=of_reading("why"), description="Why it was taken from there."
    )
    languages: list[str] = strawberry.field(
        resolver=_languages, description="The languages it was read in, or seems to be in."
    )
    confidence: float | None = strawberry.field(
        resolver=of_reading("confidence"),
        description="How sure the OCR is of its words: their mean, from 0 to 1. Below 0.75 compare "
        "it with the image. Null where there was no OCR.",
    )
    rotation: int | None = strawberry.field(
        resolver=of_reading("rotation"),
        description="By how many degrees it was turned clockwise to be upright.",
    )
    engine: str | None = strawberry.field(
        resolver=of_reading("engine"), description="What read it, with its version."
    )
    model: str | None = strawberry.field(
        resolver=of_reading("model"),
        description="The version of the language data of the OCR; empty where there was none.",
    )
    dpi: int | None = strawberry.field(
        resolver=of_reading("dpi"), description="The resolution at which the OCR saw it."
    )
    read_text: str | None = strawberry.field(
        resolver=of_reading("text"),
        description="What was read by the machine, whatever was corrected since.",
    )
    image_url: str | None = strawberry.field(
        resolver=_image,
        description="Where its image is, on this server; null for what has no page images.",
    )
    words: list[PageWord] = strawberry.field(
        resolver=of_reading("words", ()), description="Its words, each with its place."
    )
    mentions: FoundMentionConnection = strawberry.field(
        resolver=document_mentions, description="Whom it names, the likeliest first."
    )
    revisions: list[PageRevision] = strawberry.field(
        resolver=_revisions, description="What people wrote instead, the newest first."
    )
    order: PageOrder | None = strawberry.field(
        resolver=_order, description="If it was to be read again: what became of that."
    )


@strawberry.type(description="A page on a page of pages.")
class StoredPageEdge:
    """A page on a page of pages."""

    cursor: str
    node: StoredPage


@dataclass(frozen=True)
class FoundPages:
    """Some pages of a document, and the question that found them."""

    question: Any
    nodes: list[PageNode]
    cursors: list[str]
    page_info: PageInfo

    @property
    def edges(self) -> list[Any]:
        """The pages with their cursors."""
        return [
            StoredPageEdge(cursor=at, node=node)  # type: ignore[arg-type]  # resolved by its fields
            for at, node in zip(self.cursors, self.nodes, strict=True)
        ]


async def _count(root: strawberry.Parent[FoundPages], info: Info) -> Any:
    return await info.context.ask(info.context.engine.page_count, root.question)


@strawberry.type(description="Some of the pages of a document.")
class StoredPageConnection:
    """Some of the pages of a document."""

    edges: list[StoredPageEdge]
    nodes: list[StoredPage]
    page_info: PageInfo
    total_count: int = strawberry.field(resolver=_count)

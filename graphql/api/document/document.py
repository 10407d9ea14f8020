"""GraphQL's ``StoredDocument``: a document with its file, its pages, and what it was found in."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import strawberry

from api.connection import PageInfo, page_size
from api.document.page import FoundPages, PageNode, PageOrder, StoredPage, StoredPageConnection
from api.entity import Entity
from api.file import StoredFile
from api.mention import FoundMentionConnection, document_mentions
from api.session import Info
from engine import entity as value
from engine.document import Reason, State
from engine.errors import NotFound
from engine.question import PageQuestion, PageSort
from engine.warning import warn

DOCUMENT = "Document"
MOST_TEXT = 200_000
"""Characters of a whole document that one answer has."""
MOST_CHILDREN = 100
MOST_THREAD = 100
"""Mails of one thread that are followed in each direction."""
ANSWERED = {"Email": "inReplyToEmail", "Message": "inReplyToMessage"}
"""By which property each kind of mail names what it answers."""
strawberry.enum(
    PageSort,
    name="PageSort",
    description="The order of the pages of a document: as they follow each other; or first those "
    "with the words in a row, then those with the words near each other.",
)


@dataclass(frozen=True)
class DocumentNode:
    """A document on its way to GraphQL."""

    record: value.Entity

    @property
    def id(self) -> str:
        """The id of its record."""
        return self.record.id


def is_document(node: value.Node | None) -> bool:
    """Whether a node is a record of a document, of whatever schema."""
    return isinstance(node, value.Entity) and value.schema_of(node.schema).is_a(DOCUMENT)


def _as_documents(nodes: Any) -> list[DocumentNode]:
    return [DocumentNode(node) for node in nodes if is_document(node)]


def of_record(*names: str) -> Any:
    """A resolver for the first value of any of these properties of the record."""

    def resolve(root: strawberry.Parent[DocumentNode]) -> Any:
        return next((found for name in names if (found := root.record.first(name))), None)

    return resolve


def of_file(name: str) -> Any:
    """A resolver for what is known of the file; null where there is none in the archive."""

    async def resolve(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
        file = await info.context.files.load(root.id)
        return None if file is None else getattr(file, name)

    return resolve


def _url(end: str) -> Any:
    async def resolve(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
        file = await info.context.files.load(root.id)
        return None if file is None else f"/documents/{quote(root.id)}/{end}"

    return resolve


async def _searchable(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    file = await info.context.files.load(root.id)
    if file is None or file.bundle is None:
        return None
    return f"/documents/{quote(root.id)}/searchable.pdf"


async def _image(root: strawberry.Parent[DocumentNode], info: Info, number: int = 1) -> Any:
    if await info.context.page_readings.load((root.id, number)) is None:
        return None
    return f"/documents/{quote(root.id)}/pages/{number}.png"


async def _file(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    return await info.context.files.load(root.id)


def _authors(root: strawberry.Parent[DocumentNode]) -> Any:
    found = (root.record.properties.get(name, ()) for name in ("author", "from"))
    return list(dict.fromkeys(each for values in found for each in values))


async def _parent(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    nodes = await info.context.nodes.load_many(root.record.references("parent"))
    return next(iter(_as_documents(nodes)), None)


async def _ancestors(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    return _as_documents(await info.context.nodes.load_many(root.record.references("ancestors")))


async def _children(
    root: strawberry.Parent[DocumentNode], info: Info, first: int | None = 25
) -> Any:
    size = page_size(first, 25)
    return _as_documents(await info.context.referrers(DOCUMENT, "parent", size).load(root.id))


async def _children_count(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    return await info.context.referrer_counts(DOCUMENT, "parent").load(root.id)


async def _thread(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    if root.record.schema not in ANSWERED:
        return []
    return _as_documents(await thread_of(root.record, info))


async def thread_of(mail: value.Entity, info: Info) -> list[value.Entity]:
    """The mails, or messages, of a thread, as far as they are there, in order of their dates."""
    found, answered = {mail.id: mail}, ANSWERED[mail.schema]
    waiting = [mail]
    while waiting and len(found) < MOST_THREAD:
        replies = info.context.referrers(mail.schema, answered, MOST_THREAD)
        answers = await replies.load_many([each.id for each in waiting])
        ids = [id_ for each in waiting for id_ in each.references(answered)]
        above = await info.context.nodes.load_many(ids)
        around = [*above, *(each for some in answers for each in some)]
        waiting = [
            each for each in around if isinstance(each, value.Entity) and each.id not in found
        ]
        found |= {each.id: each for each in waiting}
    return sorted(found.values(), key=lambda each: (each.first("date") or "", each.id))


async def _text(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    own = "".join(root.record.properties.get("bodyText", ()))
    return own or await info.context.ask(texts, root.id, info.context.engine)


def texts(id: str, access: Any, engine: Any) -> str:
    """The texts of a document's pages, as long as one answer may be; warns where it is longer."""
    found: list[str] = []
    length = 0
    for _, text in engine.pages.texts(id, access):
        found.append(text)
        length += len(text)
        if length > MOST_TEXT:
            warn(f"text: more than {MOST_TEXT:,} characters: textUrl has all, `pages` each page")
            break
    return "\n\n".join(found)[:MOST_TEXT]


async def _page(root: strawberry.Parent[DocumentNode], info: Info, number: int) -> Any:
    session = info.context
    try:
        record = await session.ask(session.engine.pages.numbered, root.id, number)
    except NotFound:
        return None
    return PageNode(root.id, number, record.id, record=record)


Query = Annotated[
    str | None,
    strawberry.argument(
        description="Only pages with these words, in the language of `search`: with all of them, "
        "or with any where no page has all. What it says of the document is not asked here."
    ),
]


async def _pages(
    root: strawberry.Parent[DocumentNode],
    info: Info,
    query: Query = None,
    sort: PageSort | None = PageSort.NUMBER,
    first: int | None = PageQuestion.first,
    after: str | None = None,
) -> Any:
    size = page_size(first, PageQuestion.first)
    question = PageQuestion(root.id, query or "", sort or PageSort.NUMBER, size, after)
    found = await info.context.ask(info.context.engine.page_hits, question)
    nodes = [PageNode(root.id, hit.number, hit.id, hit.highlight) for hit in found.hits]
    cursors = [hit.cursor for hit in found.hits]
    info_ = PageInfo.of(cursors, found.has_next, after is not None)
    return FoundPages(question, nodes, cursors, info_)


async def _orders(root: strawberry.Parent[DocumentNode], info: Info) -> Any:
    return await info.context.page_orders.load(root.id)


@strawberry.type(
    description="A document: what it says, page by page, its file, and what it was found in."
)
class StoredDocument:
    """A document: what it says, page by page, its file, and what it was found in."""

    id: strawberry.ID = strawberry.field(description="The id of its record.")
    record: Entity = strawberry.field(
        description="Its record, with all properties: see `entity(id:)`."
    )
    title: str = strawberry.field(
        resolver=lambda root: root.record.caption,
        description="Its title or the name of its file, to show to people.",
    )
    file_name: str | None = strawberry.field(
        resolver=of_record("fileName"), description="The name of its file."
    )
    size: int | None = strawberry.field(
        resolver=of_file("size"), description="The bytes of its file."
    )
    sha256: str | None = strawberry.field(
        resolver=of_file("sha256"), description="The SHA-256 of its file."
    )
    media_type: str | None = strawberry.field(
        resolver=of_record("mimeType"), description="What it is, by its content."
    )
    languages: list[str] = strawberry.field(
        resolver=lambda root: list(
            dict.fromkeys(
                each
                for name in ("language", "detectedLanguage")
                for each in root.record.properties.get(name, ())
            )
        ),
        description="The languages that it says it is in, or seems to be in; those of its pages "
        "are with them.",
    )
    authors: list[str] = strawberry.field(
        resolver=_authors, description="Who wrote it, as it says."
    )
    date: str | None = strawberry.field(
        resolver=of_record("date", "authoredAt", "publishedAt"), description="When, as it says."
    )
    state: State | None = strawberry.field(
        resolver=of_file("state"),
        description="Whether its file was read; null where it has none in the archive.",
    )
    reason: Reason | None = strawberry.field(
        resolver=of_file("reason"),
        description="What is wrong with its file; null where nothing is.",
    )
    detail: str | None = strawberry.field(
        resolver=of_file("detail"), description="That in a sentence."
    )
    file: StoredFile | None = strawberry.field(
        resolver=_file, description="Its file; null where the archive has none."
    )
    file_url: str | None = strawberry.field(
        resolver=_url("file"), description="Where its file can be downloaded, on this server."
    )
    text_url: str | None = strawberry.field(
        resolver=_url("text"), description="Where all of its text can be downloaded."
    )
    searchable_pdf_url: str | None = strawberry.field(
        resolver=_searchable,
        description="Where a PDF of it can be downloaded whose scanned pages can be searched.",
    )
    page_image_url: str | None = strawberry.field(
        resolver=_image,
        description="Where the image of a page is, on this server; `pages` has it with words "
        "marked. Null for what has no page images.",
    )
    text: str = strawberry.field(
        resolver=_text,
        description="What it says, as far as one answer may be long; that of its pages after each "
        "other.",
    )
    confidence: float | None = strawberry.field(
        resolver=of_file("confidence"),
        description="How sure the OCR is of its pages: the mean of all words, from 0 to 1; null "
        "where there was no OCR.",
    )
    pages: StoredPageConnection = strawberry.field(
        resolver=_pages, description="Its pages: all of them, or those with some words."
    )
    page: StoredPage | None = strawberry.field(
        resolver=_page, description="The page with this number; null where there is none."
    )
    orders: list[PageOrder] = strawberry.field(
        resolver=_orders, description="Which of its pages were to be read again."
    )
    mentions: FoundMentionConnection = strawberry.field(
        resolver=document_mentions,
        description="Whom it names, each page by itself, the likeliest first. What was brought in "
        "just now is looked at in the background.",
    )
    parent: "StoredDocument | None" = strawberry.field(
        resolver=_parent, description="What it was found in: a folder, an archive, a mail."
    )
    ancestors: "list[StoredDocument]" = strawberry.field(
        resolver=_ancestors, description="All that it was found in, the outermost first."
    )
    children: "list[StoredDocument]" = strawberry.field(
        resolver=_children,
        description="The first files that were found in it, directly, by id; "
        "`children` of its record has them in pages.",
    )
    child_count: int = strawberry.field(
        resolver=_children_count, description="How many documents were found in it, directly."
    )
    thread: "list[StoredDocument]" = strawberry.field(
        resolver=_thread,
        description="Of a mail: all mails of its thread that are there, itself included, by date.",
    )


async def _document(info: Info, id: strawberry.ID) -> Any:
    (node,) = await info.context.entities([id])
    if node is not None and not is_document(node):
        warn(f"{id[:200]} is no document: ask for it with entity(id:)")
    return DocumentNode(node) if isinstance(node, value.Entity) and is_document(node) else None


@strawberry.type
class DocumentQuery:
    """One document."""

    document: StoredDocument | None = strawberry.field(
        resolver=_document,
        description="The document with this id, its pages and its file; null if you can see none.",
    )

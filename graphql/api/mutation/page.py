"""Mutations of pages: read them again, or correct what they say."""

from functools import partial
from typing import Annotated, Any

import strawberry
from rigour.langs import iso_639_alpha3

from api.document.page import PageNode, PageOrder, StoredPage
from api.session import Info
from engine.account import Actor
from engine.engine import Engine
from engine.errors import BadInput
from engine.revision import PageOrder as Order

Languages = Annotated[
    list[str] | None,
    strawberry.argument(
        description="In which languages they are (ISO 639-3: rus); without it they are detected."
    ),
]


def codes(languages: list[str]) -> list[str]:
    """Languages as ISO 639-3 has them; raises BadInput."""
    found = [(each, iso_639_alpha3(each.strip().lower())) for each in languages]
    for word, code in found:
        if code is None:
            raise BadInput(f"{word[:50]!r} is no language: use ISO 639-3 codes, such as rus")
    return list(dict.fromkeys(code for _, code in found if code))


def order(
    engine: Engine,
    actor: Actor,
    document: str,
    pages: list[int],
    languages: list[str],
    as_image: bool,
) -> list[Order]:
    """Have pages of a document read again."""
    return engine.pages.read_again(actor, document, pages, languages, as_image=as_image)


async def _read_again(
    info: Info,
    document: strawberry.ID,
    pages: list[int],
    languages: Languages = None,
    as_image: bool | None = False,
) -> Any:
    session = info.context
    work = partial(order, session.engine)
    return await session.change(work, document, pages, codes(languages or []), bool(as_image))


async def _correct(
    info: Info, document: strawberry.ID, page: int, text: str, note: str | None = ""
) -> Any:
    session = info.context
    await session.change(session.engine.pages.correct, document, page, text, note or "")
    record = await session.ask(session.engine.pages.numbered, document, page)
    return PageNode(document, page, record.id, record=record)


@strawberry.type
class PageMutation:
    """What can be changed of pages."""

    read_pages_again: list[PageOrder] | None = strawberry.field(
        resolver=_read_again,
        description="Have pages of a document read again; what became of all such orders of it. "
        "Corrected pages keep their text. For who may write to the dataset.",
    )
    correct_page: StoredPage | None = strawberry.field(
        resolver=_correct,
        description="Write what a page says. What was read, and every earlier text, is kept with "
        "who wrote it and when; searches find the new text. For who may write to the dataset.",
    )

"""The record of a page: what stands on one page of a document, or in one passage of a long text."""

from collections.abc import Iterable

from engine.entity import Entity, make_entity

BODY, LANGUAGE = "bodyText", "detectedLanguage"
PIECE = 50_000
"""Characters of one value of a text: FtM's have at most 65,000."""


def page_record(document: str, number: int, text: str, languages: Iterable[str] = ()) -> Entity:
    """The record of one page; ``document`` is the id of its document, with the dataset."""
    dataset, _, entity_id = document.partition(":")
    values = {"index": [str(number)], "document": [entity_id], **read(text, languages)}
    return make_entity(dataset, f"{entity_id}-p{number}", "Page", values)


def with_reading(page: Entity, text: str, languages: Iterable[str]) -> Entity:
    """The record of a page that was read again."""
    kept = {
        name: values for name, values in page.properties.items() if name not in (BODY, LANGUAGE)
    }
    values = {**kept, **read(text, languages)}
    return make_entity(page.dataset, page.id.partition(":")[2], page.schema, values)


def with_text(page: Entity, text: str) -> Entity:
    """The record of a page with another text."""
    return with_reading(page, text, page.properties.get(LANGUAGE, ()))


def read(text: str, languages: Iterable[str]) -> dict[str, list[str]]:
    """What reading a page gave, in values that are not too long; nothing for a blank one."""
    text = text.strip()
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    found = {BODY: pieces, LANGUAGE: list(languages)}
    return {name: values for name, values in found.items() if values}

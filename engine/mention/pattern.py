"""Values in a text that have a form of their own, each checked: e-mail addresses, phone numbers,
bank accounts, numbers of registers, wallets.

A number whose check digit one in ten others has as well counts only beside its name (``INN``).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
from followthemoney import registry
from rigour.ids import get_identifier_format
from stdnum import bitcoin

from engine.index.folding import identifier
from engine.mentioned import MentionKind

MOST_FOUND = 500
"""Values that are found in one passage, at most."""
LABEL_BEFORE = 20
"""Characters before a number in which its name may stand."""
SHORTEST_KNOWN = 6
"""Letters and digits of a number that is looked up though it has no known form."""
_EMAIL = re.compile(r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,6}[^\W\d_]{2,24}")
_PHONE = re.compile(r"\+|\b00\d")
_BASE58 = "1-9A-HJ-NP-Za-km-z"
_WALLET = re.compile(rf"\b(?:[13][{_BASE58}]{{25,34}}|bc1[0-9a-z]{{20,62}}|0x[0-9A-Fa-f]{{40}})\b")
_KNOWN = re.compile(
    r"(?<![\w.@])(?:[A-Z]{1,4}[-/ ]?)?"
    r"(\d[\dA-Z]*(?:[-./]\d[\dA-Z]*)*|\d{2,4}(?: \d{2,4}){1,4})(?![\w@])"
)
"""A number, perhaps after a few letters that say what it is: ``CVR 12345678``, ``HRB 1234``."""


@dataclass(frozen=True)
class Form:
    """A kind of number: what it looks like, who checks it, and what must stand before it."""

    name: str
    pattern: re.Pattern[str]
    label: re.Pattern[str] | None = None


_FORMS = (
    Form("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")),
    Form("lei", re.compile(r"\b[A-Z0-9]{18}\d{2}\b")),
    Form("isin", re.compile(r"\b[A-Z]{2}[A-Z0-9]{9}\d\b")),
    Form("figi", re.compile(r"\bBBG[A-Z0-9]{9}\b")),
    Form("uscc", re.compile(r"\b[0-9A-HJ-NPQRTUWXY]{18}\b")),
    Form("imo", re.compile(r"\b\d{7}\b"), re.compile(r"\bIMO\b", re.IGNORECASE)),
    Form("bic", re.compile(r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b"), re.compile("BIC|SWIFT")),
    Form("inn", re.compile(r"\b\d{10}(?:\d\d)?\b"), re.compile(r"\b(?:ИНН|INN)\b")),
    Form("ogrn", re.compile(r"\b\d{13}(?:\d\d)?\b"), re.compile(r"\b(?:ОГРН|OGRN)")),
    Form("cpf", re.compile(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b")),
    Form("cnpj", re.compile(r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b")),
    Form("npi", re.compile(r"\b\d{10}\b"), re.compile(r"\bNPI\b")),
    Form("ssn", re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), re.compile("SSN|[Ss]ocial [Ss]ecurity")),
    Form("uei", re.compile(r"\b[A-Z0-9]{12}\b"), re.compile(r"\bUEI\b")),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a text."""

    kind: MentionKind
    name: str
    """What it is: ``email``, ``iban``; ``number`` where it has no known form."""
    value: str
    """In its customary form."""
    start: int
    end: int
    literal: str | None = None
    """The id of the shared value that it would be."""
    identifiers: tuple[str, ...] = ()
    """How the index may have it."""

    @property
    def is_known_form(self) -> bool:
        """Whether it says what it is, even where no record has it."""
        return self.name != "number"


def found_values(text: str) -> list[Found]:
    """The values in a text, in order; where two overlap, the one of a known form."""
    found: list[Found] = []
    for search in (_emails, _phones, _wallets, _numbers, _others):
        for each in search(text):
            if len(found) >= MOST_FOUND:
                break
            if all(each.end <= other.start or each.start >= other.end for other in found):
                found.append(each)
    return sorted(found, key=lambda each: each.start)


def _literal(kind: str, value: str) -> str | None:
    """The id that a value has where records share it (``engine.entity.literals``)."""
    node = registry.get(kind).node_id_safe(value)
    return None if node is None else f"literal:{kind}:{node.split(':', 1)[-1]}"


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text) if "@" in text else ():
        written = match[0].strip(".")
        value = registry.email.clean(written)
        if value is not None:
            start = match.start() + match[0].index(written)
            literal = _literal("email", value)
            end = start + len(written)
            yield Found(MentionKind.EMAIL, "email", value, start, end, literal)


def _phones(text: str) -> Iterator[Found]:
    """Phone numbers that begin with the code of a country: others are those of any country."""
    if not _PHONE.search(text):
        return
    for match in phonenumbers.PhoneNumberMatcher(text, None, max_tries=MOST_FOUND):
        value = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        literal = _literal("phone", value)
        yield Found(MentionKind.PHONE, "phone", value, match.start, match.end, literal)


def _wallets(text: str) -> Iterator[Found]:
    for match in _WALLET.finditer(text):
        value = match[0]
        if value.startswith("0x") or bitcoin.is_valid(value):
            key = identifier(value)
            start, end = match.span()
            yield Found(MentionKind.WALLET, "wallet", value, start, end, None, (key,))


def _numbers(text: str) -> Iterator[Found]:
    for form in _FORMS:
        check = get_identifier_format(form.name)
        assert check is not None
        for match in form.pattern.finditer(text):
            before = text[max(match.start() - LABEL_BEFORE, 0) : match.start()]
            if form.label is not None and not form.label.search(before):
                continue
            if (value := _valid(check.is_valid, check.normalize, match[0])) is not None:
                start, end = match.span()
                key = identifier(value)
                yield Found(MentionKind.IDENTIFIER, form.name, value, start, end, None, (key,))


def _valid(
    is_valid: Callable[[str], bool], normalize: Callable[[str], str | None], text: str
) -> str | None:
    """A number in its customary form; None where its check digit is wrong."""
    return normalize(text) if is_valid(text) else None


def _others(text: str) -> Iterator[Found]:
    """Numbers of no known form, which count only where a record has them."""
    for match in _KNOWN.finditer(text):
        keys = dict.fromkeys((identifier(match[0]), identifier(match[1])))
        known = tuple(key for key in keys if _is_long(key))
        if known:
            start, end = match.span()
            yield Found(MentionKind.IDENTIFIER, "number", match[0], start, end, None, known)


def _is_long(key: str) -> bool:
    return len(key) >= SHORTEST_KNOWN and sum(map(str.isdigit, key)) >= SHORTEST_KNOWN - 1

"""Mails that Outlook saved as files: the files are made here, stream by stream."""

import pytest
from oxmsg.domain import constants as tag

from engine.document import Reason
from tests.loaders.document.compound import INNER, PART, TOP, Store, compound, properties
from tests.loaders.document.conftest import Read

RTF = rb"{\rtf1\ansi The crane was paid twice.}"


def message(offset: int = TOP, **body: str | bytes) -> Store:
    """A mail of Ana's to Ivan with a copy to the desk."""
    names = {"plain": tag.PID_BODY, "html": tag.PID_HTML, "rtf": tag.PID_RTF_COMPRESSED}
    store = properties(
        offset,
        {
            tag.PID_MESSAGE_CLASS: "IPM.Note",
            tag.PID_SUBJECT: "Die Häfen",
            tag.PID_SENDER_NAME: "Ana Pérez",
            tag.PID_SENDER_EMAIL_ADDRESS: "ana@example.org",
            tag.PID_INTERNET_MESSAGE_ID: "<seven@example.org>",
            tag.PID_IN_REPLY_TO_ID: "<six@example.org>",
            **{names[name]: value for name, value in body.items()},
        },
    )
    people = [(1, "Ivan Petrov", "ivan@example.org"), (2, "Desk", "desk@example.org")]
    for number, (kind, name, address) in enumerate(people):
        store.stores[f"__recip_version1.0_#{number:08X}"] = properties(
            PART,
            {
                tag.PID_RECIPIENT_TYPE: kind,
                tag.PID_DISPLAY_NAME: name,
                tag.PID_SMTP_ADDRESS: address,
            },
        )
    return store


def test_it_tells_who_wrote_to_whom_and_what_is_attached(read: Read) -> None:
    mail = message(plain="See the account.")
    file = {tag.PID_ATTACH_LONG_FILENAME: "rows.csv", tag.PID_ATTACH_DATA_BINARY: b"a,b\n1,2\n"}
    mail.stores["__attach_version1.0_#00000000"] = properties(PART, file)
    inner = properties(PART, {tag.PID_DISPLAY_NAME: "Fwd"})
    inner.stores["__substg1.0_3701000D"] = message(INNER, plain="The first mail.")
    mail.stores["__attach_version1.0_#00000001"] = inner
    answer = read("deal.msg", compound(mail))
    assert answer.reason is None
    assert answer.facts.schema == "Email"
    assert answer.text.strip() == "See the account."
    values = answer.facts.properties
    assert values["subject"] == ["Die Häfen"]
    assert values["messageId"] == ["seven@example.org"]
    assert values["inReplyTo"] == ["six@example.org"]
    assert answer.people == [
        ("emitters", "Ana Pérez", "ana@example.org"),
        ("recipients", "Ivan Petrov", "ivan@example.org"),
        ("recipients", "Desk", "desk@example.org"),
    ]
    assert answer.members["rows.csv"] == b"a,b\n1,2\n"
    attached = read("Fwd.eml", answer.members["Fwd.eml"])
    assert attached.text.strip() == "The first mail."
    assert attached.people == answer.people


@pytest.mark.parametrize(
    ("body", "text", "members"),
    [
        ({"html": "<p>Straße &amp; Hafen</p>".encode()}, "Straße & Hafen", []),
        (
            {"rtf": b"\x45\0\0\0" + len(RTF).to_bytes(4, "little") + b"MELA\0\0\0\0" + RTF},
            "",
            [RTF],
        ),
        ({"rtf": b"no RTF"}, "", []),
    ],
)
def test_the_text_is_taken_from_what_there_is(
    read: Read, body: dict[str, bytes], text: str, members: list[bytes]
) -> None:
    answer = read("deal.msg", compound(message(**body)))
    assert answer.text.strip() == text
    assert list(answer.members.values()) == members


def test_what_is_no_mail_or_is_broken_has_a_reason(read: Read) -> None:
    contact = properties(TOP, {tag.PID_MESSAGE_CLASS: "IPM.Contact", tag.PID_SUBJECT: "Ana"})
    answer = read("ana.msg", compound(contact))
    assert answer.reason is Reason.UNSUPPORTED
    assert "IPM.Contact" in answer.detail
    data = compound(message(plain="x" * 5000))
    for length in (600, 2000, len(data) - 600):
        assert read("cut.msg", data[:length]).reason is Reason.CORRUPT

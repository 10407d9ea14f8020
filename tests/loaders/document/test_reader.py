"""What comes out of files of each kind; the files are made here."""

import gzip
import io
import mailbox
import sqlite3
import subprocess
import tarfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from PIL import Image, ImageDraw, ImageFont

from engine.document import PageKind, PageReading, Reason
from loaders.document.mail import is_chat_class
from tests.loaders.document.conftest import Read


def mail(subject: str = "The harbour deal") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = '"Ana Pérez" <ana@example.org>'
    message["To"] = "Ivan Petrov <ivan@example.org>, desk@example.org"
    message["Date"] = "Tue, 03 Mar 2020 10:00:00 +0200"
    message["Message-ID"] = "<one@example.org>"
    message["In-Reply-To"] = "<nought@example.org>"
    message.set_content("Please pay into the usual account.")
    return message


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
def test_a_text_is_read_in_its_encoding(read: Read, encoding: str) -> None:
    text = "Договор о поставке: сторона продаёт, другая покупает.\n"
    answer = read("contract.txt", text.encode(encoding))
    assert answer.facts.schema == "PlainText"
    assert answer.text == text


def test_html_is_read_as_a_browser_shows_it(read: Read) -> None:
    page = b"""<!DOCTYPE html><html><head><title>Minutes</title><style>p {}</style>
    <script>alert("no")</script></head><body><p>First&nbsp;item<p>Second<br>item</body></html>"""
    answer = read("page", page)
    assert answer.facts.properties == {"title": ["Minutes"]}
    assert answer.text.split("\n") == ["Minutes", "First item", "Second", "item"]


def test_a_mail_tells_who_wrote_to_whom_and_what_is_attached(read: Read) -> None:
    message = mail()
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="../x.csv")
    message.add_attachment(mail("Inner"))
    answer = read("a.eml", bytes(message))
    assert answer.text.strip() == "Please pay into the usual account."
    assert answer.people == [
        ("emitters", "Ana Pérez", "ana@example.org"),
        ("recipients", "Ivan Petrov", "ivan@example.org"),
        ("recipients", "", "desk@example.org"),
    ]
    values = answer.facts.properties
    assert (values["messageId"], values["inReplyTo"]) == (
        ["one@example.org"],
        ["nought@example.org"],
    )
    assert values["date"] == ["2020-03-03T08:00:00"]
    assert list(answer.members) == ["x.csv", "message.eml"]
    assert b"Subject: Inner" in answer.members["message.eml"]


def test_a_message_of_a_chat_is_no_mail(read: Read) -> None:
    message = mail("Chat with Ivan")
    message["Message-Context"] = "pager-message"
    answer = read("a.eml", bytes(message))
    assert answer.facts.schema == "Message"
    assert ("sender", "Ana Pérez", "ana@example.org") in answer.people
    assert sorted(answer.facts.properties) == ["date", "inReplyTo", "messageId", "subject", "title"]
    assert is_chat_class("IPM.SkypeTeams.Message")
    assert not is_chat_class("IPM.Note")


def test_of_a_mail_in_two_forms_the_plain_one_is_read_once(read: Read) -> None:
    message = mail()
    message.add_alternative("<p>Please pay into the usual account.</p>", subtype="html")
    assert read("a.eml", bytes(message)).text.count("Please pay") == 1


def test_headers_without_encoding_are_read(read: Read) -> None:
    raw = "From: Пётр <p@example.org>\nTo: a@example.org\nSubject: Привет, это важно\n\nText"
    answer = read("a.eml", raw.encode("windows-1251"))
    assert answer.facts.properties["subject"] == ["Привет, это важно"]


def test_a_mailbox_holds_its_mails(read: Read, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for subject in ("One", "Two"):
        box.add(mail(subject))
    box.close()
    answer = read("box", tmp_path / "box")
    assert answer.facts.schema == "Package"
    assert [b"Subject: One" in data for data in answer.members.values()] == [True, False]


def test_outlook_for_mac_is_read(read: Read) -> None:
    folder = "Accounts/ana/com.microsoft.__Messages/Inbox/"
    text = """<emails><email>
      <OPFMessageCopySubject>Lease</OPFMessageCopySubject>
      <OPFMessageCopyBody>The lease ends.</OPFMessageCopyBody>
      <OPFMessageCopySentTime>2019-05-04T10:11:12</OPFMessageCopySentTime>
      <OPFMessageCopyFromAddresses><emailAddress OPFContactEmailAddressName="Ana"
        OPFContactEmailAddressAddress="ana@example.org"/></OPFMessageCopyFromAddresses>
      <OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentName="a.txt"
        OPFAttachmentURL="Accounts/a.txt"/></OPFMessageCopyAttachmentList>
    </email></emails>"""
    members = {
        f"{folder}message_00000.xml": text.encode(),
        "com.microsoft.__Messages/x": b"",
        "Accounts/a.txt": b"attached",
    }
    (made,) = read("box.olm", zipped(**members)).members.values()
    answer = read("a.eml", made)
    assert answer.text.strip() == "The lease ends."
    assert answer.people == [("emitters", "Ana", "ana@example.org")]
    assert answer.members == {"a.txt": b"attached"}


def test_sheets_and_databases_come_out_as_tables(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "share"])
    book.active.append(["Ana", 0.5])
    book.save(tmp_path / "book.xlsx")
    answer = read("book", tmp_path / "book.xlsx")
    assert answer.facts.schema == "Workbook"
    assert answer.tables == {"Sheet": "name,share\nAna,0.5\n"}
    database = sqlite3.connect(tmp_path / "a.db")
    database.execute("CREATE TABLE owner (name TEXT, share REAL)")
    database.execute("INSERT INTO owner VALUES ('Ana, who', 0.5)")
    database.commit()
    database.close()
    assert read("x", tmp_path / "a.db").tables == {"owner": 'name,share\n"Ana, who",0.5\n'}
    answer = read("a.csv", b"name;share\nAna;0,5\nIvan\n")
    assert answer.tables == {"a.csv": 'name,share\nAna,"0,5"\nIvan\n'}


def test_an_archive_holds_its_files_and_their_folders(read: Read) -> None:
    answer = read("x", zipped(**{"a/b/c.txt": b"deep", "top.txt": b"top"}))
    assert answer.members == {"a/b/c.txt": b"deep", "top.txt": b"top"}


def test_a_packed_file_is_one_file_and_a_packed_archive_is_an_archive(read: Read) -> None:
    assert read("note.txt.gz", gzip.compress(b"text")).members == {"note.txt": b"text"}
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        info = tarfile.TarInfo("inner/a.txt")
        info.size = 2
        archive.addfile(info, io.BytesIO(b"hi"))
    assert read("x.tgz", target.getvalue()).members == {"inner/a.txt": b"hi"}


def test_a_scan_in_djvu_is_read_as_an_image(read: Read, tmp_path: Path) -> None:
    image = Image.new("L", (1200, 300), "white")
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 60)
    ImageDraw.Draw(image).text((40, 100), "The harbour was paid twice", "black", font)
    image.convert("1").save(tmp_path / "page.pbm")
    scan = tmp_path / "scan.djvu"
    subprocess.run(["cjb2", "-dpi", "300", tmp_path / "page.pbm", scan], check=True)
    answer = read("scan.djvu", scan)
    assert answer.reason is None
    (page,) = [part for part in answer.parts if isinstance(part, PageReading)]
    assert (page.number, page.kind) == (1, PageKind.SCAN)
    assert page.text.strip() == "The harbour was paid twice"
    assert len(page.words) == 5
    check_text_layer(read, scan)


def check_text_layer(read: Read, scan: Path) -> None:
    """The words of a page's own text have places; those of a line share its place."""
    layer = r"""(page 0 0 1200 300
        (line 120 150 600 210 (word 120 150 240 210 "Der") (word 300 150 600 210 "H\"aupt\303\244"))
        (line 0 0 800 30 "ab cde fg"))"""
    (scan.parent / "layer.txt").write_text(layer)
    command = f"select 1; set-txt {scan.parent}/layer.txt; save"
    subprocess.run(["djvused", "-e", command, scan], check=True)
    (page,) = [part for part in read("scan.djvu", scan).parts if isinstance(part, PageReading)]
    assert (page.kind, page.width, page.height) == (PageKind.TEXT, 1200, 300)
    boxes = [
        (word.text, *(round(side, 3) for side in (word.left, word.top, word.right, word.bottom)))
        for word in page.words
    ]
    assert boxes == [
        ("Der", 0.1, 0.3, 0.2, 0.5),
        ('H"auptä', 0.25, 0.3, 0.5, 0.5),
        ("ab", 0.0, 0.9, 0.148, 1.0),
        ("cde", 0.222, 0.9, 0.444, 1.0),
        ("fg", 0.519, 0.9, 0.667, 1.0),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.pdf", b"", Reason.EMPTY),
        ("broken.pdf", b"%PDF-1.4\nnothing", Reason.CORRUPT),
        ("broken.zip", b"PK\x03\x04 and nothing else", Reason.CORRUPT),
        ("broken.docx", zipped(**{"word/document.xml": b"<w:document"}), Reason.CORRUPT),
        ("sound.mp3", b"ID3\x03\0\0\0\0\0\x0f", Reason.UNSUPPORTED),
        ("unknown.bin", bytes(range(256)), Reason.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_has_a_reason(
    read: Read, name: str, content: bytes, reason: Reason
) -> None:
    answer = read(name, content)
    assert (answer.reason, answer.text) == (reason, "")
    assert answer.detail

"""Records that the files of an import carry badly, or not at all, and lines that are refused."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.graph.record.column import BETWEEN, DELIMITER, QUOTE
from engine.graph.visibility import LITERAL_CAP
from loaders.demo.sample import FOLDER

Row = dict[str, Any]
CONTROL = "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028\ufeff\U0001f600"
TEXTS = (
    '"',
    '""',
    "'",
    "\\",
    "\\n",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "a\r\nb\n",
    " lead ",
    "NULL",
    "null",
    "0",
    CONTROL,
    *CONTROL,
)


def row(id: str, schema: str, /, **properties: list[str]) -> Row:
    return {"id": id, "schema": schema, "properties": properties}


def texts() -> Iterator[Row]:
    """Values that CSV is bad at: quotes, separators, line breaks, nothing, and very much."""
    yield row("plain", "Company", name=["Plain"])
    for number, text in enumerate(TEXTS):
        names, notes = [text, f"N{number}"], ["first", text, text]
        yield row(f"odd{number}", "Company", name=names, notes=notes, alias=[text])
    for number, mark in enumerate((DELIMITER, BETWEEN, QUOTE)):
        name, address = [f"a{mark}b"], [f"x{mark}"]
        yield row(f"mark{number}", "Person", name=name, phone=["+359888000001"], address=address)
    empty = {"name": ["", "second"], "alias": [""], "notes": ["", ""], "country": ["", "cy", ""]}
    yield row("empty", "Company", **empty)
    yield row("none", "Company", name=[], alias=["only"])
    yield row("bare", "Company")
    yield row("long", "Document", bodyText=["word " * 120_000], title=["Long"])
    yield row("lines", "Document", bodyText=["one\ntwo\r\nthree\n\n", "\n"], title=["Li\nnes"])


def sharers() -> Iterator[Row]:
    """Values that few, many and too many records share."""
    for number in range(LITERAL_CAP + 2):
        phones = ["+359888000001"] if number < 3 else []
        phones += ["+359888000002"] if number < LITERAL_CAP else []
        phones += ["+359888000003"] if number <= LITERAL_CAP else []
        address = ["1 Main\nStreet, Sofia"] if number < 2 else []
        name, email = [f"P {number}"], [f"{number}@x.org"]
        yield row(f"p{number}", "Person", name=name, phone=phones, address=address, email=email)


def referrers() -> Iterator[Row]:
    """Nodes that refer to others, twice, to what never comes, and to another dataset."""
    parents = ["plain", "plain", "never", "other:far"]
    yield row("sub", "Company", name=["Sub"], parent=parents, addressEntity=["here"])
    yield row("here", "Address", full=["Here 1"])
    yield row("ban", "Sanction", entity=["own1", "sub"], authority=["A"])


def nodes() -> Iterator[Row]:
    yield from texts()
    yield from sharers()
    yield from referrers()


def edges() -> Iterator[Row]:
    """Edges with several ends, to what never comes, to another dataset, and with typed copies."""
    shares = {"percentage": ["25%", "30"], "startDate": ["2019-02"], "endDate": ["2021"]}
    yield row("own1", "Ownership", owner=["p0", "p1"], asset=["plain", "sub"], **shares)
    role, value = [BETWEEN], ["1\n2"]
    yield row(
        "own2", "Ownership", owner=["other:far"], asset=["lost"], sharesValue=value, role=role
    )
    yield row("own3", "Ownership", owner=["mark0"], asset=["empty"], role=["tab\there"])
    amount = {"amount": ["x", "12.30"], "date": ["2020"]}
    yield row("pay", "Payment", payer=["sub"], beneficiary=["gone"], **amount)
    purpose = {"amount": ["0.1"], "purpose": ["a\nb", "\r"]}
    yield row("pay2", "Payment", payer=["sub"], beneficiary=["sub2", "own1"], **purpose)


REFUSED = (
    b"no json",
    b"",
    b'{"id": "x y", "schema": "Company"}',
    b'{"id": "bad", "schema": "Compny"}',
    b"\xff",
)


def files(folder: Path) -> list[str]:
    """All of them, the demo collection, repetitions, a file cut off, and one that is missing."""
    first = [*edges(), *nodes()]
    repeated = [
        row("plain", "Company", name=["Plain"]),
        row("plain", "Company", name=["Other"]),
        first[0],
    ]
    (folder / "a.ftm.json").write_bytes(
        b"\n".join([*(json.dumps(each).encode() for each in first), *REFUSED])
    )
    with gzip.open(folder / "b.ftm.json.gz", "wb") as out:
        out.writelines(json.dumps(each).encode() + b"\n" for each in repeated)
        out.write(b'{"id": "cut", "sch')
    demo = sorted(str(file) for file in FOLDER.glob("*.json"))
    return [str(folder / "a.ftm.json"), *demo, str(folder / "b.ftm.json.gz"), str(folder / "none")]

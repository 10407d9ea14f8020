"""Content in memory: people with hostile names, and what they own of one another."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from engine.entity import Entity, Literal, Node, Relationship, make_entity, schema_of
from engine.excerpt import measured
from engine.export.content import MeasuredRelationship
from engine.export.format import Format
from engine.export.target import opened

BLNS = Path(__file__).parents[3].parent / "shared" / "data" / "hostile" / "blns.json"
HOSTILE = [
    "=1+1",
    "+4930123456",
    "-2+3",
    "-17.5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'quoted'",
    "a; b",
    "a\\; b\\",
    'say "so"',
    "two\nlines\r\nthree",
    "\x01\x0b\x1b[31m",
    "\ufffe\uffff",
    "_x0041_",
    "<b>&amp;</b>]]>",
    "\U0001f9f6 клубок 毛線球",
    " ",
    "\\u0027 \\\\u0027",
    "`x`",
    "$$rows$$ $$labels$$",
    "//x",
    ";",
    "{}",
    "\u2028\u2029\x85\x7f",
]


def strings() -> list[str]:
    """Strings that break programs."""
    public = orjson.loads(BLNS.read_bytes()) if BLNS.exists() else []
    return [*HOSTILE, *(text for text in public if text and "\0" not in text)]


class MemoryContent:
    """Content that is held in memory."""

    def __init__(self, entities: Sequence[Entity], literals: Sequence[Literal] = ()) -> None:
        self._entities = sorted(entities, key=lambda entity: entity.id)
        self._literals = literals
        self.datasets = sorted({entity.dataset for entity in entities})

    def records(self) -> Iterator[Entity]:
        return iter(self._entities)

    def nodes(self) -> Iterator[Node]:
        nodes: list[Node] = [e for e in self._entities if not schema_of(e.schema).edge]
        return iter(sorted([*nodes, *self._literals], key=lambda node: node.id))

    def relationships(self) -> Iterator[MeasuredRelationship]:
        for entity in self._entities:
            schema = schema_of(entity.schema)
            if schema.source_prop is not None and schema.target_prop is not None:
                ends = (
                    entity.references(schema.source_prop.name),
                    entity.references(schema.target_prop.name),
                )
                for source, target in itertools.product(*ends):
                    yield measured(
                        Relationship(
                            entity.id, schema.name.upper(), entity.dataset, source, target, entity
                        )
                    )


def person(key: str, dataset: str = "d", **properties: list[str]) -> Entity:
    return make_entity(dataset, key, "Person", properties)


def owns(key: str, owner: str, asset: str, **properties: list[str]) -> Entity:
    return make_entity(
        "d", key, "Ownership", {"owner": owner.split(), "asset": asset.split(), **properties}
    )


def crowd() -> MemoryContent:
    """People with hostile names, and what they own of one another."""
    people = [
        person(f"p{n}", name=[text, "plain"], notes=[text]) for n, text in enumerate(strings())
    ]
    edges = [
        owns(f"e{n}", f"p{n}", "p0", percentage=[text]) for n, text in enumerate(strings()) if n
    ]
    dated = owns(
        "dated", "p1", "p2 p3", startDate=["2019"], endDate=["2020-03"], percentage=["25%"]
    )
    paid = make_entity(
        "d", "paid", "Payment", {"payer": ["p1"], "beneficiary": ["p2"], "amount": ["7.5"]}
    )
    parallel = owns("parallel", "p1", "p0")
    return MemoryContent(
        [*people, *edges, dated, parallel, paid], [Literal("literal:phone:+1", "phone", "+1", "d")]
    )


def written(format: Format, content: MemoryContent, path: Path) -> bytes:
    """What a format writes to a file."""
    with opened(str(path)) as target:
        format.write(content, target)
    return path.read_bytes()


def split_cell(cell: str) -> list[str]:
    """The values of a cell: the other way round of ``joined``, written on its own."""
    values, at, text = [], 0, ""
    while at < len(cell):
        if cell[at] == "\\":
            text, at = text + cell[at + 1], at + 2
        elif cell.startswith("; ", at):
            values.append(text)
            text, at = "", at + 2
        else:
            text, at = text + cell[at], at + 1
    return [*values, text]

"""What is read in one step is what graphql-core finds field by field, errors included."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLSchema, execute, parse
from graphql.execution import Executor

from api.plain import PlainExecutor


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.interface
class Thing:
    name: str

    @classmethod
    def resolve_type(cls, value: Any, *_: object) -> str:
        return str(value.kind)


@strawberry.type
class Boat(Thing):
    length: float | None
    crew: list["Person"] | None

    @classmethod
    def is_type_of(cls, *_: object) -> bool:
        return True


@strawberry.type
class Person:
    names: list[str]
    nicknames: list[str | None] | None
    age: int | None
    colour: Colour | None
    alive: bool

    @strawberry.field
    @staticmethod
    def first(root: strawberry.Parent[Any]) -> str | None:
        return root.names[0] if root.names else None

    @strawberry.field
    @staticmethod
    async def later(root: strawberry.Parent[Any]) -> str | None:
        return None


@dataclass(frozen=True)
class Sailor:
    names: Any = ("Ada", "Bo")
    nicknames: Any = None
    age: Any = 30
    colour: Any = Colour.RED
    alive: Any = True


@dataclass(frozen=True)
class Vessel:
    name: Any = "Argo"
    length: Any = 12.5
    crew: Any = field(default_factory=lambda: [Sailor(), Sailor(nicknames=["A", None])])
    kind: str = "Boat"


@strawberry.type
class Query:
    @strawberry.field
    @staticmethod
    def things(root: strawberry.Parent[Any]) -> list[Thing]:
        return root  # type: ignore[no-any-return]

    @strawberry.field
    @staticmethod
    def thing(root: strawberry.Parent[Any], at: int = 0) -> Thing | None:
        return root[at]  # type: ignore[no-any-return]


SCHEMA: GraphQLSchema = strawberry.Schema(Query, types=[Boat])._schema
TEXT = """query($no: Boolean = false) {
  things { __typename kind: name ...B } thing { name ... on Boat { crew { first later: age } } } }
fragment B on Boat { length crew { ...P } }
fragment P on Person { names again: names nicknames age colour alive first
  skipped: first @skip(if: $no) }"""


class Broken:
    """An object without any attribute."""

    kind = "Boat"

    def __repr__(self) -> str:
        return "Broken()"  # without its address: each process has to give the same names to tests


def answered(root: Any, executor: type[Executor[None]], text: str = TEXT) -> Any:
    result = execute(SCHEMA, parse(text), root, executor_class=executor)
    assert isinstance(result, ExecutionResult)
    return result.formatted


SAILOR = Sailor()


@pytest.mark.parametrize(
    "root",
    [
        [Vessel()],
        [Vessel(), Vessel(crew=None, length=None)],
        (Vessel(crew=()),),
        [Vessel(name=None)],
        [Vessel(name=5), Vessel(length=5)],
        [Vessel(length=float("nan"))],
        [Vessel(length="far")],
        [Vessel(crew=[None])],
        [Vessel(crew=7)],
        [Vessel(crew=dict.fromkeys([SAILOR]))],
        [Vessel(crew=[replace(SAILOR, names=["a", None])])],
        [Vessel(crew=[replace(SAILOR, names=[5])])],
        [Vessel(crew=[replace(SAILOR, names=None)])],
        [Vessel(crew=[replace(SAILOR, age=2**40)])],
        [Vessel(crew=[replace(SAILOR, age=True), replace(SAILOR, age=3.0)])],
        [Vessel(crew=[replace(SAILOR, colour="blue")])],
        [Vessel(crew=[replace(SAILOR, alive=None)])],
        [Vessel(crew=[ValueError("lost")])],
        [Vessel(kind="Person")],
        [Vessel(kind="Ship")],
        [Vessel(), Broken()],
        [Broken()],
    ],
    ids=str,
)
def test_answers_and_errors_are_those_of_graphql_core(root: Any) -> None:
    assert answered(root, PlainExecutor) == answered(root, Executor)


def test_what_is_plain_is_read_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    fields: list[str] = []
    slow = Executor.execute_field

    def noted(self: Any, parent: Any, source: Any, details: Any, *rest: Any) -> Any:
        fields.append(details[0].node.name.value)
        return slow(self, parent, source, details, *rest)

    monkeypatch.setattr(Executor, "execute_field", noted)
    answered([Vessel(), Vessel()], PlainExecutor)
    assert fields == ["thing"]  # it has an argument

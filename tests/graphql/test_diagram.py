"""Saved diagrams: each reader gets the places of what they may see, and learns of nothing else."""

from typing import Any

from engine.account import OWNER, Level
from engine.engine import Engine
from tests.graphql.test_investigation import Ask, ask, engine, opened, put

__all__ = ["ask", "engine"]

SAVE = """mutation($in: String!, $places: [DiagramPlaceInput!]!, $id: ID, $version: Int,
    $title: String! = "Who pays", $style: DiagramStyleInput) {
  saveDiagram(investigation: $in, title: $title, places: $places, id: $id, version: $version,
    style: $style) { id version by changedBy places { id } } }"""
OPEN = """query($id: ID!) { diagram(id: $id) {
  title investigation version style { colouring year withoutTypes withoutDatasets }
  places { id x y pinned hidden group } } }"""
LIST = "query($in: String!) { investigation(name: $in) { diagrams { id title } } }"
REMOVE = "mutation($in: String!, $id: ID!) { removeDiagram(investigation: $in, id: $id) }"


def place(id: str, x: float = 0, **more: Any) -> dict[str, Any]:
    return {"id": id, "x": x, "y": 1.5, **more}


STYLE = {
    "colouring": "topic",
    "year": 2019,
    "withoutTypes": ["FAMILY"],
    "withoutDatasets": ["leak", "register"],
}


def kept(ask: Ask) -> tuple[str, list[dict[str, Any]], Any]:
    """A diagram of ada's that ben may change: its investigation, its places, what was answered."""
    name = opened(ask)
    own = put(ask, "ada", name, "Person", name="Magda")["id"]
    share = 'mutation { shareInvestigation(name: "%s", to: "ben", level: WRITE) { to } }'
    ask("ada", share % name)
    places = [
        place("register:cement", 4, pinned=True),
        place("leak:cement", 5, group="Shell companies"),
        place("literal:phone:+49301234567", 6),
        place(own, hidden=True),
    ]
    return name, places, ask("ada", SAVE, **{"in": name}, places=places, style=STYLE)


def seen(ask: Ask, who: str | None, id: str) -> Any:
    """Where a user sees what in a diagram: x by the record's id."""
    found = ask(who, OPEN, id=id)
    return found and {each["id"]: each["x"] for each in found["places"]}


def test_a_diagram_is_kept_and_shows_each_what_they_may_see(ask: Ask) -> None:
    name, places, made = kept(ask)
    assert [each["id"] for each in made["places"]] == [each["id"] for each in places]
    assert (made["version"], made["by"]) == (1, "ada")
    assert ask("ada", OPEN, id=made["id"]) == {
        "title": "Who pays",
        "investigation": name,
        "version": 1,
        "style": STYLE,
        "places": [{"pinned": False, "hidden": False, "group": None, **each} for each in places],
    }
    # ben may not read `leak`: neither its company nor the phone number that only then is shared
    assert seen(ask, "ben", made["id"]) == {"register:cement": 4, places[3]["id"]: 0}
    assert ask("ben", OPEN, id=made["id"])["style"]["withoutDatasets"] == ["register"]
    assert seen(ask, "eve", made["id"]) is None
    assert ask("eve", LIST, **{"in": name}) is None
    assert ask("ben", LIST, **{"in": name})["diagrams"] == [{"id": made["id"], "title": "Who pays"}]


def test_who_sees_a_part_leaves_the_rest_as_it_was(ask: Ask, engine: Engine) -> None:
    name, _, made = kept(ask)
    # ben moves one, takes one out, and names one that he may not see: the rest stays as it was
    again = [place("register:cement", 9), place("leak:boss"), place("nowhere:x")]
    saved = ask("ben", SAVE, **{"in": name}, places=again, id=made["id"], version=1)
    assert (saved["version"], saved["changedBy"]) == (2, "ben")
    assert saved["places"] == [{"id": "register:cement"}]
    assert ask("ada", OPEN, id=made["id"])["style"]["withoutDatasets"] == ["leak"]
    assert seen(ask, "ada", made["id"]) == {
        "leak:cement": 5,
        "literal:phone:+49301234567": 6,
        "register:cement": 9,
    }
    code, message = ask("ada", SAVE, **{"in": name}, places=[], id=made["id"], version=1)
    assert code == "BAD_USER_INPUT"
    assert "ben saved another version" in message
    engine.directory.grant(OWNER, "leak", "ben", Level.READ)
    assert "leak:cement" in seen(ask, "ben", made["id"])


def test_who_may_change_a_diagram(ask: Ask) -> None:
    name, other = opened(ask), opened(ask, "ben")
    ask(
        "ada", f'mutation {{ shareInvestigation(name: "{name}", to: "ben", level: READ) {{ to }} }}'
    )
    made = ask("ada", SAVE, **{"in": name}, places=[place("register:cement")])["id"]
    for who, into, code in (
        ("ben", name, "FORBIDDEN"),
        ("eve", name, "BAD_USER_INPUT"),
        ("ben", other, "BAD_USER_INPUT"),
        (None, name, "UNAUTHENTICATED"),
    ):
        assert ask(who, SAVE, **{"in": into}, places=[], id=made)[0] == code
        assert ask(who, REMOVE, **{"in": into}, id=made)[0] == code
    wrong = ([place("x" * 501)], [place("a", 1e9)], [place("a", group="")])
    for places in wrong:
        assert ask("ada", SAVE, **{"in": name}, places=places)[0] == "BAD_USER_INPUT"
    many = [place(f"register:{number}") for number in range(5_001)]
    assert "at most 5,000" in ask("ada", SAVE, **{"in": name}, places=many)[1]
    assert ask("ada", SAVE, **{"in": name}, places=[], title=" ")[0] == "BAD_USER_INPUT"
    for bad in (
        {"colouring": "<script>"},
        {"withoutTypes": [""]},
        {"withoutSchemata": ["x"] * 1001},
    ):
        assert ask("ada", SAVE, **{"in": name}, places=[], style=bad)[0] == "BAD_USER_INPUT"
    assert ask("ada", REMOVE, **{"in": name}, id=made) is True
    assert ask("ada", OPEN, id=made) is None


def test_diagrams_go_with_their_investigation(ask: Ask, engine: Engine) -> None:
    name = opened(ask)
    made = ask("ada", SAVE, **{"in": name}, places=[place("register:cement")])["id"]
    ask("ada", f'mutation {{ changeInvestigation(name: "{name}", archived: true) {{ name }} }}')
    assert "archived" in ask("ada", SAVE, **{"in": name}, places=[], id=made)[1]
    assert ask("ada", OPEN, id=made)["version"] == 1
    ask("ada", f'mutation {{ deleteInvestigation(name: "{name}") }}')
    assert ask("team", OPEN, id=made) is None
    nodes = engine._connection.read("diagram_count", {"investigation": name})
    assert nodes[0]["count"] == 0


def test_the_model_tells_what_a_form_asks(ask: Ask) -> None:
    fields = "name isEdge source target properties { name label type range required featured }"
    (owns,) = ask(None, f'{{ model(schemata: ["Ownership"]) {{ {fields} }} }}')
    assert (owns["isEdge"], owns["source"], owns["target"]) == (True, "owner", "asset")
    owner = owns["properties"][0]
    assert (owner["name"], owner["range"], owner["required"]) == ("owner", "LegalEntity", True)
    names = [each["name"] for each in ask(None, "{ model { name } }")]
    assert {"Person", "Company", "Note", "Ownership"} <= set(names)
    assert "Thing" not in names
    countries = ask(None, '{ modelChoices(type: "country") { value label } }')
    assert {"value": "gr", "label": "Greece"} in countries
    assert ask(None, '{ modelChoices(type: "name") { value } }') == []
    assert ask(None, '{ model(schemata: ["Spaceship"]) { name } }')[0] == "BAD_USER_INPUT"

"""The contract of design.md, asked over HTTP of the demo collection."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.engine import Engine

CEMENT = "demo_registry:meridian-cement"
DROZDAN = "demo_sanctions:viktor-drozdan"


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine)) as opened:
        yield opened


def asked(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


def refused(client: TestClient, query: str, **variables: Any) -> str:
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    return str(answer["errors"][0]["extensions"]["code"])


def test_entity_by_id_or_null(client: TestClient) -> None:
    nodes = asked(
        client,
        """query($ids: [ID!]!) { entities(ids: $ids) {
          __typename id schema caption dataset { name title } } }""",
        ids=[CEMENT, "nowhere:nothing", "", "\0", "literal:", DROZDAN],
    )["entities"]
    assert [entity and entity["id"] for entity in nodes] == [
        CEMENT,
        None,
        None,
        None,
        None,
        DROZDAN,
    ]
    assert (nodes[0]["__typename"], nodes[0]["schema"]) == ("Company", "Company")
    assert nodes[0]["dataset"]["name"] == "demo_registry"
    assert asked(client, '{ entity(id: "\\u2028") { id } }') == {"entity": None}


def test_typed_fields_equal_the_generic_form(client: TestClient) -> None:
    entity = asked(
        client,
        """query($id: ID!) { entity(id: $id) {
          properties { name type values }
          named: properties(names: ["name", "nope"]) { name }
          ... on LegalEntity { name country }
          ... on Company { jurisdiction }
        } }""",
        id=CEMENT,
    )["entity"]
    generic = {prop["name"]: prop["values"] for prop in entity["properties"]}
    for name in ("name", "country", "jurisdiction"):
        assert entity[name] == generic.get(name, [])
    assert entity["named"] == [{"name": "name"}]


def test_properties_and_reverse_properties_can_be_walked(
    client: TestClient, engine: Engine
) -> None:
    entity = asked(
        client,
        """query($id: ID!) { entity(id: $id) { ... on Company { ownershipAsset(first: 1) {
          totalCount
          nodes { owner { __typename caption } asset { id } percentage }
          edges { cursor node { id } }
          pageInfo { hasNextPage endCursor }
        } } } }""",
        id=CEMENT,
    )["entity"]["ownershipAsset"]
    assert entity["totalCount"] >= 2
    assert entity["nodes"][0]["asset"] == [{"id": CEMENT}]
    assert entity["nodes"][0]["owner"][0]["caption"]
    assert entity["pageInfo"] == {"hasNextPage": True, "endCursor": entity["edges"][0]["cursor"]}


def test_reverse_pages_are_whole_and_do_not_repeat(client: TestClient) -> None:
    query = """query($id: ID!, $after: String) { entity(id: $id) { ... on Company {
      ownershipAsset(first: 1, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor }
      } } } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = asked(client, query, id=CEMENT, after=after)["entity"]["ownershipAsset"]
        seen += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(set(seen)) == len(seen) == page["totalCount"]
    assert refused(client, query, id=CEMENT, after="nonsense") == "BAD_USER_INPUT"


def test_a_page_is_read_in_one_batch_a_property(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("entities", "referrers"):
        real = getattr(engine, name)

        def counted(*arguments: Any, _name: str = name, _real: Any = real, **named: Any) -> Any:
            calls.append(_name)
            return _real(*arguments, **named)

        monkeypatch.setattr(engine, name, counted)
    query = """{ search(filter: { schemata: ["Company"] }, first: 20) { nodes { ... on Company {
      addressEntity { full } ownershipAsset(first: 2) { nodes { owner { caption } } } } } } }"""
    assert len(asked(client, query)["search"]["nodes"]) == 20
    assert calls.count("referrers") == 1
    assert calls.count("entities") <= 4


def test_search_pages_cover_all_hits_once(client: TestClient) -> None:
    query = """query($after: String) {
      search(query: "", filter: { schemata: ["LegalEntity"] }, first: 40, after: $after) {
        totalCount
        edges { cursor highlight node { id ... on LegalEntity { name } } }
        pageInfo { hasNextPage endCursor }
      } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = asked(client, query, after=after)["search"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(set(seen)) == len(seen) == page["totalCount"] > 40


def test_facets_add_up(client: TestClient) -> None:
    query = """{ search(first: 0) {
      totalCount nodes { id } facets(fields: ["dataset"]) { field values { value count } } } }"""
    search = asked(client, query)["search"]
    assert search["nodes"] == []
    assert sum(value["count"] for value in search["facets"][0]["values"]) == search["totalCount"]


def test_expand_agrees_with_edge_counts(client: TestClient) -> None:
    query = """query($id: ID!, $after: String) { entity(id: $id) {
      edgeCounts { type direction count }
      expand(first: 3, after: $after, order: ID) {
        totalCount
        edges { node { id }
          relationship { id type sourceId targetId source { id } entity { schema } } }
        nodes { id }
        pageInfo { hasNextPage endCursor }
      } } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        entity = asked(client, query, id=CEMENT, after=after)["entity"]
        page = entity["expand"]
        for edge in page["edges"]:
            assert CEMENT in (edge["relationship"]["sourceId"], edge["relationship"]["targetId"])
            assert edge["relationship"]["source"]["id"] == edge["relationship"]["sourceId"]
        assert page["nodes"] == [edge["node"] for edge in page["edges"]]
        seen += [edge["relationship"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(seen) == page["totalCount"] == sum(count["count"] for count in entity["edgeCounts"])


def test_a_shared_value_is_an_entity(client: TestClient) -> None:
    query = """query($id: ID!) { entity(id: $id) { expand(types: ["PHONE"], first: 5) {
      edges { node { __typename id schema caption dataset { name } ... on Literal { type value }
        expand { nodes { id } } } } } } }"""
    edges = asked(client, query, id="demo_registry:harbour-logistics")["entity"]["expand"]["edges"]
    literal = edges[0]["node"]
    assert (literal["__typename"], literal["schema"], literal["type"]) == (
        "Literal",
        "Literal",
        "phone",
    )
    assert literal["caption"] == literal["value"]
    assert "demo_sanctions:drozdan-shipping" in [node["id"] for node in literal["expand"]["nodes"]]


def test_paths_name_nodes_and_edges_that_are_there(client: TestClient) -> None:
    result = asked(
        client,
        """query($from: [ID!]!, $to: [ID!]!, $mode: PathMode) {
          paths(from: $from, to: $to, mode: $mode, filter: { types: ["OWNERSHIP"] }) {
            nodes { id } edges { id } paths { nodeIds edgeIds length } truncated { reason } } }""",
        **{"from": [CEMENT], "to": [DROZDAN], "mode": "ALL_SHORTEST"},
    )["paths"]
    nodes, edges = ({item["id"] for item in result[name]} for name in ("nodes", "edges"))
    assert result["paths"]
    for path in result["paths"]:
        assert path["length"] == len(path["edgeIds"]) == len(path["nodeIds"]) - 1 == 5
        assert set(path["nodeIds"]) <= nodes
        assert set(path["edgeIds"]) <= edges


def test_owners_and_holdings_see_the_same_share(client: TestClient) -> None:
    query = """query($up: ID!, $down: ID!) {
      owners(id: $up, at: "2020-01-01") {
        nodes { entity { id } share lowerBound unknown routes { paths { length } } } }
      holdings(id: $down, at: "2020-01-01") { nodes { entity { id } share } } }"""
    answer = asked(client, query, up=CEMENT, down=DROZDAN)
    up = {holding["entity"]["id"]: holding for holding in answer["owners"]["nodes"]}
    down = {holding["entity"]["id"]: holding for holding in answer["holdings"]["nodes"]}
    assert up[DROZDAN]["share"] == pytest.approx(0.324)
    assert down[CEMENT]["share"] == pytest.approx(0.324)
    assert up[DROZDAN]["routes"]["paths"] == [{"length": 5}]
    assert not up[DROZDAN]["unknown"]


def test_subgraph_holds_the_relationships_among_a_set(client: TestClient) -> None:
    ids = [CEMENT, "demo_registry:halcyon-holdings", DROZDAN, "nowhere:nothing"]
    query = """query($ids: [ID!]!) { subgraph(ids: $ids) {
      nodes { id } edges { sourceId targetId type } } }"""
    subgraph = asked(client, query, ids=ids)["subgraph"]
    assert {node["id"] for node in subgraph["nodes"]} == set(ids[:3])
    assert all({edge["sourceId"], edge["targetId"]} <= set(ids) for edge in subgraph["edges"])
    assert "OWNERSHIP" in [edge["type"] for edge in subgraph["edges"]]
    # what they are as entities is read only where somebody asks, in a fragment, say
    query = """query($ids: [ID!]!, $no: Boolean = false) { subgraph(ids: $ids) {
      edges { sourceId targetId type } ...More } }
      fragment More on Subgraph { lines: edges { id ... on Relationship { ...Whole } } }
      fragment Whole on Relationship { entity @skip(if: $no) { id schema ... on Ownership {
        percentage } } }"""
    whole = asked(client, query, ids=ids)["subgraph"]
    assert whole["edges"] == subgraph["edges"]
    assert [line["id"] for line in whole["lines"] if line["entity"]] == [
        line["entity"]["id"] for line in whole["lines"] if line["entity"]
    ]
    assert any((line["entity"] or {}).get("percentage") for line in whole["lines"])
    bare = asked(client, "query($ids: [ID!]!) { subgraph(ids: $ids) { edges { id } } }", ids=ids)
    assert [edge["id"] for edge in bare["subgraph"]["edges"]] == [
        line["id"] for line in whole["lines"]
    ]


def test_datasets_by_name_in_pages(client: TestClient) -> None:
    page = """{ totalCount pageInfo { endCursor }
      nodes { name title entityCount schemata { schema count } } }"""
    first = asked(client, f"{{ datasets(first: 2) {page} }}")["datasets"]
    query = f"query($after: String) {{ datasets(after: $after) {page} }}"
    rest = asked(client, query, after=first["pageInfo"]["endCursor"])["datasets"]
    names = [dataset["name"] for dataset in first["nodes"] + rest["nodes"]]
    assert names == sorted(set(names))
    assert len(names) == first["totalCount"] >= 3
    for dataset in first["nodes"]:
        assert dataset["entityCount"] == sum(count["count"] for count in dataset["schemata"]) > 0
    assert asked(client, '{ dataset(name: "nope") { name } }') == {"dataset": None}
    assert refused(client, query, after="%") == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "query",
    [
        '{ search(after: "nonsense") { nodes { id } } }',
        '{ search(filter: { schemata: ["Nope"] }) { nodes { id } } }',
        '{ search { facets(fields: ["nope"]) { field } } }',
        f'{{ entity(id: "{CEMENT}") {{ expand(after: "nonsense") {{ nodes {{ id }} }} }} }}',
        f'{{ entity(id: "{CEMENT}") {{ expand(types: ["NOPE; DROP"]) {{ nodes {{ id }} }} }} }}',
        f'{{ paths(from: ["{CEMENT}"], to: ["a:b"], maxHops: 1000) {{ paths {{ length }} }} }}',
        f'{{ paths(from: ["{CEMENT}"], to: ["a:b"], maxHops: -1) {{ paths {{ length }} }} }}',
        f'{{ paths(from: ["{CEMENT}"], to: ["a:b"], mode: K_SHORTEST, k: 0) '
        "{ paths { length } } }",
        f'{{ owners(id: "{CEMENT}", minShare: -1) {{ totalCount }} }}',
        f'{{ owners(id: "{CEMENT}", at: "yesterday") {{ totalCount }} }}',
    ],
)
def test_bad_input_is_never_an_internal_error(client: TestClient, query: str) -> None:
    answer = client.post("/graphql", json={"query": query}).json()
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"), error


RANGE = [
    "{ search(first: N) { nodes { id } } }",
    f'{{ entity(id: "{CEMENT}") {{ expand(first: N) {{ nodes {{ id }} }} }} }}',
    f'{{ entity(id: "{CEMENT}") {{ ... on Company {{ ownershipAsset(first: N) '
    "{ totalCount } } } }",
    f'{{ owners(id: "{CEMENT}", first: N) {{ totalCount }} }}',
    "{ datasets(first: N) { nodes { runs { totalCount } } } }",
    "{ datasets { nodes { runs(first: N) { totalCount } } } }",
    "{ grants(first: N) { totalCount } }",
    "{ auditLog(first: N) { nodes { id } } }",
]


@pytest.mark.parametrize("query", RANGE)
def test_the_range_of_a_page_is_the_same_everywhere(client: TestClient, query: str) -> None:
    for size in (-1, 101):
        body = {"query": query.replace("N", str(size), 1)}
        (error,) = client.post("/graphql", json=body).json()["errors"]
        assert error["message"] == f"first: {size} is not between 0 and 100."
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
    for size in (0, 100):
        answer = client.post("/graphql", json={"query": query.replace("N", str(size), 1)}).json()
        assert "first" not in str(answer.get("errors")), size


def test_a_bad_root_field_leaves_the_others_their_answers(client: TestClient) -> None:
    query = """{
      bad: search(after: "nonsense") { nodes { id } }
      worse: owners(id: "a:b", minShare: -1) { nodes { share } }
      good: datasets(first: 1) { nodes { name } pageInfo { startCursor hasPreviousPage } }
    }"""
    headers = {"accept": "application/graphql-response+json"}
    answer = client.post("/graphql", json={"query": query}, headers=headers)
    body = answer.json()
    assert answer.status_code == 200
    assert body["data"]["bad"] is body["data"]["worse"] is None
    assert body["data"]["good"]["nodes"]
    assert {error["path"][0] for error in body["errors"]} == {"bad", "worse"}


def test_a_page_says_whether_others_are_before_it(client: TestClient) -> None:
    page = "nodes { name } edges { cursor } pageInfo { startCursor endCursor hasPreviousPage }"
    query = f"query($after: String) {{ datasets(first: 2, after: $after) {{ {page} }} }}"
    first = asked(client, query)["datasets"]
    assert first["pageInfo"] == {
        "startCursor": first["edges"][0]["cursor"],
        "endCursor": first["edges"][1]["cursor"],
        "hasPreviousPage": False,
    }
    second = asked(client, query, after=first["pageInfo"]["endCursor"])["datasets"]
    assert second["pageInfo"]["hasPreviousPage"] is True
    assert second["pageInfo"]["startCursor"] == second["edges"][0]["cursor"]


def test_health(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True

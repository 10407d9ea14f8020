"""Questions of every kind, and their answers in a form that can be compared."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.execution import Execution, Parameters
from engine.caller import Caller
from engine.engine import Engine
from engine.errors import BadInput
from engine.question import SearchQuestion

NEIGHBOUR = """totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id }
  relationship { id type sourceId targetId source { id } target { id } dataset { name }
    judgement { id by } entity { id caption } } }"""
ENTITIES = "query($ids: [ID!]!) { entities(ids: $ids) { %s } }"
ALL = """__typename id schema caption edgeCounts { type direction count }
  dataset { name title visibility entityCount schemata { schema count } }
  properties { name values entities { id } }
  ... on Literal { type value }
  ... on Company { parent { id } }"""
REFERRERS = (
    """... on Company { ownershipAsset(first: 2) { totalCount pageInfo { hasNextPage }
    edges { cursor node { id percentage owner { id } asset { id } } } } }""",
    """... on LegalEntity { ownershipOwner(first: 2) { totalCount nodes { id } } }
  ... on Document { proven(first: 2) { nodes { id } } provenIntervals(first: 2) {
    pageInfo { hasNextPage } nodes { id } } }""",
)
EXPANSIONS = tuple(
    f"id expand({arguments}) {{ {NEIGHBOUR} }}"
    for arguments in (
        "order: DEGREE_ASC, first: 2",
        "order: DEGREE_DESC, first: 20",
        "order: DATE, first: 3",
        "order: AMOUNT, first: 20, direction: IN",
        'order: ID, first: 20, schemata: ["LegalEntity"], direction: OUT, during: {start: "2010"}',
    )
)
JUDGEMENT = "id verdict leftId rightId left { id } right { id } collection { name } history { id }"
JUDGED = f"""query($ids: [ID!]!, $collection: String) {{ entities(ids: $ids) {{ id
    judgements(first: 1) {{ totalCount pageInfo {{ endCursor }} nodes {{ {JUDGEMENT} }} }}
    profile {{ caption schema truncated records {{ id }} judgements {{ id }} contradictions {{ id }}
      properties {{ name values {{ value recordIds datasets {{ name }} }} }} }} }}
  judgements(first: 2, collection: $collection) {{ totalCount nodes {{ {JUDGEMENT} }} }} }}"""
MENTION = "score detail count places { text } entity { id } document { id }"
MENTIONED = f"""query($ids: [ID!]!, $text: String!) {{ entities(ids: $ids) {{ id
    mentionedIn(first: 2, minScore: 0) {{ totalCount pageInfo {{ endCursor }}
      nodes {{ {MENTION} }} }}
    expand(first: 20, mentions: true) {{ {NEIGHBOUR} }} }}
  screen(text: $text, minScore: 0, first: 20) {{ totalCount nodes {{ value {MENTION} }} }} }}"""
NAMED = f"""query($id: ID!) {{ document(id: $id) {{
    mentions(first: 3, minScore: 0) {{ totalCount nodes {{ {MENTION} }} }} }} }}"""
SEARCH = """query($text: String, $filter: SearchFilter, $sort: SearchSort, $by: PropertyOrder,
  $after: String) {
  search(query: $text, filter: $filter, sort: $sort, sortBy: $by, first: 3, after: $after) {
    totalCount suggestions pageInfo { hasNextPage endCursor }
    edges { cursor highlight score pageCount pageNumber node { id caption } }
    facets(fields: ["schema", "dataset", "country", "year", "topic", "author", "mimetype"]) {
      field values { value count } } } }"""
DOCUMENT = """query($id: ID!, $text: String) { document(id: $id) { title text authors
  page(number: 1) { text } all: pages { totalCount nodes { number text } }
  pages(query: $text, first: 1, sort: SCORE) { totalCount pageInfo { hasNextPage endCursor }
    nodes { id number highlight } } parent { id } children { id } childCount thread { id } } }"""
PATHS = """query($from: [ID!]!, $to: [ID!]!, $mode: PathMode, $filter: HopFilter,
  $hops: [HopFilter!], $avoid: [ID!], $mentions: Boolean) {
  paths(from: $from, to: $to, mode: $mode, k: 4, maxHops: 4, filter: $filter, hops: $hops,
        avoid: $avoid, mentions: $mentions) {
    paths { nodeIds edgeIds length } truncated { reason }
    nodes { id caption } edges { id type sourceId targetId dataset { name } } } }"""
ROWS = """count first last unsummed totals { currency count sum least greatest }
  converted { currency count sum unsummed }"""
NEIGHBOURS = f"""query($id: ID!, $order: TallyOrder, $hops: Int, $after: String) {{
  neighbours(id: $id, order: $order, hops: $hops, first: 2, after: $after) {{
    totalCount currency truncated {{ reason }} pageInfo {{ hasNextPage endCursor }}
    edges {{ cursor node {{ node {{ id caption }} {ROWS} }} }} }} }}"""
GROUPS = f"""query($text: String, $filter: SearchFilter, $by: String!) {{
  search(query: $text, filter: $filter) {{
    aggregate(by: $by, sum: "amount", first: 3) {{ key entity {{ id }} {ROWS} }} }} }}"""
CHANGES = """query($dataset: String) {
  changes(since: "2020-01-01T00:00:00Z", dataset: $dataset, first: 4) {
    totalCount pageInfo { hasNextPage } nodes { id kind properties entity { id } } } }"""
SETS = """query($ids: [ID!]!, $type: ClusterType!) {
  clusters(type: $type, minSize: 2, members: 2, first: 3) {
    key value size entity { id } members { id } }
  overlap(datasets: ["alpha", "beta", "notes"], first: 3) {
    pageInfo { hasNextPage } nodes { key judged entities { id } } }
  neighbourhood(ids: $ids, hops: 2, size: 4) {
    nodes { id } edges { id sourceId targetId } truncated { reason } } }"""
HOLDINGS = """query($id: ID!, $after: String) {
  owners(id: $id, minShare: 0, first: 2, after: $after) { ...H } holdings(id: $id, minShare: 0)
  { ...H } }
fragment H on HoldingConnection { totalCount unknownCount ofItself withoutOwner
  pageInfo { hasNextPage endCursor } truncated { reason }
  doubts { reason entity { id } relationship { id } } nodes { ...N } }
fragment N on Holding { above overstated unnamed entity { id } share lowerBound unknown
  routes { paths { nodeIds edgeIds }
  truncated { reason } nodes { id } edges { id } } }"""
SUBGRAPH = """query($ids: [ID!]!) { subgraph(ids: $ids) { nodes { id }
  edges { id type sourceId targetId entity { id } } truncated { reason } } }"""
DATASET = """name title visibility entityCount schemata { schema count } overdue
  runs { totalCount nodes { id message } }"""
DATASETS = f"""query($name: String!, $after: String) {{ dataset(name: $name) {{ {DATASET} }}
  datasets(first: 2, after: $after) {{ totalCount nodes {{ {DATASET} }}
    pageInfo {{ hasNextPage endCursor }} }}
  late: datasets(overdue: true) {{ totalCount }} }}"""
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"filter": {"maxDegree": 2}},
    {"filter": {"shared": False, "datasets": ["alpha", "notes"]}},
    {"filter": {"types": ["OWNERSHIP", "PHONE", "EMAIL"], "minShare": 0.3}},
    {"filter": {"schemata": ["Company"], "during": {"start": "2010", "end": "2011"}}},
    {"hops": [{}, {}]},
    {"filter": {"judged": False}},
    {"mentions": True},
    {"mentions": True, "filter": {"datasets": ["alpha", "notes"]}},
    {"hops": [{"types": ["PHONE"]}, {"types": ["PHONE"]}]},
    {"filter": {"minAmount": 20, "topics": ["sanction"], "countries": ["dk"]}},
)
"""Few, because Neo4j takes longer to plan each than to answer it."""
TEXTS = (
    "",
    "berg",
    "coca-c*",
    "be* OR nord*",
    "-berg",
    "berh~",
    "berg ferry",
    '"anna berg"',
    "-ferry bodyText:berg",
    "dataset:beta",
    "schema:Company country:dk",
    "phone:+4520102030",
    "nordlcht",
    "coka-cola annna",
    'country:zz OR topic:xx OR "a',
)
WHERE: tuple[dict[str, Any] | None, ...] = (
    None,
    {"datasets": ["beta", "nowhere"]},
    {"schemata": ["LegalEntity"], "countries": ["dk"]},
    {"topics": ["sanction"], "during": {"start": "2009"}},
    {"minAmount": 0, "currency": "EUR", "changedSince": "2020-01-01T00:00:00Z"},
    {"numbers": [{"property": "amount", "max": 50}]},
)
BY = ("payer", "beneficiary", "owner", "asset", "dataset", "schema", "country", "year", "parent")
EXPORTS = ("search", "everything", "alpha", "beta", "nowhere")
SORTS = ("RELEVANCE", "CAPTION", "DATE_ASC", "DATE_DESC", "AMOUNT_ASC", "AMOUNT_DESC", "DEGREE")
ORDERS = (
    None,
    None,
    {"property": "amount"},
    {"property": "date", "descending": False},
    {"property": "startDate"},
)
RATES = "currency,date,EUR\nUSD,,0.9\nUSD,2010,0.75\n"
CLUSTERS = ("PHONE", "EMAIL", "DIRECTOR", "OWNER")
TALLIES = ("TOTAL", "COUNT", "LAST")
MODES = ("SHORTEST", "ALL_SHORTEST", "K_SHORTEST")


@dataclass(frozen=True)
class Question:
    """One GraphQL operation with its variables."""

    text: str
    variables: Mapping[str, Any]


def answers(engine: Engine, caller: Caller, questions: Sequence[Question]) -> list[Any]:
    """What a caller is answered, errors included."""

    async def ask() -> list[Any]:
        execution = Execution(engine)

        async def one(question: Question) -> Any:
            parameters = Parameters(question.text, question.variables)
            return (await execution.answer(parameters, lambda: caller)).body

        return await asyncio.gather(*map(one, questions))

    return asyncio.run(ask())


def taken(engine: Engine, caller: Caller, what: str) -> Any:
    """What a caller can take out as files (one of EXPORTS, or what is near an id), or an error."""
    access = caller.access
    try:
        if what == "search":
            content: Any = engine.search_excerpt(SearchQuestion("berg"), access, edges=True)
        elif what in EXPORTS:
            content = engine.dataset_excerpt(access, None if what == "everything" else [what])
        else:
            content = engine.neighbourhood(what, access, 2)
        parts = (content.records(), content.nodes(), content.relationships())
        return [content.datasets, *(list(map(repr, part)) for part in parts)]
    except BadInput as error:
        return str(error)


def comparable(question: Question, body: Any) -> Any:
    """An answer without what is left to chance: which of several equally short paths are chosen.

    Nor does it matter which of two fields of one operation fails first, or warns first.
    """
    if "warnings" in body.get("extensions", {}):
        warnings = sorted(body["extensions"]["warnings"], key=lambda each: str(each["message"]))
        body = {**body, "extensions": {**body["extensions"], "warnings": warnings}}
    if "errors" in body:
        told = {(error["message"], error["extensions"]["code"]) for error in body["errors"]}
        return {**body, "errors": sorted(told)}
    if question.text != PATHS or body.get("data") is None:
        return body
    mode, result = question.variables["mode"], body["data"]["paths"]
    told = (result["truncated"], body.get("extensions"))
    paths = [(path["length"], *path["nodeIds"]) for path in result["paths"]]
    if mode == "SHORTEST":
        return sorted((path[0], path[1], path[-1]) for path in paths), told
    if mode == "K_SHORTEST":
        return sorted(map(str, without_ties(paths))), told
    parts = (result["paths"], result["nodes"], result["edges"])
    return [sorted(map(str, part)) for part in parts], told


def without_ties(paths: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The k shortest paths of each pair; of the longest, where there are k, only the ends."""
    pairs: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for path in paths:
        pairs.setdefault((path[1], path[-1]), []).append(path)
    for ends, of_pair in pairs.items():
        longest = max(path[0] for path in of_pair)
        for path in of_pair:
            is_tied = len(of_pair) == 4 and path[0] == longest
            yield (path[0], *ends) if is_tied else path


def named(body: Any) -> set[str]:
    """The ids of all nodes in an answer about paths."""
    paths = (body.get("data") or {}).get("paths")
    return {node["id"] for node in paths["nodes"]} if paths else set()


def difference(one: Any, other: Any, at: str = "") -> str | None:
    """Where two answers differ first, and how; None where they do not."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        parts: Iterable[tuple[Any, Any, Any]] = ((key, one[key], other[key]) for key in one)
    elif (
        isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other)
    ):
        parts = zip(range(len(one)), one, other, strict=True)
    else:
        return None if one == other else f"{at}: {one!r} of all, {other!r} of what may be read"
    found = (difference(left, right, f"{at}.{key}") for key, left, right in parts)
    return next((text for text in found if text), None)

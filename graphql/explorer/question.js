// The GraphQL documents that the page asks.

export const CARD = `fragment Card on Entity {
  id schema caption dataset { name title }
  facts: properties(names: ["topics", "country", "nationality", "jurisdiction"]) { name values }
}`;

export const EDGE = `fragment Edge on Relationship {
  id type sourceId targetId dataset { name title }
  judgement { by at note }
  entity { facts: properties(names: [
    "amount", "currency", "percentage", "role", "relationship", "status", "purpose",
    "date", "startDate", "endDate", "sourceUrl"
  ]) { name values } }
}`;

/** What the sentence of a relationship is made of, beside its ends. */
export const TOLD = ["amount", "currency", "percentage", "role", "relationship", "date", "startDate", "endDate"];

export const SEARCH = `query Search($q: String!, $filter: SearchFilter, $after: String, $told: [String!]!) {
  search(query: $q, filter: $filter, first: 20, after: $after) {
    totalCount suggestions
    edges { highlight pageCount pageNumber node { ...Card
      properties(names: $told) { name values entities { id caption } } } }
    pageInfo { hasNextPage endCursor }
    facets(fields: ["schema", "dataset", "country", "topic", "year"]) {
      field values { value count }
    }
  }
} ${CARD}`;

export const RECORD = `query Record($id: ID!) {
  entity(id: $id) {
    ...Card dataset { isInvestigation visibility }
    properties { name label type values entities { id caption schema } }
    edgeCounts { type direction count }
  }
  investigationsWith(record: $id) { name title }
} ${CARD}`;

export const SIMILAR = `query Similar($id: ID!) {
  entity(id: $id) {
    similar(first: 5) {
      nodes { score entity { ...Card } explanation { feature score detail query candidate } }
    }
  }
} ${CARD}`;

export const NEIGHBOURS = `query Neighbours(
  $id: ID!, $types: [String!], $direction: Direction, $after: String, $first: Int
) {
  entity(id: $id) {
    ...Card
    expand(types: $types, direction: $direction, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { ...Card } relationship { ...Edge } }
    }
  }
} ${CARD} ${EDGE}`;

export const SUBGRAPH = `query Subgraph($ids: [ID!]!) {
  subgraph(ids: $ids) { nodes { ...Card } edges { ...Edge } truncated { reason } }
} ${CARD} ${EDGE}`;

export const PATHS = `query Paths(
  $from: [ID!]!, $to: [ID!]!, $mode: PathMode, $k: Int, $maxHops: Int,
  $filter: HopFilter, $avoid: [ID!]
) {
  paths(from: $from, to: $to, mode: $mode, k: $k, maxHops: $maxHops, filter: $filter, avoid: $avoid) {
    nodes { ...Card } edges { ...Edge }
    paths { nodeIds edgeIds length }
    truncated { reason }
  }
} ${CARD} ${EDGE}`;

const HOLDINGS = `
  totalCount
  nodes {
    share lowerBound above unknown unnamed entity { ...Card }
    routes { nodes { ...Card } edges { ...Edge } paths { nodeIds edgeIds } }
  }
  doubts { reason entity { id caption } }
  truncated { reason }`;

export const OWNERS = `query Owners($id: ID!, $at: Date, $minShare: Float) {
  entity(id: $id) { ...Card }
  list: owners(id: $id, at: $at, minShare: $minShare, first: 50) { ${HOLDINGS} }
} ${CARD} ${EDGE}`;

export const OWNED = OWNERS.replace("query Owners", "query Holdings").replace("list: owners", "list: holdings");

export const MENTIONED = `query Mentioned($id: ID!, $after: String) {
  entity(id: $id) { mentionedIn(first: 20, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { value score detail count page document { ...Card } places { text } } } }
} ${CARD}`;

/** The relationships of a record with their dates, as many as a page has. */
export const DATED = `query Dated($id: ID!) {
  entity(id: $id) { expand(first: 100) { totalCount edges { node { ...Card } relationship { ...Edge } } } }
} ${CARD} ${EDGE}`;

export const ME = "{ me { name title roles } }";

export const EXPORTED = `query Exported($ids: [ID!]!) {
  entities(ids: $ids) {
    id schema caption dataset { name title } properties { name type values entities { id } }
  }
}`;

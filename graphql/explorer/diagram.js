// What is drawn, as plain values: nodes and edges by id, how it looks, and the changes that lead from
// one state to the next. A change is [part, id, before, after]: so each can be undone.

/** Nothing is drawn yet. What it looks "without" are names of types and datasets that are not shown. */
export const EMPTY = {
  nodes: {},
  edges: {},
  look: {
    colouring: "schema", width: "value", year: null,
    withoutSchemata: [], withoutTypes: [], withoutDatasets: [],
  },
};

const GOLDEN = Math.PI * (3 - Math.sqrt(5)); // the angle that spreads points evenly, as in a sunflower

/** A record of the API as a node: what the drawing and the lists need of it. */
export function nodeOf(card) {
  const facts = Object.fromEntries((card.facts ?? []).map((fact) => [fact.name, fact.values]));
  const countries = [facts.jurisdiction, facts.country, facts.nationality].flat().filter(Boolean);
  return {
    id: card.id,
    schema: card.schema,
    caption: card.caption,
    dataset: card.dataset?.name ?? null,
    datasetTitle: card.dataset?.title ?? card.dataset?.name ?? null,
    topics: facts.topics ?? [],
    countries: [...new Set(countries)],
  };
}

/** A relationship of the API as an edge. */
export function edgeOf(relationship) {
  const facts = Object.fromEntries(
    (relationship.entity?.facts ?? []).map((fact) => [fact.name, fact.values]),
  );
  return {
    id: relationship.id,
    type: relationship.type,
    source: relationship.sourceId,
    target: relationship.targetId,
    dataset: relationship.dataset?.name ?? null,
    datasetTitle: relationship.dataset?.title ?? relationship.dataset?.name ?? null,
    judgement: relationship.judgement ?? null,
    facts,
  };
}

/** The key of an edge: one with several ends is several edges with one id. */
export const edgeKey = (edge) => `${edge.id} ${edge.source} ${edge.target}`;

/** The changes that bring in nodes and edges, the new nodes around `anchor` or in the middle. */
export function adding(state, nodes, edges, anchor = null) {
  const changes = [];
  const known = { ...state.nodes };
  const fresh = nodes.filter((node) => !known[node.id]);
  const centre = known[anchor] ?? middle(Object.values(state.nodes));
  const start = anchor || Object.keys(known).length === 0 ? 0 : Object.keys(known).length;
  fresh.forEach((node, number) => {
    const radius = 40 * Math.sqrt(start + number + 1);
    const angle = (start + number) * GOLDEN;
    const placed = {
      ...node,
      x: centre.x + radius * Math.cos(angle),
      y: centre.y + radius * Math.sin(angle),
    };
    known[node.id] = placed;
    changes.push(["nodes", node.id, undefined, placed]);
  });
  for (const edge of edges) {
    const key = edgeKey(edge);
    if (!state.edges[key] && known[edge.source] && known[edge.target]) {
      changes.push(["edges", key, undefined, edge]);
    }
  }
  return changes;
}

/** The changes that take nodes away, with their edges. */
export function removing(state, ids) {
  const gone = new Set(ids);
  const edges = Object.entries(state.edges).filter(
    ([, edge]) => gone.has(edge.source) || gone.has(edge.target),
  );
  const nodes = ids.filter((id) => state.nodes[id]);
  return [
    ...edges.map(([key, edge]) => ["edges", key, edge, undefined]),
    ...nodes.map((id) => ["nodes", id, state.nodes[id], undefined]),
  ];
}

/** The changes that give nodes other values: `{id: {x, y}}`, `{id: {hidden: true}}`. */
export function altering(state, values) {
  return Object.entries(values)
    .filter(([id]) => state.nodes[id])
    .map(([id, value]) => ["nodes", id, state.nodes[id], { ...state.nodes[id], ...value }]);
}

/** The changes that give the drawing another look: `{colouring: "topic"}`. */
export const looking = (state, values) =>
  Object.entries(values).map(([name, value]) => ["look", name, state.look[name], value]);

/** The changes that put other nodes, each with its place, edges and a look where those of now are. */
export function replacing(state, nodes, edges, look) {
  const next = {
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
    edges: Object.fromEntries(edges.map((edge) => [edgeKey(edge), edge])),
    look: { ...state.look, ...look },
  };
  return ["nodes", "edges", "look"].flatMap((part) =>
    [...new Set([...Object.keys(state[part]), ...Object.keys(next[part])])]
      .map((id) => [part, id, state[part][id], next[part][id]]));
}

/** The changes that bring in another diagram: as it is there, beside or onto what is drawn. */
export function merging(state, nodes, edges) {
  const fresh = nodes.filter((node) => !state.nodes[node.id]);
  const both = nodes.filter((node) => state.nodes[node.id]);
  const now = Object.values(state.nodes);
  const shift = both.length
    ? apart(middle(both.map(({ id }) => state.nodes[id])), middle(both))
    : beside(now, nodes);
  const placed = fresh.map((node) => ({ ...node, x: node.x + shift.x, y: node.y + shift.y }));
  const changes = placed.map((node) => ["nodes", node.id, undefined, node]);
  return [...changes, ...adding(applied(state, changes), [], edges)];
}

const apart = (there, here) => ({ x: there.x - here.x, y: there.y - here.y });

/** How far nodes have to move to the right to stand beside others. */
function beside(others, nodes) {
  if (others.length === 0 || nodes.length === 0) return { x: 0, y: 0 };
  const right = Math.max(...others.map((node) => node.x));
  const left = Math.min(...nodes.map((node) => node.x));
  return { x: right - left + 150, y: middle(others).y - middle(nodes).y };
}

/** The state after some changes, or before them where `back` is true. */
export function applied(state, changes, back = false) {
  const next = { nodes: { ...state.nodes }, edges: { ...state.edges }, look: { ...state.look } };
  for (const [part, id, before, after] of changes) {
    const value = back ? before : after;
    if (value === undefined) delete next[part][id];
    else next[part][id] = value;
  }
  return next;
}

/** The part of a state that is shown: what was not hidden, and is of no type left out. */
export function shown({ nodes, edges, look }) {
  const [schemata, types, datasets] = [look.withoutSchemata, look.withoutTypes, look.withoutDatasets]
    .map((names) => new Set(names));
  const seen = Object.entries(nodes).filter(
    ([, node]) => !node.hidden && !schemata.has(node.schema) && !datasets.has(node.dataset));
  const left = Object.fromEntries(seen);
  const between = Object.entries(edges).filter(
    ([, { source, target, type, dataset }]) =>
      left[source] && left[target] && !types.has(type) && !datasets.has(dataset));
  return { nodes: left, edges: Object.fromEntries(between), look };
}

/** The middle of some nodes. */
export function middle(nodes) {
  if (nodes.length === 0) return { x: 0, y: 0 };
  const sum = (name) => nodes.reduce((total, node) => total + node[name], 0);
  return { x: sum("x") / nodes.length, y: sum("y") / nodes.length };
}

/** The years that the drawn edges tell of: the first, and the last. */
export function years(state) {
  let first = Infinity;
  let last = -Infinity;
  for (const edge of Object.values(state.edges)) {
    for (const year of edgeYears(edge).filter(Number.isFinite)) {
      first = Math.min(first, year);
      last = Math.max(last, year);
    }
  }
  return first <= last ? [first, last] : null;
}

/** From when to when an edge held, in years; an open end is infinite. */
export function edgeYears(edge) {
  const year = (name) => edge.facts[name]?.map((date) => Number(date.slice(0, 4)))[0];
  const day = year("date");
  return [year("startDate") ?? day ?? -Infinity, year("endDate") ?? day ?? Infinity];
}

// Places for the nodes: six ways to arrange them. Pinned nodes stay where they are.

const GAP = 90;
const MOST_STEPS = 50_000;

/** The ways, and what each is good for. */
export const LAYOUTS = {
  force: "Forces: what is connected comes together",
  tree: "Tree: owners above what they own",
  layers: "Layers: by distance from what is selected",
  circle: "Circle",
  grid: "Grid, by type and name",
  hand: "By hand: drag the nodes",
};

/** The places of a layout of what is seen, by id; null for `force`, which runs in a worker, and for `hand`. */
export function places(name, state, selected) {
  const shown = Object.values(state.nodes);
  if (shown.length === 0) return {};
  if (name === "circle") return circle(sorted(shown));
  if (name === "grid") return grid(sorted(shown));
  if (name === "tree") return rows(ranks(shown, state, roots(shown, state), "owned"), state);
  if (name === "layers") {
    const start = selected.filter((id) => state.nodes[id]);
    return rows(ranks(shown, state, start.length ? start : [busiest(shown, state)], "any"), state);
  }
  return null;
}

/** Run the forces; `onPlaces(places, part)` comes again and again. Returns what stops them. */
export function force(state, onPlaces, onFailure) {
  const worker = new Worker("/static/explorer/force.worker.js");
  const nodes = Object.values(state.nodes);
  worker.onmessage = ({ data }) => {
    onPlaces(data.places, data.done);
    if (data.done === 1) worker.terminate();
  };
  worker.onerror = (event) => (event.preventDefault(), onFailure(event.message));
  worker.postMessage({
    nodes: nodes.map(({ id, x, y, pinned }) => ({ id, x, y, fixed: Boolean(pinned) })),
    edges: Object.values(state.edges)
      .filter((edge) => edge.source !== edge.target)
      .map((edge) => [edge.source, edge.target]),
  });
  return () => worker.terminate();
}

const sorted = (nodes) =>
  [...nodes].sort((a, b) => a.schema.localeCompare(b.schema) || a.caption.localeCompare(b.caption));

function circle(nodes) {
  const radius = (nodes.length * GAP) / (2 * Math.PI) + GAP;
  return Object.fromEntries(
    nodes.map((node, number) => {
      const angle = (2 * Math.PI * number) / nodes.length;
      return [node.id, { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }];
    }),
  );
}

function grid(nodes) {
  const wide = Math.ceil(Math.sqrt(nodes.length));
  return Object.fromEntries(
    nodes.map((node, n) => [node.id, { x: (n % wide) * GAP * 1.6, y: -Math.floor(n / wide) * GAP }]),
  );
}

/** The rank of each node: steps from the nearest start, or below the last of its owners. */
function ranks(shown, state, start, along) {
  const next = new Map(shown.map((node) => [node.id, []]));
  for (const edge of Object.values(state.edges)) {
    if (along === "owned" && edge.type !== "OWNERSHIP") continue;
    next.get(edge.source)?.push(edge.target);
    if (along === "any") next.get(edge.target)?.push(edge.source);
  }
  const rank = new Map(start.map((id) => [id, 0]));
  const queue = [...start];
  for (const id of queue) {
    for (const other of next.get(id) ?? []) {
      const step = rank.get(id) + 1;
      const lower = along === "owned" && step > (rank.get(other) ?? -1) && step < shown.length;
      if (next.has(other) && (!rank.has(other) || lower)) {
        rank.set(other, step);
        queue.push(other);
      }
      if (queue.length > MOST_STEPS) break; // owners that own each other have no last rank
    }
  }
  const last = Math.max(0, ...rank.values()) + 1;
  return shown.map((node) => [node.id, rank.get(node.id) ?? last]);
}

/** What owns something and is owned by nothing that is drawn. */
function roots(shown, state) {
  const owned = Object.values(state.edges).filter((edge) => edge.type === "OWNERSHIP");
  const below = new Set(owned.map((edge) => edge.target));
  const above = new Set(owned.map((edge) => edge.source));
  const found = shown.map((node) => node.id).filter((id) => above.has(id) && !below.has(id));
  return found.length ? found : [busiest(shown, state)];
}

function busiest(shown, state) {
  const count = {};
  for (const edge of Object.values(state.edges)) {
    count[edge.source] = (count[edge.source] ?? 0) + 1;
    count[edge.target] = (count[edge.target] ?? 0) + 1;
  }
  return shown.reduce((best, node) => ((count[node.id] ?? 0) > (count[best.id] ?? 0) ? node : best)).id;
}

/** Each rank in a row; in it a node stands near the middle of what it is connected with above. */
function rows(ranked, state) {
  const levels = new Map();
  for (const [id, rank] of ranked) levels.set(rank, [...(levels.get(rank) ?? []), id]);
  const near = new Map(ranked.map(([id]) => [id, []]));
  for (const { source, target } of Object.values(state.edges)) {
    near.get(source)?.push(target);
    near.get(target)?.push(source);
  }
  const found = {};
  const wanted = (id) => {
    const above = near.get(id).filter((other) => found[other]).map((other) => found[other].x);
    return above.length ? above.reduce((sum, x) => sum + x, 0) / above.length : 0;
  };
  for (const [rank, ids] of [...levels].sort(([a], [b]) => a - b)) {
    const places = ids.map((id) => [id, wanted(id)]).sort(([, a], [, b]) => a - b);
    const middle = places.reduce((sum, [, x]) => sum + x, 0) / places.length;
    places.forEach(([id], n) => {
      const x = middle + (n - (places.length - 1) / 2) * GAP * 2;
      found[id] = { x, y: -rank * GAP * 1.4 };
    });
  }
  return found;
}

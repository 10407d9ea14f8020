// Spreads the nodes by forces, in a thread of its own, and tells their places again and again.

// the library's readers of XML want one when they are loaded; a worker has none, and needs none
self.DOMParser ??= class {};
self.Document ??= class {};
importScripts("graphology.umd.min.js", "graphology-library.min.js");

const ROUNDS = 40;

onmessage = ({ data: { nodes, edges } }) => {
  const graph = new graphology.Graph({ type: "undirected" });
  for (const { id, x, y, fixed } of nodes) graph.addNode(id, { x, y, fixed });
  for (const [source, target] of edges) graph.mergeEdge(source, target);
  const { layoutForceAtlas2: force, layoutNoverlap: apart } = graphologyLibrary;
  const settings = { ...force.inferSettings(graph), adjustSizes: false, linLogMode: false };
  const iterations = graph.order > 1000 ? 8 : 20;
  for (let round = 1; round <= ROUNDS; round++) {
    force.assign(graph, { iterations, settings });
    if (round === ROUNDS && graph.order <= 2000) apart.assign(graph, { maxIterations: 60 });
    const places = {};
    graph.forEachNode((id, { x, y }) => (places[id] = { x, y }));
    postMessage({ places, done: round / ROUNDS });
  }
};

// Diagrams that are kept on the server, in an investigation: saved, opened, deleted.

import { ask } from "./ask.js";
import { edgeOf, nodeOf } from "./diagram.js";
import { SUBGRAPH } from "./question.js";

const BLOCK = 2_500; // half of the ids that `subgraph` takes
const MOST_ASKED = 40; // questions for one diagram
const OPEN = `query Diagram($id: ID!) { diagram(id: $id) {
  id investigation title version by at changedBy changed
  style { colouring width year withoutSchemata withoutTypes withoutDatasets } places { id x y pinned hidden group } } }`;
const SAVE = `mutation Save($investigation: String!, $title: String!, $id: ID, $version: Int,
    $places: [DiagramPlaceInput!]!, $style: DiagramStyleInput) {
  saveDiagram(investigation: $investigation, title: $title, id: $id, version: $version,
    places: $places, style: $style) { id investigation title version } }`;
const REMOVE = `mutation Remove($investigation: String!, $id: ID!) {
  removeDiagram(investigation: $investigation, id: $id) }`;

/** A saved diagram with its nodes and edges, as far as one may see them; null without one. */
export async function opened(id) {
  const { diagram } = (await ask(OPEN, { id })).data;
  if (!diagram) return null;
  const places = new Map(diagram.places.map(({ id: at, ...place }) => [at, place]));
  const { nodes, edges, partly } = await found([...places.keys()]);
  return { ...diagram, nodes: nodes.map((node) => ({ ...node, ...places.get(node.id) })), edges, partly };
}

/** Keep what is drawn; `known` is {id, version} of a diagram that is saved again. */
export async function saved({ investigation, title, known }, state) {
  const places = Object.values(state.nodes).map(({ id, x, y, pinned, hidden, group }) => ({
    id, x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10,
    ...(pinned && { pinned }), ...(hidden && { hidden }), ...(group && { group }),
  }));
  const { data } = await ask(SAVE, { investigation, title, places, style: state.look, ...known });
  return data.saveDiagram;
}

export const removed = (investigation, id) => ask(REMOVE, { investigation, id });

/** All edges between some ids and others: {edges, partly}; `partly` where they are too many to ask. */
export async function connections(some, others, progress = () => {}) {
  const edges = [];
  const all = [...new Set([...some, ...others])];
  if (all.length < 2) return { edges, partly: false };
  const pairs = all.length <= 2 * BLOCK ? [all] : [...paired(blocks(some), blocks(others))];
  let partly = pairs.length > MOST_ASKED;
  for (const [number, ids] of pairs.slice(0, MOST_ASKED).entries()) {
    if (number) progress(`relationships, ${Math.round((100 * number) / pairs.length)} %`);
    const part = await found(ids);
    edges.push(...part.edges);
    partly ||= part.partly;
  }
  return { edges, partly };
}

/** The records with these ids, and the edges among them; nothing where none is there any more. */
async function found(ids) {
  const nothing = { nodes: [], edges: [], partly: false };
  if (ids.length === 0) return nothing;
  try {
    const { nodes, edges, truncated } = (await ask(SUBGRAPH, { ids })).data.subgraph;
    return { nodes: nodes.map(nodeOf), edges: edges.map(edgeOf), partly: Boolean(truncated) };
  } catch (trouble) {
    if (trouble.code === "NOT_FOUND") return nothing;
    throw trouble;
  }
}

function* paired(some, others) {
  const seen = new Set();
  for (const one of some) {
    for (const other of others) {
      const key = [one[0], other[0]].sort().join(" ");
      if (!seen.has(key)) yield [...new Set([...one, ...other])];
      seen.add(key);
    }
  }
}

function blocks(ids) {
  const found = [];
  for (let at = 0; at < ids.length; at += BLOCK) found.push(ids.slice(at, at + BLOCK));
  return found;
}


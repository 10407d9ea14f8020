// Colours and sizes of what is drawn. Every colour stands against white and against black.

import { edgeYears } from "./diagram.js";
import { label } from "./sentence.js";

const PALETTE = [
  "#4477aa", "#cc6677", "#228833", "#aa7711", "#8855bb", "#1199aa", "#bb5599", "#777733", "#996644",
];
const SCHEMATA = {
  Person: "#cc6677", Company: "#4477aa", Organization: "#228833", PublicBody: "#8855bb",
  LegalEntity: "#1199aa", Address: "#999999", Literal: "#999999", Asset: "#aa7711",
  Vessel: "#aa7711", RealEstate: "#996644", Document: "#777733",
};
const WIDEST = 12;

/** Ways to colour the nodes, and what each says. */
export const COLOURINGS = {
  schema: "type",
  dataset: "dataset",
  topic: "sanctioned or politically exposed",
  degree: "number of lines drawn",
};

/** What the widths of the lines may tell. */
export const WIDTHS = { value: "share or amount", share: "share", amount: "amount", none: "nothing" };

/** The same name always has the same colour. */
export function colourOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return PALETTE[sum % PALETTE.length];
}

export const schemaColour = (schema) => SCHEMATA[schema] ?? colourOf(schema);

/** What is flagged at a record, in words; empty where nothing is. */
export function flags(node) {
  const found = [];
  if (node.topics.some((topic) => topic.startsWith("sanction"))) found.push("sanctioned");
  if (node.topics.some((topic) => topic.startsWith("role.pep"))) found.push("politically exposed");
  if (node.topics.some((topic) => topic.startsWith("crime"))) found.push("crime");
  if (node.topics.some((topic) => topic.startsWith("debarment"))) found.push("debarred");
  return found;
}

/** The colour of a node in one of the COLOURINGS. */
export function nodeColour(node, colouring, degree) {
  if (colouring === "dataset") return colourOf(node.dataset ?? "");
  if (colouring === "topic") {
    const [flag] = flags(node);
    return { sanctioned: "#cc3311", "politically exposed": "#aa7711" }[flag] ??
      (flag ? "#8855bb" : "#8a8f98");
  }
  if (colouring === "degree") {
    const steps = ["#8a8f98", "#4477aa", "#228833", "#aa7711", "#cc3311"];
    return steps[Math.min(steps.length - 1, Math.floor(Math.log2(degree + 1)))];
  }
  return schemaColour(node.schema);
}

export const nodeSize = (degree) => 5 + Math.min(14, 2.2 * Math.sqrt(degree));

/** The lines to draw: all edges between two nodes as one, with its text and its width. */
export function lines(state, { year = null, width: told = "value" } = {}) {
  const found = new Map();
  for (const edge of Object.values(state.edges)) {
    const [from, to] = [state.nodes[edge.source], state.nodes[edge.target]];
    if (!from || !to || from === to) continue;
    const key = [edge.source, edge.target].sort().join(" ");
    const line = found.get(key) ?? { key, edges: [], source: edge.source, target: edge.target };
    line.edges.push(edge);
    found.set(key, line);
  }
  for (const line of found.values()) {
    line.directed = line.edges.every((edge) => edge.source === line.source);
    line.text = text(line.edges);
    line.width = Math.min(WIDEST, Math.max(...line.edges.map((edge) => width(edge, told))) + (line.edges.length > 1));
    line.faded = year !== null && line.edges.every((edge) => !holds(edge, year));
  }
  return [...found.values()];
}

/** How many lines each node has, by id. */
export function degrees(drawn) {
  const found = new Map();
  for (const id of drawn.flatMap(({ source, target }) => [source, target])) {
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

function text(edges) {
  const labels = new Map();
  for (const edge of edges) labels.set(label(edge), (labels.get(label(edge)) ?? 0) + 1);
  const shown = [...labels].slice(0, 2).map(([name, count]) => (count > 1 ? `${name} ×${count}` : name));
  return labels.size > 2 ? `${shown.join(", ")} …` : shown.join(", ");
}

function width(edge, told) {
  const amount = Number(edge.facts.amount?.[0]);
  if (amount > 0 && ["value", "amount"].includes(told)) return Math.max(1, Math.log10(amount) - 2);
  const share = parseFloat(edge.facts.percentage?.[0]);
  return share > 0 && ["value", "share"].includes(told) ? 1 + share / 12 : 1.5;
}

const holds = (edge, year) => {
  const [first, last] = edgeYears(edge);
  return first <= year && year <= last;
};

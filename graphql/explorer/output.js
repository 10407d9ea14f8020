// What is drawn, as files: a picture, a graph, a table, FtM, and a report with its sources.

import { ask } from "./ask.js";
import { collapsed } from "./group.js";
import { EXPORTED } from "./question.js";
import { sentence } from "./sentence.js";
import { degrees, flags, lines, nodeColour, nodeSize } from "./style.js";

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// what XML cannot hold is left out
const escape = (text) =>
  String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (letter) => ESCAPES[letter]);
/** The kinds of files: name, and what makes one from {state, look, canvas}; the state is what is seen. */
export const OUTPUTS = {
  "PNG picture": async ({ canvas }) => ["clew.png", await canvas.picture()],
  "SVG picture": ({ state, look }) => ["clew.svg", blob(svg(state, look), "image/svg+xml")],
  "GEXF (Gephi)": ({ state }) => ["clew.gexf", blob(gexf(state), "application/xml")],
  GraphML: ({ state }) => ["clew.graphml", blob(graphml(state), "application/xml")],
  "FtM JSON": async ({ state }) => ["clew.ftm.json", blob(await ftm(state), "application/json")],
  "CSV of relationships": ({ state }) => ["clew.csv", blob(csv(state), "text/csv")],
  "Report to print": ({ state, look }) => ["clew-report.html", blob(report(state, look), "text/html")],
};

/** Let the browser save a file. */
export function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const blob = (text, type) => new Blob([text], { type: `${type};charset=utf-8` });

/** The drawing as SVG; y grows downwards there. */
export function svg(whole, look) {
  const state = collapsed(whole);
  const nodes = Object.values(state.nodes);
  if (nodes.length === 0) return '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>';
  const edges = lines(state, look);
  const degree = degrees(edges);
  const xs = nodes.map((node) => node.x);
  const ys = nodes.map((node) => -node.y);
  const [left, top] = [Math.min(...xs) - 80, Math.min(...ys) - 60];
  const [width, height] = [Math.max(...xs) - left + 220, Math.max(...ys) - top + 60];
  const line = ({ source, target, width: thick, text, faded, directed }) => {
    const [a, b] = [state.nodes[source], state.nodes[target]];
    const [x, y] = [(a.x + b.x) / 2, -(a.y + b.y) / 2];
    return `<line x1="${a.x}" y1="${-a.y}" x2="${b.x}" y2="${-b.y}" stroke="#8a8f98"
      stroke-width="${thick}" opacity="${faded ? 0.2 : 1}"${directed ? ' marker-mid="url(#arrow)"' : ""}/>
      <text x="${x}" y="${y - 3}" font-size="9" text-anchor="middle" fill="#555">${escape(faded ? "" : text)}</text>`;
  };
  const dot = (node) => {
    const size = nodeSize(degree.get(node.id) ?? 0);
    return `<circle cx="${node.x}" cy="${-node.y}" r="${size}"
      fill="${nodeColour(node, look.colouring, degree.get(node.id) ?? 0)}"/>
      <text x="${node.x + size + 3}" y="${-node.y + 4}" font-size="12">${escape(node.caption)}</text>`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}"
    width="${width}" height="${height}" font-family="sans-serif">
    ${edges.map(line).join("")}${nodes.map(dot).join("")}</svg>`;
}

function gexf(state) {
  const nodes = Object.values(state.nodes).map((node) => `<node id="${escape(node.id)}" label="${escape(node.caption)}">
    <attvalues><attvalue for="0" value="${escape(node.schema)}"/><attvalue for="1"
    value="${escape(node.dataset ?? "")}"/></attvalues>
    <viz:position x="${node.x}" y="${node.y}" z="0"/></node>`);
  const edges = Object.values(state.edges).map((edge, number) => `<edge id="${number}" source="${escape(edge.source)}"
    target="${escape(edge.target)}" label="${escape(edge.type)}"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<graph defaultedgetype="directed"><attributes class="node"><attribute id="0" title="schema" type="string"/>
<attribute id="1" title="dataset" type="string"/></attributes>
<nodes>${nodes.join("\n")}</nodes><edges>${edges.join("\n")}</edges></graph></gexf>`;
}

function graphml(state) {
  const data = (key, value) => `<data key="${key}">${escape(value ?? "")}</data>`;
  const nodes = Object.values(state.nodes).map((node) => `<node id="${escape(node.id)}">${data("caption", node.caption)}
    ${data("schema", node.schema)}${data("dataset", node.dataset)}</node>`);
  const edges = Object.values(state.edges).map((edge) => `<edge source="${escape(edge.source)}"
    target="${escape(edge.target)}">${data("type", edge.type)}${data("from", edge.dataset)}</edge>`);
  const keys = [["caption", "node"], ["schema", "node"], ["dataset", "node"], ["type", "edge"], ["from", "edge"]];
  return `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
${keys.map(([key, part]) => `<key id="${key}" for="${part}" attr.name="${key}" attr.type="string"/>`).join("\n")}
<graph edgedefault="directed">${nodes.join("\n")}${edges.join("\n")}</graph></graphml>`;
}

function csv(state) {
  const cell = (value) => {
    const text = Array.isArray(value) ? value.join("; ") : String(value ?? "");
    // a spreadsheet would run a cell that begins so
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = Object.values(state.edges).map((edge) => [
    edge.source, state.nodes[edge.source].caption, edge.type,
    edge.target, state.nodes[edge.target].caption,
    edge.facts.percentage, edge.facts.amount, edge.facts.currency,
    edge.facts.date ?? edge.facts.startDate, edge.facts.endDate, edge.dataset,
  ]);
  const head = ["source_id", "source", "type", "target_id", "target", "percentage", "amount",
    "currency", "start", "end", "dataset"];
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

/** The records themselves, as lines of FtM: nodes, and the edges that are records. */
async function ftm(state) {
  const ids = [...Object.keys(state.nodes), ...Object.values(state.edges).map((edge) => edge.id)];
  const wanted = [...new Set(ids)].filter((id) => id.includes(":"));
  const found = [];
  for (let at = 0; at < wanted.length; at += 100) {
    const { data } = await ask(EXPORTED, { ids: wanted.slice(at, at + 100) });
    found.push(...data.entities.filter((entity) => entity && entity.schema !== "Literal"));
  }
  return found
    .map(({ id, schema, caption, dataset, properties }) => JSON.stringify({
      id, schema, caption, datasets: [dataset.name],
      properties: Object.fromEntries(properties.map((property) => [
        property.name,
        property.entities.length ? property.entities.map((entity) => entity.id) : property.values,
      ])),
    }) + "\n")
    .join("");
}

/** A page that prints well: the picture, who is on it, and each relationship with its source. */
function report(state, look) {
  const nodes = Object.values(state.nodes).sort((a, b) => a.caption.localeCompare(b.caption));
  const edges = Object.values(state.edges);
  const sources = [...new Set([...nodes, ...edges].map((each) => each.datasetTitle).filter(Boolean))].sort();
  const items = edges.map((edge) => {
    const url = edge.facts.sourceUrl?.find((each) => /^https?:/i.test(each));
    const link = url ? ` (<a href="${escape(url)}">source</a>)` : "";
    return `<li>${escape(sentence(edge, state.nodes))}${link}<br><code>${escape(edge.id)}</code></li>`;
  });
  const people = nodes.map((node) => `<tr><td>${escape(node.caption)}</td><td>${escape(node.schema)}</td>
    <td>${escape(flags(node).join(", "))}</td><td>${escape(node.datasetTitle ?? "")}</td>
    <td><code>${escape(node.id)}</code></td></tr>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Report from Clew</title>
<style>body{font:14px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
svg{max-width:100%;height:auto;border:1px solid #ccc}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}
code{font-size:11px;color:#555}li{margin-bottom:.4rem;break-inside:avoid}tr{break-inside:avoid}</style>
<h1>Report from Clew</h1><p>Made on ${new Date().toISOString().slice(0, 10)}. Each statement names the
dataset that makes it. That something is not here does not mean that it is not so.</p>
${svg(state, look)}
<h2>Relationships</h2><ol>${items.join("\n")}</ol>
<h2>Records</h2><table><thead><tr><th>Name</th><th>Type</th><th>Flags</th><th>Dataset</th><th>Id</th></tr></thead>
<tbody>${people.join("\n")}</tbody></table>
<h2>Sources</h2><ul>${sources.map((each) => `<li>${escape(each)}</li>`).join("")}</ul></html>`;
}

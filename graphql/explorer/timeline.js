// What happened when: the dates of a record and of its relationships, in order.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { edgeOf, nodeOf } from "./diagram.js";
import { Busy, Trouble } from "./part.js";
import { html, useState } from "./page.js";
import { DATED } from "./question.js";
import { parts } from "./sentence.js";

/** Asked for when it is opened. */
export function Timeline({ record }) {
  const [state, tell] = useState({});
  const look = async () => {
    tell({ busy: true });
    try {
      const { expand } = (await ask(DATED, { id: record.id })).data.entity;
      tell({ lines: ordered(record, expand.edges), left: expand.totalCount - expand.edges.length });
    } catch (trouble) {
      tell({ trouble });
    }
  };
  return html`<details class="group" onToggle=${(event) =>
    event.target.open && !state.lines && !state.busy && look()}>
    <summary>Timeline</summary>
    <${Busy} busy=${state.busy} /><${Trouble} trouble=${state.trouble} />
    ${state.lines?.length === 0 && html`<p>Nothing about it has a date.</p>`}
    <ol class="timeline">${(state.lines ?? []).map(({ date, text, id, source }) => html`<li>
      <time>${date}</time> <span>${id ? html`<a href=${write("record", id)}>${text}</a>` : text}
      ${source && html` <span class="evidence">[${source}]</span>`}</span></li>`)}</ol>
    ${state.left > 0 && html`<p class="about">and ${state.left.toLocaleString("en")} more relationships</p>`}
  </details>`;
}

function ordered(record, edges) {
  const own = record.properties.filter(({ type }) => type === "date")
    .flatMap(({ label, values }) => values.map((date) => ({ date, text: label })));
  const nodes = { [record.id]: nodeOf(record) };
  for (const { node } of edges) nodes[node.id] = nodeOf(node);
  const told = edges.flatMap(({ node, relationship }) => {
    const edge = edgeOf(relationship);
    const [subject, verb, object] = parts(edge, nodes);
    const { date, startDate, endDate } = edge.facts;
    const line = (when, ends) => ({
      date: when, id: node.id, source: edge.datasetTitle,
      text: `${subject} ${verb} ${object}${ends ? " until then" : ""}`,
    });
    return [...(date ?? []), ...(startDate ?? [])].map((when) => line(when, false))
      .concat((endDate ?? []).map((when) => line(when, true)));
  });
  return [...own, ...told].sort((a, b) => a.date.localeCompare(b.date));
}

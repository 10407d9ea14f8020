// The documents whose text has the name of a record.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { Busy, Card, Trouble } from "./part.js";
import { html, useState } from "./page.js";
import { SEARCH } from "./question.js";

const SHOWN = 8;

/** Asked for when it is opened. */
export function Mentions({ record, actions }) {
  const [state, tell] = useState({});
  const name = record.caption.replaceAll('"', " ").trim();
  const q = `"${name}"`;
  const look = async () => {
    tell({ busy: true });
    try {
      const { search } = (await ask(SEARCH, { q, filter: { schemata: ["Document"] } })).data;
      const hits = search.edges.filter(({ node }) => node.id !== record.id);
      tell({ hits: hits.slice(0, SHOWN), total: search.totalCount });
    } catch (trouble) {
      tell({ trouble });
    }
  };
  return html`<details class="group" onToggle=${(event) =>
    event.target.open && !state.hits && !state.busy && look()}>
    <summary>Documents that name it</summary>
    <${Busy} busy=${state.busy} /><${Trouble} trouble=${state.trouble} />
    ${state.hits?.length === 0 && html`<p>None that you may see.</p>`}
    <ul class="cards">${(state.hits ?? []).map(({ node, highlight }) => html`
      <${Card} key=${node.id} card=${node} highlight=${highlight} words=${name} actions=${actions} />`)}</ul>
    ${state.total > SHOWN && html`<p><a href=${write("search", "", { q, schema: "Document" })}>
      All ${state.total.toLocaleString("en")}</a></p>`}
  </details>`;
}

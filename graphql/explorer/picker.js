// Finds one record by its name: for the ends of paths, and for records that name others.

import { ask } from "./ask.js";
import { nodeOf } from "./diagram.js";
import { about, Busy, Trouble } from "./part.js";
import { html, useState } from "./page.js";
import { SEARCH } from "./question.js";

const SHOWN = 8;

/** A box with its hits; `take(node)` gets the one that is chosen, of `schemata` if given. */
export function Picker({ label, schemata, take, children }) {
  const [text, type] = useState("");
  const [state, tell] = useState({});
  const look = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!text.trim()) return;
    tell({ busy: true });
    try {
      const { data } = await ask(SEARCH, { q: text, filter: schemata ? { schemata } : {} });
      tell({ hits: data.search.edges.slice(0, SHOWN).map(({ node }) => nodeOf(node)) });
    } catch (trouble) {
      tell({ trouble });
    }
  };
  const chosen = (node) => {
    tell({});
    type("");
    take(node);
  };
  // a form cannot be in another one: so Enter is taken here
  return html`<div class="picker">
    <input type="search" value=${text} aria-label=${`${label}: search for a name`}
      placeholder="Search for a name" onInput=${(event) => type(event.target.value)}
      onKeyDown=${(event) => event.key === "Enter" && look(event)} />
    <button type="button" onClick=${look}>Search</button>${children}
    <${Busy} busy=${state.busy} /><${Trouble} trouble=${state.trouble} />
    ${state.hits?.length === 0 && html`<p role="status">Nothing is found by that.</p>`}
    <ul class="choices">${(state.hits ?? []).map((node) => html`<li key=${node.id}>
      <button type="button" class="link" onClick=${() => chosen(node)}>${node.caption}</button>
      <span class="about">${about(node)}</span></li>`)}</ul></div>`;
}

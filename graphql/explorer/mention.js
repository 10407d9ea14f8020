// The documents that name a record, each page by itself, and those whose text has its name.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { Busy, Trouble } from "./part.js";
import { html, useState } from "./page.js";
import { MENTIONED } from "./question.js";

/** Asked for when it is opened. */
export function Mentions({ record }) {
  const [state, tell] = useState({ found: [] });
  const name = record.caption.replaceAll('"', " ").trim();
  const look = async () => {
    tell({ ...state, busy: true });
    try {
      const { data } = await ask(MENTIONED, { id: record.id, after: state.next ?? null });
      const { nodes, pageInfo } = data.entity.mentionedIn;
      tell({
        found: [...state.found, ...nodes.filter(({ document }) => document)],
        next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
        asked: true,
      });
    } catch (trouble) {
      tell({ ...state, busy: false, trouble });
    }
  };
  return html`<details class="group" onToggle=${(event) =>
    event.target.open && !state.asked && !state.busy && look()}>
    <summary>Documents that name it</summary>
    <${Busy} busy=${state.busy} /><${Trouble} trouble=${state.trouble} />
    ${state.asked && state.found.length === 0 && html`<p>None that you may see.</p>`}
    <ul class="rows">${state.found.map(({ document, page, value, score, count, detail }) => html`
      <li key=${`${document.id} ${page} ${value}`}>
        <a href=${write("document", document.id, { q: `"${value}"`, page })}>${document.caption}</a>, page ${page}
        <div class="about">“${value}”${count > 1 ? `, ${count} times` : ""} · ${Math.round(score * 100)} % likely${detail ? `: ${detail}` : ""}</div></li>`)}</ul>
    ${state.next && html`<button onClick=${look}>More</button>`}
    ${state.asked && html`<p><a href=${write("search", "", { q: `"${name}"`, schema: "Document" })}>Search for “${name}” in documents</a></p>`}
  </details>`;
}

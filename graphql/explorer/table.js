// A table: sorted by a click on a heading, and filtered by what one types.

import { Trouble as Failure } from "./ask.js";
import { Busy, Trouble, useAnswer } from "./part.js";
import { html, useMemo, useState } from "./page.js";

const SHOWN = 100; // rows at a time
const MOST_BYTES = 20e6; // of a table that is read into the page

export function Table({ id }) {
  const address = `/documents/${encodeURIComponent(id)}/tables/1.csv`;
  const { answer, trouble, busy } = useAnswer((signal) => load(address, signal), id);
  const [filter, type] = useState("");
  const [sorting, sort] = useState({ column: -1, down: false });
  const [shown, show] = useState(SHOWN);
  const rows = useMemo(() => answer ? arranged(answer.rows, filter, sorting) : [], [answer, filter, sorting]);
  if (!answer) return html`<${Busy} busy=${busy} /><${Trouble} trouble=${trouble} />`;
  const by = (column) => sort({ column, down: sorting.column === column && !sorting.down });
  const order = (column) => sorting.column === column ? (sorting.down ? "descending" : "ascending") : null;
  return html`<div><div class="filters"><label>Only rows with <input type="search" value=${filter}
      onInput=${(event) => (type(event.target.value), show(SHOWN))} /></label>
      <a class="button" href=${address} download>Save as CSV</a></div>
    <p role="status">${rows.length.toLocaleString("en")} of ${answer.rows.length.toLocaleString("en")} rows</p>
    <div class="scroll" tabindex="0" role="region" aria-label="The table"><table class="rows">
      <thead><tr>${answer.head.map((name, column) => html`<th scope="col" aria-sort=${order(column)}>
        <button class="link" onClick=${() => by(column)}>${name || `column ${column + 1}`}
        ${order(column) && html`<span aria-hidden="true">${sorting.down ? " ↓" : " ↑"}</span>`}</button></th>`)}</tr></thead>
      <tbody>${rows.slice(0, shown).map((row) => html`<tr>${answer.head.map((_, column) =>
        html`<td>${row[column] ?? ""}</td>`)}</tr>`)}</tbody></table></div>
    ${rows.length > shown && html`<button onClick=${() => show(shown + SHOWN)}>More rows</button>`}</div>`;
}

async function load(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) {
    const told = await answer.json().catch(() => null);
    throw new Failure(told?.errors?.[0]?.message ?? `Clew answered with status ${answer.status}.`);
  }
  if (Number(answer.headers.get("Content-Length")) > MOST_BYTES) {
    throw new Failure("The table is too large for this page: save it as CSV.");
  }
  const [head = [], ...rows] = parsed(await answer.text());
  return { head, rows };
}

/** The rows of a CSV text. */
function parsed(text) {
  const rows = [];
  let row = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  for (let found; cell.lastIndex < text.length && (found = cell.exec(text)); ) {
    row.push(found[1] !== undefined ? found[1].replaceAll('""', '"') : found[2]);
    if (found[3] !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

function arranged(rows, filter, { column, down }) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = words.length
    ? rows.filter((row) => {
      const text = row.join("\n").toLowerCase();
      return words.every((word) => text.includes(word));
    }) : [...rows];
  if (column < 0) return kept;
  const number = (text) => (/^[-+]?[\d.,\s]*\d%?$/.test(text) ? parseFloat(text.replace(/[,\s]/g, "")) : NaN);
  kept.sort((a, b) => {
    const [one, other] = [a[column] ?? "", b[column] ?? ""];
    const [left, right] = [number(one), number(other)];
    return Number.isNaN(left) || Number.isNaN(right) ? one.localeCompare(other) : left - right;
  });
  return down ? kept.reverse() : kept;
}

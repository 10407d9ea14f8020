// A document: its pages with the words found, its table, its mails, and what it is in.

import { ask } from "./ask.js";
import { go, write } from "./address.js";
import { size } from "./document_list.js";
import { Busy, marked, Trouble, useAnswer, Warnings } from "./part.js";
import { html, useEffect, useState } from "./page.js";
import { Sheet } from "./sheet.js";
import { Table } from "./table.js";
import { Thread } from "./thread.js";

const DOCUMENT = `query Document($id: ID!) { document(id: $id) {
  id title fileName mediaType languages date authors state reason detail fileUrl textUrl
  size confidence childCount
  record { id schema dataset { name title } }
  ancestors { id title } children(first: 50) { id title record { schema } }
  thread { id title date authors }
  pages(first: 1) { totalCount nodes { number } }
} }`;
const HITS = `query Hits($id: ID!, $q: String, $after: String) { document(id: $id) {
  pages(query: $q, first: 20, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { number highlight } } } }`;
const TEXT = "query Text($id: ID!) { document(id: $id) { text } }";
const TABULAR = ["Table"];
const IMAGED = ["Pages", "Image"];

export function DocumentView({ id, parameters, actions, me }) {
  const { answer, trouble, busy, wait } = useAnswer(
    (signal, onWait) => ask(DOCUMENT, { id }, { signal, onWait }), id);
  const document = answer?.data.document;
  if (!document) {
    return html`<section><${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />
      <${Warnings} warnings=${answer?.warnings} /></section>`;
  }
  const { schema } = document.record;
  const change = (values) => go("document", id, { ...parameters, ...values });
  const paged = document.pages.totalCount > 0 && !TABULAR.includes(schema);
  return html`<section class="document" aria-label=${document.title}>
    <p class="crumbs">${document.ancestors.map((each) => html`
      <a href=${write("document", each.id)}>${each.title}</a> / `)}</p>
    <h2>${document.title}</h2>
    <p class="about">${facts(document)}</p>
    ${document.reason && html`<p class="warning">${document.detail ?? document.reason.toLowerCase()}</p>`}
    ${document.state === "WAITING" && html`<p role="status">It waits to be read.</p>`}
    <p class="buttons">
      ${document.fileUrl && html`<a class="button" href=${document.fileUrl} download=${document.fileName ?? ""}>Save the file</a>`}
      ${document.textUrl && html`<a class="button" href=${document.textUrl} download>Save its text</a>`}
      ${IMAGED.includes(schema) && document.state === "READ" && html`<a class="button" download
        href=${`/documents/${encodeURIComponent(id)}/searchable.pdf`}>Save as a PDF with text</a>`}
      <a class="button" href=${write("record", id)}>Its record</a></p>
    ${document.thread.length > 1 && html`<${Thread} mails=${document.thread} id=${id} />`}
    <${Inside} document=${document} />
    ${document.pages.totalCount === 0 && html`<${Body} key=${id} id=${id} />`}
    ${TABULAR.includes(schema) && html`<${Table} id=${id} />`}
    ${paged && html`<${Pages} id=${id} total=${document.pages.totalCount} parameters=${parameters}
      change=${change} actions=${actions} me=${me} />`}
  </section>`;
}

function facts({ record, mediaType, languages, date, authors, size: bytes, confidence, pages }) {
  return [
    record.dataset.title, mediaType, bytes && size(bytes), languages.join(", "), date,
    authors.length > 0 && `by ${authors.join(", ")}`,
    pages.totalCount > 0 && `${pages.totalCount.toLocaleString("en")} ${pages.totalCount === 1 ? "page" : "pages"}`,
    confidence !== null && `read by OCR, ${Math.round(confidence * 100)} % sure`,
  ].filter(Boolean).join(" · ");
}

/** The text of what has no pages: of a mail, say. */
function Body({ id }) {
  const { answer, trouble } = useAnswer((signal) => ask(TEXT, { id }, { signal }), id);
  const text = answer?.data.document?.text;
  return html`<div><${Trouble} trouble=${trouble} />${text && html`<div class="words">${text}</div>`}</div>`;
}

/** What was found in it: attachments, the files of an archive, the sheets of a workbook. */
function Inside({ document: { children, childCount } }) {
  if (childCount === 0) return null;
  return html`<details class="group" open=${childCount < 10}><summary>In it: ${childCount.toLocaleString("en")}</summary>
    <ul class="rows">${children.map(({ id, title }) => html`<li key=${id}>
      <a href=${write("document", id)}>${title}</a></li>`)}</ul>
    ${childCount > children.length && html`<p class="about">and ${childCount - children.length} more</p>`}</details>`;
}

/** One page of it, and a search for others. */
function Pages({ id, total, parameters, change, actions, me }) {
  const q = parameters.q ?? "";
  const [text, type] = useState(q);
  useEffect(() => type(q), [q]);
  const found = useAnswer((signal) => q ? ask(HITS, { id, q }, { signal }) : null, `${id} ${q}`);
  const hits = q && found.answer?.data.document?.pages;
  const number = Math.min(total, Math.max(1, Number(parameters.page) || hits?.nodes?.[0]?.number || 1));
  const search = (event) => {
    event.preventDefault();
    change({ q: text.trim(), page: "" });
  };
  const waits = q && !parameters.page && !found.answer && !found.trouble;
  return html`<div>
    <div class="turning">
      <form role="search" onSubmit=${search}><input type="search" value=${text} aria-label="Search in this document"
        placeholder="Search in this document" onInput=${(event) => type(event.target.value)} /><button>Search</button></form>
      <span><button disabled=${number <= 1} onClick=${() => change({ page: number - 1 })} aria-label="The page before">‹</button>
      <label>Page <input type="number" min="1" max=${total} value=${number}
        onChange=${(event) => change({ page: event.target.value })} /></label> of ${total.toLocaleString("en")}
      <button disabled=${number >= total} onClick=${() => change({ page: number + 1 })} aria-label="The next page">›</button></span>
    </div>
    <${Trouble} trouble=${found.trouble} /><${Warnings} warnings=${found.answer?.warnings} />
    ${hits && html`<p role="status">${hits.totalCount === 0 ? "No page has these words."
      : `${hits.totalCount.toLocaleString("en")} ${hits.totalCount === 1 ? "page has" : "pages have"} these words:`}
      ${" "}${hits.nodes.map((hit) => html`<a class="chip" key=${hit.number} aria-current=${hit.number === number ? "page" : null}
        href=${write("document", id, { ...parameters, page: hit.number })}>${hit.number}</a>`)}</p>
      ${hits.nodes.filter((hit) => hit.number === number && hit.highlight).map((hit) => html`
        <p class="highlight">${marked(hit.highlight)}</p>`)}`}
    ${!waits && html`<${Sheet} key=${`${id} ${number}`} id=${id} number=${number} q=${q}
      highlight=${hits?.nodes?.find((hit) => hit.number === number)?.highlight} actions=${actions} me=${me} />`}</div>`;
}

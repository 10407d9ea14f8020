// The small parts that several panels show: a record as a card, what is asked, what went wrong.

import { nodeOf } from "./diagram.js";
import { write } from "./address.js";
import { html, useEffect, useState } from "./page.js";
import { flags, schemaColour } from "./style.js";

/** A record in a list: its name leads to its page, the button draws it. */
export function Card({ card, highlight, words: said, actions, edge, draw, children }) {
  const node = nodeOf(card);
  const drawn = Boolean(actions.state().nodes[node.id]);
  return html`<li class="card">
    <span class="dot" style=${{ background: schemaColour(node.schema) }}></span>
    <div>
      <a href=${address(node, said)}>${node.caption}</a>
      ${flags(node).map((flag) => html` <span class="flag">${flag}</span>`)}
      <div class="about">${about(node)}</div>
      ${highlight && html`<div class="highlight">${marked(highlight)}</div>`}
      ${children}
    </div>
    ${!edge && html`<button class="small" disabled=${drawn} title="Bring it into the drawing"
      aria-label=${`Draw ${node.caption}`} onClick=${draw ?? (() => actions.draw([node]))}>
      ${drawn ? "drawn" : "draw"}</button>`}
  </li>`;
}

const READ = ["Document", "Pages", "Page", "Image", "PlainText", "HyperText", "Table", "Workbook",
  "Email", "Package", "Folder", "Audio", "Video", "Message"];

/** Whether a record is a document, which is read and not entered by hand. */
export const isRead = ({ schema }) => READ.includes(schema);

/** Where a name leads: a document to its pages, with the words looked for; else to its record. */
const address = ({ id, schema }, said) => isRead({ schema }) && schema !== "Page"
  ? write("document", id, { q: said }) : write("record", id);

/** Type, countries and dataset of a record, in one line. */
export const about = (node) =>
  [words(node.schema), node.countries.join(", "), node.datasetTitle].filter(Boolean).join(" · ");

/** A schema's name as words: "public body". */
export const words = (schema) => schema.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();

/** A highlight of the API: its <em> marks become elements, and all else stays text. */
export function marked(highlight) {
  const text = (escaped) => {
    const area = document.createElement("textarea"); // decodes entities and runs nothing
    area.innerHTML = escaped;
    return area.value;
  };
  return highlight
    .split(/<em>(.*?)<\/em>/)
    .map((piece, number) => (number % 2 ? html`<mark>${text(piece)}</mark>` : text(piece)));
}

/** What a question answers: {answer, trouble, busy, wait}; asked again when `key` changes. */
export function useAnswer(question, key) {
  const [told, tell] = useState({ busy: true });
  useEffect(() => {
    const leaving = new AbortController();
    tell((before) => ({ ...before, busy: true, trouble: null, wait: 0 }));
    const asking = async () =>
      await question(leaving.signal, (wait) => tell((before) => ({ ...before, wait })));
    asking()
      .then((answer) => tell({ answer, busy: false }))
      .catch((trouble) => trouble.name === "AbortError" || tell({ trouble, busy: false }));
    return () => leaving.abort();
  }, [key]);
  return told;
}

/** What somebody does by a button: [{busy, trouble, done}, act]; `act(change)` runs it. */
export function useAct() {
  const [state, tell] = useState({});
  const act = async (change) => {
    tell({ busy: true });
    try {
      tell({ done: (await change()) ?? true });
    } catch (trouble) {
      tell({ trouble });
    }
  };
  return [state, act];
}

/** A button that asks again before it does what cannot be undone. */
export function Sure({ text, sure, disabled, act }) {
  const [asked, ask] = useState(false);
  if (!asked) return html`<button disabled=${disabled} onClick=${() => ask(true)}>${text} …</button>`;
  return html`<span class="sure" role="group" aria-label=${text}>${sure}
    <button class="danger" onClick=${() => (ask(false), act())}>${text}</button>
    <button onClick=${() => ask(false)}>Leave it</button></span>`;
}

/** The address at which one signs in, and comes back here. */
export const signIn = () =>
  `/signin?next=${encodeURIComponent(location.pathname + location.hash)}`;

/** Says that something is being asked, after a moment, and for how long. */
export function Busy({ busy, wait }) {
  const [seconds, count] = useState(0);
  useEffect(() => {
    if (!busy) return count(0);
    const timer = setInterval(() => count((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [busy]);
  if (!busy) return null;
  const why = wait ? `Clew is busy: asked again in ${wait} s` : "Asking";
  return html`<p class="busy" role="status">${why} … ${seconds > 1 ? `${seconds} s` : ""}</p>`;
}

/** What went wrong, and what to do. */
export function Trouble({ trouble }) {
  if (!trouble) return null;
  const forbidden = ["UNAUTHENTICATED", "FORBIDDEN"].includes(trouble.code);
  return html`<p class="trouble" role="alert">${trouble.message}
    ${forbidden && html` <a href=${signIn()}>Sign in</a>`}</p>`;
}

/** The warnings of an answer: what was left out, and why. */
export function Warnings({ warnings }) {
  return (warnings ?? []).map((warning) => html`<p class="warning" role="status">${warning}</p>`);
}

// One page of a document: its image with the found words boxed, and its text beside it.

import { ask } from "./ask.js";
import { drafted, useDraft } from "./draft.js";
import { Busy, Trouble, useAct, useAnswer } from "./part.js";
import { html, useMemo, useState } from "./page.js";

const PAGE = `query Page($id: ID!, $number: Int!) { document(id: $id) { page(number: $number) {
  id number text method reason languages confidence readText
  words { text left top right bottom confidence }
  revisions { id by at note replaced }
  order { state detail languages }
} } }`;
const CORRECT = `mutation Correct($id: ID!, $number: Int!, $text: String!, $note: String) {
  correctPage(document: $id, page: $number, text: $text, note: $note) { id } }`;
const AGAIN = `mutation Again($id: ID!, $numbers: [Int!]!, $languages: [String!]) {
  readPagesAgain(document: $id, pages: $numbers, languages: $languages) { number } }`;
const SURE = 0.75; // below this a word is to be compared with the image

export function Sheet({ id, number, q, highlight, actions, me }) {
  const [version, again] = useState(0);
  const [zoom, magnify] = useState(1);
  const draft = `correction ${me?.name} ${id} ${number}`;
  const [editing, edit] = useState(drafted(draft));
  const { answer, trouble, busy, wait } = useAnswer(
    (signal, onWait) => ask(PAGE, { id, number }, { signal, onWait }), `${id} ${number} ${version}`);
  const page = answer?.data.document?.page;
  const wanted = useMemo(() => sought(q, highlight), [q, highlight]);
  const pieces = useMemo(() => page && inPieces(page.text, page.words), [page]);
  if (!page) {
    return html`<${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />
      ${answer && html`<p class="warning">There is no such page, or none that you may see.</p>`}`;
  }
  const doubtful = page.words.filter(({ confidence }) => confidence !== null && confidence < SURE).length;
  const done = () => (edit(false), again(version + 1));
  return html`<div class="sheet" data-imaged=${page.method ? "" : null}>
    ${page.method && html`<figure>
      <div class="buttons"><button onClick=${() => magnify(zoom * 1.4)} aria-label="Enlarge the page">+</button>
        <button onClick=${() => magnify(Math.max(0.5, zoom / 1.4))} aria-label="Make the page smaller">−</button></div>
      <${Picture} id=${id} number=${number} words=${page.words} wanted=${wanted} zoom=${zoom} /></figure>`}
    <div class="text">
      <p class="about">${told(page)}${doubtful > 0 ? ` ${doubtful} words are doubtful: compare them with the image.` : ""}</p>
      ${page.order?.state === "WAITING" && html`<p role="status">It waits to be read again.</p>`}
      ${editing && me
        ? html`<${Editor} id=${id} page=${page} draft=${draft} done=${done} leave=${() => edit(false)} />`
        : html`<div class="words" lang=${tongue(page.languages[0])}>${pieces.map((piece) => shown(piece, wanted))}</div>
          ${me && page.method && html`<p class="buttons"><button onClick=${() => edit(true)}>Correct the text</button>
            <${Reread} id=${id} number=${number} done=${done} actions=${actions} /></p>`}`}
      ${page.revisions.map(({ id: key, by, at, note, replaced }) => html`<details class="group" key=${key}>
        <summary>Corrected by ${by} on ${at.slice(0, 10)}${note ? `: ${note}` : ""}</summary>
        <p class="about">Before that it said:</p><div class="words">${replaced}</div></details>`)}
    </div></div>`;
}

/** A language as HTML names it: "en" for "eng"; null for one that no browser knows. */
function tongue(code) {
  const [known] = code ? Intl.getCanonicalLocales(code) : [];
  return known?.length === 2 ? known : null;
}

const HOW = { TEXT: "The text is the file's own.", SCAN: "The text was read from the image by OCR.",
  MIXED: "The text is the file's own, and read from its images." };

const told = ({ method, reason, confidence, languages }) => [
  HOW[method] ?? (method ? `${method.toLowerCase()}.` : ""),
  reason && `(${reason})`,
  confidence !== null && `OCR is ${Math.round(confidence * 100)} % sure.`,
  languages.length > 0 && `Language: ${languages.join(", ")}.`,
].filter(Boolean).join(" ");

/** The image with a box around each word that was looked for. */
function Picture({ id, number, words, wanted, zoom }) {
  const [missing, miss] = useState(false);
  const [here, arrive] = useState(false);
  const boxes = words.filter(({ text }) => wanted.has(bare(text)));
  const box = ({ left, top, right, bottom }) => html`<rect x=${left - 0.003} y=${top - 0.003}
    width=${right - left + 0.006} height=${bottom - top + 0.006} vector-effect="non-scaling-stroke" />`;
  return html`<div>${missing && html`<p class="warning">There is no image of this page here: only the places of its words.</p>`}
    ${!missing && !here && html`<${Busy} busy=${true} />`}
    <div class="scroll" tabindex="0" role="region" aria-label="The image of the page">
    <div class="picture" data-missing=${missing ? "" : null} style=${{ width: `${zoom * 100}%` }}>
    ${!missing && html`<img src=${`/documents/${encodeURIComponent(id)}/pages/${number}.png?width=1600`} alt=${`Page ${number}`}
      onLoad=${() => arrive(true)} onError=${() => miss(true)} />`}
    <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true" data-boxes=${boxes.length}>
      ${missing && words.map((word) => html`<rect class="other" x=${word.left} y=${word.top}
        width=${word.right - word.left} height=${word.bottom - word.top} vector-effect="non-scaling-stroke" />`)}
      ${boxes.map(box)}</svg></div></div></div>`;
}

function Editor({ id, page, draft, done, leave }) {
  const [{ text, note }, write, forget] = useDraft(draft, { text: page.text, note: "" });
  const [state, act] = useAct();
  const save = (event) => {
    event.preventDefault();
    act(async () => {
      await ask(CORRECT, { id, number: page.number, text, note });
      forget();
      done();
    });
  };
  return html`<form class="column" onSubmit=${save}>
    <label>What the page says <textarea rows="24" value=${text} onInput=${(event) => write({ text: event.target.value, note })}></textarea></label>
    <label>Why <input value=${note} onInput=${(event) => write({ text, note: event.target.value })} /></label>
    <p class="about">What was read is kept.</p><${Trouble} trouble=${state.trouble} />
    <p class="buttons"><button class="main" disabled=${state.busy}>Save</button>
      <button type="button" onClick=${() => (forget(), leave())}>Cancel</button></p></form>`;
}

function Reread({ id, number, done, actions }) {
  const read = () => actions.busy("Asking", async () => {
    const languages = (prompt("In which languages? For example: deu, eng. Empty to have them found.") ?? "")
      .split(/[\s,]+/).filter(Boolean);
    await ask(AGAIN, { id, numbers: [number], languages });
    done();
    return "The page is read again soon.";
  });
  return html`<button onClick=${read}>Read it again …</button>`;
}

/** The words that were looked for, as they are compared. */
function sought(q, highlight) {
  const found = [...(highlight ?? "").matchAll(/<em>(.*?)<\/em>/g)].map(([, each]) => each);
  const typed = q.replace(/\b\w+:/g, " ").split(/[\s"()*~^]+/).filter((each) => !["AND", "OR", "NOT"].includes(each));
  return new Set([...found.flatMap((each) => each.split(/\s+/)), ...typed].map(bare).filter(Boolean));
}

const bare = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");

/** The text in pieces: words with how sure they are, and what stands between them. */
function inPieces(text, words) {
  const unsure = new Map(); // how often each word was doubtful, and how often it comes at all
  for (const word of words) {
    const key = bare(word.text);
    unsure.set(key, [...(unsure.get(key) ?? []), word.confidence !== null && word.confidence < SURE]);
  }
  return text.split(/(\s+)/).map((piece) => {
    const said = unsure.get(bare(piece));
    return { text: piece, doubtful: Boolean(said?.shift()) };
  });
}

function shown({ text, doubtful }, wanted) {
  const key = bare(text);
  const inner = key && wanted.has(key) ? html`<mark>${text}</mark>` : text;
  return doubtful ? html`<span class="doubtful" title="OCR is not sure of this word">${inner}</span>` : inner;
}

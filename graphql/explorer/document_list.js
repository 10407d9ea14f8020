// The documents of an investigation: what became of each file, and dropping others in.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { Busy, Trouble, useAnswer } from "./part.js";
import { html, useEffect, useRef, useState } from "./page.js";
import { dropped, Upload } from "./upload.js";

const FILES = `query Files($name: String!, $after: String, $states: [FileState!], $reasons: [FileReason!]) {
  dataset(name: $name) { fileCounts { state reason count }
  files(first: 50, after: $after, states: $states, reasons: $reasons) { pageInfo { hasNextPage endCursor }
    nodes { id name path size state reason detail pages } } } }`;
const RETRY = "mutation Retry($name: String!) { retryFiles(dataset: $name) }";
const WAITING = ["WAITING"];
const EVERY = 1500; // milliseconds between two looks at what is being read

/** A size for people. */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** step).toLocaleString("en", { maximumFractionDigits: 1 })} ${units[step]}`;
}

export function Documents({ one, may, actions }) {
  const { name } = one;
  const [version, again] = useState(0);
  const [uploads, start] = useState([]);
  const [kind, choose] = useState(""); // a state, or a state and a reason: "FAILED ENCRYPTED"
  const [length, show] = useState(1); // pages of the list
  const { answer, trouble, busy } = useAnswer(
    (signal) => listed(name, kind, length, signal), `${name} ${version} ${kind} ${length}`);
  const found = answer;
  const pending = (found?.fileCounts ?? [])
    .filter(({ state }) => WAITING.includes(state)).reduce((sum, { count }) => sum + count, 0);
  const total = (found?.fileCounts ?? []).reduce((sum, { count }) => sum + count, 0);
  useEffect(() => {
    if (!pending || busy) return undefined;
    const timer = setTimeout(() => again((now) => now + 1), EVERY);
    return () => clearTimeout(timer);
  }, [pending, busy, version]);
  const take = (files) => {
    const begun = files.map(({ file, path }) => new Upload(name, file, path));
    start((before) => [...before, ...begun]);
    for (const upload of begun) {
      upload.run(() => start((now) => [...now])).then(() => again((now) => now + 1));
    }
  };
  const failed = found?.fileCounts.some(({ state }) => state === "FAILED");
  return html`<div>
    ${may.write && html`<${Drop} take=${take} />`}
    <${Running} uploads=${uploads} take=${(upload) => upload.run(() => start((now) => [...now]))
      .then(() => again((now) => now + 1))} />
    <${Trouble} trouble=${trouble} />
    <p role="status">${pending ? `${pending} of ${total} wait to be read, or are being read …` : ""}</p>
    ${!found && html`<${Busy} busy=${busy} />`}
    ${found && total === 0 && html`<p>No documents yet.</p>`}
    ${total > 0 && html`<label>Show <select value=${kind} onChange=${(event) => (show(1), choose(event.target.value))}>
      <option value="">all ${total.toLocaleString("en")}</option>
      ${found.fileCounts.map((each) => html`<option value=${[each.state, each.reason].filter(Boolean).join(" ")}>
        ${told(each)} (${each.count.toLocaleString("en")})</option>`)}</select></label>`}
    ${failed && may.write && html`<p><button onClick=${() => actions.busy("Asking to read them again",
      async () => (await ask(RETRY, { name }), again(version + 1)))}>Read what failed again</button></p>`}
    <ul class="cards">${(found?.files ?? []).map((file) => html`<li class="card" key=${file.id}><div>
      <a href=${write("document", file.id)}>${file.name}</a>
      <div class="about">${[file.path !== file.name && file.path, size(file.size),
        file.pages > 0 && `${file.pages} ${file.pages === 1 ? "page" : "pages"}`].filter(Boolean).join(" · ")}</div>
      <div class=${file.state === "FAILED" ? "trouble" : "about"}>${told(file)}</div></div></li>`)}</ul>
    ${found?.more && html`<button disabled=${busy} onClick=${() => show(length + 1)}>More</button>`}</div>`;
}

/** The first pages of the list: {fileCounts, files, more}; null where there is no such dataset. */
async function listed(name, kind, length, signal) {
  const [state, reason] = kind.split(" ");
  const wanted = { name, states: state ? [state] : null, reasons: reason ? [reason] : null };
  const files = [];
  let after = null;
  for (let page = 1; ; page += 1) {
    const { dataset } = (await ask(FILES, { ...wanted, after }, { signal })).data;
    if (!dataset) return null;
    files.push(...dataset.files.nodes);
    after = dataset.files.pageInfo.endCursor;
    const more = dataset.files.pageInfo.hasNextPage;
    if (page === length || !more) return { fileCounts: dataset.fileCounts, files, more };
  }
}

/** The state of a file in words, with the reason. */
const told = ({ state, reason, detail }) =>
  [state.toLowerCase(), reason && reason.toLowerCase().replaceAll("_", " "), detail]
    .filter(Boolean).join(": ");

/** Where files are dropped, or chosen. */
function Drop({ take }) {
  const [over, hover] = useState(false);
  const files = useRef();
  const folder = useRef();
  const drop = async (event) => {
    event.preventDefault();
    hover(false);
    take(await dropped(event.dataTransfer));
  };
  const chosen = (event) => {
    take([...event.target.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
    event.target.value = "";
  };
  return html`<div class="drop" data-over=${over ? "" : null} onDrop=${drop}
      onDragOver=${(event) => (event.preventDefault(), hover(true))} onDragLeave=${() => hover(false)}>
    <p>Drop files or folders here: mails, scans, spreadsheets, archives.</p>
    <p class="buttons"><button onClick=${() => files.current.click()}>Choose files</button>
      <button onClick=${() => folder.current.click()}>Choose a folder</button></p>
    <input type="file" multiple hidden ref=${files} onChange=${chosen} aria-label="Files" />
    <input type="file" webkitdirectory hidden ref=${folder} onChange=${chosen} aria-label="Folder" /></div>`;
}

function Running({ uploads, take }) {
  const shown = uploads.filter((each) => each.state !== "taken");
  const taken = uploads.length - shown.length;
  if (uploads.length === 0) return null;
  return html`<div><p role="status">${taken} of ${uploads.length} ${uploads.length === 1 ? "file is" : "files are"} here.</p>
    <ul class="rows">${shown.map((each) => html`<li key=${each.id}>${each.path}
      <progress max=${each.file.size || 1} value=${each.sent} aria-label=${`${each.path}: sent`}></progress>
      <span class=${each.trouble ? "trouble" : "about"}>${each.trouble?.message ??
        `${each.state}, ${size(each.sent)} of ${size(each.file.size)}`}</span>
      ${each.trouble && html` <button class="small" onClick=${() => take(each)}>Go on</button>`}</li>`)}</ul></div>`;
}

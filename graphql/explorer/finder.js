// The path finder: two ends, filters, and the paths as sentences, each step with its source.

import { ask } from "./ask.js";
import { go } from "./address.js";
import { edgeOf, nodeOf } from "./diagram.js";
import { Busy, Trouble, useAnswer, Warnings } from "./part.js";
import { html } from "./page.js";
import { Picker } from "./picker.js";
import { PATHS } from "./question.js";
import { parts } from "./sentence.js";

const NAMES = "query Names($ids: [ID!]!) { entities(ids: $ids) { id caption } }";
const MODES = {
  SHORTEST: "the shortest",
  ALL_SHORTEST: "all of the shortest",
  K_SHORTEST: "the five shortest",
};

export function Finder({ parameters, actions }) {
  const change = (values) => go("paths", "", { ...parameters, ...values });
  const { from = "", to = "" } = parameters;
  return html`<section aria-label="Find a path">
    <${End} label="From" ids=${split(from)} actions=${actions}
      choose=${(ids) => change({ from: ids.join(" ") })} />
    <${End} label="To" ids=${split(to)} actions=${actions}
      choose=${(ids) => change({ to: ids.join(" ") })} />
    <${Filters} parameters=${parameters} change=${change} />
    ${from && to
      ? html`<${Paths} key=${JSON.stringify(parameters)} parameters=${parameters}
          actions=${actions} change=${change} />`
      : html`<p>Choose both ends: search for them, or take what is selected in the drawing.</p>`}
  </section>`;
}

/** Ids of an address, one after the other. */
const split = (ids) => ids.split(" ").filter(Boolean);

/** One end of the paths: one record or several. */
function End({ label, ids, choose, actions }) {
  const selected = [...actions.selected()].filter((id) => !ids.includes(id));
  // an address names ids alone
  const unnamed = ids.filter((id) => actions.name(id) === id);
  useAnswer(async (signal) => {
    if (unnamed.length === 0) return;
    const { entities } = (await ask(NAMES, { ids: unnamed }, { signal })).data;
    actions.learn(entities.filter(Boolean));
  }, unnamed.join(" "));
  const take = (node) => {
    actions.learn([node]);
    choose([...new Set([...ids, node.id])]);
  };
  return html`<fieldset class="end"><legend>${label}</legend>
    ${ids.map((id) => html`<span class="chip">${actions.name(id)}
      <button class="small" aria-label=${`Take ${actions.name(id)} out`}
        onClick=${() => choose(ids.filter((each) => each !== id))}>×</button></span>`)}
    <${Picker} label=${label} take=${take}>
      ${selected.length > 0 && html`<button type="button"
        onClick=${() => choose([...ids, ...selected])}>Take the ${selected.length} selected</button>`}<//>
  </fieldset>`;
}

function Filters({ parameters, change }) {
  const field = (name, label, extra) => html`<label>${label}
    <input name=${name} value=${parameters[name] ?? ""} ...${extra}
      onChange=${(event) => change({ [name]: event.target.value.trim() })} /></label>`;
  return html`<div class="filters">
    <label>Find <select value=${parameters.mode ?? "SHORTEST"}
      onChange=${(event) => change({ mode: event.target.value })}>
      ${Object.entries(MODES).map(([mode, text]) => html`<option value=${mode}>${text}</option>`)}
    </select></label>
    ${field("hops", "in at most … steps", { type: "number", min: 1, max: 12, placeholder: "6" })}
    <details><summary>Only some relationships</summary>
      ${field("types", "Types", { placeholder: "OWNERSHIP PAYMENT" })}
      ${field("datasets", "Datasets", { placeholder: "all" })}
      ${field("start", "In force from", { placeholder: "2019" })}
      ${field("end", "to", { placeholder: "2024-06" })}
      ${field("share", "Shares of at least … %", { type: "number", min: 0, max: 100 })}
      ${field("degree", "Through nodes with at most … relationships", { type: "number", min: 0 })}
      <label><input type="checkbox" checked=${parameters.shared !== "no"}
        onChange=${(event) => change({ shared: event.target.checked ? "" : "no" })} />
        through shared addresses and numbers</label>
    </details>
  </div>`;
}

/** What is asked of the API. */
function variables(parameters) {
  const filter = { shared: parameters.shared !== "no" };
  if (parameters.types) filter.types = parameters.types.toUpperCase().split(/[\s,]+/);
  if (parameters.datasets) filter.datasets = parameters.datasets.split(/[\s,]+/);
  if (parameters.share) filter.minShare = Number(parameters.share) / 100;
  if (parameters.degree) filter.maxDegree = Number(parameters.degree);
  if (parameters.start || parameters.end) {
    filter.during = { start: parameters.start || null, end: parameters.end || null };
  }
  return {
    from: split(parameters.from),
    to: split(parameters.to),
    mode: parameters.mode || "SHORTEST",
    k: 5,
    maxHops: Number(parameters.hops || 6),
    filter,
    avoid: split(parameters.avoid ?? ""),
  };
}

function Paths({ parameters, actions, change }) {
  const { answer, trouble, busy, wait } = useAnswer(
    (signal, onWait) => ask(PATHS, variables(parameters), { signal, onWait }),
    JSON.stringify(parameters),
  );
  const result = answer?.data.paths;
  const avoided = split(parameters.avoid ?? "");
  if (result) actions.learn(result.nodes.map(nodeOf));
  return html`<div><${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />
    <${Warnings} warnings=${answer?.warnings} />
    ${avoided.length > 0 && html`<p>Without ${avoided.map((id) => html`<span class="chip">
      ${actions.name(id)} <button class="small" aria-label=${`No longer avoid ${actions.name(id)}`}
        onClick=${() => change({ avoid: avoided.filter((each) => each !== id).join(" ") })}>×</button>
      </span>`)}</p>`}
    ${result?.paths.length === 0 && html`<p role="status">There is no path with these conditions
      among what you may see.</p>`}
    ${result && html`<${PathList} result=${result} actions=${actions}
      avoid=${(id) => change({ avoid: [...avoided, id].join(" ") })} />`}</div>`;
}

/** Paths as sentences; also for the routes of a holding. */
export function PathList({ result, actions, avoid }) {
  const nodes = Object.fromEntries(result.nodes.map((card) => [card.id, nodeOf(card)]));
  const edges = result.edges.map(edgeOf);
  const steps = (path) => path.edgeIds.map((id, at) => {
    const ends = [path.nodeIds[at], path.nodeIds[at + 1]];
    return edges.find((edge) => edge.id === id && ends.includes(edge.source) && ends.includes(edge.target));
  }).filter(Boolean);
  const draw = (paths) => {
    const ids = new Set(paths.flatMap((path) => path.nodeIds));
    actions.draw([...ids].map((id) => nodes[id]), paths.flatMap(steps), null, "Draw a path");
  };
  return html`<div>
    ${result.paths.length > 1 && html`<p><button onClick=${() => draw(result.paths)}>
      Draw all ${result.paths.length} paths</button></p>`}
    ${result.truncated && html`<p class="warning">There may be more: ${result.truncated.reason}</p>`}
    <ol class="paths">${result.paths.map((path) => html`<li>
      <ol class="steps">${steps(path).map((edge) => {
        const [subject, verb, object, rest] = parts(edge, nodes);
        return html`<li>${subject} <em>${verb}</em> ${object}${rest}${" "}
          <span class="evidence">[${edge.datasetTitle ?? ""}]
          ${edge.facts.sourceUrl?.map((url) => /^https?:/i.test(url) && html` <a href=${url}
            target="_blank" rel="noreferrer noopener">source</a>`)}</span></li>`;
      })}</ol>
      <p class="buttons"><button onClick=${() => draw([path])}>Draw it</button>
      ${avoid && path.nodeIds.slice(1, -1).map((id) => html`<button class="small"
        onClick=${() => avoid(id)}>avoid ${nodes[id]?.caption ?? id}</button>`)}</p>
    </li>`)}</ol></div>`;
}

// Runs of cross-referencing: those that one may see, and starting another.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { Busy, signIn, Trouble, useAct, useAnswer } from "./part.js";
import { html, useEffect, useState } from "./page.js";

const RUNS = `{ xrefRuns(first: 50) { nodes {
  id state source { name title } collection { name title } by queued done total secondsLeft message
  statistics { pairs judged } } }
  datasets(first: 100) { nodes { name title isInvestigation } }
  investigations(first: 100) { nodes { name title level archived } } }`;
const START = `mutation Start($source: String!, $collection: String!, $scope: XrefScope, $inside: Boolean) {
  xref(source: $source, collection: $collection, scope: $scope, inside: $inside) { id } }`;
const STOP = "mutation Stop($id: ID!) { stopXref(id: $id) { id } }";
const RESUME = "mutation Resume($id: ID!) { resumeXref(id: $id) { id } }";
const UNDER_WAY = ["QUEUED", "RUNNING"];
const EVERY = 1500; // milliseconds between two looks at a run

export function Runs({ me, actions }) {
  const [version, again] = useState(0);
  const { answer, trouble, busy } = useAnswer((signal) => ask(RUNS, {}, { signal }), version);
  const [state, act] = useAct();
  const runs = answer?.data.xrefRuns.nodes ?? [];
  const working = runs.some((run) => UNDER_WAY.includes(run.state));
  useEffect(() => {
    if (!working || busy) return undefined;
    const timer = setTimeout(() => again(version + 1), EVERY);
    return () => clearTimeout(timer);
  }, [working, busy, version]);
  const change = (mutation, id) => act(async () => {
    await ask(mutation, { id });
    again(version + 1);
  });
  const datasets = answer?.data.datasets.nodes ?? [];
  const writable = (answer?.data.investigations.nodes ?? [])
    .filter(({ level, archived }) => level !== "READ" && !archived);
  return html`<section aria-label="Cross-referencing"><h2>Cross-referencing</h2>
    <p>Which records of two datasets tell of the same person or company? A run proposes pairs; you judge them.</p>
    <${Trouble} trouble=${trouble ?? state.trouble} />${!answer && html`<${Busy} busy=${busy} />`}
    ${!me && html`<p><a href=${signIn()}>Sign in</a> to start a run and to judge.</p>`}
    ${me && answer && html`<${Start} datasets=${datasets} writable=${writable}
      started=${() => (actions.say("The run has its turn soon."), again(version + 1))} />`}
    <h3>Runs</h3>
    ${answer && runs.length === 0 && html`<p>None yet that you may see.</p>`}
    <ul class="cards">${runs.map((run) => html`<li class="card" key=${run.id}><div>
      <a href=${write("review", run.id)}>${run.source.title}</a>
      <div class="about">for ${run.collection.title} · by ${run.by} on ${run.queued.slice(0, 10)}</div>
      <div role=${UNDER_WAY.includes(run.state) ? "status" : null}>${told(run)}</div>
      ${me && UNDER_WAY.includes(run.state) && html`<button class="small" onClick=${() => change(STOP, run.id)}>Stop</button>`}
      ${me && ["STOPPED", "FAILED"].includes(run.state) && html`<button class="small" onClick=${() => change(RESUME, run.id)}>Go on</button>`}
    </div></li>`)}</ul></section>`;
}

function told({ state, done, total, secondsLeft, message, statistics: { pairs, judged } }) {
  const found = `${pairs.toLocaleString("en")} ${pairs === 1 ? "pair" : "pairs"}, ${judged.toLocaleString("en")} judged`;
  if (state === "QUEUED") return "waits for its turn";
  if (state === "RUNNING") {
    const part = total ? `${Math.round((100 * done) / total)} %` : "under way";
    const left = secondsLeft ? `, about ${Math.ceil(secondsLeft)} s left` : "";
    return `${part}${left}; ${found}`;
  }
  if (state === "FAILED") return `failed: ${message}`;
  return state === "STOPPED" ? `stopped; ${found}` : found;
}

function Start({ datasets, writable, started }) {
  const [state, act] = useAct();
  const start = (event) => {
    event.preventDefault();
    const { source, against, collection, inside } = event.target.elements;
    const scope = against.value ? { datasets: [against.value] } : null;
    act(async () => {
      await ask(START, {
        source: source.value, collection: collection.value, scope, inside: inside.checked,
      });
      started();
    });
  };
  if (writable.length === 0) {
    return html`<p>Pairs are kept in an investigation that you may add to.
      <a href=${write("investigations")}>Open one</a> first.</p>`;
  }
  const options = datasets.map(({ name, title }) => html`<option value=${name}>${title}</option>`);
  return html`<details class="group"><summary>Start a run</summary><form class="column" onSubmit=${start}>
    <label>Look for the records of <select name="source">${options}</select></label>
    <label>in <select name="against"><option value="">all that I may see</option>${options}</select></label>
    <label>Pairs and judgements are kept in <select name="collection">${writable.map(({ name, title }) =>
      html`<option value=${name}>${title}</option>`)}</select></label>
    <label><input type="checkbox" name="inside" /> also pairs inside of one dataset</label>
    <${Trouble} trouble=${state.trouble} /><button disabled=${state.busy}>Start</button></form></details>`;
}


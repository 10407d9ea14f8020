// Judging all pairs of a run that a condition lets pass in one step, after a sample was looked at.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { Busy, Trouble, useAct } from "./part.js";
import { html, useState } from "./page.js";

const SIZE = 20; // pairs of the sample
const SAMPLE = `query Sample($run: ID!, $filter: XrefPairFilter) {
  xrefSample(run: $run, filter: $filter, size: ${SIZE}) { count token pairs {
    id score left { id caption dataset { title } } right { id caption dataset { title } } } } }`;
const JUDGE = `mutation JudgeAll($run: ID!, $verdict: Verdict!, $token: String!, $filter: XrefPairFilter, $note: String) {
  judgeXref(run: $run, verdict: $verdict, token: $token, filter: $filter, note: $note) {
    operation judged refusedCount refused { leftId rightId reason } } }`;
const UNDO = `mutation UndoAll($collection: String!, $operation: String!) {
  undoJudgements(collection: $collection, operation: $operation) { id } }`;
const VERDICTS = { POSITIVE: "the same", NEGATIVE: "different" };

/** `done` is told when something was judged or undone. */
export function Bulk({ run, collection, filter, done }) {
  const [sample, see] = useState(null);
  const [result, tell] = useState(null);
  const [note, write_note] = useState("");
  const [state, act] = useAct();
  const look = () => act(async () => {
    tell(null);
    see((await ask(SAMPLE, { run, filter })).data.xrefSample);
  });
  const judge = (verdict) => act(async () => {
    const { data } = await ask(JUDGE, {
      run, verdict, token: sample.token, filter, note: note.trim() || null });
    see(null);
    tell({ ...data.judgeXref, verdict });
    done();
  });
  const undo = () => act(async () => {
    await ask(UNDO, { collection, operation: result.operation });
    tell(null);
    done();
  });
  return html`<details class="group" open=${Boolean(sample || result)}><summary>Judge all of these at once</summary>
    <p class="about">All pairs with these scores that nobody has judged, in one step, which can be undone.</p>
    <${Trouble} trouble=${state.trouble} /><${Busy} busy=${state.busy} />
    ${!sample && html`<p><button disabled=${state.busy} onClick=${look}>Look at a sample first</button></p>`}
    ${sample && html`<${Sample} ...${sample} />`}
    ${sample?.count > 0 && html`<label>Note <input value=${note} onInput=${(event) => write_note(event.target.value)} /></label>
      <p class="buttons">${Object.entries(VERDICTS).map(([verdict, text]) => html`<button disabled=${state.busy}
        class=${verdict.toLowerCase()} onClick=${() => judge(verdict)}>
        All ${sample.count.toLocaleString("en")} are ${text}</button>`)}</p>`}
    ${result && html`<p role="status">${result.judged.toLocaleString("en")} were judged to be ${VERDICTS[result.verdict]}.${" "}
      <button class="small" disabled=${state.busy} onClick=${undo}>Undo all of it</button></p>
      ${result.refusedCount > 0 && html`<p class="warning">${result.refusedCount.toLocaleString("en")} were not: other judgements rule them out.</p>
      <ul class="rows">${result.refused.map(({ leftId, rightId, reason }) => html`<li>${leftId} and ${rightId}: ${reason}</li>`)}</ul>`}`}
  </details>`;
}

const Sample = ({ count, pairs }) => html`
  <p>${count.toLocaleString("en")} ${count === 1 ? "pair" : "pairs"}${count > pairs.length ? `. ${pairs.length} of them, from the likeliest to the least likely` : ""}:</p>
  <div class="scroll" tabindex="0" role="region" aria-label="The sample"><table class="rows">
    <thead><tr><th scope="col">likely</th><th scope="col">one</th><th scope="col">the other</th></tr></thead>
    <tbody>${pairs.map(({ id, score, left, right }) => html`<tr key=${id}><td>${Math.round(score * 100)} %</td>
      ${[left, right].map((each) => html`<td><a href=${write("record", each.id)}>${each.caption}</a>
        <span class="about"> ${each.dataset.title}</span></td>`)}</tr>`)}</tbody></table></div>`;

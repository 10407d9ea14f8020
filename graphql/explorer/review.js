// Judging the pairs of a run: side by side, one key a verdict, with undo.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { Bulk } from "./bulk.js";
import { marked, rows } from "./comparison.js";
import { nodeOf } from "./diagram.js";
import { Busy, Trouble, useAct, useAnswer, words } from "./part.js";
import { html, useEffect, useMemo, useRef, useState } from "./page.js";
import { CARD } from "./question.js";

const AT_ONCE = 10; // pairs that are read at a time: the order changes with what is judged
const PAIRS = `query Pairs($run: ID!, $filter: XrefPairFilter, $order: XrefPairOrder, $after: String) {
  xrefRun(id: $run) {
    source { title } collection { name title }
    statistics { pairs judged positive negative unsure agreement }
    pairs(filter: $filter, order: $order, first: ${AT_ONCE}, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id score algorithm
        left { ...Side } right { ...Side }
        explanation { feature score detail query candidate }
        judgements { verdict by at note collection { name title } } } } } }
  fragment Side on Entity { ...Card properties { name label type values entities { caption } } } ${CARD}`;
const JUDGE = `mutation Judge($collection: String!, $left: ID!, $right: ID!, $verdict: Verdict!,
    $note: String, $score: Float, $algorithm: String) {
  judge(collection: $collection, left: $left, right: $right, verdict: $verdict, note: $note,
    score: $score, algorithm: $algorithm) { id } }`;
const UNDO = "mutation Undo($id: ID!) { undoJudgement(id: $id) { id } }";
const KEYS = { y: "POSITIVE", n: "NEGATIVE", "?": "UNSURE" };
const NAMES = { POSITIVE: "Same", NEGATIVE: "Different", UNSURE: "Unsure" };
const ORDERS = { HELP: "what helps most", UNCERTAINTY: "what is least sure", SCORE: "the likeliest" };

export function Review({ id, parameters, actions, change }) {
  const { order = "HELP", least = "", most = "" } = parameters;
  const [version, again] = useState(0);
  const key = JSON.stringify([id, order, least, most, version]);
  const filter = wanted(least, most);
  const { answer, trouble, busy } = useAnswer(
    (signal) => page({ id, order, filter }, null, signal), key);
  if (!answer) return html`<section><${Busy} busy=${busy} /><${Trouble} trouble=${trouble} /></section>`;
  const run = answer.data.xrefRun;
  if (!run) return html`<section><p class="warning">There is no run here, or none that you may see.</p></section>`;
  return html`<section class="review" aria-label="Review">
    <p class="crumbs"><a href=${write("reviews")}>Cross-referencing</a></p>
    <h2>${run.source.title} <span class="about">for ${run.collection.title}</span></h2>
    <div class="filters"><label>First <select value=${order} onChange=${(event) => change({ order: event.target.value })}>
      ${Object.entries(ORDERS).map(([name, text]) => html`<option value=${name}>${text}</option>`)}</select></label>
      ${Object.entries({ least: "scores from", most: "to" }).map(([name, text]) => html`<label>${text}
        <input type="number" min="0" max="1" step="0.05" value=${parameters[name] ?? ""}
        onChange=${(event) => change({ [name]: event.target.value })} /></label>`)}</div>
    <${Bulk} key=${JSON.stringify([id, least, most])} run=${id} collection=${run.collection.name} filter=${filter}
      done=${() => again(version + 1)} />
    <${Sitting} key=${key} run=${run} ask=${(after) => page({ id, order, filter }, after)} actions=${actions} />
  </section>`;
}

function wanted(least, most) {
  const filter = { judged: false };
  if (least) filter.minScore = Number(least);
  if (most) filter.maxScore = Number(most);
  return filter;
}

function page({ id, order, filter }, after, signal) {
  return ask(PAIRS, { run: id, filter, order, after }, { signal });
}

/** One sitting: the pairs that wait, and the steps that were done, the last last. */
function Sitting({ run, ask: next, actions }) {
  const [waiting, queue] = useState(run.pairs.nodes);
  const [steps, tell] = useState([]);
  const [note, write_note] = useState("");
  const [state, act] = useAct();
  const latest = useRef();
  const judged = steps.filter((step) => step.judgement).length;
  const left = run.pairs.totalCount - judged;
  const pair = waiting[0];
  const done = async (step) => {
    const all = [...steps, step];
    tell(all);
    write_note("");
    const rest = waiting.slice(1);
    queue(rest.length ? rest : await more(next, all));
  };
  const judge = (verdict) => act(async () => {
    const { data } = await ask(JUDGE, {
      collection: run.collection.name, left: pair.left.id, right: pair.right.id, verdict,
      note: note.trim() || null, score: pair.score, algorithm: pair.algorithm,
    });
    await done({ pair, judgement: data.judge.id, verdict });
  });
  const skip = () => act(() => done({ pair }));
  const undo = () => act(async () => {
    const step = steps.at(-1);
    if (step.judgement) await ask(UNDO, { id: step.judgement });
    tell(steps.slice(0, -1));
    queue([step.pair, ...waiting]);
  });
  latest.current = { judge, skip, undo, pair, steps, busy: state.busy };
  useEffect(() => {
    const press = (event) => pressed(event, latest.current);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return html`<div>
    <p role="status"><b>${left.toLocaleString("en")}</b> left, ${judged} judged now
      ${steps.length > 0 && html` <button class="small" disabled=${state.busy} onClick=${undo}>Undo${" "}
        ${steps.at(-1).judgement ? NAMES[steps.at(-1).verdict].toLowerCase() : "skip"}${" "}<kbd>u</kbd></button>`}</p>
    <progress max=${run.statistics.pairs || 1} value=${run.statistics.judged + judged} aria-label="Judged of all pairs"></progress>
    <${Trouble} trouble=${state.trouble} />
    ${pair ? html`<${Pair} key=${pair.id} pair=${pair} actions=${actions} />
      <div class="verdicts">
        ${Object.entries(KEYS).map(([key, verdict]) => html`<button class=${verdict.toLowerCase()}
          disabled=${state.busy} onClick=${() => judge(verdict)}>${NAMES[verdict]} <kbd>${key}</kbd></button>`)}
        <button disabled=${state.busy} onClick=${skip}>Skip <kbd>s</kbd></button>
        <label>Note <input value=${note} onInput=${(event) => write_note(event.target.value)} /></label></div>`
    : html`<p>No pair is left with these conditions${steps.some((step) => !step.judgement) ? " but those that you skipped" : ""}.</p>`}</div>`;
}

/** The next pairs without those that were done in this sitting. */
async function more(next, steps) {
  const known = new Set(steps.map(({ pair }) => pair.id));
  for (let after = null; ; ) {
    const { pairs } = (await next(after)).data.xrefRun;
    const fresh = pairs.nodes.filter(({ id }) => !known.has(id));
    if (fresh.length || !pairs.pageInfo.hasNextPage) return fresh;
    after = pairs.pageInfo.endCursor;
  }
}

function pressed(event, { judge, skip, undo, pair, steps, busy }) {
  if (event.ctrlKey || event.metaKey || event.altKey || busy) return;
  if (event.target.matches("input, select, textarea")) return;
  const key = event.key.toLowerCase();
  if (KEYS[key] && pair) judge(KEYS[key]);
  else if (key === "s" && pair) skip();
  else if (key === "u" && steps.length) undo();
  else return;
  event.preventDefault();
}

function Pair({ pair, actions }) {
  const { left, right, score, judgements } = pair;
  const lines = useMemo(() => rows(pair), [pair]);
  const head = (record) => html`<th scope="col"><a href=${write("record", record.id)}>${record.caption}</a>
    <div class="about">${words(record.schema)} · ${record.dataset.title}</div></th>`;
  return html`<div>
    <p><b>${Math.round(score * 100)} % likely</b>${" "}
      <button class="small" onClick=${() => actions.draw([nodeOf(left), nodeOf(right)])}>Draw both</button></p>
    ${judgements.map((each) => html`<p class="warning">${NAMES[each.verdict] ?? each.verdict} by ${each.by} in
      ${each.collection.title}${each.note ? `: ${each.note}` : ""}</p>`)}
    <div class="scroll" tabindex="0" role="region" aria-label="The two records"><table class="pair">
      <thead><tr><th scope="col"><span class="about">property</span></th>${head(left)}${head(right)}
        <th scope="col"><span class="about">adds</span></th></tr></thead>
      <tbody>${lines.map(({ name, label, features, ...sides }) => html`<tr key=${name}>
        <th scope="row">${label}</th>
        <${Values} ...${marked(sides.left, features, "query")} />
        <${Values} ...${marked(sides.right, features, "candidate")} />
        <td>${features.map((each) => html`<div><b>${each.score > 0 ? "+" : ""}${each.score}</b> ${each.detail}</div>`)}</td>
      </tr>`)}</tbody></table></div></div>`;
}

const SAID = { "=": "agrees: ", "≠": "differs: ", "": "" };

const Values = ({ shown, more }) => html`<td>${shown.map(({ text, mark }) => html`<div
  data-mark=${mark || null}>${mark && html`<span aria-hidden="true">${mark} </span>
  <span class="unseen">${SAID[mark]}</span>`}${text}</div>`)}
  ${more > 0 && html`<div class="about">and ${more} more</div>`}</td>`;

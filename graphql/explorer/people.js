// Who sees an investigation, and what becomes of it: share, leave, rename, archive, delete.

import { ask } from "./ask.js";
import { go } from "./address.js";
import { Sure, Trouble, useAct } from "./part.js";
import { html, useState } from "./page.js";

const SHARE = `mutation Share($name: String!, $to: String!, $level: Level!) {
  shareInvestigation(name: $name, to: $to, level: $level) { to } }`;
const UNSHARE = `mutation Unshare($name: String!, $to: String!) {
  unshareInvestigation(name: $name, to: $to) }`;
const LEAVE = "mutation Leave($name: String!) { leaveInvestigation(name: $name) }";
const CHANGE = `mutation Change($name: String!, $title: String, $summary: String, $archived: Boolean) {
  changeInvestigation(name: $name, title: $title, summary: $summary, archived: $archived) { name } }`;
const DELETE = "mutation Delete($name: String!) { deleteInvestigation(name: $name) }";
const LEVELS = { READ: "read it", WRITE: "add to it", MANAGE: "manage it" };

export function People({ one, may, me, again }) {
  const { name } = one;
  const [state, act] = useAct();
  const change = (mutation, variables) => act(async () => {
    await ask(mutation, { name, ...variables });
    again();
  });
  const share = (event) => {
    event.preventDefault();
    const { to, level } = event.target.elements;
    change(SHARE, { to: to.value.trim(), level: level.value });
  };
  const away = (mutation) => act(async () => {
    await ask(mutation, { name });
    go("investigations");
  });
  return html`<div>
    <${Trouble} trouble=${state.trouble} />
    <h3>Who sees it</h3>
    <p>Those named here, and the data team. Nobody else.</p>
    <ul class="rows">${one.readers.map(({ to, level }) => html`<li key=${to}>
      <b>${to}</b> may ${LEVELS[level]}
      ${may.manage && to !== me?.name && html` <button class="small" aria-label=${`No longer share it with ${to}`}
        onClick=${() => change(UNSHARE, { to })}>No longer</button>`}</li>`)}</ul>
    ${may.manage && html`<form onSubmit=${share}>
      <label>Share with <input name="to" required placeholder="user or group" autocapitalize="none" /></label>
      <label>who may <select name="level">${Object.entries(LEVELS).map(([level, text]) =>
        html`<option value=${level}>${text}</option>`)}</select></label>
      <button disabled=${state.busy}>Share</button></form>
    <h3>About it</h3><${About} one=${one} change=${change} busy=${state.busy} />`}
    <h3>Leave or end it</h3>
    <p class="buttons">
      <${Sure} text="Leave" sure="You will no longer see it." act=${() => away(LEAVE)} />
      ${may.manage && html`
        <button onClick=${() => change(CHANGE, { archived: !one.archived })}>
          ${one.archived ? "Reopen it" : "Archive it"}</button>
        <${Sure} text="Delete" sure="All that was added is lost for good." act=${() => away(DELETE)} />`}
    </p></div>`;
}

function About({ one, change, busy }) {
  const [title, call] = useState(one.title);
  const [summary, tell] = useState(one.summary ?? "");
  const save = (event) => {
    event.preventDefault();
    change(CHANGE, { title, summary });
  };
  return html`<form class="column" onSubmit=${save}>
    <label>Title <input value=${title} required maxlength="300"
      onInput=${(event) => call(event.target.value)} /></label>
    <label>Summary <textarea rows="3" value=${summary}
      onInput=${(event) => tell(event.target.value)}></textarea></label>
    <button disabled=${busy}>Save</button></form>`;
}

// Saved diagrams: those of an investigation, one that an address opens, and saving what is drawn.

import { ask } from "./ask.js";
import { go, write } from "./address.js";
import { Busy, signIn, Sure, Trouble, useAct, useAnswer } from "./part.js";
import { html, useEffect, useState } from "./page.js";
import { opened, removed } from "./shelf.js";

const WRITABLE = `{ investigations(first: 100) { nodes { name title level } } }`;

/** The diagrams of an investigation. */
export function SavedList({ one, may, again }) {
  const [state, act] = useAct();
  const remove = (id) => act(async () => {
    await removed(one.name, id);
    again();
  });
  return html`<div>
    <${Trouble} trouble=${state.trouble} />
    ${may.write && html`<p><a class="button" href=${write("save", "", { in: one.name })}>Save what is drawn</a></p>`}
    ${one.diagrams.length === 0 && html`<p>No diagrams yet.</p>`}
    <ul class="cards">${one.diagrams.map(({ id, title, changedBy, changed }) => html`<li class="card" key=${id}><div>
      <a href=${write("diagram", id)}>${title}</a>
      <div class="about">saved by ${changedBy} on ${changed.slice(0, 10)}</div>
      ${may.write && html`<${Sure} text="Delete" sure="It is lost for good." act=${() => remove(id)} />`}
    </div></li>`)}</ul></div>`;
}

/** A diagram by its address: opened at once where nothing is drawn. */
export function Saved({ id, actions, me }) {
  const [state, act] = useAct();
  const { answer, trouble, busy } = useAnswer(
    async () => (await actions.ready, { diagram: await opened(id) }), id);
  const diagram = answer?.diagram;
  const drawn = Object.keys(actions.state().nodes).length > 0;
  const current = actions.saved()?.id === id;
  useEffect(() => {
    if (diagram && !drawn) actions.openDiagram(diagram);
  }, [diagram]);
  const copy = () => actions.copy(location.href);
  if (!diagram) {
    return html`<section><${Busy} busy=${busy} /><${Trouble} trouble=${trouble} />
      ${answer && html`<p class="warning">There is no diagram here, or none that you may see.
        ${!me && html` <a href=${signIn()}>Sign in</a>`}</p>`}</section>`;
  }
  return html`<section aria-label=${diagram.title}>
    <p class="crumbs"><a href=${write("investigation", diagram.investigation, { part: "diagrams" })}>
      The investigation</a></p>
    <h2>${diagram.title}</h2>
    <p class="about">saved by ${diagram.changedBy} on ${diagram.changed.slice(0, 10)},
      version ${diagram.version}</p>
    <${Trouble} trouble=${state.trouble} />
    ${diagram.partly && html`<p class="warning">It is large: some relationships are not drawn.</p>`}
    <p class="buttons">
      <button onClick=${() => actions.openDiagram(diagram)}>${current ? "Open it again" : "Open it"}</button>
      ${drawn && !current && html`<button onClick=${() => actions.mergeDiagram(diagram)}>Merge it into what is drawn</button>`}
      <button onClick=${copy}>Copy address</button>
      <a class="button" href=${write("save", "", { in: diagram.investigation })}>Save …</a></p>
    ${drawn && !current && html`<p class="about">Something is drawn already. Opening puts this in its
      place; Undo brings it back.</p>`}
    <p class="about">${diagram.nodes.length} ${diagram.nodes.length === 1 ? "record is" : "records are"} in it.</p></section>`;
}

/** Save what is drawn: again, or as a new one. */
export function Saving({ parameters, actions, me }) {
  const { answer, trouble, busy } = useAnswer((signal) => ask(WRITABLE, {}, { signal }), "writable");
  const known = actions.saved();
  const [state, act] = useAct();
  const [title, call] = useState("");
  if (!me) {
    return html`<section aria-label="Save"><h2>Save the diagram</h2>
      <p>Diagrams are kept in an investigation. <a href=${signIn()}>Sign in</a> first: what is drawn stays.</p></section>`;
  }
  const found = (answer?.data.investigations.nodes ?? []).filter(({ level }) => level !== "READ");
  const save = (where) => act(async () => go("diagram", await actions.saveDiagram(where)));
  const fresh = (event) => {
    event.preventDefault();
    save({ investigation: event.target.elements.where.value, title });
  };
  return html`<section aria-label="Save"><h2>Save the diagram</h2>
    <p>Kept are which records are drawn, and where; not what they say. Who opens it sees what they may see.</p>
    <${Trouble} trouble=${state.trouble ?? trouble} /><${Busy} busy=${busy || state.busy} />
    ${known && found.some(({ name }) => name === known.investigation) && html`
      <p><button class="main" disabled=${state.busy} onClick=${() => save({ ...known, known: { id: known.id, version: known.version } })}>
        Save “${known.title}” again</button></p><h3>Or as another one</h3>`}
    ${answer && found.length === 0 && html`<p>There is no investigation that you may add to.
      <a href=${write("investigations")}>Open one</a>.</p>`}
    ${found.length > 0 && html`<form class="column" onSubmit=${fresh}>
      <label>Title <input required maxlength="300" value=${title} onInput=${(event) => call(event.target.value)} /></label>
      <label>Investigation <select name="where">${found.map(({ name, title: text }) => html`
        <option value=${name} selected=${name === (parameters.in ?? actions.remembered()?.name)}>${text}</option>`)}</select></label>
      <button disabled=${state.busy}>Save</button></form>`}
  </section>`;
}

// Investigations: those that one may see, and one of them with what is in it.

import { ask } from "./ask.js";
import { go, write } from "./address.js";
import { Documents } from "./document_list.js";
import { People } from "./people.js";
import { schemata } from "./model.js";
import { Busy, Card, isRead, signIn, Trouble, useAct, useAnswer, Warnings } from "./part.js";
import { html, useEffect, useState } from "./page.js";
import { CARD } from "./question.js";
import { SavedList } from "./saved.js";
import { told } from "./sentence.js";

const LIST = `{ investigations(archived: null, first: 100) {
  nodes { name title summary archived level createdBy } } }`;
const OPEN = `mutation Open($title: String!, $summary: String) {
  openInvestigation(title: $title, summary: $summary) { name } }`;
const ONE = `query Investigation($name: String!) { investigation(name: $name) {
  name title summary archived level createdBy created
  readers { to level by at }
  diagrams { id title changedBy changed }
} }`;
const RECORDS = `query Records($name: String!, $q: String!, $after: String) {
  investigation(name: $name) {
    entities(query: $q, first: 20, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { highlight node {
        ...Card properties { name values entities { id caption } } } } }
    included(first: 100) { totalCount nodes { id by at entity { ...Card } } }
  } } ${CARD}`;
const EXCLUDE = `mutation Exclude($name: String!, $ids: [ID!]!) {
  excludeEntities(investigation: $name, ids: $ids) }`;
const REMOVE = "mutation Remove($id: ID!) { removeEntity(id: $id) }";

export function Investigations({ me }) {
  const { answer, trouble, busy } = useAnswer((signal) => ask(LIST, {}, { signal }), "list");
  const [title, type] = useState("");
  const [state, act] = useAct();
  const open = (event) => {
    event.preventDefault();
    act(async () => go("investigation",
      (await ask(OPEN, { title })).data.openInvestigation.name));
  };
  const found = answer?.data.investigations.nodes ?? [];
  if (!me) {
    return html`<section aria-label="Investigations"><h2>Investigations</h2>
      <p>An investigation is a private collection of records, notes, documents and diagrams.
      <a href=${signIn()}>Sign in</a> to see yours.</p></section>`;
  }
  return html`<section aria-label="Investigations"><h2>Investigations</h2>
    <form onSubmit=${open}><input value=${title} required maxlength="300" aria-label="Title of a new one"
      placeholder="Who owns …?" onInput=${(event) => type(event.target.value)} />
      <button disabled=${state.busy}>Open a new one</button></form>
    <${Trouble} trouble=${state.trouble ?? trouble} /><${Busy} busy=${busy} />
    ${answer && found.length === 0 && html`<p>None yet that you may see.</p>`}
    <ul class="cards">${found.map((each) => html`<li class="card" key=${each.name}><div>
      <a href=${write("investigation", each.name)}>${each.title}</a>
      ${each.archived && html` <span class="chip">archived</span>`}
      <div class="about">opened by ${each.createdBy} · you may ${each.level.toLowerCase()}</div>
      ${each.summary && html`<div>${each.summary}</div>`}</div></li>`)}</ul></section>`;
}

const PARTS = { records: "Records", diagrams: "Diagrams", documents: "Documents", people: "People" };

export function Investigation({ name, parameters, actions, me }) {
  const [version, again] = useState(0);
  const { answer, trouble, busy } = useAnswer(
    (signal) => ask(ONE, { name }, { signal }), `${name} ${version}`);
  const one = answer?.data.investigation;
  useEffect(() => {
    if (one && one.level !== "READ" && !one.archived) actions.remember(one);
  }, [one]);
  if (!one) {
    return html`<section><${Busy} busy=${busy} /><${Trouble} trouble=${trouble} />
      ${answer && html`<p class="warning">There is no investigation here, or none that you may see.
        ${!me && html` <a href=${signIn()}>Sign in</a>`}</p>`}</section>`;
  }
  const part = PARTS[parameters.part] ? parameters.part : "records";
  const may = { write: one.level !== "READ" && !one.archived, manage: one.level === "MANAGE" };
  const shared = { one, may, actions, me, again: () => again(version + 1) };
  return html`<section aria-label=${one.title}>
    <p class="crumbs"><a href=${write("investigations")}>Investigations</a></p>
    <h2>${one.title}</h2>
    ${one.archived && html`<p class="warning">It is archived: nothing can be added.</p>`}
    ${one.summary && html`<p>${one.summary}</p>`}
    <nav class="parts" aria-label="In this investigation">${Object.entries(PARTS).map(([each, text]) => html`
      <a href=${write("investigation", name, { part: each })}
        aria-current=${each === part ? "page" : null}>${text}</a>`)}</nav>
    ${part === "records" && html`<${Records} ...${shared} q=${parameters.q ?? ""} />`}
    ${part === "diagrams" && html`<${SavedList} ...${shared} />`}
    ${part === "documents" && html`<${Documents} ...${shared} />`}
    ${part === "people" && html`<${People} ...${shared} />`}
  </section>`;
}

/** What was added by hand, and what was brought in from datasets. */
function Records({ one, may, actions, q }) {
  const { name } = one;
  const [version, again] = useState(0);
  const [text, type] = useState(q);
  const [state, act] = useAct();
  const [pages, turn] = useState([]);
  const { answer, trouble, busy } = useAnswer(
    (signal) => (turn([]), ask(RECORDS, { name, q }, { signal })), `${name} ${q} ${version}`);
  const change = (mutation, variables) => act(async () => {
    await ask(mutation, variables);
    again(version + 1);
  });
  const model = useAnswer(() => schemata(), "schemata").answer ?? [];
  const edgeOf = (node) => model.find(({ name: of, isEdge }) => isEdge && of === node.schema);
  const found = answer?.data.investigation;
  const last = pages.at(-1) ?? found?.entities;
  const more = () => act(async () => {
    const { data } = await ask(RECORDS, { name, q, after: last.pageInfo.endCursor });
    turn([...pages, data.investigation.entities]);
  });
  const hits = found ? [found.entities, ...pages].flatMap((page) => page.edges) : [];
  const search = (event) => {
    event.preventDefault();
    go("investigation", name, { part: "records", q: text.trim() });
  };
  const included = (found?.included.nodes ?? []).filter((each) => each.entity);
  return html`<div>
    ${may.write && html`<p class="buttons"><a class="button" href=${write("entry", name, { schema: "Person" })}>Add a record</a>
      <a class="button" href=${write("entry", name, { schema: "Ownership" })}>Add a relationship</a>
      <a class="button" href=${write("entry", name, { schema: "Note" })}>Add a note</a></p>`}
    <form role="search" onSubmit=${search}><input type="search" value=${text}
      aria-label="Search in this investigation" placeholder="Search in this investigation"
      onInput=${(event) => type(event.target.value)} /><button>Search</button></form>
    <${Busy} busy=${busy} /><${Trouble} trouble=${trouble ?? state.trouble} />
    <${Warnings} warnings=${answer?.warnings} />
    ${found && html`<h3>Added by hand <span class="count">${found.entities.totalCount}</span></h3>
    ${found.entities.totalCount === 0 && html`<p>Nothing${q ? " is found by that" : " yet"}.</p>`}
    <ul class="cards">${hits.map(({ node, highlight }) => html`
      <${Card} key=${node.id} card=${node} highlight=${q && highlight} actions=${actions} edge=${Boolean(edgeOf(node))}>
        ${edgeOf(node) && html`<div>${told(node, edgeOf(node))}</div>`}
        ${may.write && !isRead(node) && html`<p class="buttons"><a class="button small" href=${write("entry", name, { id: node.id })}>Edit</a>
          <button class="small" onClick=${() => change(REMOVE, { id: node.id })}
            aria-label=${`Remove ${node.caption}`}>Remove</button></p>`}<//>`)}</ul>
    ${last?.pageInfo.hasNextPage && html`<button onClick=${more} disabled=${state.busy}>More</button>`}
    <h3>From datasets <span class="count">${found.included.totalCount}</span></h3>
    ${included.length === 0 && html`<p>Nothing yet: “add to …” on a record's page brings it in.</p>`}
    <ul class="cards">${included.map(({ entity, by }) => html`
      <${Card} key=${entity.id} card=${entity} actions=${actions}>
        <div class="about">brought in by ${by}
        ${may.write && html` <button class="small" aria-label=${`Take ${entity.caption} out`}
          onClick=${() => change(EXCLUDE, { name, ids: [entity.id] })}>Take out</button>`}</div><//>`)}</ul>`}</div>`;
}

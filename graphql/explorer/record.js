// A record's page: what is known of it, its relationships by type, and records that may be the same.

import { ask } from "./ask.js";
import { write } from "./address.js";
import { edgeOf, nodeOf } from "./diagram.js";
import { Mentions } from "./mention.js";
import { about, Busy, Card, Trouble, useAct, useAnswer, Warnings } from "./part.js";
import { html, useState } from "./page.js";
import { NEIGHBOURS, RECORD, SIMILAR } from "./question.js";
import { parts, plain } from "./sentence.js";
import { flags } from "./style.js";
import { Timeline } from "./timeline.js";

const INCLUDE = `mutation Include($name: String!, $ids: [ID!]!) {
  includeEntities(investigation: $name, ids: $ids) }`;

export function Record({ id, actions }) {
  const { answer, trouble, busy, wait } = useAnswer(
    (signal, onWait) => ask(RECORD, { id }, { signal, onWait }), id);
  const record = answer?.data.entity;
  if (!record) {
    return html`<section><${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />
      <${Warnings} warnings=${answer?.warnings} /></section>`;
  }
  const node = nodeOf(record);
  return html`<section aria-label=${record.caption}>
    <h2>${record.caption}</h2>
    <p class="about">${about(node)} ${flags(node).map((flag) => html`<span class="flag">${flag}</span> `)}</p>
    <p class="buttons">
      <button onClick=${() => actions.draw([node])}>Draw</button>
      <button onClick=${() => actions.expand(id)}>Draw with neighbours</button>
      <a class="button" href=${write("paths", "", { from: id })}>Find a path</a>
      <a class="button" href=${write("owners", id)}>Owners</a>
      <a class="button" href=${write("holdings", id)}>Holdings</a>
    </p>
    <${Cases} record=${record} within=${answer.data.investigationsWith ?? []} actions=${actions} />
    <dl class="properties">${ordered(record.properties).map((property) => html`
      <dt>${property.label}</dt>
      <dd>${values(property)}</dd>`)}
    </dl>
    <p class="source">Told by <b>${node.datasetTitle}</b>, as <code>${record.id}</code></p>
    <h3>Relationships</h3>
    ${record.edgeCounts.length === 0 && html`<p>None that you may see.</p>`}
    ${record.edgeCounts.map(({ type, direction, count }) => html`<${Group} key=${type + direction + id}
      id=${id} type=${type} direction=${direction} count=${count} actions=${actions} />`)}
    <${Timeline} key=${`time ${id}`} record=${record} />
    <${Mentions} key=${`mention ${id}`} record=${record} />
    <${Similar} key=${id} id=${id} actions=${actions} />
  </section>`;
}

/** The investigations that it is in, and what can be done with it there. */
function Cases({ record, within, actions }) {
  const [state, act] = useAct();
  const [added, add] = useState([]);
  const last = actions.remembered();
  const all = [...within, ...added];
  const own = record.dataset.isInvestigation && record.dataset.name;
  const include = () => act(async () => {
    await ask(INCLUDE, { name: last.name, ids: [record.id] });
    add([...added, last]);
  });
  return html`<div>
    ${(own || all.length > 0) && html`<p class="about">In ${own
      ? html`<a href=${write("investigation", own)}>${record.dataset.title}</a>`
      : all.map(({ name, title }, at) => html`${at ? ", " : ""}<a href=${write("investigation", name)}>${title}</a>`)}</p>`}
    ${last && html`<p class="buttons">
      ${own === last.name && html`<a class="button" href=${write("entry", own, { id: record.id })}>Edit</a>`}
      ${!own && !all.some(({ name }) => name === last.name) && html`<button disabled=${state.busy}
        onClick=${include}>Add to “${last.title}”</button>`}
      <a class="button" href=${write("entry", last.name, { schema: "Note", about: record.id })}>Add a note</a>
      <a class="button" href=${write("entry", last.name, { schema: "UnknownLink", source: record.id })}>Add a relationship</a></p>`}
    <${Trouble} trouble=${state.trouble} /></div>`;
}

const FIRST = ["name", "alias", "birthDate", "nationality", "jurisdiction", "country", "address"];

/** What one looks for first comes first. */
function ordered(properties) {
  const place = ({ name }) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return [...properties].sort((a, b) => place(a) - place(b) || a.label.localeCompare(b.label));
}

function values(property) {
  if (property.entities.length) {
    return property.entities.map((each, number) =>
      html`${number ? ", " : ""}<a href=${write("record", each.id)}>${each.caption}</a>`);
  }
  if (property.type === "url") {
    return property.values.map((url) => html`${safe(url)
      ? html`<a href=${url} rel="noreferrer noopener" target="_blank">${url}</a>` : url} `);
  }
  return property.values.join(" · ");
}

const safe = (url) => /^https?:\/\//i.test(url);

/** The relationships of one type and direction: closed with their number, open in pages. */
function Group({ id, type, direction, count, actions }) {
  const [pages, turn] = useState([]);
  const [state, tell] = useState({});
  const next = async () => {
    tell({ busy: true });
    try {
      const after = pages.at(-1)?.pageInfo.endCursor ?? null;
      const { data } = await ask(NEIGHBOURS, { id, types: [type], direction, after, first: 20 });
      turn([...pages, data.entity.expand]);
      tell({});
    } catch (trouble) {
      tell({ trouble });
    }
  };
  const edges = pages.flatMap((page) => page.edges);
  const arrow = direction === "OUT" ? "→" : direction === "IN" ? "←" : "–";
  return html`<details class="group" onToggle=${(event) =>
    event.target.open && pages.length === 0 && next()}>
    <summary>${arrow} ${plain(type)} <span class="count">${count.toLocaleString("en")}</span></summary>
    <${Busy} busy=${state.busy} /><${Trouble} trouble=${state.trouble} />
    <ul class="cards">${edges.map(({ node, relationship }) => {
      const edge = edgeOf(relationship);
      const [, verb, , rest] = parts(edge, {});
      return html`<${Card} key=${edge.id + node.id} card=${node} actions=${actions}>
        <div class="about">${verb}${rest}</div><//>`;
    })}</ul>
    ${edges.length > 0 && html`<p class="buttons">
      <button onClick=${() => actions.draw(edges.map(({ node }) => nodeOf(node)),
        edges.map(({ relationship }) => edgeOf(relationship)), id)}>Draw these ${edges.length}</button>
      ${pages.at(-1).pageInfo.hasNextPage && html`<button onClick=${next}>More</button>`}</p>`}
  </details>`;
}

/** Records that may be the same, asked for when one opens it. */
function Similar({ id, actions }) {
  const [state, tell] = useState({});
  const look = async () => {
    tell({ busy: true });
    try {
      const { data } = await ask(SIMILAR, { id });
      tell({ nodes: data.entity.similar.nodes });
    } catch (trouble) {
      tell({ trouble });
    }
  };
  return html`<details class="group" onToggle=${(event) =>
    event.target.open && !state.nodes && !state.busy && look()}>
    <summary>Records that may be the same</summary>
    <${Busy} busy=${state.busy} /><${Trouble} trouble=${state.trouble} />
    ${state.nodes?.length === 0 && html`<p>None is alike.</p>`}
    <ul class="cards">${(state.nodes ?? []).map(({ score, entity, explanation }) => html`
      <${Card} key=${entity.id} card=${entity} actions=${actions}>
        <details><summary>${Math.round(score * 100)} % likely</summary>
          <ul>${explanation.filter((each) => each.score).map((each) => html`<li>
            ${each.score > 0 ? "+" : ""}${each.score} ${each.feature}: ${each.detail}</li>`)}</ul>
        </details><//>`)}</ul>
  </details>`;
}

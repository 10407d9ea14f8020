// The search: one box in the search language, facets, and pages of hits.

import { ask } from "./ask.js";
import { go, write } from "./address.js";
import { schemata } from "./model.js";
import { Busy, Card, Trouble, useAnswer, Warnings, words } from "./part.js";
import { html, useEffect, useState } from "./page.js";
import { SEARCH, TOLD } from "./question.js";
import { told } from "./sentence.js";

const FACETS = {
  schema: ["Type", "schemata"],
  dataset: ["Dataset", "datasets"],
  country: ["Country", "countries"],
  topic: ["Topic", "topics"],
  year: ["Year", null],
};
const HELP = [
  ["kovar steel", "both words, in any order"],
  ['"kovar steel"', "the words together"],
  ["kov* or kovr~", "words that begin so, or with a letter wrong"],
  ["name:kovar country:cy", "a word in one field"],
  ["amount:[10000 TO *]", "numbers and dates from – to"],
  ["kovar AND NOT steel", "without a word"],
];

export function Search({ parameters, actions }) {
  const { q = "" } = parameters;
  const [text, type] = useState(q);
  useEffect(() => type(q), [q]);
  const submit = (event) => {
    event.preventDefault();
    go("search", "", { ...parameters, q: text.trim() });
  };
  return html`<section aria-label="Search">
    <form role="search" onSubmit=${submit}>
      <input type="search" name="q" value=${text} placeholder="A name, a number, an address …"
        aria-label="What to search for" onInput=${(event) => type(event.target.value)} autofocus />
      <button>Search</button>
    </form>
    <details class="help"><summary>How to search</summary>
      <dl>${HELP.map(([example, meaning]) => html`<dt><code>${example}</code></dt><dd>${meaning}</dd>`)}</dl>
    </details>
    <${Hits} key=${JSON.stringify(parameters)} parameters=${parameters} actions=${actions} />
  </section>`;
}

function Hits({ parameters, actions }) {
  const [pages, turn] = useState([]);
  const after = pages.length ? pages.at(-1).pageInfo.endCursor : null;
  const { answer, trouble, busy, wait } = useAnswer(
    async (signal, onWait) => ask(SEARCH, await variables(parameters, null), { signal, onWait }),
    JSON.stringify(parameters),
  );
  const edges = useAnswer(() => ends(), "ends").answer;
  const [more, ask_more] = useState({});
  const next = async () => {
    ask_more({ busy: true });
    try {
      const { data } = await ask(SEARCH, await variables(parameters, after ?? found.pageInfo.endCursor));
      turn([...pages, data.search]);
      ask_more({});
    } catch (failed) {
      ask_more({ trouble: failed });
    }
  };
  const found = answer?.data.search;
  if (!found) return html`<${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />`;
  const hits = [found, ...pages].flatMap((page) => page.edges);
  const last = pages.at(-1) ?? found;
  return html`<div>
    <${Busy} busy=${busy} wait=${wait} /><${Trouble} trouble=${trouble} />
    <${Warnings} warnings=${answer.warnings} />
    <p role="status">${found.totalCount.toLocaleString("en")} ${found.totalCount === 1 ? "hit" : "hits"}</p>
    ${found.suggestions.length > 0 && html`<p>Did you mean ${found.suggestions.map((each, number) =>
      html`${number ? ", " : ""}<a href=${write("search", "", { q: each })}>${each}</a>`)}?</p>`}
    <${Facets} facets=${found.facets} parameters=${parameters} />
    <ul class="cards">${hits.map(({ node, highlight, pageCount, pageNumber }) => html`
      <${Hit} key=${node.id} card=${node} edge=${edges?.get(node.schema)} highlight=${highlight} words=${parameters.q} actions=${actions}>
        ${pageCount > 0 && html`<div class="about">${pageCount === 1 ? `on page ${pageNumber}`
          : `on ${pageCount.toLocaleString("en")} pages, best on page ${pageNumber}`}</div>`}<//>`)}</ul>
    ${last.pageInfo.hasNextPage && html`<button onClick=${next} disabled=${more.busy}>More hits</button>`}
    <${Trouble} trouble=${more.trouble} /></div>`;
}

/** One hit: of a relationship what it says, and drawing it draws what it connects. */
function Hit({ children, edge, ...hit }) {
  const { card, actions } = hit;
  if (!edge) return html`<${Card} ...${hit}>${children}<//>`;
  const ids = card.properties.filter(({ name }) => [edge.source, edge.target].includes(name))
    .flatMap(({ entities }) => entities.map(({ id }) => id));
  return html`<${Card} ...${hit} card=${{ ...card, caption: told(card, edge) }}
    draw=${() => actions.connect(ids)}>${children}<//>`;
}

/** The schemata of relationships by name, with the properties that are their ends. */
async function ends() {
  return new Map((await schemata()).filter(({ isEdge }) => isEdge).map((each) => [each.name, each]));
}

async function variables(parameters, after) {
  const filter = {};
  for (const [field, [, name]] of Object.entries(FACETS)) {
    if (name && parameters[field]) filter[name] = [parameters[field]];
  }
  if (parameters.year) filter.during = { start: parameters.year, end: parameters.year };
  const edges = [...(await ends()).values()].flatMap(({ source, target }) => [source, target]);
  return { q: parameters.q ?? "", filter, after, told: [...new Set([...TOLD, ...edges])] };
}

function Facets({ facets, parameters }) {
  const shown = facets.filter((facet) => facet.values.length > 1 || parameters[facet.field]);
  return html`<div class="facets">${shown.map(({ field, values }) => {
    const chosen = parameters[field];
    return html`<label>${FACETS[field][0]}
      <select value=${chosen ?? ""} onChange=${(event) =>
        go("search", "", { ...parameters, [field]: event.target.value })}>
        <option value="">all</option>
        ${chosen && !values.some((each) => each.value === chosen) &&
          html`<option value=${chosen}>${chosen}</option>`}
        ${values.map(({ value, count }) => html`<option value=${value}>
          ${field === "schema" ? words(value) : value} (${count.toLocaleString("en")})</option>`)}
      </select></label>`;
  })}</div>`;
}

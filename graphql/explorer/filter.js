// What is shown of a drawing: types of records and relationships, and datasets, each with its number.

import { words } from "./part.js";
import { html } from "./page.js";
import { plain } from "./sentence.js";

/** The lists of names that a look may be without, and what each holds of a state. */
const PARTS = {
  withoutSchemata: ["Records", (state) => state.nodes, (node) => [node.schema, node.schema === "Literal" ? "shared value" : words(node.schema)]],
  withoutTypes: ["Relationships", (state) => state.edges, (edge) => [edge.type, plain(edge.type)]],
  withoutDatasets: ["Datasets", (state) => ({ ...state.nodes, ...state.edges }),
    (each) => each.dataset && [each.dataset, each.datasetTitle]],
};

/** How many names are left out. */
export const omitted = (look) =>
  Object.keys(PARTS).reduce((sum, part) => sum + look[part].length, 0);

export function Filter({ state, actions }) {
  const all = () => actions.look("Filter", Object.fromEntries(Object.keys(PARTS).map((part) => [part, []])));
  return html`<div class="listing" aria-label="What is shown" role="region" tabindex="0">
    ${Object.entries(PARTS).map(([part, [title, of, name]]) => html`<${Names} key=${part} title=${title}
      names=${counted(Object.values(of(state)), name)} without=${state.look[part]}
      change=${(names) => actions.look("Filter", { [part]: names })} />`)}
    ${omitted(state.look) > 0 && html`<button onClick=${all}>Show all</button>`}</div>`;
}

function Names({ title, names, without, change }) {
  // a name of which nothing is drawn any more can be shown again all the same
  const gone = without.filter((name) => !names.some((each) => each.name === name));
  const shown = [...names, ...gone.map((name) => ({ name, text: name, count: 0 }))];
  if (shown.length === 0) return null;
  const turn = (name, on) => change(on ? without.filter((each) => each !== name) : [...without, name]);
  return html`<fieldset class="rows"><legend>${title}</legend>
    ${shown.map(({ name, text, count }) => html`<label key=${name}><input type="checkbox" name=${name}
      checked=${!without.includes(name)} onChange=${(event) => turn(name, event.target.checked)} />
      ${text} <span class="about">${count.toLocaleString("en")}</span></label>`)}</fieldset>`;
}

/** The names of some nodes or edges with how many have each, the most frequent first. */
function counted(all, naming) {
  const found = new Map();
  for (const each of all) {
    const told = naming(each);
    if (!told) continue;
    const [name, text] = told;
    found.set(name, { name, text, count: (found.get(name)?.count ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.text.localeCompare(b.text));
}

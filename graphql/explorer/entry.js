// Enters a record by hand: a form that FollowTheMoney's model makes.

import { ask } from "./ask.js";
import { useDraft } from "./draft.js";
import { go, write } from "./address.js";
import { choices, schema, schemata } from "./model.js";
import { Busy, Trouble, useAct, useAnswer } from "./part.js";
import { html, useEffect, useState } from "./page.js";
import { Picker } from "./picker.js";

const KNOWN = `query Known($id: ID!) { entity(id: $id) {
  id schema properties { name values entities { id caption } } } }`;
const ENDS = "query Ends($ids: [ID!]!) { entities(ids: $ids) { id caption schema } }";
const PUT = `mutation Put($investigation: String!, $schema: String!,
    $properties: [PropertyInput!]!, $id: ID) {
  putEntity(investigation: $investigation, schema: $schema, properties: $properties, id: $id) {
    id caption } }`;
const LONG = ["text", "html"];
const HINTS = { date: "2019, 2019-04 or 2019-04-30", url: "https://…", country: "a country" };
const NOTE = ["description", "entity"];

/** `parameters`: schema, id (of a record that is changed), source and target (of a relationship). */
export function Entry({ investigation, parameters, actions }) {
  const { id } = parameters;
  const [kind, choose] = useState(parameters.schema ?? "Person");
  const start = useAnswer(() => begin(parameters), JSON.stringify(parameters));
  const known = start.answer?.schema;
  useEffect(() => choose(known ?? parameters.schema ?? "Person"), [known, parameters.schema]);
  const all = useAnswer(() => schemata(), "schemata");
  const one = useAnswer(() => schema(kind), kind);
  const ready = start.answer && one.answer?.name === kind;
  return html`<section aria-label="Enter a record">
    <p class="crumbs"><a href=${write("investigation", investigation)}>Back to the investigation</a></p>
    <h2>${id ? "Change a record" : "Add a record"}</h2>
    <${Trouble} trouble=${start.trouble ?? all.trouble ?? one.trouble} />
    <label>Type <select value=${kind} disabled=${Boolean(id)} onChange=${(event) => choose(event.target.value)}>
      ${[false, true].map((edges) => html`<optgroup label=${edges ? "Relationships" : "Things"}>
        ${(all.answer ?? []).filter((each) => each.isEdge === edges).map((each) => html`
          <option value=${each.name}>${each.label}</option>`)}</optgroup>`)}</select></label>
    ${ready
      ? html`<p class="about">${one.answer.description.replaceAll("`", "")}</p>
        <${Form} key=${kind + id} investigation=${investigation} id=${id} schema=${one.answer}
          start=${withEnds(start.answer, one.answer, parameters)} actions=${actions} />`
      : html`<${Busy} busy=${true} />`}
  </section>`;
}

/** What the form begins with: the values of a record, or the names of the ends of a relationship. */
async function begin({ id, source, target, about }) {
  if (id) {
    const { entity } = (await ask(KNOWN, { id })).data;
    if (!entity) throw new Error("There is no such record, or none that you may see.");
    const names = {};
    const values = {};
    for (const property of entity.properties) {
      for (const each of property.entities) names[each.id] = each.caption;
      values[property.name] = property.entities.length
        ? property.entities.map((each) => each.id) : property.values;
    }
    return { schema: entity.schema, values, names };
  }
  const ids = [source, target, about].filter(Boolean);
  if (ids.length === 0) return { values: {}, names: {} };
  const { entities } = (await ask(ENDS, { ids })).data;
  const found = entities.filter(Boolean);
  return { values: {}, names: Object.fromEntries(found.map((each) => [each.id, each.caption])) };
}

function withEnds({ values, names }, schema, { source, target, about }) {
  const given = { ...values };
  if (schema.isEdge && source && !given[schema.source]) given[schema.source] = [source];
  if (schema.isEdge && target && !given[schema.target]) given[schema.target] = [target];
  if (schema.name === "Note" && about && !given.entity) given.entity = [about];
  return { values: given, names };
}

/** The properties that the form shows at first. */
function first(schema, values) {
  const wanted = ({ name, featured, required }) => featured || required || values[name] ||
    (schema.name === "Note" && NOTE.includes(name));
  return schema.properties.filter(wanted).map((property) => property.name);
}

function Form({ investigation, id, schema, start, actions }) {
  const draft = `entry ${investigation} ${schema.name} ${id ?? ""} ${JSON.stringify(start.values)}`;
  const [{ values, names }, fill, forget] = useDraft(draft, { values: start.values, names: start.names });
  const [shown, show] = useState(() => first(schema, values));
  const [state, act] = useAct();
  const set = (name, list) => fill({ values: { ...values, [name]: list }, names });
  const learn = ({ id: key, caption }, name) => fill({
    values: { ...values, [name]: [...new Set([...(values[name] ?? []), key])] },
    names: { ...names, [key]: caption },
  });
  const save = (event) => {
    event.preventDefault();
    act(async () => {
      const properties = Object.entries(values)
        .map(([name, list]) => ({ name, values: list.map((each) => each.trim()).filter(Boolean) }))
        .filter(({ values }) => values.length);
      const { data } = await ask(PUT, { investigation, schema: schema.name, properties, id });
      forget();
      actions.say(`${data.putEntity.caption} is saved.`);
      await actions.renew();
      if (schema.isEdge || schema.name === "Note") go("investigation", investigation);
      else go("record", data.putEntity.id);
    });
  };
  const rest = schema.properties.filter(({ name }) => !shown.includes(name));
  return html`<form class="column" onSubmit=${save}>
    ${shown.map((name) => schema.properties.find((each) => each.name === name)).map((property) => html`
      <${Field} key=${property.name} property=${property} values=${values[property.name] ?? []} names=${names}
        set=${(list) => set(property.name, list)} learn=${(node) => learn(node, property.name)} />`)}
    ${rest.length > 0 && html`<label>Another property
      <select onChange=${(event) => (show([...shown, event.target.value]), (event.target.value = ""))}>
        <option value="">…</option>${rest.map(({ name, label }) => html`<option value=${name}>${label}</option>`)}
      </select></label>`}
    <${Trouble} trouble=${state.trouble} />
    <p class="buttons"><button class="main" disabled=${state.busy}>Save</button>
      <a class="button" href=${write("investigation", investigation)} onClick=${forget}>Cancel</a></p></form>`;
}

/** One property: each of its values in a box of its own. */
function Field({ property, values, names, set, learn }) {
  const { label, description, required, type, range } = property;
  const told = html`<legend title=${description}>${label}${required ? " (needed)" : ""}</legend>`;
  if (range) {
    return html`<fieldset class="end">${told}${values.map((id) => html`<span class="chip" key=${id}>
      ${names[id] ?? id} <button type="button" class="small" aria-label=${`Take ${names[id] ?? id} out`}
      onClick=${() => set(values.filter((each) => each !== id))}>×</button></span>`)}
      <${Picker} label=${label} schemata=${[range]}
        take=${learn} /></fieldset>`;
  }
  const list = values.length ? values : [""];
  const put = (at, value) => set(list.map((each, place) => (place === at ? value : each)));
  return html`<fieldset class="end">${told}
    ${list.map((value, at) => html`<${Value} key=${at} type=${type} value=${value} label=${label}
      put=${(text) => put(at, text)} />`)}
    ${list.at(-1) !== "" && html`<button type="button" class="small" aria-label=${`Another ${label}`}
      onClick=${() => set([...list, ""])}>+</button>`}</fieldset>`;
}

function Value({ type, value, label, put }) {
  const { answer } = useAnswer(() => choices(type), type);
  const typed = (event) => put(event.target.value);
  if (LONG.includes(type)) {
    return html`<textarea rows="4" aria-label=${label} value=${value} onInput=${typed}></textarea>`;
  }
  if (answer?.length) {
    return html`<select aria-label=${label} value=${value} onChange=${typed}><option value=""></option>
      ${value && !answer.some((each) => each.value === value) && html`<option value=${value}>${value}</option>`}
      ${answer.map((each) => html`<option value=${each.value}>${each.label}</option>`)}</select>`;
  }
  return html`<input aria-label=${label} value=${value} placeholder=${HINTS[type] ?? ""} onInput=${typed} />`;
}

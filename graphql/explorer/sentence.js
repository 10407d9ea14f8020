// What a relationship says, as a sentence: "Ministry of Works paid Meridian Cement 1,200,000 EUR …".

const VERBS = {
  OWNERSHIP: (f) => `owns ${f.percentage ? `${share(f.percentage[0])} of` : "a part of"}`,
  DIRECTORSHIP: (f) => `is ${f.role?.[0] ?? "a director"} of`,
  EMPLOYMENT: (f) => `${f.role ? `is ${f.role[0]} at` : "works for"}`,
  MEMBERSHIP: (f) => `is ${f.role?.[0] ?? "a member"} of`,
  REPRESENTATION: (f) => `${f.role ? `is ${f.role[0]} for` : "represents"}`,
  FAMILY: (f) => `is ${f.relationship?.[0] ?? "family"} of`,
  ASSOCIATE: (f) => `is ${f.relationship?.[0] ?? "an associate"} of`,
  OCCUPANCY: () => "holds",
  DEBT: (f) => `owes${amount(f)} to`,
  CONTRACT_AWARD: (f) => `was awarded${amount(f)} in`,
  CONTROL: () => "controls",
  SUCCESSION: () => "was succeeded by",
  UNKNOWN_LINK: (f) => `${f.role?.[0] ?? "is linked to"}`,
  ADDRESS_ENTITY: () => "has the address",
  SAME_AS: () => "was judged to be the same as",
  PARENT: () => "belongs to",
};

/** The words of a sentence about an edge: [subject, verb, object, rest]. */
export function parts(edge, nodes) {
  const subject = nodes[edge.source]?.caption ?? edge.source;
  const object = nodes[edge.target]?.caption ?? edge.target;
  if (edge.type === "PAYMENT") {
    return [subject, "paid", object, `${amount(edge.facts)}${when(edge)}`];
  }
  const verb = VERBS[edge.type]?.(edge.facts) ?? plain(edge.type);
  const by = edge.judgement ? ` (by ${edge.judgement.by}, ${edge.judgement.at.slice(0, 10)})` : "";
  return [subject, verb, object, `${when(edge)}${by}`];
}

/** The whole sentence, with the dataset that tells it. */
export function sentence(edge, nodes) {
  const [subject, verb, object, rest] = parts(edge, nodes);
  return `${subject} ${verb} ${object}${rest} [${edge.datasetTitle ?? edge.dataset ?? ""}]`;
}

/** The sentence of a relationship that is given as a record, with the ends that its schema has. */
export function told({ schema, properties }, { source, target }) {
  const of = (name) => properties.find((property) => property.name === name);
  const nodes = {};
  for (const end of [source, target]) {
    for (const each of of(end)?.entities ?? []) nodes[each.id] = each;
  }
  const [from, to] = [source, target].map((end) => of(end)?.entities[0]?.id);
  const facts = Object.fromEntries(properties.map(({ name, values }) => [name, values]));
  const type = schema.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  const [subject, verb, object, rest] = parts({ type, source: from, target: to, facts }, nodes);
  return `${subject ?? "?"} ${verb} ${object ?? "?"}${rest}`;
}

/** What stands at an edge of the drawing. */
export function label(edge) {
  const told = edge.type === "OWNERSHIP" && edge.facts.percentage;
  if (told) return share(told[0]);
  if (edge.facts.amount) return amount(edge.facts).trim();
  return plain(edge.type);
}

/** A type of relationships in small letters: "contract award". */
export const plain = (type) => type.toLowerCase().replaceAll("_", " ");

function share(text) {
  return /^[\d.,]+ ?%?$/.test(text) ? `${text.replace(/ ?%$/, "")} %` : text;
}

function amount(facts) {
  if (!facts.amount) return "";
  const number = Number(facts.amount[0]);
  const shown = Number.isFinite(number) ? number.toLocaleString("en") : facts.amount[0];
  return ` ${shown} ${facts.currency?.[0] ?? ""}`.trimEnd();
}

function when(edge) {
  const { date, startDate, endDate } = edge.facts;
  if (date) return ` on ${date[0]}`;
  if (startDate && endDate) return ` from ${startDate[0]} to ${endDate[0]}`;
  if (startDate) return ` since ${startDate[0]}`;
  if (endDate) return ` until ${endDate[0]}`;
  return "";
}

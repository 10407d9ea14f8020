// Two records side by side: each property in a line, what agrees, what differs, and what it adds.

const SHOWN = 6; // values of one property

/** The lines of a pair: [{name, label, left, right, features}], what counts most first. */
export function rows({ left, right, explanation }) {
  const names = [...new Set([...left.properties, ...right.properties].map(({ name }) => name))];
  const of = (record, name) => record.properties.find((property) => property.name === name);
  const told = new Set();
  const lines = names.map((name) => {
    const [one, other] = [of(left, name), of(right, name)];
    const features = explanation.filter((feature) => isAbout(feature, one, other));
    features.forEach((feature) => told.add(feature));
    return { name, label: (one ?? other).label, left: texts(one), right: texts(other), features };
  });
  for (const feature of explanation) {
    // such as the words of an address
    if (told.has(feature)) continue;
    lines.push({
      name: feature.feature, label: feature.feature, features: [feature],
      left: [feature.query].filter(Boolean), right: [feature.candidate].filter(Boolean),
    });
  }
  const weight = ({ features }) => Math.max(-1, ...features.map(({ score }) => Math.abs(score)));
  return lines.sort((a, b) => weight(b) - weight(a));
}

/** Values with their marks, those that were compared first: [{text, mark}], and how many more. */
export function marked(values, features, side) {
  const marks = new Map();
  for (const feature of features) {
    if (feature[side]) marks.set(bare(feature[side]), mark(feature.score));
  }
  const found = values.map((text) => ({ text, mark: marks.get(bare(text)) ?? "" }))
    .sort((a, b) => (b.mark !== "") - (a.mark !== ""));
  return { shown: found.slice(0, SHOWN), more: Math.max(0, found.length - SHOWN) };
}

const texts = (property) => !property ? []
  : property.entities.length ? property.entities.map(({ caption }) => caption) : property.values;

function isAbout({ feature, query, candidate }, one, other) {
  const property = one ?? other;
  if (feature === property.name) return true;
  if (feature !== property.type) return false;
  const has = (values, value) => value && values.map(bare).includes(bare(value));
  return has(texts(one), query) || has(texts(other), candidate);
}

const mark = (score) => (score > 0 ? "=" : score < 0 ? "≠" : "");

/** A value as it is compared: without signs, in small letters. */
const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

// FollowTheMoney's model as the API tells it, asked for once.

import { ask } from "./ask.js";

const known = new Map();

async function once(key, question) {
  if (!known.has(key)) {
    // what failed is asked again the next time
    known.set(key, question().catch((trouble) => (known.delete(key), Promise.reject(trouble))));
  }
  return await known.get(key);
}

/** The schemata that somebody may enter: name, label and whether it is a relationship. */
export const schemata = () => once("schemata", async () => {
  const { data } = await ask("{ model { name label isEdge isDocument source target } }");
  return data.model.filter((schema) => !schema.isDocument || schema.name === "Note");
});

/** One schema with its properties. */
export const schema = (name) => once(`schema ${name}`, async () => {
  const { data } = await ask(`query Schema($name: String!) { model(schemata: [$name]) {
    name label description isEdge source target
    properties { name label description type range required featured } } }`, { name });
  return data.model[0];
});

/** The values that properties of a type may have: [{value, label}], empty where they are free. */
export const choices = (type) => once(`choices ${type}`, async () => {
  const { data } = await ask(
    "query Choices($type: String!) { modelChoices(type: $type) { value label } }", { type });
  return data.modelChoices;
});

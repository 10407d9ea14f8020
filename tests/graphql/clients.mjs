// Asks as Apollo's and urql's clients do that send the hash of a query first, by POST and by GET;
// prints what each was answered and how often it asked, as JSON.
import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client/core";
import { createPersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const [url] = process.argv.slice(2);
const query = gql`query Names($first: Int) { datasets(first: $first) { nodes { name } } }`;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const answers = [];

async function ask(name, make) {
  let asked = 0;
  const client = make((input, options) => { asked += 1; return fetch(input, options); });
  for (const first of [1, 2]) {
    const { data, error } = await client(first);
    answers.push({ name, error: error?.message, names: data?.datasets.nodes.length, asked });
  }
}

for (const byGet of [false, true]) {
  await ask("Apollo", (fetch) => {
    const link = createPersistedQueryLink({ sha256, useGETForHashedQueries: byGet });
    const client = new ApolloClient({ link: link.concat(new HttpLink({ uri: url, fetch })), cache: new InMemoryCache() });
    return (first) => client.query({ query, variables: { first } });
  });
  await ask("urql", (fetch) => {
    const persisted = persistedExchange({ preferGetForPersistedQueries: byGet, generateHash: async (text) => sha256(text) });
    const client = new Client({ url, fetch, preferGetMethod: false, exchanges: [cacheExchange, persisted, fetchExchange] });
    return (first) => client.query(query, { first }).toPromise();
  });
}
console.log(JSON.stringify(answers));

"use strict";
const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
const root = ReactDOM.createRoot(document.getElementById("graphiql"));
const defaultQuery = "{ datasets { nodes { name title entityCount } } }\n";
function show(query) {
  const key = query === undefined ? "start" : query;
  root.render(React.createElement(GraphiQL, { key, fetcher, query, defaultQuery }));
}
let texts = new Map();
function choose() {
  const name = location.hash.slice(1);
  for (const link of document.querySelectorAll("#operations li a")) {
    link.classList.toggle("chosen", link.hash === location.hash);
  }
  show(texts.get(name));
}
addEventListener("hashchange", choose);
fetch("/static/graphiql/operations.json").then((response) => response.json()).then((operations) => {
  texts = new Map(operations.map((operation) => [operation.name, operation.text]));
}).finally(choose);
